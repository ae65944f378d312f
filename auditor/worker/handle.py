"""The model as the rest of the program sees it: the door's verbs, each turned into requests to the child."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auditor.errors import ModelFault, Problem
from auditor.model import Description, Door, Inputs, Port, Shape, fits, shape_text
from auditor.student import Lesson, Link, Student
from auditor.worker import composition
from auditor.worker.described import layer_of, port_of
from auditor.worker.traffic import Column, Task, Traffic
from auditor.worker.wire import Kept, Ran

Arrays = list[tuple[str, tuple[int, ...], str]]
_PUPILS = 20  # rows from which a student is taught


class Handle:
    """A model in a child process (auditor.model.Model). Several handles may share one child."""

    def __init__(
        self, traffic: Traffic, number: int, description: Description, seconds_to_open: float, *, owns_child: bool
    ) -> None:
        """owns_child: closing this handle ends the child."""
        self._traffic, self._number, self._description = traffic, number, description
        self._seconds_to_open, self._owns_child = seconds_to_open, owns_child
        self._said: Ran | None = None
        self._plans: dict[str, Arrays] = {}

    @property
    def description(self) -> Description:
        return self._description

    @property
    def door(self) -> Door:
        said, child = self._said, self._traffic.child
        return Door(
            compiled=said.compiled if said else None,
            reason=said.reason if said else "nothing was evaluated yet",
            disagreement=said.disagreement if said else None,
            threads=child.await_ready().threads,
            seconds_to_open=self._seconds_to_open,
            peak_memory=child.watch.peak,
        )

    @property
    def evaluations(self) -> int:
        return self._traffic.evaluations

    def evaluate(self, inputs: Inputs, batch: int | None = None) -> dict[str, NDArray[Any]]:
        columns = self._columns(inputs)
        task = {"kind": "evaluate"}
        arrays = self._planned(task, columns, self._description.outputs)
        results, self._said = self._run(task, columns, arrays, batch)
        return results

    def served(self, inputs: Inputs, batch: int) -> dict[str, NDArray[Any]]:
        columns = self._columns(inputs)
        task = {"kind": "served"}
        results, _ = self._run(task, columns, self._planned(task, columns, self._description.outputs), batch)
        return results

    def gradient(
        self,
        inputs: Inputs,
        output: str,
        column: int | None = None,
        at: Literal["input", "embedding"] = "input",
        points: NDArray[Any] | None = None,
    ) -> dict[str, NDArray[Any]]:
        columns = self._columns(inputs)
        names = [port.name for port in self._description.outputs]
        if output not in names:
            raise ModelFault(f"the model has no output '{output}'", remedy=f"it has: {', '.join(names)}")
        task = {"kind": "gradient", "output": names.index(output), "column": column, "at": at}
        if at == "embedding":
            task["points"] = points is not None
            columns += [] if points is None else [self._points(points, len(columns[0].array))]
        floats = [c for c in columns if c.port.dtype.startswith(("float", "bfloat"))]
        expected = [Port(c.port.name, c.array.shape[1:], c.dtype) for c in floats] if at == "input" else None
        results, _ = self._run(task, columns, self._planned(task, columns, expected), None)
        return results

    def activations(
        self, inputs: Inputs, layer: str, at: Literal["output", "input", "mask"] = "output"
    ) -> NDArray[Any]:
        columns, index = self._columns(inputs), self._layer(layer)
        task = {"kind": "activations", "layer": index, "at": at}
        shape = self._description.layers[index].output_shape
        if shape is None:
            raise ModelFault(
                f"layer '{layer}' is used several times or gives several outputs; which is meant is unclear"
            )
        expected = [Port(layer, shape, "")] if at == "output" else None
        ((name, *_),) = arrays = self._planned(task, columns, expected)
        results, _ = self._run(task, columns, arrays, None)
        return results[name]

    def attention(self, inputs: Inputs, layer: str) -> NDArray[Any]:
        columns = self._columns(inputs)
        task = {"kind": "attention", "layer": self._layer(layer)}
        ((name, *_),) = arrays = self._planned(task, columns, None)
        results, _ = self._run(task, columns, arrays, None)
        return results[name]

    def weights(self, layer: str) -> dict[str, NDArray[Any]]:
        task = {"kind": "weights", "layer": self._layer(layer)}
        arrays = {name: np.empty(shape, dtype) for name, shape, dtype in self._planned(task, (), None)}
        self._traffic.fetch(self._number, task, list(arrays.values()))
        return arrays

    def randomised(self, layers: Sequence[str], seed: int) -> Handle:
        message = {
            "verb": "randomise",
            "handle": self._number,
            "layers": [self._layer(n) for n in layers],
            "seed": seed,
        }
        kept = self._traffic.child.request(message, Kept)
        return Handle(self._traffic, kept.handle, self._description, self._seconds_to_open, owns_child=False)

    def distil(self, inputs: Inputs, output: str, link: Link, spec: Student, seed: int) -> tuple[Handle, Lesson]:
        names = [port.name for port in self._description.outputs]
        if output not in names:
            raise ModelFault(f"the model has no output '{output}'", remedy=f"it has: {', '.join(names)}")
        columns, asked = self._columns(inputs), dataclasses.asdict(spec)
        if len(columns[0].array) < _PUPILS:
            raise ModelFault(f"a student would learn from {len(columns[0].array)} rows; {_PUPILS} are the fewest")
        asked |= {"output": names.index(output), "link": link, "seed": seed}
        taught = self._traffic.teach(self._number, asked, columns)
        told = dataclasses.replace(
            self._description,
            inputs=tuple(map(port_of, taught.inputs)),
            outputs=tuple(map(port_of, taught.outputs)),
            layers=tuple(map(layer_of, taught.layers)),
            parameters=taught.parameters,
            nonfinite_weights=taught.nonfinite_weights,
            artifact=None,
        )
        student = Handle(self._traffic, taught.handle, told, self._seconds_to_open, owns_child=False)
        return student, Lesson(taught.epochs, taught.ended, taught.unexplained, taught.parameters)

    def close(self) -> None:
        if self._owns_child:
            self._traffic.close()
        elif self._traffic.child.alive:
            self._traffic.child.request({"verb": "forget", "handle": self._number}, Kept)

    def _layer(self, name: str) -> int:
        names = [layer.name for layer in self._description.layers]
        if name not in names:
            raise ModelFault(f"the model has no layer '{name}'", remedy=f"it has: {', '.join(names)}")
        return names.index(name)

    def _columns(self, inputs: Inputs) -> list[Column]:
        problems = [Problem("", f"input '{n}' is not one of the model's") for n in inputs if n not in self._inputs()]
        columns = []
        for name, port in self._inputs().items():
            if name not in inputs:
                problems.append(Problem("", f"input '{name}' ({shape_text(port.shape)}) is missing"))
            elif not inputs[name].ndim or not fits(port.shape, inputs[name].shape[1:]):
                given = " × ".join(map(str, inputs[name].shape))
                problems.append(Problem("", f"input '{name}' takes {shape_text(port.shape)}, not {given}"))
            else:
                columns.append(Column(port, inputs[name]))
        if len({len(column.array) for column in columns}) > 1:
            problems.append(Problem("", "the inputs have different numbers of rows"))
        if problems:
            raise ModelFault(problems)
        return columns

    def _points(self, points: NDArray[Any], rows: int) -> Column:
        """Refused where they are not what the first Embedding layer puts out for as many rows."""
        shapes = [layer.output_shape for layer in self._description.layers if layer.kind == "Embedding"]
        shape = next((shape for shape in shapes if shape is not None), None)
        if shape is None or len(points) != rows or not fits(shape, points.shape[1:]):
            given = " × ".join(map(str, points.shape))
            raise ModelFault(f"points at the embedding are {rows} × {shape_text(shape or ())}, not {given}")
        return Column(Port("points at the embedding", points.shape[1:], "float32"), points)

    def _inputs(self) -> dict[str, Port]:
        return {port.name: port for port in self._description.inputs}

    def _planned(self, task: Task, columns: Sequence[Column], expected: Sequence[Port] | None) -> Arrays:
        """What a task gives, as the child says, checked against what is known of it."""
        shapes = [column.array.shape[1:] for column in columns]
        key = f"{sorted(task.items())}{shapes}"
        if key not in self._plans:
            self._plans[key] = self._traffic.plan(self._number, task, shapes)
        arrays = self._plans[key]
        if expected is not None:
            _check_plan(arrays, expected)
            arrays = [(port.name, *array[1:]) for port, array in zip(expected, arrays, strict=True)]
        if sum(math.prod(shape) * 8 for _, shape, _ in arrays) > self._traffic.largest_bytes:
            raise ModelFault("what the model would put out for one row is over the memory allowed for it")
        return arrays

    def _run(
        self, task: Task, columns: Sequence[Column], arrays: Arrays, batch: int | None
    ) -> tuple[dict[str, NDArray[Any]], Ran | None]:
        rows = len(columns[0].array)
        results = {name: np.empty((rows, *shape), dtype) for name, shape, dtype in arrays}
        if batch is None:
            widest: dict[str, Shape] = {f"in {c.port.name}": c.array.shape[1:] for c in columns}
            widest |= {f"out {name}": shape for name, shape, _ in arrays}
            gradient = task["kind"] == "gradient"
            largest = composition.largest_batch(self._description, widest, gradient=gradient)
            together = composition.batches_together(largest, widest)
            calls = (composition.even if gradient else composition.padded)(rows, largest, together)
        elif batch >= 1:
            calls = composition.exact(rows, batch)
        else:
            raise ModelFault(f"a batch of {batch} rows is impossible")
        said = self._traffic.run(self._number, task, columns, list(results.values()), calls, pad=batch is None)
        return results, said


def _check_plan(arrays: Arrays, expected: Sequence[Port]) -> None:
    good = len(arrays) == len(expected)
    if not good or not all(fits(port.shape, array[1]) for port, array in zip(expected, arrays, strict=True)):
        raise ModelFault("the model's process contradicts what it said about the model before")
