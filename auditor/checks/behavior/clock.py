"""Ways in which the time of a record goes wrong; each takes rows in original units and gives them disturbed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.stack import Disturb
from auditor.dataset import Block, Dataset, Feature, Floats, Integers

_CELSIUS = {"°c", "degc", "deg c", "celsius", "c"}
_THOUSAND = 1000.0


def late(block: Block, rng: np.random.Generator) -> Block:
    """Each step holds what the step before held; the first keeps its own."""
    place, _ = _places(block)
    return _gathered(block, np.maximum(place - 1, 0))


def twice(block: Block, rng: np.random.Generator) -> Block:
    """One step of each row, wherever it is, is written twice; the first step falls out, so that the length stays."""
    place, length = _places(block)
    again = 1 + (rng.random(len(block)) * np.maximum(length - 1, 1)).astype(int)
    return _gathered(block, np.where(place < again[:, None], np.minimum(place + 1, length[:, None] - 1), place))


def backwards(block: Block, rng: np.random.Generator) -> Block:
    """The last step first."""
    place, length = _places(block)
    return _gathered(block, length[:, None] - 1 - place)


def shuffled(block: Block, rng: np.random.Generator) -> Block:
    """The steps of each row in an order drawn at random."""
    place, _ = _places(block)
    key = np.where(block.mask, rng.random(block.mask.shape), np.inf)
    order = np.argsort(key, axis=1, kind="stable") - block.mask.argmax(axis=1)[:, None]
    return _gathered(block, np.take_along_axis(order, np.clip(place, 0, place.shape[1] - 1), axis=1))


def frozen(last: int) -> Disturb:
    """One feature, of each row another, keeps at the last steps what it was before them."""

    def disturb(block: Block, rng: np.random.Generator) -> Block:
        return _held(block, last, rng.integers(0, block.values.shape[2], len(block)))

    return disturb


def frozen_feature(last: int, feature: int) -> Disturb:
    """The same feature of every row keeps at the last steps what it was before them."""
    return lambda block, rng: _held(block, last, np.full(len(block), feature))


def _held(block: Block, last: int, which: Integers) -> Block:
    place, length = _places(block)
    held = _gathered(block, np.minimum(place, np.maximum(length - 1 - last, 0)[:, None])).values
    return block.with_values(np.where(_column(block, which), held, block.values))


def swapped(features: Sequence[Feature], numeric: Sequence[int]) -> Disturb:
    """Two numeric features, of each row others, stand in each other's place, kept within its plausible range."""
    low = np.array([-np.inf if feature.low is None else feature.low for feature in features])
    high = np.array([np.inf if feature.high is None else feature.high for feature in features])

    def disturb(block: Block, rng: np.random.Generator) -> Block:
        drawn = np.argsort(rng.random((len(block), len(numeric))), axis=1)[:, :2]
        one, other = np.array(numeric)[drawn].T
        values, row = block.values.copy(), np.arange(len(block))
        for to, origin in ((one, other), (other, one)):
            values[row, :, to] = np.clip(block.values[row, :, origin], low[to][:, None], high[to][:, None])
        return block.with_values(values)

    return disturb


def other_unit(features: Sequence[Feature], numeric: Sequence[int]) -> Disturb:
    """One numeric feature, of each row another, is in °F where its unit is °C, else 1000 times too large."""
    warm = np.array([feature.unit.strip().lower() in _CELSIUS for feature in features])

    def disturb(block: Block, rng: np.random.Generator) -> Block:
        which = rng.choice(numeric, len(block))
        wrong: Floats = np.where(warm, 1.8 * block.values + 32, _THOUSAND * block.values)
        return block.with_values(np.where(_column(block, which), wrong, block.values))

    return disturb


def last(data: Dataset, steps: int) -> Dataset:
    """The same rows with their last steps only, or all where they have fewer."""
    return dataclasses.replace(data, starts=np.maximum(data.starts, data.stops - steps))


def _places(block: Block) -> tuple[Integers, Integers]:
    """(rows, steps) which real step of its row a cell is, from 0; and (rows,) how many there are."""
    return np.arange(block.mask.shape[1]) - block.mask.argmax(axis=1)[:, None], block.mask.sum(axis=1)


def _gathered(block: Block, source: Integers) -> Block:
    """The rows with the values of other real steps: `source` (rows, steps), counted within the row."""
    steps = block.mask.shape[1]
    at = np.clip(source + block.mask.argmax(axis=1)[:, None], 0, steps - 1)
    values = np.take_along_axis(block.values, at[:, :, None], axis=1)
    return block.with_values(np.where(block.mask[:, :, None], values, block.values))


def _column(block: Block, which: Integers) -> NDArray[np.bool_]:
    """(rows, 1, features): True at the column of each row."""
    return np.asarray(which[:, None, None] == np.arange(block.values.shape[2]))
