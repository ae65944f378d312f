"""Rows that are extreme in one feature, for others to be scored beside them."""

from __future__ import annotations

import numpy as np

from auditor.dataset import Block, Dataset, Feature, Floats, Integers
from auditor.subject import Subject


def extreme_rows(dataset: Dataset, picked: Integers) -> Integers:
    """For each feature the rows with its largest and its smallest value: at the last step, and of those picked at any.

    Also of each static feature. The numbers of the rows, each once.
    """
    last, block = dataset.block(None, 1), dataset.block(picked)
    high, low = (_missing(block.values, ends) for ends in (-np.inf, np.inf))
    at_any = picked[high.max(axis=1).argmax(axis=0)], picked[low.min(axis=1).argmin(axis=0)]
    return np.unique(np.concatenate([_ends(last.values[:, 0]), _ends(last.static), *at_any]))


def at_limits(subject: Subject, one: Block) -> Block:
    """Copies of one row, in each another feature at an end of its declared plausible range, at all steps."""
    ends = [
        (static, at, end)
        for static, features in ((False, subject.test.features), (True, subject.test.static_features))
        for at, feature in enumerate(features)
        for end in _declared(feature)
    ]
    values, static = (np.repeat(part, len(ends), axis=0) for part in (one.values, one.static))
    for number, (is_static, at, end) in enumerate(ends):
        if is_static:
            static[number, at] = end
        else:
            values[number, one.mask[0], at] = end
    return Block(values, np.repeat(one.mask, len(ends), axis=0), static)


def count_limits(dataset: Dataset) -> int:
    """How many rows `at_limits` gives."""
    return sum(len(_declared(feature)) for feature in (*dataset.features, *dataset.static_features))


def _declared(feature: Feature) -> list[float]:
    return [end for end in (feature.low, feature.high) if feature.kind == "numeric" and end is not None]


def _ends(cells: Floats) -> Integers:
    """For each column the rows of its largest and of its smallest value."""
    return np.concatenate([_missing(cells, -np.inf).argmax(axis=0), _missing(cells, np.inf).argmin(axis=0)])


def _missing(cells: Floats, value: float) -> Floats:
    return np.where(np.isnan(cells), value, cells)
