"""Numbers and drawings of the committee's report: the few that carry the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import get_args

from auditor.measurement import Tree
from auditor.policy import Dress
from auditor.record import Finding, Judged, Record
from auditor.render.charts import Drawn
from auditor.render.committee_view import Line
from auditor.render.dresses import measures_first
from auditor.render.families import figure, placed
from auditor.render.findings import ranked
from auditor.render.strips import Ruler
from auditor.render.telling import limit_of, quantity_title, told
from auditor.render.treeplot import is_deep
from auditor.render.view import Figure
from auditor.render.vocabulary import status_chip
from auditor.render.words import Words

# Checks whose first drawing tells most, the best first; the others' are in the technical report.
_PERFORMANCE = (
    "performance.calibration",
    "performance.discrimination",
    "performance.quantiles",
    "performance.error",
    "performance.net_benefit",
    "performance.over_time",
    "performance.threshold",
)
GROUPS = ("bias.equal_opportunity", "bias.selection_rate", "bias.discrimination", "bias.calibration", "bias.error")
RELIES = ("importance.attribution", "importance.permutation", "importance.reasons", "surrogate.fidelity")
_MOST_LINES, _MOST_PARTS = 6, 12


def performance_first(dress: Dress) -> tuple[str, ...]:
    """The checks of performance in the order in which a domain looks at them."""
    own = [one for one in measures_first(dress) if one in _PERFORMANCE]
    return tuple(dict.fromkeys((*own, *_PERFORMANCE)))


def line(finding: Finding, judged: Judged, record: Record, words: Words) -> Line:
    """A judged number of a finding, on the axis that all numbers of the finding share."""
    limit = finding.requirement.limit
    ruler = Ruler.over(finding.judged, limit) if limit else None
    estimate, needs = told(judged, finding, record, words), limit_of(finding, record, words)
    alternative = words("{estimate}; the limit is {limit}", estimate=estimate, limit=needs)
    return Line(
        name=quantity_title(finding, record),
        part=judged.part,
        estimate=estimate,
        strip=ruler.strip(judged, alternative) if ruler else None,
        limit=needs,
        chip=status_chip(judged.status, words),
    )


def numbers(record: Record, family: str, words: Words) -> tuple[Line, ...]:
    """The number that decided each requirement of a family, the weightiest first."""
    judged = [one for one in ranked(record) if one.judged and one.requirement.check.startswith(f"{family}.")]
    return tuple(
        replace(line(one, one.judged[0], record, words), name=one.requirement.text, chip=status_chip(one.status, words))
        for one in judged[:_MOST_LINES]
    )


def forest(record: Record, family: str, words: Words) -> tuple[str, tuple[Line, ...]]:
    """Title and lines of the weightiest requirement of a family that has several parts: each part beside the limit."""
    several = (one for one in ranked(record) if len(one.judged) > 1 and one.requirement.check.startswith(f"{family}."))
    finding = next(several, None)
    if finding is None or finding.requirement.limit is None:
        return "", ()
    shown = finding.judged[:_MOST_PARTS]
    title = words(
        "{id}. {quantity}: limit {limit}",
        id=finding.requirement.id,
        quantity=quantity_title(finding, record),
        limit=limit_of(finding, record, words),
    )
    if len(finding.judged) > len(shown):
        more = words(
            "the {count} nearest to the limit or beyond it of {all}", count=len(shown), all=len(finding.judged)
        )
        title = f"{title} ({more})"
    return title, tuple(line(finding, one, record, words) for one in shown)


def drawings(
    record: Record, checks: Sequence[str], most: int, figures: Iterator[int], words: Words
) -> tuple[Figure, ...]:
    """The first drawing of each of these checks that has one, unless it is a tree that only a list can hold."""
    found: list[Drawn] = []
    for check in checks:
        entries = (one for one in record.measured.values() if one.check == check and one.measurement)
        shown = (one for entry in entries if entry.measurement for one in entry.measurement.shown)
        first = next((one for one in shown if isinstance(one, get_args(Drawn))), None)
        found += [] if first is None or (isinstance(first, Tree) and is_deep(first.root)) else [first]
    views = placed([figure(one, next(figures), words) for one in found[:most]])
    return tuple(one for one in views if isinstance(one, Figure))
