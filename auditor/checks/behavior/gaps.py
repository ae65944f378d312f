"""Ways in which measurements go missing; each takes rows in original units and gives them with gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.stack import Disturb
from auditor.dataset import Block, Dataset, Floats
from auditor.errors import FileFault
from auditor.subject import Subject

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class May:
    """What may be missing. features, static: columns; names: of all of them, features first."""

    features: tuple[int, ...]
    static: tuple[int, ...]
    names: tuple[str, ...]


def bearable(subject: Subject, data: Dataset) -> tuple[May, dict[str, str]]:
    """The features that may be missing altogether, and the reason for each other.

    A feature may where the encoder turns a row without it into finite inputs; no model is asked.
    """
    rows = np.flatnonzero(data.lengths > 0)[:1]
    refused: dict[str, str] = {}
    kept: tuple[list[int], list[int]] = ([], [])
    if len(rows):
        block = subject.block(data, rows)
        for static, features in enumerate((data.features, data.static_features)):
            for at, feature in enumerate(features):
                try:
                    sent = subject.encoder.encode(_taken(block, (at,), bool(static), True))
                    whole = all(np.isfinite(one).all() for one in sent.values())
                except FileFault:
                    whole = False
                if whole:
                    kept[static].append(at)
                else:
                    refused[feature.name] = "nothing is declared that stands for a missing value"
    names = [data.features[at].name for at in kept[0]] + [data.static_features[at].name for at in kept[1]]
    return May(tuple(kept[0]), tuple(kept[1]), tuple(names)), refused


def steps(may: May, share: float) -> Disturb:
    """Each step loses all its measurements with this chance."""
    return lambda block, rng: _taken(block, may.features, False, (rng.random(block.mask.shape) < share)[..., None])


def sensor(may: May, last: int) -> Disturb:
    """One feature, of each row another, gives nothing at the last steps."""

    def lose(block: Block, rng: np.random.Generator) -> Block:
        which = rng.choice(may.features, len(block))
        dead = (from_end(block.mask) <= last)[..., None] & (which[:, None, None] == np.array(may.features))
        return _taken(block, may.features, False, dead)

    return lose


def outage(may: May, share: float) -> Disturb:
    """Nothing is recorded for a stretch of this share of the row's steps (at least one), wherever it begins."""

    def lose(block: Block, rng: np.random.Generator) -> Block:
        length = block.mask.sum(axis=1)
        long = np.maximum(1, np.round(share * length)).astype(int)
        begin = (rng.random(len(block)) * (length - long + 1)).astype(int)
        at = np.cumsum(block.mask, axis=1) - 1 - begin[:, None]
        return _taken(block, may.features, False, ((at >= 0) & (at < long[:, None]))[..., None])

    return lose


def never(may: May) -> dict[str, Disturb]:
    """For each feature, that it is not measured at any step."""

    def without(at: int, static: bool) -> Disturb:
        return lambda block, rng: _taken(block, (at,), static, True)

    columns = [(at, False) for at in may.features] + [(at, True) for at in may.static]
    return {name: without(at, static) for name, (at, static) in zip(may.names, columns, strict=True)}


def from_end(mask: Mask) -> NDArray[np.integer]:
    """(rows, steps): 1 at the last real step of a row, 2 at the one before; beyond any row at padding."""
    count = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1]
    return np.where(mask, count, np.iinfo(np.intp).max)


def _taken(block: Block, columns: tuple[int, ...], static: bool, gone: Mask | bool) -> Block:
    """The rows without the measurements of some columns where `gone` (..., columns) is true."""
    values: Floats = (block.static if static else block.values).copy()
    values[..., list(columns)] = np.where(gone, np.nan, values[..., list(columns)])
    return block.with_static(values) if static else block.with_values(values)
