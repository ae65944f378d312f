"""Reading policies: a shipped one by name, or a file by path; every fault at once, before any model is opened."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.checks.check import Check
from auditor.errors import Problem, WrittenFault
from auditor.measurement import Meaning
from auditor.policy import Limit, Policy, merged
from auditor.record import FileDigest, PolicyFacts
from auditor.shipped import shipped
from auditor.yamlfile import Marked, faults, in_order, nearest, read_yaml

_WRONG_SIDE = {"higher": "at_most", "lower": "at_least"}


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy with what it extends merged in. paths: the files it came from, the policy's own first."""

    policy: Policy
    paths: tuple[Path, ...]
    files: tuple[FileDigest, ...]

    @property
    def facts(self) -> PolicyFacts:
        """What the record keeps of it."""
        return PolicyFacts(
            name=self.policy.policy,
            version=str(self.policy.version),
            title=self.policy.title,
            description=self.policy.description,
            files=self.files,
            statistics=self.policy.statistics,
        )


def load_policy(named: str, catalogue: Mapping[str, Check], beside: Path = Path()) -> LoadedPolicy:
    """The policy of that name (shipped), or in that file (`.yaml`, relative to the folder `beside`).

    Raises WrittenFault with every fault of all files involved.
    """
    problems: list[Problem] = []
    paths: list[Path] = []
    policy = _read(named, beside, catalogue, problems, paths)
    if policy is not None and not policy.requirements and not problems:
        problems.append(Problem(str(paths[0]), "the policy has no requirements", "Add some, or extend a policy."))
    if problems or policy is None:
        raise WrittenFault(problems)
    return LoadedPolicy(policy, tuple(paths), tuple(_digest(path) for path in paths))


def shipped_policies() -> list[str]:
    """Names of the policies that come with the program."""
    root = Path(str(shipped("policies")))
    return sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))


def _read(
    named: str,
    beside: Path,
    catalogue: Mapping[str, Check],
    problems: list[Problem],
    paths: list[Path],
    where: str = "",
) -> Policy | None:
    path = _located(named, beside, where)
    if path in paths:
        raise WrittenFault(
            f"a policy extends itself: {' → '.join(one.name for one in [*paths, path])}", where=str(path)
        )
    paths.append(path)
    marked = read_yaml(path)
    found, own = faults(Policy, marked)
    problems.extend(in_order({*found, *_unfit(marked, catalogue)}))
    if own is None:
        return None
    if not own.extends:
        return own
    parent = _read(own.extends, path.parent, catalogue, problems, paths, marked.where("extends"))
    return None if parent is None else merged(parent, own)


def _located(named: str, beside: Path, where: str) -> Path:
    if named.endswith((".yaml", ".yml")):
        return (beside / named).resolve()
    if named not in shipped_policies():
        remedy = f"{nearest(named, shipped_policies())} A policy of your own is named by its path, ending in .yaml."
        raise WrittenFault(f"there is no shipped policy '{named}'", where=where, remedy=remedy)
    return Path(str(shipped("policies"))) / f"{named}.yaml"


def _digest(path: Path) -> FileDigest:
    raw = path.read_bytes()
    return FileDigest(name=path.name, sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


def _unfit(marked: Marked, catalogue: Mapping[str, Check]) -> Iterator[Problem]:
    """What no check of the catalogue can test as written, whatever else is wrong with the file."""
    given = marked.data.get("requirements") if isinstance(marked.data, dict) else None
    seen: set[str] = set()
    for at, requirement in enumerate(given if isinstance(given, list) else ()):
        known = requirement if isinstance(requirement, dict) else {}
        own = str(known.get("id", at))
        if own in seen:
            yield Problem(marked.where("requirements", at, "id"), f"the id '{own}' stands twice", "Each has its own.")
        seen.add(own)
        name = known.get("check")
        if not isinstance(name, str) or not name:
            continue
        place = ("requirements", at)
        if name not in catalogue:
            yield Problem(marked.where(*place, "check"), f"unknown check '{name}'", nearest(name, catalogue))
            continue
        check = catalogue[name]
        if requirement.get("with"):
            yield from faults(check.params, marked, *place, "with")[0]
        else:
            yield from _needed(check, marked.where(*place))
        limit = faults(Limit, marked, *place, "limit")[1] if "limit" in requirement else None
        if limit is not None:
            yield from _wrong_limit(limit, check.quantities, marked.where(*place, "limit"))


def _needed(check: Check, where: str) -> list[Problem]:
    missing = [name for name, field in check.params.model_fields.items() if field.is_required()]
    return [Problem(where, f"{check.id} needs '{name}'", "Give it under with.") for name in missing]


def _wrong_limit(limit: Limit, quantities: Mapping[str, Meaning], where: str) -> Iterator[Problem]:
    meaning = quantities.get(limit.quantity)
    if meaning is None:
        yield Problem(where, f"the check has no quantity '{limit.quantity}'", nearest(limit.quantity, quantities))
        return
    wrong = _WRONG_SIDE.get(meaning.better, "")
    if wrong and getattr(limit, wrong) is not None:
        right = "at_least" if wrong == "at_most" else "at_most"
        what = f"'{limit.quantity}' is better when it is {meaning.better}, so {wrong} would pass the worst models"
        yield Problem(where, what, f"Write {right}, or between.")
    if limit.parts and not meaning.per:
        yield Problem(where, f"'{limit.quantity}' has no parts", "Leave parts away.")
    if empty := _empty(limit, meaning):
        yield Problem(where, empty, f"'{limit.quantity}' lies between {_end(meaning.low)} and {_end(meaning.high)}.")


def _empty(limit: Limit, meaning: Meaning) -> str:
    """Why a limit says nothing: no value can meet it, or none can fail it."""
    least = -math.inf if meaning.low is None else meaning.low
    most = math.inf if meaning.high is None else meaning.high
    if (limit.low is not None and limit.low > most) or (limit.high is not None and limit.high < least):
        return "no model can meet this limit"
    within = (limit.low is None or limit.low <= least) and (limit.high is None or limit.high >= most)
    return "no model can fail this limit" if within else ""


def _end(end: float | None) -> str:
    return "any number" if end is None else f"{end:g}"
