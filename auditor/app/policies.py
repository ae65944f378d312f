"""Policies as they are in force: shown with the origin of each value, and told apart from one another."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.checks import CATALOGUE
from auditor.loaders.changes import changes, told
from auditor.loaders.policies import LoadedPolicy, load_policy, load_template
from auditor.policy import PolicyChange, Requirement

_ALSO = ("people", "sign_off", "report", "regulations", "catalogues")
"""What a policy in force may say beside what it measures, and how; left out where it says nothing."""


def overview(named: str) -> list[str]:
    """A policy in lines: each requirement with its severity, and by what it is tested."""
    loaded = load_template(named, CATALOGUE)
    policy = loaded.policy
    lines = [f"{policy.title} ({policy.policy}, version {policy.version})"]
    if policy.description:
        lines.append(policy.description)
    for one in policy.requirements:
        lines += ["", f"{one.id} ({one.severity}) {one.text}", f"  {_tested(one, loaded.open.get(one.id, {}))}"]
        lines += [f"  because: {one.rationale}"] if one.rationale else []
        lines += [f"  may not apply: {one.may_not_apply}"] if one.may_not_apply else []
    return lines


def effective(named: str) -> str:
    """A policy with all that it extends as one YAML file, behind each value the place where it was written."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    loaded = load_policy(named, CATALOGUE)
    policy = loaded.policy
    whole = CommentedMap(policy=policy.policy, version=policy.version, title=policy.title)
    if policy.description:
        whole["description"] = policy.description
    settings = loaded.origins[""]
    whole["statistics"] = _commented(policy.statistics.model_dump(mode="json"), settings, "statistics.")
    plain = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for key in _ALSO:
        if given := plain.get(key):
            whole[key] = _commented(given, settings, f"{key}.") if isinstance(given, Mapping) else given
    whole["requirements"] = [_marked(one, loaded) for one in policy.requirements]
    yaml = YAML()
    yaml.width, yaml.allow_unicode = 100, True
    stream = io.StringIO()
    yaml.dump(whole, stream)
    return stream.getvalue()


def different(before: str, after: str) -> Iterator[PolicyChange]:
    """What the second policy asks otherwise than the first.

    Where one is a template under the other, its limits are compared with the other's values, as in the record of an
    audit; that these were set is told beside, and neither tighter nor looser.
    """
    old, new = load_template(before, CATALOGUE), load_template(after, CATALOGUE)
    was, now = load_template(before, CATALOGUE, after), load_template(after, CATALOGUE, before)
    found = set()
    for change in changes(was.policy, now.policy):
        if change.key not in {*was.open.get(change.requirement, ()), *now.open.get(change.requirement, ())}:
            found.add((change.requirement, change.key))
            yield change
    later = {one.id: one for one in new.policy.requirements}
    for one in old.policy.requirements:
        if one.id in later and one.check == later[one.id].check:
            for left in _left_open(one, later[one.id], old.open.get(one.id, {}), new.open.get(one.id, {})):
                if (left.requirement, left.key) not in found:
                    yield left


def unrelated(before: str, after: str) -> bool:
    """Whether neither policy extends the other, so that what one lacks was never the other's to drop."""
    old, new = load_template(before, CATALOGUE).paths, load_template(after, CATALOGUE).paths
    return old[0] not in new and new[0] not in old


def _left_open(
    old: Requirement, new: Requirement, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[PolicyChange]:
    """What differs where a template leaves a value to the policy over it: tighter or looser nobody can tell."""
    for key in sorted({*before, *after}):
        was, now = before.get(key) or _reads(old, key), after.get(key) or _reads(new, key)
        if was != now:
            yield PolicyChange(requirement=old.id, key=key, before=was, after=now, kind="other")


def _reads(requirement: Requirement, key: str) -> str:
    if key == "limit":
        return told(requirement.limit) if requirement.limit else ""
    return str(requirement.params.get(key.partition(".")[2], "default"))


def _tested(requirement: Requirement, left: Mapping[str, str]) -> str:
    """By what; left: what a template leaves to the policy over it, as it reads."""
    if requirement.attest:
        return f"stated by the {requirement.attest.role}"
    given = requirement.params | {key.partition(".")[2]: value for key, value in left.items() if key != "limit"}
    params = ", ".join(f"{key} {value}" for key, value in given.items())
    limit = left.get("limit") or _reads(requirement, "limit")
    return f"{requirement.check}{f' ({params})' if params else ''}: {limit}"


def _marked(requirement: Requirement, loaded: LoadedPolicy) -> Any:
    from ruamel.yaml.comments import CommentedMap

    origins = loaded.origins[requirement.id]
    plain = requirement.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    marked = CommentedMap()
    for key, value in plain.items():
        if isinstance(value, Mapping):
            marked[key] = _commented(value, origins, f"{key}.")
        else:
            marked[key] = value
            _comment(marked, key, origins.get(key, ""))
    return marked


def _commented(values: Mapping[str, Any], origins: Mapping[str, str], before: str) -> Any:
    from ruamel.yaml.comments import CommentedMap

    marked = CommentedMap(values)
    for key in values:
        _comment(marked, key, origins.get(f"{before}{key}", ""))
    return marked


def _comment(marked: Any, key: str, place: str) -> None:
    if place:
        marked.yaml_add_eol_comment(place.rpartition("/")[2], key)
