"""What a policy asks of the data by name: a group, level or feature that they lack is told before a model is opened."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from auditor.checks import CATALOGUE
from auditor.checks.groups import Grouping
from auditor.checks.names import Sort, names_in
from auditor.errors import Problem
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.spec import DataSpec
from auditor.measurement import part_of
from auditor.policy import Requirement
from auditor.yamlfile import nearest, slip


def lacking(policy: LoadedPolicy, data: DataSpec) -> Iterator[Problem]:
    """A problem for every name that is in no part of the data.

    A group or feature may be lacking where its requirement may be not applicable, but not by a slip of the pen; a level
    of a group that is there may not.
    """
    features = [one.name for one in (*data.features, *data.static)]
    known: dict[Sort, list[str]] = {"group": [one.name for one in data.groups], "feature": features}
    known["feature"] += [f"{one.name} (static)" for one in data.static]
    for need in policy.policy.requirements:
        yield from _levels(need, policy.origins.get(need.id, {}), data)
        for key, what, name in asked(need):
            meant = slip(name, known[what])
            if name not in known[what] and (meant or not need.may_not_apply):
                told = f"{need.id} asks for the {what} '{name}', and the data have none of that name"
                excuse = f" If {need.id} may stay open, say why: may_not_apply."
                if need.may_not_apply:
                    excuse = " A name so near to one of the data is not excused."
                remedy = (f"Did you mean '{meant}'?" if meant else nearest(name, known[what])) + excuse
                yield Problem(_place(policy.origins.get(need.id, {}), f"with.{key}"), told, remedy)


def asked(need: Requirement) -> Iterator[tuple[str, Sort, str]]:
    """The names that a requirement's parameters hold: their key, what they name, and the name."""
    check = CATALOGUE.get(need.check or "")
    if check is not None:
        yield from names_in(check.params.model_validate(need.params))


def _levels(need: Requirement, origins: Mapping[str, str], data: DataSpec) -> Iterator[Problem]:
    """Levels that the requirement names, and that a group which lists its levels does not have."""
    check = CATALOGUE.get(need.check or "")
    grouping = check.params.model_validate(need.params) if check and check.family == "bias" else None
    if check is None or not isinstance(grouping, Grouping):
        return
    names = [grouping.attribute] if isinstance(grouping.attribute, str) else [*grouping.attribute]
    levels = {one.name: [*one.levels.values()] for one in data.groups if one.levels}
    if not set(names) <= set(levels):
        return
    known = [" × ".join(one) for one in itertools.product(*(levels[name] for name in names))]
    single = [level for name in names for level in levels[name]]
    title = " × ".join(names)
    for level in grouping.leave_out:
        if level not in {*known, *single}:
            what = f"{need.id} leaves out '{level}', and '{title}' has no such level"
            yield Problem(_place(origins, "with.leave_out"), what, nearest(level, single))
    per = check.quantities[need.limit.quantity].per if need.limit else ""
    parts = known if per == "group" else [*_pairs(known)] if per == "pair of groups" else []
    for part in need.limit.parts or () if need.limit and parts and data.task != "multiclass" else ():
        if part_of(part, parts) is None:
            what = f"{need.id} asks for the part '{part}', and '{title}' gives none of that name"
            yield Problem(_place(origins, "limit.parts"), what, nearest(part, parts))


def _pairs(levels: list[str]) -> Iterator[str]:
    """The names of pairs, the order of levels being nothing that a policy has to know beforehand."""
    yield from (f"{one} − {other}" for one, other in itertools.permutations(levels, 2))
    yield from (f"{one} − rest" for one in levels)


def _place(origins: Mapping[str, str], key: str) -> str:
    """Where a key of `with` or `limit` was written, else its requirement."""
    part, _, name = key.partition(".")
    found = [origins[at] for at in (key, f"{part}.{name.partition('.')[0]}", part, "check") if at in origins]
    return found[0] if found else ""
