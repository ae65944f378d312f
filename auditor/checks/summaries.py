"""What a person would say of a sequence: its last value, its mean, its slope, how often it was measured.

In original units, and with the time that a step is: the mean of the last 3 months, a slope in mmol/L per hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.where import Where
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
        pieces.append(np.empty((len(rows), len(columns)), dtype=np.float32))
        for at, (_, values) in enumerate(columns):
            pieces[-1][:, at] = values
    return np.concatenate(pieces) if len(pieces) > 1 else pieces[0], names


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
    every = Where(from_end > 0, from_end, recent)
    for at, feature in enumerate(data.features):
        values = np.asfortranarray(block.values[:, :, at])
        there = ~np.isnan(values)
        measured = every if np.array_equal(there, every.steps) else Where(there, from_end, recent)
        if feature.kind == "categorical":
            yield from _levels(feature, told.get(feature.name), values, measured, data.step)
        else:
            yield from _numbers(feature, values, measured, longest, data.step)
    for at, feature in enumerate(data.static_features):
        once = block.static[:, at]
        if feature.kind == "categorical":
            for code in told.get(feature.name, range(len(feature.levels))):
                yield Summary(feature.name, level=feature.levels[code]), _flag(once, code)
        else:
            yield Summary(feature.name, feature.unit), once
    yield Summary(f"number of {data.step}s"), block.mask.sum(axis=1).astype(float)


def _numbers(
    feature: Feature, values: Floats, measured: Where, longest: int, step: str
) -> Iterator[tuple[Summary, Floats]]:
    name, unit, recent = feature.name, feature.unit, measured.recent
    latest = "last value" if step == "step" else f"last {step} measured"
    yield Summary(f"{name}: {latest}", unit), measured.last(values)
    yield Summary(f"{name}: {step}s since the last measurement"), measured.ago
    if longest == 1:
        return
    if longest > recent > 1:
        late = measured.late
        yield Summary(f"{name}: mean of the last {recent} {step}s", unit), late.mean(values)
        if feature.kind == "numeric" and recent > 2:
            yield Summary(f"{name}: slope over the last {recent} {step}s", _per(unit, step)), late.slope(values)
    yield Summary(f"{name}: mean", unit), measured.mean(values)
    yield Summary(f"{name}: share of {step}s measured"), measured.share
    if feature.kind == "numeric":
        yield Summary(f"{name}: slope", _per(unit, step)), measured.slope(values)
        yield Summary(f"{name}: lowest value", unit), measured.extreme(values, np.inf)
        yield Summary(f"{name}: highest value", unit), measured.extreme(values, -np.inf)
    if feature.low is not None and feature.high is not None and feature.low < 0 < feature.high:
        positive = measured.steps & (np.nan_to_num(values) > 0)  # where zero parts good from bad: months in arrears
        yield Summary(f"{name}: number of {step}s above 0"), measured.counted(positive)


def _levels(
    feature: Feature, told: list[int] | None, values: Floats, measured: Where, step: str
) -> Iterator[tuple[Summary, Floats]]:
    last = measured.last(values)
    for code in range(len(feature.levels)) if told is None else told:
        level = feature.levels[code]
        yield Summary(f"{feature.name}, last", level=level), _flag(last, code)
        yield Summary(f"{feature.name}: share of {step}s '{level}'"), measured.mean((values == code).astype(float))


def _per(unit: str, step: str) -> str:
    return f"{unit} per {step}".strip()


def _flag(codes: Floats, code: int) -> Floats:
    return np.where(np.isnan(codes), np.nan, codes == code)
