"""What a policy asks of the data by name: a group or feature that they lack is told before a model is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.checks import CATALOGUE
from auditor.checks.names import Sort, names_in
from auditor.errors import Problem
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.spec import DataSpec
from auditor.policy import Requirement
from auditor.yamlfile import nearest


def lacking(policy: LoadedPolicy, data: DataSpec) -> Iterator[Problem]:
    """A problem for every name that is in no part of the data, unless its requirement may be not applicable."""
    features = [one.name for one in (*data.features, *data.static)]
    known: dict[Sort, list[str]] = {"group": [one.name for one in data.groups], "feature": features}
    known["feature"] += [f"{one.name} (static)" for one in data.static]
    for need in policy.policy.requirements:
        for key, what, name in asked(need) if not need.may_not_apply else ():
            if name not in known[what]:
                told = f"{need.id} asks for the {what} '{name}', and the data have none of that name"
                remedy = f"{nearest(name, known[what])} If {need.id} may stay open, say why: may_not_apply."
                yield Problem(_place(policy.origins.get(need.id, {}), key), told, remedy)


def asked(need: Requirement) -> Iterator[tuple[str, Sort, str]]:
    """The names that a requirement's parameters hold: their key, what they name, and the name."""
    check = CATALOGUE.get(need.check or "")
    if check is not None:
        yield from names_in(check.params.model_validate(need.params))


def _place(origins: Mapping[str, str], key: str) -> str:
    """Where the parameter was written, else its requirement."""
    found = [origins[at] for at in (f"with.{key}", f"with.{key.partition('.')[0]}", "with", "check") if at in origins]
    return found[0] if found else ""
