"""Arrays to the child and back: batch by batch through one shared block, so that memory does not grow with rows."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import ModelFault
from auditor.model import Port
from auditor.worker.memory import Block, Slot, lay_out
from auditor.worker.process import Child
from auditor.worker.wire import Planned, Ran, Taught

Task = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """An array on its way to an input: converted batch by batch to the type that the input takes."""

    port: Port
    array: NDArray[Any]

    @property
    def dtype(self) -> str:
        return "float32" if self.port.dtype in ("float16", "bfloat16") else self.port.dtype

    def fill(self, view: NDArray[Any], start: int) -> None:
        """Copy rows from start on. Raises ModelFault where converting to whole numbers would change one."""
        piece = self.array[start : start + len(view)]
        np.copyto(view, piece, casting="unsafe")
        if view.dtype.kind != "f" and piece.dtype != view.dtype and not np.array_equal(view, piece):
            what = f"input '{self.port.name}' takes whole numbers ({self.port.dtype}); it was sent others"
            raise ModelFault(what, remedy="declare its columns as categorical in the data file, or round them there")


class Traffic:
    """The one way that arrays go, for all handles of a child; one request at a time."""

    def __init__(self, child: Child, largest_bytes: int, progress: Callable[[int], None] | None) -> None:
        self.child, self.largest_bytes, self._progress = child, largest_bytes, progress
        self.evaluations = 0
        self._block: Block | None = None
        self._lock = threading.Lock()

    def plan(
        self, handle: int, task: Task, shapes: Sequence[tuple[int, ...]]
    ) -> list[tuple[str, tuple[int, ...], str]]:
        """Name, shape (without rows; for weights the whole shape) and type of each array that a task gives."""
        message = {"verb": "plan", "handle": handle, "task": dict(task), "shapes": [list(shape) for shape in shapes]}
        return [(a.name, tuple(a.shape), a.dtype) for a in self.child.request(message, Planned).arrays]

    def run(
        self,
        handle: int,
        task: Task,
        columns: Sequence[Column],
        results: Sequence[NDArray[Any]],
        calls: Iterable[tuple[int, int]],
        *,
        pad: bool,
    ) -> Ran | None:
        """Send all rows of the columns through a task, call by call, into the results; what the last call said."""
        start, said = 0, None
        for rows, batch in calls:
            with self._lock:
                ins, end = lay_out((c.port.name, (rows, *c.array.shape[1:]), c.dtype) for c in columns)
                outs, end = lay_out((("", (rows, *r.shape[1:]), str(r.dtype)) for r in results), end)
                block, fresh = self._room(end)
                for column, slot in zip(columns, ins, strict=True):
                    column.fill(block.view(slot), start)
                message = _message(handle, task, rows, batch, pad, block.size) | _slots(ins, outs)
                said = self.child.request(message, Ran, block.fd if fresh else None)
                for result, slot in zip(results, outs, strict=True):
                    result[start : start + rows] = block.view(slot)
            start += rows
            self._count(rows)
        return said

    def fetch(self, handle: int, task: Task, arrays: Sequence[NDArray[Any]]) -> None:
        """Fill arrays that do not have rows (weights)."""
        with self._lock:
            outs, end = lay_out(("", array.shape, str(array.dtype)) for array in arrays)
            block, fresh = self._room(end)
            message = _message(handle, task, 0, 1, False, block.size) | _slots([], outs)
            self.child.request(message, Ran, block.fd if fresh else None)
            for array, slot in zip(arrays, outs, strict=True):
                array[...] = block.view(slot)

    def teach(self, handle: int, spec: Mapping[str, Any], columns: Sequence[Column]) -> Taught:
        """Send all rows at once, for a student to learn from; what was said of it."""
        with self._lock:
            ins, end = lay_out((c.port.name, c.array.shape, c.dtype) for c in columns)
            block, fresh = self._room(end)
            for column, slot in zip(columns, ins, strict=True):
                column.fill(block.view(slot), 0)
            message = {"verb": "distil", "handle": handle, "spec": dict(spec), "block_bytes": block.size}
            taught = self.child.request(message | _slots(ins, ()), Taught, block.fd if fresh else None)
        self._count(taught.passes)
        return taught

    def close(self) -> None:
        """End the child and give the block back."""
        self.child.close()
        if self._block is not None:
            self._block.release()
            self._block = None

    def _room(self, size: int) -> tuple[Block, bool]:
        if self._block is not None and self._block.size >= size:
            return self._block, False
        if size > self.largest_bytes:
            what = f"a batch takes {size / 2**30:.2f} GiB, over the memory allowed for the model"
            raise ModelFault(what, remedy="send fewer rows per call, or shorter sequences")
        if self._block is not None:
            self._block.release()
        self._block = Block.made(max(4096, 2 ** math.ceil(math.log2(max(size, 1)))))
        return self._block, True

    def _count(self, rows: int) -> None:
        self.evaluations += rows
        if self._progress is not None:
            self._progress(self.evaluations)


def _message(handle: int, task: Task, rows: int, batch: int, pad: bool, size: int) -> dict[str, Any]:
    message = {"verb": "run", "handle": handle, "task": dict(task), "rows": rows, "batch": batch, "pad": pad}
    return message | {"block_bytes": size}


def _slots(ins: Iterable[Slot], outs: Iterable[Slot]) -> dict[str, Any]:
    def plain(slots: Iterable[Slot]) -> list[dict[str, Any]]:
        return [{"shape": list(slot.shape), "dtype": slot.dtype, "offset": slot.offset} for slot in slots]

    return {"inputs": plain(ins), "outputs": plain(outs)}
