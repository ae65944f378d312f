"""What performance.quantiles shows: whether each quantile holds its promise, and the intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from auditor.checks.performance.charts import banded
from auditor.checks.performance.horizons import Predicted
from auditor.dataset import Floats
from auditor.estimate import Estimate
from auditor.measurement import Axis, Column, Lines, Quantity, Table
from auditor.sampling import Sampling


def curve(sampling: Sampling, horizons: list[Predicted]) -> Lines:
    """The share observed at or below each quantile, against its probability."""
    everyone = np.ones(len(horizons[0].observed), dtype=bool)

    def share(one: Predicted, column: Floats) -> Estimate:
        return sampling.rate(np.asarray(one.observed <= column), everyone)

    return Lines(
        title="Do quantiles hold their promise",
        caption="Share of observed values at or below each predicted quantile. On the diagonal quantiles are right; a "
        "line that is flatter than it means ranges that are too narrow. Bands are unadjusted 95 % intervals.",
        x=Axis(title="Probability of the quantile", low=0.0, high=1.0),
        y=Axis(title="Share observed at or below it", low=0.0, high=1.0),
        series=tuple(
            banded(
                f"horizon {one.label}" if one.label else "all rows",
                list(one.quantiles),
                [share(one, column) for column in one.quantiles.values()],
            )
            for one in horizons
        ),
        diagonal="right",
    )


def table(quantities: Mapping[str, Quantity], promised: Mapping[str, float], unit: str) -> list[Table]:
    """Each interval, with what was promised (part -> probability) and what was observed."""
    if not promised:
        return []
    coverage, width = quantities["coverage"].parts, quantities["interval_width"].parts
    rows = []
    for part, probability in promised.items():
        low, high = coverage[part].interval(0.95)
        rows.append((part, probability, coverage[part].value, (low, high), width[part].value))
    columns = (
        Column(title="Horizon and interval" if len({part.split(":")[0] for part in promised}) > 1 else "Interval"),
        Column(title="Promised", kind="percent", digits=1),
        Column(title="Observed inside", kind="percent", digits=1),
        Column(title="95 % interval", kind="interval"),
        Column(title="Mean width", kind="number", unit=unit),
    )
    says = "How many observed values lie inside each central interval, and how wide it is. Intervals are unadjusted."
    return [Table(title="Central intervals", caption=says, columns=columns, rows=tuple(rows))]
