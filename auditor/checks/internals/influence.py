"""How much the output moves when the inputs of a step move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from auditor.dataset import Block, Dataset, Floats
from auditor.errors import NotApplicable
from auditor.subject import Subject


def by_lag(subject: Subject, data: Dataset) -> Floats:
    """(rows, steps back): absolute gradient times the inputs' standard deviation, summed over the inputs of a step.

    Column 0 is a row's last step; NaN where a row is shorter. Of several classes the influences are summed. Inputs of
    whole numbers are differentiated by at the embedding. Raises NotApplicable where nothing with steps can be.
    """
    scale = _deviation(subject, data)
    back = np.full((len(data), int(data.lengths.max(initial=1))), np.nan)
    for rows in subject.chunks(data):
        block = subject.block(data, rows)
        influence = np.zeros(block.mask.shape)
        for moves in _gradients(subject, block):
            influence += np.abs(moves) @ scale
        lag = np.cumsum(block.mask[:, ::-1], axis=1)[:, ::-1] - 1
        row, step = np.nonzero(block.mask)
        back[rows[row], lag[row, step]] = influence[row, step]
    return back


def _at(subject: Subject) -> tuple[Literal["input", "embedding"], str]:
    """Where derivatives are taken: the name of the input with steps, or of the first Embedding layer."""
    description = subject.model.description
    for port in description.inputs:
        if "int" not in port.dtype and len(port.shape) == 2 and subject.encoder.columns.get(port.name):
            return "input", port.name
    for layer in description.layers:
        if layer.kind == "Embedding":
            return "embedding", layer.name
    raise NotApplicable("the model has no input with steps that its output could be differentiated by")


def _gradients(subject: Subject, block: Block) -> Iterator[Floats]:
    """(rows, steps, columns): the output's derivative; one for each class where there are several."""
    at, name = _at(subject)
    outputs = {port.name: port for port in subject.model.description.outputs}
    output, chosen = subject.output.read(next(iter(outputs)))
    inputs = subject.encoder.encode(block)
    columns: Sequence[int | None] = [1 if outputs[output].shape[-1:] == (2,) else None]
    if chosen is not None:
        columns = [chosen]
    elif subject.output.kind in ("class_probabilities", "class_logits"):
        columns = range(len(subject.test.target.classes))
    for column in columns:
        yield np.asarray(subject.model.gradient(inputs, output, column, at)[name], dtype=float)


def _deviation(subject: Subject, data: Dataset) -> Floats:
    """(columns,): standard deviation of what is differentiated by, over real steps."""
    at, name = _at(subject)
    pieces = []
    for rows in subject.chunks(data):
        block = subject.block(data, rows)
        inputs = subject.encoder.encode(block)
        given = inputs[name] if at == "input" else subject.model.activations(inputs, name)
        real = np.asarray(given, dtype=float)[block.mask]
        pieces.append(np.stack([np.ones(real.shape[1:]) * len(real), real.sum(axis=0), (real**2).sum(axis=0)]))
    n, first, second = np.sum(pieces, axis=0)
    n = np.maximum(n, 1)
    return np.asarray(np.sqrt(np.maximum(second / n - (first / n) ** 2, 0.0)))
