"""The model shown the last steps of its rows only: left out where it knows rows so short, else stood for by others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from auditor.checks.surrogate.simpler import Simpler, scores_of
from auditor.checks.surrogate.trial import Trial
from auditor.dataset import Block, Dataset
from auditor.subject import Subject

_KNOWN = 0.01  # of the rows learnt from: so many that are as short make a model know such rows


def shortened(subject: Subject, rows: Trial, lengths: int) -> Iterator[Simpler]:
    """The model itself, shown the last step only, and longer parts of the history up to all but the longest.

    Where the model skips what is not there, or has seen rows as short, older steps are left out. Elsewhere that would
    tell what it makes of padding, which it never met: the oldest step that is shown stands for those before it.
    """
    data, parameters = rows.judge, subject.model.description.parameters
    longest = int(data.lengths.max(initial=0))
    able = skips(subject, data)
    for steps in np.unique(np.geomspace(1, max(longest, 1), lengths + 1).round().astype(int))[:-1]:
        name = f"last {steps} step{'s' if steps > 1 else ''}"
        if able or (rows.learn.lengths <= steps).mean() >= _KNOWN:
            short = dataclasses.replace(data, starts=np.maximum(data.starts, data.stops - steps))
            yield Simpler(name, scores_of(subject, short), parameters, steps=int(steps))
        else:
            pieces = (repeated(subject.block(data, piece), int(steps)) for piece in subject.chunks(data))
            scores = np.concatenate([subject.score(block) for block in pieces])
            yield Simpler(name, scores, parameters, steps=int(steps), repeated=True)


def skips(subject: Subject, data: Dataset) -> bool:
    """Whether steps that a row lacks can be told from steps that it has: by inputs of any length, by an input that is
    made from no feature (a mask, a length), or by recurrent layers that leave out padding.
    """
    width = subject.encoder.width
    if width is None or not len(data):
        return True
    row = np.array([data.lengths.argmax()])
    one = dataclasses.replace(data, starts=np.maximum(data.starts, data.stops - 1))
    inputs = subject.encoder.encode(subject.block(one, row))
    if width == 1 or any(not subject.encoder.columns.get(name) for name in inputs):
        return True
    layers = subject.model.description.layers
    recurrent = [layer.name for layer in layers if layer.recurrences]
    if not recurrent:
        return any(layer.kind == "Masking" for layer in layers)
    masks = [np.asarray(subject.model.activations(inputs, name, at="mask")) for name in recurrent]
    return any((mask <= 0).any() for mask in masks)


def repeated(block: Block, steps: int) -> Block:
    """The same rows, the last `steps` as they are and each step before them equal to the oldest of these."""
    width = block.mask.shape[1]
    last = width - 1 - block.mask[:, ::-1].argmax(1)
    oldest = np.maximum(last - steps + 1, block.mask.argmax(1))
    at = np.maximum(np.arange(width), oldest[:, None])
    values = np.take_along_axis(block.values, at[:, :, None], axis=1)
    return block.with_values(np.where(block.mask[:, :, None], values, block.values))
