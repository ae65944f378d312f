"""The order of the split in time."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.data.both import Both
from auditor.checks.data.seen import Seen
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.subject import Subject

_POINTS = 40


class Params(Frozen):
    """What the times mean."""

    one_clock: bool = Field(
        default=False,
        description="Times that are numbers are counted from the same moment for every entity, such as a month's "
        "number, and not from its own beginning, such as hours since admission. Dates always are.",
    )


@check(
    quantities={
        "before_end": Meaning(
            title="Share of test rows from before the end of the reference data", better="lower", low=0.0, high=1.0
        ),
        "straddling": Meaning(
            title="Share of test rows that hold lines of a reference row", better="lower", low=0.0, high=1.0
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model is tested on times that came after those it was trained on.

    Measures: the share of test rows whose time (that of their last line) is not after the last reference row's; and the
    share of test rows that hold lines which a reference row holds as well, as windows on both sides of a split do.
    Why: a model will be used on the future. Tested on the past of its own training data, it does not show how it copes
    with change, and what happened to everyone at that time it has already seen.
    Blind to: when the values became known; outcomes of the reference data that were only known after the test began.
    """
    both = Both.of(subject)
    times = [data.index_time for data in (both.reference, both.test)]
    if any(time.dtype.kind != "M" for time in times) and not params.one_clock:
        raise NotApplicable(
            "the times are no dates, and the policy does not say that they are of one clock (one_clock)"
        )
    if len(np.unique(np.concatenate(times))) == 1:
        raise NotApplicable("every row has the same time")
    late = times[1] > times[0].max()
    shared = np.zeros(len(both.test), dtype=bool)
    if both.test.values is both.reference.values:
        lines = Seen.of(subject, both.reference).lines()[:, None]
        shared = Seen.of(subject, both.test).count(lines)[0, :, 0] > 0
    return Measurement(
        quantities={"before_end": _exact(~late), "straddling": _exact(shared)},
        shown=(_curves(times[0], times[1]),),
    )


def _exact(hit: np.ndarray) -> Quantity:
    method = "every row; no sampling"
    return Quantity.of(Estimate(value=float(hit.mean()), n=len(hit), method=method, spread=Exact()))


def _curves(reference: np.ndarray, test: np.ndarray) -> Lines:
    end = reference.max()
    unit = "days" if reference.dtype.kind == "M" else ""
    share = np.linspace(0.01, 0.99, _POINTS)

    def since(time: np.ndarray) -> Floats:
        away = time - end
        number = away / np.timedelta64(1, "D") if unit else away.astype(float)
        return np.asarray(np.quantile(number, share))

    return Lines(
        title="Times of reference and test rows",
        caption="In a split by time the curve of the test rows begins to the right of zero, where the reference ends.",
        x=Axis(title="Time since the end of the reference data", unit=unit),
        y=Axis(title="Share of rows up to that time", low=0, high=1),
        series=tuple(
            Series(name=name, x=tuple(since(time).tolist()), y=tuple(share.tolist()))
            for name, time in (("reference", reference), ("test", test))
        ),
    )
