"""Padding of the sequences that a model is sent: which rows have it, what it can be changed to, whether it is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.sent import Change
from auditor.checks.behavior.stack import Disturb
from auditor.dataset import Block, Integers, Side
from auditor.errors import NotApplicable
from auditor.model import Inputs
from auditor.subject import Subject

_HAIR = 1e-4  # of the padding's value, or of 1: far above what a float32 can tell apart, far below any measurement


def rows(subject: Subject) -> Integers:
    """The test rows whose padding can be changed: those shorter than the input; all, where it takes any length.

    Raises NotApplicable where there is none.
    """
    lengths = subject.test.lengths
    width = subject.encoder.width or int(lengths.max(initial=1))
    some = np.flatnonzero((lengths > 0) & ((lengths < width) | any_length(subject)))
    if not len(some):
        raise NotApplicable("every row fills the input, so that there is no padding")
    return some


def any_length(subject: Subject) -> bool:
    """Whether the model takes sequences of any length."""
    ports = {port.name: port for port in subject.model.description.inputs}
    names = sequences(subject)
    return bool(names) and all(name in ports and ports[name].shape[:1] == (None,) for name in names)


def sequences(subject: Subject) -> tuple[str, ...]:
    """The inputs that have an axis of steps, by the encoder: those that grow with the padding."""
    block = subject.block(subject.test, np.arange(1))
    short = subject.encoder.encode(block)
    long = subject.encoder.encode(longer(1, subject.test.side)(block, np.random.default_rng(0)))
    return tuple(name for name, values in short.items() if values.shape != long[name].shape)


def longer(steps: int, side: Side) -> Disturb:
    """The rows with so many empty steps more on the side of the padding."""

    def disturb(block: Block, rng: np.random.Generator) -> Block:
        width = (steps, 0) if side == "left" else (0, steps)
        values = np.pad(block.values, ((0, 0), width, (0, 0)), constant_values=np.nan)
        return Block(values, np.pad(block.mask, ((0, 0), width)), block.static)

    return disturb


def other_value(subject: Subject) -> Change:
    """One more in every padded cell of inputs that are not whole numbers by type.

    An input of two axes may be the mask itself, which says what is empty and is no padding; it stays.
    """
    names = sequences(subject)

    def change(inputs: Inputs, block: Block) -> Inputs:
        changed: dict[str, NDArray[Any]] = {}
        for name, values in inputs.items():
            changed[name] = np.array(values)
            if name in names and values.ndim == 3 and np.issubdtype(values.dtype, np.floating):
                changed[name][~block.mask] += 1
        return changed

    return change


def unmasked(subject: Subject) -> Change:
    """Every padded cell a hair off its value, so that a mask which tells empty steps by it takes them for real ones.

    An input of two axes that is the mask itself says of every step that it is real.
    """
    names = sequences(subject)

    def change(inputs: Inputs, block: Block) -> Inputs:
        changed: dict[str, NDArray[Any]] = {}
        for name, values in inputs.items():
            changed[name] = np.array(values)
            if name not in names:
                continue
            if values.ndim == 3 and np.issubdtype(values.dtype, np.floating):
                padding = changed[name][~block.mask]
                changed[name][~block.mask] = padding + _HAIR * np.maximum(1.0, np.abs(padding))
            elif values.ndim == 2 and np.array_equal(values, block.mask):
                changed[name][:] = 1
        return changed

    return change


def slopes(subject: Subject, block: Block, least: float) -> NDArray[np.bool_] | None:
    """(rows,): whether the score moves by more than `least` for one more in the empty cells, by its slope there.

    None where no input has a slope.
    """
    inputs, names = subject.encoder.encode(block), sequences(subject)
    if not any(port.dtype.startswith(("float", "bfloat")) for port in subject.model.description.inputs):
        return None
    ports = subject.model.description.outputs
    read, _ = subject.output.read(ports[0].name)
    port = next(one for one in ports if one.name == read)
    found: list[NDArray[np.bool_]] = []
    for column in range(port.shape[-1] or 1) if port.shape else [None]:
        slope = subject.model.gradient(inputs, port.name, column)
        for name in names:
            if name in slope and slope[name].ndim == 3:
                size = np.abs(np.where(block.mask[:, :, None], 0.0, slope[name])).sum(axis=(1, 2))
                found.append(np.asarray(size > least))
    return np.logical_or.reduce(found) if found else None
