"""Applicability domain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.applicability import Domain, domain_of, summarised
from auditor.checks.behavior.parts import level_parts
from auditor.checks.check import check
from auditor.checks.outcome import positive
from auditor.checks.quality import MEASURES, quality_of
from auditor.dataset import Dataset, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.disjoint import difference
from auditor.measurement import Axis, Column, Lines, Meaning, Measurement, Quantity, Series, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_ID = "behavior.domain"
_POINTS = 60
_LISTED = 10


class Params(Frozen):
    """Where the domain ends."""

    level: FiniteFloat = Field(
        default=0.01, ge=0.01, le=0.2, description="A row whose p-value is below it counts as outside of the domain."
    )


@check(
    quantities={
        "outside": Meaning(title="Share of rows outside of the domain", better="lower", low=0, high=1),
        "outside_by_group": Meaning(
            title="Share of rows outside of the domain, by group", better="lower", per="group", low=0, high=1
        ),
        "loss": Meaning(title="How much worse the model predicts outside of the domain than inside", better="lower"),
        "implausible": Meaning(
            title="Share of rows with a value outside the plausible range", better="lower", low=0, high=1
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model is used on rows that are like those that it was made from.

    Measures: what each row looks like (last value, mean, slope, extremes of every feature, how often it was measured)
    is turned into one distance from the reference rows (Mahalanobis 1936), which heeds how features go together. Half
    of the reference entities are held out: the p-value of a row is the share of them that is at least as far. Of rows
    from the same source one in a hundred has a p-value below 0.01, which is what counts as outside. Told are the share
    of test rows outside, overall and in every group, how much worse the model predicts there than inside, and the
    share of rows with a value that is not plausible at all.
    Why: outside of what it has seen a model extrapolates, with the same confidence as ever.
    Blind to: rows that are unlike only in the order of single steps; a change in what the outcome depends on; what
    happens outside, where too few test rows lie there.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    if subject.reference is None or not len(subject.reference):
        raise NotApplicable("there are no reference rows to be like")
    domain = domain_of(subject, subject.reference, subject.rng(_ID, "held out"))
    given = summarised(subject, data)[0]
    p_values = domain.p_values(given)
    out, every = p_values < params.level, np.ones(len(data), dtype=bool)
    levels = level_parts(subject, np.arange(len(data)))[0]
    quantities = {"outside": Quantity.of(sampling.rate(out, every))}
    unmeasured: dict[str, str] = {}
    parts = {level: sampling.rate(out, rows) for level, rows in levels.rows.items()}
    if parts or levels.small:
        quantities["outside_by_group"] = Quantity(parts=parts, unmeasured=levels.small)
    else:
        unmeasured["outside_by_group"] = "the data declare no groups"
    try:
        quantities["loss"] = Quantity.of(_loss(subject, evidence.finite(SCORES), out, sampling))
    except NotApplicable as nothing:
        unmeasured["loss"] = nothing.reason
    strange = _implausible(data)
    if strange is None:
        unmeasured["implausible"] = "no plausible range is declared"
    else:
        quantities["implausible"] = Quantity.of(sampling.rate(strange, every))
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=(_curve(p_values), _reasons(domain, given, out, subject.smallest_cell)),
        notes=levels.notes,
    )


def _loss(subject: Subject, scores: Floats, out: Mask, sampling: Sampling) -> Estimate:
    """The measure of the task inside minus that outside; both on rows of their own."""
    data, least = subject.test, subject.smallest_cell
    event = positive(data) if data.task == "binary" else None
    outcomes = [out] if event is None else [out & event, out & ~event]
    if min(int(rows.sum()) for rows in outcomes) < least:
        raise NotApplicable(f"outside lie fewer than {least} rows {'' if event is None else 'of an outcome'}".strip())
    stats = [quality_of(data.task, data.y[rows], scores[rows]) for rows in (~out, out)]
    stat = difference(stats[0], ~out, stats[1], out)
    method = f"difference of the {MEASURES[data.task]}, by influence values"
    events = None if event is None else event[out]
    limiting = sampling.estimate(stat, n=len(data), method=method)
    return limiting.model_copy(update={"n": int(out.sum()), "events": None if events is None else int(events.sum())})


def _implausible(data: Dataset) -> Mask | None:
    """(rows,): whether any measured value of the row is outside its plausible range; None where none is declared."""
    if all(one.low is None and one.high is None for one in (*data.features, *data.static_features)):
        return None
    lines = np.append(0, np.cumsum(_beyond(data.values, data.features)))
    found = np.asarray(lines[data.stops] - lines[data.starts] > 0)
    return found | _beyond(data.static, data.static_features) if data.static_features else found


def _beyond(values: Floats, features: tuple[Feature, ...]) -> Mask:
    beyond = np.zeros(len(values), dtype=bool)
    for at, feature in enumerate(features):
        low = -np.inf if feature.low is None else feature.low
        high = np.inf if feature.high is None else feature.high
        beyond |= (values[:, at] < low) | (values[:, at] > high)
    return beyond


def _curve(p_values: Floats) -> Lines:
    x = np.linspace(0, 1, _POINTS + 1)
    y = np.searchsorted(np.sort(p_values), x, side="right") / len(p_values)
    return Lines(
        title="How unlike the reference rows the test rows are",
        caption="Where test rows come from the same source, the curve follows the diagonal; above it on the left, more "
        "rows are strange than should be.",
        x=Axis(title="p-value of a row", low=0, high=1),
        y=Axis(title="Share of test rows with at most this p-value", low=0, high=1),
        series=(Series(name="test rows", x=tuple(x.tolist()), y=tuple(y.tolist())),),
        diagonal="as the reference",
    )


def _reasons(domain: Domain, given: Floats, out: Mask, smallest: int) -> Table:
    counts = np.bincount(domain.furthest(given[out]), minlength=len(domain.names)) if out.any() else np.zeros(0)
    order = [at for at in np.argsort(-counts, kind="stable")[:_LISTED] if counts[at] >= smallest]
    return Table(
        title="In what the rows outside are strange",
        caption="For each row outside, what is furthest from the middle of the reference rows; what holds for fewer "
        f"than {smallest} rows is not shown.",
        columns=(
            Column(title="What"),
            Column(title="Rows", kind="count"),
            Column(title="Median of the reference", kind="number"),
            Column(title="Unit"),
        ),
        rows=tuple(
            (domain.names[at].name, int(counts[at]), float(domain.centre[at]), domain.names[at].unit) for at in order
        ),
    )
