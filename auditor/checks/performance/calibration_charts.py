"""What is shown of calibration: the smooth curve with its band, groups of rows as points, summaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.kernels.calibration import quantile_bins
from auditor.kernels.curve import Curve
from auditor.kernels.decomposition import brier_parts, expected_calibration_error
from auditor.measurement import Axis, Column, Lines, Series, Table
from auditor.sampling import Sampling

_CRITICAL = 1.959963984540054  # of the band that is drawn: 95 %, pointwise
_MOST = 6  # curves of classes in one drawing
_X = Axis(title="Predicted probability", low=0, high=1)
_Y = Axis(title="Observed frequency", low=0, high=1)


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows grouped by their scores. event, scores, bins: (n,)."""

    event: NDArray[np.bool_]
    scores: Floats
    bins: Integers

    @classmethod
    def of(cls, event: NDArray[np.bool_], scores: Floats, count: int) -> Groups:
        """At most `count` groups of about equal size."""
        return cls(event, scores, quantile_bins(scores, count))


def drawn(curve: Curve, groups: Groups, sampling: Sampling, smallest: int) -> Lines:
    """The curve with its band, and each group of at least `smallest` rows as a point with its interval."""
    masks = [groups.bins == code for code in range(int(groups.bins.max()) + 1)]
    masks = [rows for rows in masks if rows.sum() >= smallest]
    rates = [sampling.rate(groups.event, rows) for rows in masks]
    intervals = [rate.interval(0.95) for rate in rates]
    points = [at for at, interval in enumerate(intervals) if np.isfinite(interval).all()]
    grouped = Series(
        name=f"{len(points)} groups of rows",
        x=tuple(float(groups.scores[masks[at]].mean()) for at in points),
        y=tuple(rates[at].value for at in points),
        low=tuple(intervals[at].low for at in points),
        high=tuple(intervals[at].high for at in points),
        style="points",
    )
    return Lines(
        title="Calibration curve",
        caption="On the diagonal, what is predicted is what happens; below it, predictions are too high. The band and "
        "the bars of the points are pointwise 95 % intervals.",
        x=_X,
        y=_Y,
        series=(_series("smooth curve", curve, sampling), *([grouped] if points else [])),
        diagonal="perfect calibration",
    )


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
        "depend on the groups, and the first two are above zero in any sample even where calibration is perfect.",
        columns=(Column(title="Number"), Column(title="Value", kind="number", digits=4), Column(title="What it is")),
        rows=rows,
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
