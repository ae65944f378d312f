"""What is shown of simpler models: each with its loss, and the model with less and less history."""

from __future__ import annotations

import math
from collections.abc import Mapping

from auditor.checks.performance.charts import achieved, banded, measure_axis
from auditor.checks.quality import Quality
from auditor.checks.surrogate.simpler import Simpler
from auditor.estimate import Estimate
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Column, Lines, Quantity, Table


def table(quantities: Mapping[str, Quantity], known: Mapping[str, Simpler]) -> Table:
    """One line for each: how large it is, what it loses, how often it decides alike."""
    alike = quantities["agreement"].parts if "agreement" in quantities else {}
    rows = [
        (
            name,
            one.parameters,
            quantities["loss"].parts[name].value,
            _interval(quantities["loss"].parts[name]),
            alike[name].value if name in alike else None,
            _lesson(one),
        )
        for name, one in known.items()
    ]
    return Table(
        title="What simpler models lose",
        caption="On the same rows as the model. A loss whose interval holds zero may be none: then the model is "
        "larger, or is shown more, than it needs.",
        columns=(
            Column(title="Instead of the model"),
            Column(title="Numbers learnt", kind="count"),
            Column(title="Loss", kind="number", digits=4),
            Column(title="95 % interval", kind="interval", digits=4),
            Column(title="Decides alike", kind="percent"),
            Column(title="Lessons"),
        ),
        rows=tuple(rows),
    )


def curve(quality: Quality, known: Mapping[str, Simpler], stats: Mapping[str, Stat], own: Stat) -> tuple[Lines, ...]:
    """The model shown its last steps only, up to all of them; none where no history is shorter."""
    points = {one.steps: stats[name] for name, one in known.items() if one.steps is not None}
    if not points:
        return ()
    points[int(quality.data.lengths.max())] = own
    return (
        Lines(
            title="Predictive quality by how far back the model is shown the past",
            caption="On the right all steps are known. Where the curve has become flat, older steps add nothing. The "
            "band is the pointwise 95 % interval.",
            x=Axis(title="Last steps known", low=0),
            y=measure_axis(quality.data),
            series=(banded("the model", list(points), [achieved(quality, stat) for stat in points.values()]),),
        ),
    )


def _interval(estimate: Estimate) -> tuple[float | None, float | None]:
    low, high = estimate.interval(0.95)
    return (low if math.isfinite(low) else None, high if math.isfinite(high) else None)


def _lesson(one: Simpler) -> str:
    if one.lesson is None:
        return "the model itself"
    why = {"no better": "until it learnt no more", "epochs": "the most allowed", "seconds": "until time was up"}
    return f"{one.lesson.epochs} epochs, {why[one.lesson.ended]}"
