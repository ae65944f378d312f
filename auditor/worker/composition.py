"""How many rows go through the model at a time. The choice follows from shapes alone, never from a clock.

A batch size found by timing would differ from run to run, and with it the last bits of every score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from auditor.model import Description, Shape

_LARGEST, _SMALLEST = 8192, 8
_STEPS_DOWN = 8
_BATCH_BYTES = 32 * 2**20
_GRADIENT_BYTES = 8 * 2**20  # a gradient keeps every step's gates besides, which should stay in the processor's cache
_REQUEST_ROWS = 1024
_CALL = 100  # rows that take as long as the rest of a call does: measured with LSTMs on 6 to 48 steps


def largest_batch(description: Description, inputs: Mapping[str, Shape], *, gradient: bool = False) -> int:
    """The largest power of two of rows for which no layer's output (float32) is over a fixed number of bytes."""
    lengths = [size for shape in inputs.values() for size in shape[:-1] if size is not None]
    longest = max(lengths, default=1)
    shapes = [layer.output_shape or () for layer in description.layers] + list(inputs.values())
    per_row = max(4 * math.prod(longest if size is None else size for size in shape) for shape in shapes)
    together = max(1, (_GRADIENT_BYTES if gradient else _BATCH_BYTES) // per_row)
    return max(_SMALLEST, min(_LARGEST, 1 << together.bit_length() - 1))


def padded(rows: int, largest: int) -> Iterator[tuple[int, int]]:
    """(rows, batch) of each call: full batches of a few fixed sizes, so that few functions are compiled.

    What remains goes into one padded batch where that takes no longer than calls of the next smaller size.
    """
    sizes = [size for size in (largest, largest // _STEPS_DOWN, largest // _STEPS_DOWN**2) if size >= _SMALLEST]
    for size, smaller in zip(sizes, [*sizes[1:], 0], strict=True):
        while rows and (rows >= size or not smaller or size + _CALL <= rows + _CALL * -(-rows // smaller)):
            yield min(rows, size), size
            rows -= min(rows, size)


def exact(rows: int, batch: int) -> Iterator[tuple[int, int]]:
    """(rows, batch) of each request where the caller fixes the batch; several small calls share a request."""
    together = max(1, _REQUEST_ROWS // batch) * batch
    for at in range(0, rows, together):
        yield min(together, rows - at), batch
