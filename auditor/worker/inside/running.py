"""Run a program on arrays: plain, or compiled by XLA where that agrees with plain and is not slower."""

from __future__ import annotations

import contextlib
import ctypes
import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.worker.inside.programs import Function
from auditor.worker.wire import printable

Arrays = list[NDArray[Any]]

_ACCEPTED = 5e-6  # of the spread: half of what the door promises, because only some rows are compared
_TRIAL_ROWS, _COMPARED_ROWS = 128, 1024
_PLAIN = "gradients of recurrent layers are slower when compiled"
_MUCH_SLOWER, _TIMES = 1.5, 3  # far from 1, and the best of some, so that what else the machine does decides nothing


@dataclass(frozen=True)
class Choice:
    """Whether the compiled function is used; None while no batch was large enough or spread enough to tell."""

    compiled: bool | None
    reason: str
    disagreement: float | None = None


class Runner:
    """A program for inputs of fixed shapes. compiled functions are kept per batch size."""

    def __init__(
        self,
        function: Function,
        specs: Sequence[tuple[tuple[int, ...], str]],
        processors: Executor,
        *,
        may_compile: bool,
    ) -> None:
        """specs: shape without rows, and type, of each input. processors: what the door's batches are shared out to."""
        import tensorflow as tf

        self._function, self._specs, self._processors = function, specs, processors
        self._plain = self._traced(None, jit=False)
        self._compiled: dict[int, Any] = {}
        self._tensor = tf.constant
        self._first = Choice(None, "too few rows so far to decide") if may_compile else Choice(False, _PLAIN)
        self.choice = self._first

    def undecide(self) -> None:
        """The weights are others now: whether compiled agrees with plain is to be found out again."""
        self.choice = self._first

    def probe(self) -> Arrays:
        """What comes out for one row of zeros: shapes and types are those of any row."""
        answer = self._call(self._plain, self._zeros(1))
        _give_back()
        return answer

    def run(self, inputs: Arrays, outputs: Arrays, batch: int, pad: bool) -> None:
        """Fill the outputs. pad: the door chose the batch, so it may be compiled; else plain, one call after the other.

        The door's batches go side by side, each on one processor: the small steps of a recurrent layer are too short to
        be divided.
        """
        rows = len(inputs[0])
        if pad and self.choice.compiled is None and rows >= min(_TRIAL_ROWS, batch):
            self.choice = self._try(inputs, batch)
        compiled = self._compiled_for(batch) if pad and self.choice.compiled else None

        def fill(at: int) -> None:
            pieces, those = [array[at : at + batch] for array in inputs], [array[at : at + batch] for array in outputs]
            if compiled is None:
                _copy(self._call(self._plain, pieces), those)
            else:
                answer = self._call(compiled, [_padded(array, batch) for array in pieces])
                _copy([array[: len(pieces[0])] for array in answer], those)

        each: Callable[..., Iterable[object]] = self._processors.map if pad else map
        for _ in each(fill, range(0, rows, batch)):
            pass

    def _try(self, inputs: Arrays, batch: int) -> Choice:
        some = [array[: min(batch, _COMPARED_ROWS)] for array in inputs]
        full = [_padded(array[:batch], batch) for array in inputs]
        plain, plain_seconds = self._timed(self._plain, some)
        if not all(np.isfinite(array).all() for array in plain):
            return Choice(None, "outputs that are not finite cannot be compared")
        spreads = [np.std(array, dtype=np.float64) for array in plain]
        if not all(spreads):
            return Choice(None, "outputs that do not vary cannot be compared")
        try:
            compiled, seconds = self._timed(self._compiled_for(batch), full)
        except Exception as error:  # noqa: BLE001 - XLA has many ways to say that it knows an operation not
            return Choice(False, printable(f"XLA cannot compile it: {str(error).splitlines()[0]}", 200))
        return _chosen(plain, compiled, plain_seconds / len(some[0]), seconds / batch)

    def _timed(self, function: Any, inputs: Arrays) -> tuple[Arrays, float]:
        answer, best = self._call(function, inputs), math.inf
        for _ in range(_TIMES):
            start = time.perf_counter()
            self._call(function, inputs)
            best = min(best, time.perf_counter() - start)
        return answer, best

    def _compiled_for(self, batch: int) -> Any:
        if batch not in self._compiled:
            self._compiled[batch] = self._traced(batch, jit=True)
            self._call(self._compiled[batch], self._zeros(batch))  # XLA compiles at the first call
            _give_back()
        return self._compiled[batch]

    def _zeros(self, rows: int) -> Arrays:
        return [np.zeros((rows, *shape), dtype) for shape, dtype in self._specs]

    def _traced(self, batch: int | None, *, jit: bool) -> Any:
        import tensorflow as tf

        specs = [tf.TensorSpec((batch, *shape), dtype) for shape, dtype in self._specs]
        traced = tf.function(lambda *tensors: self._function(tensors), jit_compile=jit, autograph=False)
        return traced.get_concrete_function(*specs)

    def _call(self, function: Any, inputs: Arrays) -> Arrays:
        answer = function(*[self._tensor(array) for array in inputs])
        return [tensor.numpy() for tensor in answer]


def _chosen(plain: Arrays, compiled: Arrays, plain_each: float, compiled_each: float) -> Choice:
    differences = []
    for sure, other in zip(plain, compiled, strict=True):
        gap = np.abs(other[: len(sure)].astype(np.float64) - sure)
        differences.append(float(gap.max() / np.std(sure, dtype=np.float64)))
    worst = max(differences)
    if not worst <= _ACCEPTED:
        known = worst if np.isfinite(worst) else None
        return Choice(False, "compiled, it differs too much from the plain forward pass", known)
    if compiled_each > _MUCH_SLOWER * plain_each:
        return Choice(False, "compiled, it is slower than the plain forward pass", worst)
    return Choice(True, "compiled by XLA, which agrees with the plain forward pass", worst)


def _give_back() -> None:
    """To the system, the memory that tracing and compiling needed: 30 MB each, which the C library would keep."""
    with contextlib.suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _padded(array: NDArray[Any], batch: int) -> NDArray[Any]:
    missing = batch - len(array)
    return array if missing == 0 else np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])


def _copy(sources: Arrays, targets: Arrays) -> None:
    for source, target in zip(sources, targets, strict=True):
        target[...] = source
