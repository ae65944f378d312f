"""What a person would say of a sequence: its last value, its mean, its slope, how often it was measured.

In original units, and with the time that a step is: the mean of the last 3 months, a slope in mmol/L per hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Block, Dataset, Feature, Floats
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_LEVELS = 24  # of a category, such as the words of a language, that have a column of their own: the most frequent


@dataclass(frozen=True)
class Summary:
    """A column of summaries. level: it is 1 where the feature has that level and 0 where not; empty for a number."""

    name: str
    unit: str = ""
    level: str = ""


def summaries(
    subject: Subject, data: Dataset, recent: int, longest: int | None = None
) -> tuple[Floats, tuple[Summary, ...]]:
    """(rows, summaries) float32 in original units, NaN where nothing was measured; and what each column says.

    recent: how many last steps the mean of the last steps covers. The columns depend on the features, on the longest
    row that the model sees (`longest` steps, where not all of the rows are given), and on which levels of a category
    with many are frequent in the reference data; never on `data`, so that two data sets of one model have the same.
    """
    longest = longest or subject.encoder.width or int(data.lengths.max(initial=1))
    told = _told(subject.reference or subject.test)
    pieces: list[NDArray[np.float32]] = []
    names: tuple[Summary, ...] = ()
    for rows in subject.chunks(data):
        columns = list(_columns(data, subject.block(data, rows), recent, longest, told))
        names = tuple(name for name, _ in columns)
        pieces.append(np.stack([values for _, values in columns], axis=1).astype(np.float32))
    return np.concatenate(pieces), names


def _told(data: Dataset) -> dict[str, list[int]]:
    """Feature with many levels -> the codes of those that have a column: the most frequent."""
    told = {}
    for features, values in ((data.features, data.values), (data.static_features, data.static)):
        for at, feature in enumerate(features):
            if len(feature.levels) <= _LEVELS:
                continue
            known = values[:, at][~np.isnan(values[:, at])].astype(np.intp)
            frequent = np.argsort(-np.bincount(known, minlength=len(feature.levels)), kind="stable")
            told[feature.name] = sorted(frequent[:_LEVELS].tolist())
    return told


def _columns(
    data: Dataset, block: Block, recent: int, longest: int, told: dict[str, list[int]]
) -> Iterator[tuple[Summary, Floats]]:
    # A step of all rows lies together in memory: what is summed over few steps then takes a third of the time.
    from_end = np.asfortranarray(np.cumsum(block.mask[:, ::-1], axis=1, dtype=np.int_)[:, ::-1] * block.mask)
    for at, feature in enumerate(data.features):
        values = np.asfortranarray(block.values[:, :, at])
        if feature.kind == "categorical":
            yield from _levels(feature, told.get(feature.name), values, data.step)
        else:
            yield from _numbers(feature, values, from_end, recent, longest, data.step)
    for at, feature in enumerate(data.static_features):
        once = block.static[:, at]
        if feature.kind == "categorical":
            for code in told.get(feature.name, range(len(feature.levels))):
                yield Summary(feature.name, level=feature.levels[code]), _flag(once, code)
        else:
            yield Summary(feature.name, feature.unit), once
    yield Summary(f"number of {data.step}s"), block.mask.sum(axis=1).astype(float)


def _numbers(
    feature: Feature, values: Floats, from_end: NDArray[np.int_], recent: int, longest: int, step: str
) -> Iterator[tuple[Summary, Floats]]:
    name, unit, measured = feature.name, feature.unit, ~np.isnan(values)
    latest = "last value" if step == "step" else f"last {step} measured"
    yield Summary(f"{name}: {latest}", unit), _last(values, measured)
    yield Summary(f"{name}: {step}s since the last measurement"), _steps_ago(measured, from_end)
    if longest == 1:
        return
    if longest > recent > 1:
        late = measured & (from_end <= recent)
        yield Summary(f"{name}: mean of the last {recent} {step}s", unit), _mean(values, late)
        if feature.kind == "numeric" and recent > 2:
            yield Summary(f"{name}: slope over the last {recent} {step}s", _per(unit, step)), _slope(values, late)
    yield Summary(f"{name}: mean", unit), _mean(values, measured)
    yield (
        Summary(f"{name}: share of {step}s measured"),
        measured.sum(axis=1) / np.maximum((from_end > 0).sum(axis=1), 1),
    )
    if feature.kind == "numeric":
        yield Summary(f"{name}: slope", _per(unit, step)), _slope(values, measured)
        yield Summary(f"{name}: lowest value", unit), _extreme(values, measured, np.inf)
        yield Summary(f"{name}: highest value", unit), _extreme(values, measured, -np.inf)
    if feature.low is not None and feature.high is not None and feature.low < 0 < feature.high:
        positive = measured & (np.nan_to_num(values) > 0)  # where zero parts good from bad: months in arrears
        yield Summary(f"{name}: number of {step}s above 0"), _counted(positive, measured)


def _levels(feature: Feature, told: list[int] | None, values: Floats, step: str) -> Iterator[tuple[Summary, Floats]]:
    measured = ~np.isnan(values)
    last = _last(values, measured)
    for code in range(len(feature.levels)) if told is None else told:
        level = feature.levels[code]
        yield Summary(f"{feature.name}, last", level=level), _flag(last, code)
        yield Summary(f"{feature.name}: share of {step}s '{level}'"), _mean((values == code).astype(float), measured)


def _per(unit: str, step: str) -> str:
    return f"{unit} per {step}".strip()


def _counted(where: Mask, measured: Mask) -> Floats:
    """How many steps; NaN where nothing was measured, which is not none."""
    return np.where(measured.any(axis=1), where.sum(axis=1).astype(float), np.nan)


def _flag(codes: Floats, code: int) -> Floats:
    return np.where(np.isnan(codes), np.nan, codes == code)


def _last(values: Floats, measured: Mask) -> Floats:
    """The last measured value of each row."""
    at = values.shape[1] - 1 - measured[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(measured.any(axis=1), values[np.arange(len(values)), at], np.nan))


def _steps_ago(measured: Mask, from_end: NDArray[np.int_]) -> Floats:
    """0 where the last step was measured."""
    nearest = np.where(measured, from_end, np.iinfo(np.int_).max).min(axis=1, initial=np.iinfo(np.int_).max)
    return np.where(measured.any(axis=1), nearest - 1.0, np.nan)


def _mean(values: Floats, where: Mask) -> Floats:
    count = where.sum(axis=1)
    return np.asarray(np.where(count > 0, np.where(where, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan))


def _slope(values: Floats, measured: Mask) -> Floats:
    """Least squares of the measured values on their steps; NaN below two."""
    step = np.arange(values.shape[1], dtype=float)
    centre = (measured * step).sum(axis=1) / np.maximum(measured.sum(axis=1), 1)
    away = np.where(measured, np.subtract(step, centre[:, None], order="F"), 0.0)
    spread = (away**2).sum(axis=1)
    rise = (away * np.where(measured, values, 0.0)).sum(axis=1)
    return np.asarray(np.where(spread > 0, rise / np.where(spread > 0, spread, 1.0), np.nan))


def _extreme(values: Floats, measured: Mask, other: float) -> Floats:
    """The lowest measured value (`other` is +inf) or the highest (-inf)."""
    kept = np.where(measured, values, other)
    found = kept.min(axis=1) if other > 0 else kept.max(axis=1)
    return np.asarray(np.where(measured.any(axis=1), found, np.nan))
