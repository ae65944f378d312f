"""Text about checks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from auditor.cli.terminal import one_line
from auditor.errors import WrittenFault

if TYPE_CHECKING:
    from auditor.checks.check import Check
    from auditor.measurement import Meaning

_WIDTH = 100


def all_checks() -> str:
    """Every check by family: id and title."""
    from auditor.checks import CATALOGUE, FAMILIES

    widest = max(map(len, CATALOGUE))
    lines = []
    for family, title in FAMILIES.items():
        if listed := [check for check in CATALOGUE.values() if check.family == family]:
            lines += [title, *(f"  {check.id:{widest}}  {check.title}" for check in listed), ""]
    return "\n".join(lines).rstrip()


def one_check(check_id: str) -> str:
    """All about a check. Raises WrittenFault where there is none of that id."""
    from auditor.checks import CATALOGUE
    from auditor.yamlfile import nearest

    if check_id not in CATALOGUE:
        raise WrittenFault(f"there is no check '{one_line(check_id)}'", remedy=nearest(check_id, CATALOGUE))
    check = CATALOGUE[check_id]
    said = {"Measures": check.measures, "Why": check.why, "Blind to": check.blind_to}
    lines = [f"{check.id}: {check.title}", "", *(_wrapped(f"{head}: {text}", "") for head, text in said.items())]
    lines += ["", "Quantities:", *(_wrapped(f"{name}: {meant(m)}") for name, m in check.quantities.items())]
    if parameters := described(check):
        lines += ["", "Parameters:", *(_wrapped(f"{name} ({kind}): {text}") for name, kind, text in parameters)]
    return "\n".join(lines)


def meant(meaning: Meaning) -> str:
    """What a quantity is, in a line."""
    better = "neither side is better" if meaning.better == "target" else f"{meaning.better} is better"
    facts = [
        better,
        *([f"in {meaning.unit}"] if meaning.unit else []),
        *([f"per {meaning.per}"] if meaning.per else []),
    ]
    return f"{meaning.title} ({', '.join(facts)})"


def described(check: Check) -> list[tuple[str, str, str]]:
    """Name, default (or `needed`) and description of each parameter of a check."""
    fields = check.params.model_fields.items()
    return [(name, "needed" if f.is_required() else _default(f.default), f.description or "") for name, f in fields]


def _default(value: Any) -> str:
    return f"default {value}" if value not in ("", None) else "may be left out"


def _wrapped(text: str, indent: str = "  ") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
