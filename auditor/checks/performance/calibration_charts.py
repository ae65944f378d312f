"""What is shown of calibration: the smooth curve with its band, groups of rows as points, summaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.estimate import Estimate
from auditor.kernels.calibration import quantile_bins
from auditor.kernels.curve import Curve
from auditor.kernels.decomposition import brier_parts, expected_calibration_error
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Column, Lines, Series, Table
from auditor.sampling import Sampling

_CRITICAL = 1.959963984540054  # of the band that is drawn: 95 %, pointwise
_MOST = 6  # curves of classes in one drawing
_X = Axis(title="Predicted probability", low=0, high=1)
_Y = Axis(title="Observed frequency", low=0, high=1)


_OF_PARTS = (
    "The parts of the Brier score add up to it, resolution subtracted; they are corrected for the bias of few rows in "
    "a group (Ferro and Fricker 2012)."
)


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows grouped by their scores. observed (whether there is the outcome, or the number), scores, bins: (n,)."""

    observed: NDArray[np.bool_] | Floats
    scores: Floats
    bins: Integers

    @classmethod
    def of(cls, observed: NDArray[np.bool_] | Floats, scores: Floats, count: int) -> Groups:
        """At most `count` groups of about equal size."""
        return cls(observed, scores, quantile_bins(scores, count))

    @property
    def event(self) -> NDArray[np.bool_]:
        """(n,) which rows have the outcome."""
        return np.asarray(self.observed, dtype=bool)

    def at_least(self, smallest: int) -> list[NDArray[np.bool_]]:
        """Of each group of at least `smallest` rows, which (n,) these are."""
        masks = [self.bins == code for code in range(int(self.bins.max()) + 1)]
        return [rows for rows in masks if rows.sum() >= smallest]


def drawn(curve: Curve, groups: Groups, sampling: Sampling, smallest: int) -> Lines:
    """The curve with its band, and each group of at least `smallest` rows as a point with its interval."""
    masks = groups.at_least(smallest)
    points = _points(groups, masks, [sampling.rate(groups.event, rows) for rows in masks])
    return Lines(
        title="Calibration curve",
        caption="On the diagonal, what is predicted is what happens; below it, predictions are too high. The band and "
        "the bars of the points are pointwise 95 % intervals.",
        x=_X,
        y=_Y,
        series=(_series("smooth curve", curve, sampling), *points),
        diagonal="perfect calibration",
    )


def drawn_of_number(curve: Curve, groups: Groups, sampling: Sampling, smallest: int, unit: str) -> Lines:
    """The same of a predicted number, in the target's unit; a point is the mean of the observed."""
    masks = groups.at_least(smallest)
    means = [
        sampling.estimate(
            row_mean(groups.observed[rows].astype(float)), n=int(rows.sum()), method="mean of a group", rows=rows
        )
        for rows in masks
    ]
    return Lines(
        title="Calibration curve",
        caption="On the diagonal, what is predicted is what is observed on average; below it, predictions are too "
        f"high. The curve's mean distance from it over the rows is {f'{curve.ici:.3g} {unit}'.strip()} (integrated "
        "calibration index; above zero in any sample). The band and the bars of the points are pointwise 95 % "
        "intervals.",
        x=Axis(title="Predicted", unit=unit),
        y=Axis(title="Observed on average", unit=unit),
        series=(_series("smooth curve", curve, sampling), *_points(groups, masks, means)),
        diagonal="perfect calibration",
    )


def _points(groups: Groups, masks: list[NDArray[np.bool_]], estimates: list[Estimate]) -> list[Series]:
    """What is observed in each group, where its interval is bounded."""
    intervals = [estimate.interval(0.95) for estimate in estimates]
    points = [at for at, interval in enumerate(intervals) if np.isfinite(interval).all()]
    if not points:
        return []
    grouped = Series(
        name=f"{len(points)} groups of rows",
        x=tuple(float(groups.scores[masks[at]].mean()) for at in points),
        y=tuple(estimates[at].value for at in points),
        low=tuple(intervals[at].low for at in points),
        high=tuple(intervals[at].high for at in points),
        style="points",
    )
    return [grouped]


def drawn_by_class(curves: Mapping[str, Curve], sampling: Sampling) -> Lines:
    """The curve of each class against the rest."""
    left_out = f" The first {_MOST} of {len(curves)} classes are drawn." if len(curves) > _MOST else ""
    return Lines(
        title="Calibration curve of each class",
        caption="On the diagonal, a class is as frequent as it is predicted to be; below it, it is predicted too "
        f"often. Bands are pointwise 95 % intervals.{left_out}",
        x=_X,
        y=_Y,
        series=tuple(_series(name, curve, sampling) for name, curve in list(curves.items())[:_MOST]),
        diagonal="perfect calibration",
    )


def summary(curve: Curve, groups: Groups) -> Table:
    """What depends on how rows are grouped, or is never zero by chance, and is therefore shown and not judged."""
    parts = brier_parts(groups.event, groups.scores, groups.bins)
    error = expected_calibration_error(groups.event, groups.scores, groups.bins)
    rows = (
        (
            "Integrated calibration index",
            curve.ici,
            "mean distance of the smooth curve from the diagonal over the rows",
        ),
        ("Expected calibration error", error, "mean distance of predicted and observed frequency of the groups"),
        ("Brier score: reliability", parts.reliability, "lost by predicting other frequencies than are observed"),
        ("Brier score: resolution", parts.resolution, "gained by telling groups apart; it is subtracted"),
        ("Brier score: uncertainty", parts.uncertainty, "of the outcome itself, whatever the model"),
        ("Brier score: within groups", parts.within, "from differences of scores inside the groups"),
    )
    return Table(
        title="Calibration in summary",
        caption=f"Over {int(groups.bins.max()) + 1} groups of about equal size. Shown and not judged: these numbers "
        "depend on the groups, and the first two are above zero in any sample even where calibration is perfect. "
        f"{_OF_PARTS}",
        columns=(Column(title="Number"), Column(title="Value", kind="number", digits=4), Column(title="What it is")),
        rows=rows,
    )


def summary_by_class(curves: Mapping[str, Curve], groups: Mapping[str, Groups]) -> Table:
    """The same of each class against the rest, a class in a row."""
    rows = []
    for name, curve in curves.items():
        of = groups[name]
        parts = brier_parts(of.event, of.scores, of.bins)
        error = expected_calibration_error(of.event, of.scores, of.bins)
        made_of = (parts.reliability, parts.resolution, parts.uncertainty, parts.within)
        rows.append((name, curve.ici, error, *made_of))
    heads = ("Integrated calibration index", "Expected calibration error", "Reliability", "Resolution", "Uncertainty")
    return Table(
        title="Calibration in summary, each class against the rest",
        caption="The mean distance from the diagonal of the smooth curve, and of groups of about equal size; then what "
        f"the Brier score of the class is made of. Shown and not judged, as they depend on the groups. {_OF_PARTS}",
        columns=(
            Column(title="Class"),
            *(Column(title=head, kind="number", digits=4) for head in (*heads, "Within groups")),
        ),
        rows=tuple(rows),
    )


def _series(name: str, curve: Curve, sampling: Sampling) -> Series:
    influence = [curve.influence[:, at] for at in range(curve.influence.shape[1])]
    low, high = curve.band(sampling.covariance(influence), _CRITICAL)
    return Series(
        name=name,
        x=tuple(curve.at.tolist()),
        y=tuple(curve.observed.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
    )
