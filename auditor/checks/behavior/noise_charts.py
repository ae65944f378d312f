"""What the check of noise shows: dose and response, the features that matter most, the errors that were used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from auditor.checks.behavior.measurement_error import MeasurementError
from auditor.checks.quality import WORDS
from auditor.dataset import Dataset
from auditor.estimate import Estimate
from auditor.measurement import Axis, Bars, Column, Lines, Quantity, Series, Table

_MOST = 20  # features drawn


def curves(data: Dataset, quantities: Mapping[str, Quantity], multiples: Sequence[float]) -> list[Lines]:
    """A dose-response curve of each quantity: its parts are in the order of the multiples."""
    titles = {
        "score_change": ("How far noise moves the score", "Mean absolute change of the score"),
        "flipped": ("How many decisions noise flips", "Share of decisions that flip"),
        "loss": ("How much worse noise makes the predictions", WORDS[data.task].capitalize()),
    }
    x = Axis(title="Noise, in multiples of the error of measurement", low=0)
    shown = []
    for name, (title, axis) in titles.items():
        quantity = quantities.get(name)
        if quantity is None:
            continue
        unit = data.target.unit if data.task == "regression" and name != "flipped" else ""
        series = _response([quantity.parts[part] for part in quantity.parts], multiples)
        caption = (
            "The steeper the curve, the more the model reacts to noise; 1 is the noise of an ordinary second reading."
        )
        caption += " The band is the 95 % interval." if series.low else ""
        shown.append(Lines(title=title, caption=caption, x=x, y=Axis(title=axis, unit=unit), series=(series,)))
    return shown


def _response(estimates: Sequence[Estimate], multiples: Sequence[float]) -> Series:
    intervals = [estimate.interval(0.95) for estimate in estimates]
    bounded = all(math.isfinite(end) for interval in intervals for end in interval)
    return Series(
        name="noise on all features",
        x=(0.0, *multiples),
        y=(0.0, *(estimate.value for estimate in estimates)),
        low=(0.0, *(interval.low for interval in intervals)) if bounded else (),
        high=(0.0, *(interval.high for interval in intervals)) if bounded else (),
    )


def one_at_a_time(data: Dataset, changes: Mapping[str, Estimate]) -> Bars:
    """The change of the score for noise on one feature alone, the largest first."""
    order = sorted(changes, key=lambda name: (-changes[name].value, name))[:_MOST]
    intervals = [changes[name].interval(0.95) for name in order]
    left_out = f" The {_MOST} largest of {len(changes)} are shown." if len(changes) > _MOST else ""
    return Bars(
        title="Noise on one feature at a time",
        caption=f"The model leans most on the exact value of the features on top, '{order[0]}' first.{left_out}",
        labels=tuple(order),
        values=tuple(changes[name].value for name in order),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=Axis(
            title="Mean absolute change of the score at 1 × the error of measurement",
            unit=data.target.unit if data.task == "regression" else "",
            low=0,
        ),
    )


def errors_used(data: Dataset, errors: Mapping[str, MeasurementError]) -> Table:
    """The error of measurement of each feature, in its own unit, and on how much it rests."""
    units = {feature.name: feature.unit for feature in (*data.features, *data.static_features)}
    return Table(
        title="Errors of measurement that were used",
        caption="Declared in the data specification, or estimated from how far values move between neighbouring steps. "
        "Compare an estimate with what the makers of the devices or the owners of the data state.",
        columns=(
            Column(title="Feature"),
            Column(title="Standard deviation of the error", kind="number"),
            Column(title="Unit"),
            Column(title="Where it comes from"),
        ),
        rows=tuple((name, error.sd, units[name], _origin(error)) for name, error in errors.items()),
    )


def _origin(error: MeasurementError) -> str:
    if error.pairs is None:
        return "declared"
    return f"estimated from {error.pairs:,} pairs of measurements"
