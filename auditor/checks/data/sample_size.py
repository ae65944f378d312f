"""How much there is to learn from the test data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]


class Params(Frozen):
    """None: every outcome and every group of the data is counted."""


@check(
    quantities={
        "rows": Meaning(title="Test rows", better="higher", low=0.0),
        "entities": Meaning(title="Independent units among the test rows", better="higher", low=0.0),
        "events": Meaning(title="Test rows with the outcome", better="higher", per="class", low=0.0),
        "non_events": Meaning(title="Test rows without the outcome", better="higher", per="class", low=0.0),
        "prevalence": Meaning(
            title="Share of test rows with the outcome", better="target", per="class", low=0.0, high=1.0
        ),
        "events_by_group": Meaning(
            title="Test rows with the outcome in a group", better="higher", per="group", low=0.0
        ),
        "non_events_by_group": Meaning(
            title="Test rows without the outcome in a group", better="higher", per="group", low=0.0
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """There are enough people and outcomes for the numbers of this report.

    Measures: how many test rows there are, how many independent units (people, or blocks of time), how many have the
    outcome and how many not, overall and in each group, and the share that has it. With several classes: for each.
    Why: what few cases say is chance. A group in which hardly anyone has the outcome cannot be judged at all.
    Blind to: whether these rows are the right ones; how much the training data hold.
    """
    data = subject.test
    units = len(data) if data.cluster is None else len(np.unique(data.cluster))
    quantities = {
        "rows": Quantity.of(_count(len(data), len(data))),
        "entities": Quantity.of(_count(units, len(data))),
    }
    outcomes = _outcomes(subject)
    if not outcomes:
        names = ("events", "non_events", "prevalence", "events_by_group", "non_events_by_group")
        reason = "the target is a number, so nobody has or lacks the outcome"
        return Measurement(quantities=quantities, unmeasured=dict.fromkeys(names, reason))
    quantities |= _overall(subject, outcomes)
    grouped, table = _by_group(subject, outcomes)
    missing = {name: "the data have no groups" for name in ("events_by_group", "non_events_by_group") if not grouped}
    try:
        quantities["prevalence"] = _prevalence(subject, outcomes)
    except NotApplicable as refusal:
        missing["prevalence"] = refusal.reason
    return Measurement(quantities=quantities | grouped, unmeasured=missing, shown=(table,) if table.rows else ())


def _overall(subject: Subject, outcomes: dict[str, Mask]) -> dict[str, Quantity]:
    n = len(subject.test)
    return {
        "events": Quantity(parts={name: _count(int(event.sum()), n) for name, event in outcomes.items()}),
        "non_events": Quantity(parts={name: _count(int((~event).sum()), n) for name, event in outcomes.items()}),
    }


def _prevalence(subject: Subject, outcomes: dict[str, Mask]) -> Quantity:
    sampling, every = Sampling.of(subject.test), np.ones(len(subject.test), dtype=bool)
    return Quantity(parts={name: sampling.rate(event, every) for name, event in outcomes.items()})


def _by_group(subject: Subject, outcomes: dict[str, Mask]) -> tuple[dict[str, Quantity], Table]:
    """A group that has or lacks the outcome too seldom is told in neither number, or one would give the other away.

    Where some rows of a group are set aside by lot (see Groups.among), the counts are those of the rows that all checks
    compare.
    """
    events: dict[str, Estimate] = {}
    others: dict[str, Estimate] = {}
    suppressed: dict[str, str] = {}
    rows: list[tuple[str, int | None, int | None]] = []
    for attribute in subject.test.groups:
        groups = Groups.of(subject, Grouping(attribute=attribute))
        compared = groups.by_outcome()
        for name, event in outcomes.items():
            at = f"{name}: {attribute}: " if name else f"{attribute}: "
            for level, members in (compared.rows | compared.aside).items():
                counts = int((members & event).sum()), int((members & ~event).sum())
                rows.append((at + level, *counts))
                if level in compared.rows:
                    events[at + level], others[at + level] = (_count(count, sum(counts)) for count in counts)
            suppressed |= {at + level: why for level, why in compared.suppressed.items()}
    rows += [(f"{key}: {why}", None, None) for key, why in suppressed.items()]
    made = {"events_by_group": events, "non_events_by_group": others} if events or suppressed else {}
    quantities = {name: Quantity(parts=parts, unmeasured=suppressed) for name, parts in made.items()}
    return quantities, _group_table(rows)


def _outcomes(subject: Subject) -> dict[str, Mask]:
    """Name (empty where there is one outcome only) -> which rows have it."""
    data = subject.test
    if data.task == "regression":
        return {}
    if data.task == "multiclass":
        return {name: np.asarray(data.y == code) for code, name in enumerate(data.target.classes)}
    return {"": np.asarray(data.y == 1)}


def _count(value: int, n: int) -> Estimate:
    return Estimate(value=value, n=n, method="a count", spread=Exact())


def _group_table(rows: list[tuple[str, int | None, int | None]]) -> Table:
    columns = (
        Column(title="Group"),
        Column(title="With the outcome", kind="count"),
        Column(title="Without", kind="count"),
    )
    caption = (
        "A group is told where enough of its rows have the outcome, and enough have not. Where another is too small to "
        "be told, rows of one that is told are set aside by lot, here and wherever groups are compared."
    )
    return Table(title="Outcomes by group", caption=caption, columns=columns, rows=tuple(rows))
