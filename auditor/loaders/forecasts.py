"""Several forecasts of one row: their horizons, where the targets of these stand, and what a specification may say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from auditor.dataset import Floats
from auditor.loaders.rows import Places
from auditor.loaders.spec import DataSpec
from auditor.output import Forecast, Horizon
from auditor.yamlfile import Keys

Fault = tuple[Keys, str, str]  # where in the file, what, remedy


def horizons(spec: DataSpec) -> tuple[Horizon | None, ...]:
    """The horizons of the forecasts, each once, in the order in which they are declared."""
    return tuple(dict.fromkeys(one.horizon for one in spec.output.forecasts))


def labels(spec: DataSpec) -> tuple[str, ...]:
    """The names of the horizons; one that is empty, where there is none but quantiles are."""
    return tuple("" if horizon is None else str(horizon) for horizon in horizons(spec))


def offsets(spec: DataSpec) -> tuple[int, ...]:
    """The horizons that count lines after a window's last one; none where each target has a column of its own."""
    if spec.windows is None or spec.target.columns is not None:
        return ()
    return tuple(one for one in horizons(spec) if isinstance(one, int))


def primary_offset(spec: DataSpec) -> int | None:
    """The primary forecast's, None where the target's column says all."""
    counted = offsets(spec)
    return next((one for one in counted if one == spec.output.forecasts[spec.output.primary].horizon), None)


def reach(spec: DataSpec) -> int:
    """How many lines after a window's last one its farthest target stands."""
    return max(offsets(spec), default=spec.windows.horizon if spec.windows else 0)


def targets(spec: DataSpec, at: Places) -> Floats | None:
    """The target at each horizon: (rows, horizons), NaN where missing; None where no forecasts are declared."""
    own, counted = spec.target.columns or {}, offsets(spec)
    found = []
    for horizon in horizons(spec):
        column = spec.target_column if horizon is None else own.get(horizon, spec.target_column)
        ahead = horizon if isinstance(horizon, int) and horizon in counted else None
        found.append(at.numbers(column, target=True, ahead=ahead))
    return np.stack(found, axis=1) if found else None


def told(spec: DataSpec) -> tuple[str, ...]:
    """A sentence for the report: what is predicted, and which number stands for all where one is asked for."""
    if not spec.output.forecasts:
        return ()
    names = [_named(one) for one in spec.output.forecasts]
    primary = names[spec.output.primary]
    return (f"The model gives {len(names)} forecasts: {', '.join(names)}. Checks of one number take: {primary}.",)


def _named(one: Forecast) -> str:
    what = "value" if one.quantile is None else "median" if one.central else f"{one.quantile:g} quantile"
    return f"{what} at horizon {one.label}" if one.label else what


def broken_forecasts(spec: DataSpec) -> Iterator[Fault]:
    """Every rule of forecasts, and of targets with a column for each horizon, that the specification breaks."""
    forecasts = spec.output.forecasts
    if not forecasts:
        if spec.target.columns is not None:
            yield ("target", "columns"), "no forecast is declared that has a horizon", "Declare output: forecasts."
        return
    if spec.task != "regression":
        yield ("output", "forecasts"), f"forecasts belong to a regression, and the task is {spec.task}", ""
        return
    for at, one in enumerate(forecasts):
        if (one.horizon, one.quantile) in [(other.horizon, other.quantile) for other in forecasts[:at]]:
            yield ("output", "forecasts", at), "another forecast has the same horizon and quantile", ""
    if None in horizons(spec) and len(horizons(spec)) > 1:
        yield ("output", "forecasts"), "some forecasts have a horizon and some have none", "Give each its horizon."
    yield from _primary(spec)
    yield from _targets(spec)


def _primary(spec: DataSpec) -> Iterator[Fault]:
    forecasts = spec.output.forecasts
    marked = sum(one.primary for one in forecasts)
    if marked != 1 and (marked or len(forecasts) > 1):
        what = f"{marked} forecasts are marked as primary, and one is to be"
        remedy = "Mark the one that checks of a single number are to take: primary: true."
        yield ("output", "forecasts"), what, remedy
    elif not forecasts[spec.output.primary].central:
        what = f"the primary forecast is the {forecasts[spec.output.primary].quantile:g} quantile"
        remedy = "Mark a value or a median: checks hold the primary forecast against the target."
        yield ("output", "forecasts", spec.output.primary), what, remedy


def _targets(spec: DataSpec) -> Iterator[Fault]:
    declared = horizons(spec)
    if spec.target.columns is not None:
        yield from _columns(spec, spec.target.columns)
    elif len(declared) > 1 and len(offsets(spec)) < len(declared):
        remedy = "Name one a horizon: target: {columns: {HORIZON: COLUMN}}."
        yield ("target",), "several horizons need a column of the target each, or windows and whole numbers", remedy
    elif offsets(spec) and spec.windows and spec.windows.horizon:
        yield ("windows", "horizon"), "the forecasts say how far ahead the target is", "Leave it away here."


def _columns(spec: DataSpec, own: Mapping[Horizon, str]) -> Iterator[Fault]:
    declared = horizons(spec)
    if spec.target.column is not None:
        yield ("target",), "the target has both 'column' and 'columns'", "Leave one of them away."
    for horizon in own:
        if horizon not in declared:
            yield ("target", "columns", horizon), f"no forecast has the horizon {horizon!r}", ""
    missing = [repr(horizon) for horizon in declared if horizon is not None and horizon not in own]
    if missing:
        yield ("target", "columns"), f"the target at the horizon {', '.join(missing)} has no column", ""
    for name, times in Counter(own.values()).items():
        if times > 1:
            yield ("target", "columns"), f"the column '{name}' stands {times} times", "Give each horizon its own."
