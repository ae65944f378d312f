"""Reading policies: a shipped one by name, or a file by path; every fault at once, before any model is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from types import MappingProxyType

from auditor.checks.check import Check
from auditor.errors import Problem, WrittenFault
from auditor.loaders.changes import changes
from auditor.loaders.fitting import unfit
from auditor.loaders.links import refuse_way_out
from auditor.loaders.overlays import Stack, stacked, values_of
from auditor.loaders.regulations import FOLDER, known_to, unknown
from auditor.policy import Policy, PolicyChange, merged
from auditor.record import FileDigest, PolicyFacts
from auditor.regulation import Instrument
from auditor.shipped import shipped
from auditor.yamlfile import Marked, faults, in_order, nearest, read_yaml

_NONE: Mapping[str, object] = MappingProxyType({})
_RELATIVE = "Paths are relative to the file that names them."


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy with what it extends merged in. paths: the files it came from, the policy's own first.

    origins: requirement id -> key -> `file:line:column` of its value; under "" of the keys of the settings. changes:
    what each file changes in those that it extends. regulations: those that the report goes through. unset: of a
    template, the variables that a policy over it has to set; open: requirement id -> key -> how it reads with them.
    """

    policy: Policy
    paths: tuple[Path, ...]
    files: tuple[FileDigest, ...]
    origins: Mapping[str, Mapping[str, str]]
    changes: tuple[PolicyChange, ...]
    regulations: tuple[Instrument, ...]
    unset: tuple[str, ...] = ()
    open: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def facts(self) -> PolicyFacts:
        """What the record keeps of it: places by the names of the files, which are the same on every machine."""
        return PolicyFacts(
            name=self.policy.policy,
            version=str(self.policy.version),
            title=self.policy.title,
            description=self.policy.description,
            sha256=self.policy.digest(),
            files=self.files,
            statistics=self.policy.statistics,
            people=self.policy.people,
            sign_off=self.policy.sign_off,
            report=self.policy.report,
            vars=self.policy.vars,
            places={name: _short(next(iter(given.values()))) for name, given in self.origins.items() if name and given},
            changes=tuple(
                one.model_copy(update={"where": _short(one.where)}) for one in self.changes if one.kind != "tighter"
            ),
            regulations=self.regulations,
        )


def load_policy(named: str, catalogue: Mapping[str, Check], beside: Path = Path(), where: str = "") -> LoadedPolicy:
    """The policy of that name (shipped), or in that file (`.yaml`, relative to the folder `beside`).

    where: the place that names it so, for the fault that there is none. Raises WrittenFault with every fault of all
    files involved; with those of variables alone, where there are some.
    """
    files = _chain(named, beside, where)
    return _loaded(files, stacked(files), catalogue)


def load_template(named: str, catalogue: Mapping[str, Check], under: str = "") -> LoadedPolicy:
    """As `load_policy`, of a policy that may leave variables without value for a policy over it to set.

    What they stand in is in `open`; its policy is to be compared and counted, not judged by. under: another policy;
    where that extends this one, variables have the values that it gives them.
    """
    files = _chain(named, Path(), "")
    above = _chain(under, Path(), "") if under else ()
    over = [one.path for one in above[: len(files)]] == [one.path for one in files]
    later = values_of(above[len(files) :]) if over else {}
    return _loaded(files, stacked(files, later, leave=True), catalogue, later)


def _loaded(
    files: Sequence[Marked], stack: Stack, catalogue: Mapping[str, Check], later: Mapping[str, object] = _NONE
) -> LoadedPolicy:
    if stack.problems:  # what is not filled in would be told once more as a value of the wrong kind
        raise WrittenFault(_by_file(stack.problems, files))
    instruments = known_to(files)
    problems: list[Problem] = []
    own: list[Policy] = []
    for marked in stack.files:
        found, policy = faults(Policy, marked)
        problems += [*found, *unfit(marked, catalogue, stack.stood_in), *unknown(marked, instruments)]
        own += [policy] if policy is not None else []
    if problems:
        raise WrittenFault(_by_file(problems, files))
    policy = reduce(merged, own)
    if not policy.requirements:
        remedy = "Add some, or extend a policy."
        raise WrittenFault("the policy has no requirements", where=str(files[-1].path), remedy=remedy)
    if strange := sorted(set(policy.people.never_waived) - {one.id for one in policy.requirements}):
        remedy = nearest(strange[0], [one.id for one in policy.requirements])
        where = files[-1].where("people", "never_waived")
        raise WrittenFault(f"the policy has no requirement '{strange[0]}'", where=where, remedy=remedy)
    paths = tuple(marked.path for marked in reversed(files))
    shown = policy.regulations or {cite.partition("/")[0] for one in policy.requirements for cite in one.cites}
    return LoadedPolicy(
        policy,
        paths,
        tuple(map(_digest, paths)),
        stack.origins,
        () if stack.stood_in else tuple(_changes(files, later)),
        tuple(instrument for name, instrument in instruments.items() if name in shown),
        stack.unset,
        stack.open,
    )


def shipped_policies() -> list[str]:
    """Names of the policies that come with the program."""
    root = Path(str(shipped("policies")))
    names = (path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))
    return sorted(name for name in names if not name.startswith(f"{FOLDER}/"))


def _chain(named: str, beside: Path, where: str) -> tuple[Marked, ...]:
    """The file and all that it extends, parents first."""
    files: list[Marked] = []
    while named:
        path = _located(named, beside, where)
        if path in [marked.path for marked in files]:
            told = " → ".join(one.name for one in [*(marked.path for marked in files), path])
            raise WrittenFault(f"a policy extends itself: {told}", where=where)
        files.append(read_yaml(path))
        where, beside = files[-1].where("extends"), path.parent
        extends = files[-1].data.get("extends") if isinstance(files[-1].data, dict) else None
        named = extends if isinstance(extends, str) else ""
    return tuple(reversed(files))


def _located(named: str, beside: Path, where: str) -> Path:
    if named.endswith((".yaml", ".yml")):
        if where:  # else it was named on the command line
            refuse_way_out(beside, named, where)
        path = (beside / named).resolve()
        if where and not path.exists():
            raise WrittenFault(f"there is no file '{named}'", where=where, remedy=_RELATIVE)
        return path
    if named not in shipped_policies():
        remedy = f"{nearest(named, shipped_policies())} A policy of your own is named by its path, ending in .yaml."
        raise WrittenFault(f"there is no shipped policy '{named}'", where=where, remedy=remedy)
    return Path(str(shipped("policies"))) / f"{named}.yaml"


def _changes(files: Sequence[Marked], later: Mapping[str, object]) -> Iterator[PolicyChange]:
    """What each file changes in those below it, at its own place."""
    before: Policy | None = None
    for count, marked in enumerate(files, start=1):
        # What a file leaves to those over it is no change where they set it, and hides none beside it.
        stack = stacked(files[:count], {**later, **values_of(files[count:])})
        after = _alone(stack)
        for one in changes(before, after) if before else ():
            given = stack.origins[one.requirement]
            places = [place for key, place in given.items() if key.startswith(one.key)] or [*given.values()]
            if not one.requirement:
                places = [marked.where(*one.key.split("."), key=True)]
            own = [place for place in places if place.rsplit(":", 2)[0] == str(marked.path)]
            yield one.model_copy(update={"where": (own or places)[0]})
        before = after


def _alone(stack: Stack) -> Policy:
    """A policy as its own files have it. Raises WrittenFault where only those over it make it one."""
    read = [faults(Policy, marked) for marked in stack.files]
    if problems := [problem for found, _ in read for problem in found]:
        raise WrittenFault(_by_file(problems, stack.files))
    return reduce(merged, [policy for _, policy in read if policy])


def _by_file(problems: Iterable[Problem], files: Sequence[Marked]) -> tuple[Problem, ...]:
    """Without repetitions: the policy's own file first, each by line and column."""
    kept = set(problems)
    paths = [str(marked.path) for marked in reversed(files)]
    return tuple(told for path in paths for told in in_order(p for p in kept if p.where.rsplit(":", 2)[0] == path))


def _digest(path: Path) -> FileDigest:
    raw = path.read_bytes()
    return FileDigest(name=path.name, sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


def _short(where: str) -> str:
    return where.rpartition("/")[2]
