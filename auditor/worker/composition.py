"""How many rows go through the model at a time. The choice follows from shapes alone, never from a clock.

A batch size found by timing would differ from run to run, and with it the last bits of every score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from auditor.model import Description, Shape

_LARGEST, _SMALLEST = 512, 8  # per row, larger batches are 5 % faster, and leave processors idle at the end
_LARGEST_GRADIENT = 1024  # not compiled, so that each operation has a price of its own
_STEPS_DOWN = 8
_BATCH_BYTES = 32 * 2**20
_GRADIENT_BYTES = 8 * 2**20  # a gradient keeps every step's gates besides, which should stay in the processor's cache
_REQUEST_ROWS, _REQUEST_BATCHES, _REQUEST_BYTES = 8192, 16, 64 * 2**20
_EXACT_ROWS = 1024
_CALL = 100  # rows that take as long as the rest of a call does: measured with LSTMs on 6 to 48 steps


def largest_batch(description: Description, inputs: Mapping[str, Shape], *, gradient: bool = False) -> int:
    """The largest power of two of rows for which no layer's output (float32) is over a fixed number of bytes."""
    lengths = [size for shape in inputs.values() for size in shape[:-1] if size is not None]
    longest = max(lengths, default=1)
    shapes = [layer.output_shape or () for layer in description.layers] + list(inputs.values())
    per_row = max(4 * math.prod(longest if size is None else size for size in shape) for shape in shapes)
    together = max(1, (_GRADIENT_BYTES if gradient else _BATCH_BYTES) // per_row)
    most = _LARGEST_GRADIENT if gradient else _LARGEST
    return max(_SMALLEST, min(most, 1 << together.bit_length() - 1))


def batches_together(batch: int, inputs: Mapping[str, Shape]) -> int:
    """How many batches go in one request: a few, so that all processors have one, and asking takes no time."""
    per_row = max(1, 4 * sum(math.prod(size or 1 for size in shape) for shape in inputs.values()))
    return max(1, min(_REQUEST_BATCHES, _REQUEST_ROWS // batch, _REQUEST_BYTES // (batch * per_row)))


def padded(rows: int, largest: int, together: int = 1) -> Iterator[tuple[int, int]]:
    """(rows, batch) of each request: full batches of two fixed sizes, so that few functions are compiled.

    What remains goes into one padded batch where that takes no longer than calls of the smaller size. together: how
    many batches a request holds at most.
    """
    smaller = largest // _STEPS_DOWN
    rest = rows % largest
    fill = smaller < _SMALLEST or largest + _CALL <= rest + _CALL * -(-rest // smaller)
    for size, those in ((largest, rows if fill else rows - rest), (smaller, 0 if fill else rest)):
        for at in range(0, those, together * max(1, size)):
            yield min(those - at, together * size), size


def even(rows: int, largest: int, together: int = 1) -> Iterator[tuple[int, int]]:
    """(rows, batch) of each request, where nothing is compiled, so that batches may have any size: an even number of
    equal ones, so that two processors end together; a single one where it holds all rows.
    """
    batches = 1 if rows <= largest else 2 * -(-rows // (2 * largest))
    batch = max(1, -(-rows // batches))
    for at in range(0, rows, together * batch):
        yield min(rows - at, together * batch), batch


def exact(rows: int, batch: int) -> Iterator[tuple[int, int]]:
    """(rows, batch) of each request where the caller fixes the batch; several small calls share a request."""
    together = max(1, _EXACT_ROWS // batch) * batch
    for at in range(0, rows, together):
        yield min(together, rows - at), batch
