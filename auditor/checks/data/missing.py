"""What was not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.data.both import Both
from auditor.checks.data.missing_charts import charts
from auditor.checks.data.parts import ordered, together
from auditor.checks.data.seen import Seen
from auditor.checks.data.shares import difference, share
from auditor.checks.groups import Grouping, Groups
from auditor.dataset import Dataset, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter")
Mask = NDArray[np.bool_]
Pair = tuple[Stat, Stat]


class Params(Frozen):
    """None: every feature and every group of the data is looked at."""


@dataclass(frozen=True, eq=False)
class Cells:
    """absent, cells: feature -> (rows,) how many of its cells were not measured, and how many there are."""

    absent: dict[str, Integers]
    cells: dict[str, Integers]

    @classmethod
    def of(cls, seen: Seen) -> Cells:
        """The cells of sequences in every step that the model sees, and of static features once a row."""
        data = seen.data
        counts = seen.count(np.isnan(data.values))[0]
        absent = {feature.name: counts[:, at] for at, feature in enumerate(data.features)}
        cells = dict.fromkeys(absent, np.asarray(seen.lengths))
        for at, feature in enumerate(data.static_features):
            absent[feature.name] = np.isnan(data.static[:, at]).astype(np.int64)
            cells[feature.name] = np.ones(len(data), dtype=np.int64)
        return cls(absent, cells)


@check(
    quantities={
        "missing": Meaning(title="Share of cells not measured", better="lower", per="feature", low=0.0, high=1.0),
        "missing_by_block": Meaning(
            title="Share of cells not measured in a quarter of the sequence",
            better="lower",
            per="feature and quarter",
            low=0.0,
            high=1.0,
        ),
        "missing_by_outcome": Meaning(
            title="Share not measured in rows with the outcome less that in the others",
            better="target",
            per="feature",
            low=-1.0,
            high=1.0,
        ),
        "missing_by_group": Meaning(
            title="Share not measured in a group less that in the other rows",
            better="target",
            per="group",
            low=-1.0,
            high=1.0,
        ),
        "missing_change": Meaning(
            title="Share not measured in the test less that in the reference data",
            better="target",
            per="feature",
            low=-1.0,
            high=1.0,
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What is not measured is told: of whom, when, and whether it goes with the outcome.

    Measures: the share of cells that were not measured in the test data, for each feature and each quarter of the
    sequence; how much it differs between rows with and without the outcome (with several classes: one class and the
    rest), between each group and the other rows, and between test and reference data.
    Why: what was measured depends on who decided to measure. A model that learned these decisions fails where they are
    made otherwise, and a group that is measured less is known less.
    Blind to: values that were filled in before the data were handed over; whether a gap matters to the model.
    """
    seen = Seen.of(subject, subject.test)
    test = Cells.of(seen)
    if not sum(int(cells.sum()) for cells in test.cells.values()):
        raise NotApplicable("no row has a cell")
    exact = _exact(subject.test, test, seen)
    sections: dict[str, Callable[[], Quantity]] = {
        "missing_by_outcome": lambda: _contrasts(Sampling.of(subject.test), _by_outcome(subject, test)),
        "missing_by_group": lambda: _by_group(subject, test),
        "missing_change": lambda: _change(subject, test),
    }
    quantities, unmeasured = dict(exact), {}
    for name, section in sections.items():
        try:
            quantities[name] = section()
        except NotApplicable as refusal:
            unmeasured[name] = refusal.reason
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=charts(quantities))


def _exact(data: Dataset, test: Cells, seen: Seen) -> Iterator[tuple[str, Quantity]]:
    """Facts about the files: no interval."""

    def quantity(parts: dict[str, tuple[int, int]]) -> Quantity:
        return Quantity(
            parts=ordered(
                {
                    key: Estimate(value=absent / cells, n=cells, method="every cell; no sampling", spread=Exact())
                    for key, (absent, cells) in parts.items()
                    if cells
                }
            ),
            unmeasured={key: "no row has a step there" for key, (_, cells) in parts.items() if not cells},
        )

    yield "missing", quantity({k: (int(test.absent[k].sum()), int(test.cells[k].sum())) for k in test.absent})
    counts = seen.count(np.isnan(data.values), len(QUARTERS)).sum(axis=1)
    cells = np.diff(seen.cuts(len(QUARTERS)), axis=0).sum(axis=1)
    names = [feature.name for feature in data.features]
    blocks = {
        f"{name}, {quarter}": (int(counts[q, at]), int(cells[q]))
        for at, name in enumerate(names)
        for q, quarter in enumerate(QUARTERS)
    }
    if blocks:
        yield "missing_by_block", quantity(blocks)


def _contrasts(
    sampling: Sampling, pairs: Iterator[tuple[str, Pair]], unmeasured: dict[str, str] | None = None
) -> Quantity:
    """The first share less the second of each pair."""
    parts = {key: (difference(sampling, *pair), pair[0].influence - pair[1].influence) for key, pair in pairs}
    return together(sampling, parts, unmeasured or {})


def _by_outcome(subject: Subject, test: Cells) -> Iterator[tuple[str, Pair]]:
    data = subject.test
    if data.task == "regression":
        raise NotApplicable("the target is a number, not an outcome")
    several = data.task == "multiclass"
    for code, name in enumerate(data.target.classes):
        if not several and code == 0:
            continue
        event = np.asarray(data.y == (code if several else 1))
        if min(int(event.sum()), int((~event).sum())) < subject.smallest_cell:
            what = f"'{name}'" if several else "the outcome"
            raise NotApplicable(f"fewer than {subject.smallest_cell} rows have {what}, or have it not; suppressed")
        for feature, absent in test.absent.items():
            key = f"{name}: {feature}" if several else feature
            if _any(test.cells[feature], event, ~event):
                yield key, _pair(absent, test.cells[feature], event, ~event)


def _by_group(subject: Subject, test: Cells) -> Quantity:
    """All features together, so that the parts are the groups."""
    absent, cells = (np.sum(list(counts.values()), axis=0) for counts in (test.absent, test.cells))
    pairs: dict[str, Pair] = {}
    unmeasured: dict[str, str] = {}
    for attribute in subject.test.groups:
        compared = Groups.of(subject, Grouping(attribute=attribute)).among()
        unmeasured |= {f"{attribute}: {level}": why for level, why in compared.suppressed.items()}
        everyone = np.logical_or.reduce([np.zeros(len(absent), dtype=bool), *compared.rows.values()])
        for level, rows in compared.rows.items():
            others = everyone & ~rows
            if int(others.sum()) >= subject.smallest_cell and _any(cells, rows, others):
                pairs[f"{attribute}: {level}"] = _pair(absent, cells, rows, others)
    if not pairs and not unmeasured:
        raise NotApplicable("the data have no two groups to compare")
    return _contrasts(Sampling.of(subject.test), iter(pairs.items()), unmeasured)


def _change(subject: Subject, test: Cells) -> Quantity:
    both = Both.of(subject)
    sampling = both.sampling
    before = Cells.of(Seen.of(subject, both.reference))

    def pairs() -> Iterator[tuple[str, Pair]]:
        for name in test.absent:
            absent = np.concatenate([before.absent[name], test.absent[name]])
            cells = np.concatenate([before.cells[name], test.cells[name]])
            if _any(cells, both.is_test, ~both.is_test):
                yield name, _pair(absent, cells, both.is_test, ~both.is_test)

    return _contrasts(sampling, pairs())


def _any(cells: Integers, first: Mask, second: Mask) -> bool:
    return bool(cells[first].any() and cells[second].any())


def _pair(absent: Integers, cells: Integers, first: Mask, second: Mask) -> Pair:
    return share(absent, cells, first), share(absent, cells, second)
