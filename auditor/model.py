"""The door to the model: the verbs through which everything expensive goes, arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from auditor.artifact import Artifact, Format
from auditor.errors import FileFault, Problem
from auditor.student import Lesson, Link, Student

Inputs = Mapping[str, NDArray[Any]]
"""Model input name -> (rows, ...)."""

Shape = tuple[int | None, ...]
"""Without the axis of rows; None is a length that may vary from call to call."""


@dataclass(frozen=True)
class Port:
    """An input or an output of the model."""

    name: str
    shape: Shape
    dtype: str


@dataclass(frozen=True)
class Recurrence:
    """One LSTM or GRU of a layer. prefix: what its weights' names begin with in `Model.weights`.

    gate, squash: the names of the activations of the gates and of candidate and output.
    """

    kind: Literal["LSTM", "GRU"]
    units: int
    prefix: str
    gate: str
    squash: str
    reset_after: bool
    backwards: bool


@dataclass(frozen=True)
class Layer:
    """A layer as the model lists it. kind: its class. output_shape: None where there is not exactly one.

    recurrences: one for an LSTM or a GRU, two (forward, backward) where it is bidirectional. heads: of an attention
    layer, whose weights `Model.attention` gives; 0 for any other.
    """

    name: str
    kind: str
    output_shape: Shape | None
    parameters: int
    recurrences: tuple[Recurrence, ...] = ()
    heads: int = 0


@dataclass(frozen=True)
class Description:
    """What the model file holds, and how the process that opened it was shut in.

    sha256 and bytes are those of the copy that was opened. nonfinite_weights counts weights that are NaN or infinite.
    isolation names the measures that were in force, and those that could not be had. artifact: what the file was found
    to hold before it was opened, None for a model that came from no file.
    """

    file: str
    sha256: str
    bytes: int
    format: Format
    keras_version: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    layers: tuple[Layer, ...]
    parameters: int
    nonfinite_weights: int
    isolation: tuple[str, ...]
    versions: Mapping[str, str]
    artifact: Artifact | None = None


@dataclass(frozen=True)
class Door:
    """How the model is being run.

    compiled: None until enough rows have come by to decide. disagreement: largest difference between the compiled and
    the plain forward pass over the standard deviation of the scores, None where it was not measured.
    peak_memory: largest resident memory of the model's process so far, bytes.
    """

    compiled: bool | None
    reason: str
    disagreement: float | None
    threads: int
    seconds_to_open: float
    peak_memory: int


class Model(Protocol):
    """A model behind the door. Every verb raises ModelFault when the model's process dies, hangs or exceeds a limit."""

    @property
    def description(self) -> Description:
        """What was opened."""
        ...

    @property
    def door(self) -> Door:
        """How it is being run."""
        ...

    @property
    def evaluations(self) -> int:
        """Rows sent through the model so far, by all verbs and all handles of this process; padding is not counted."""
        ...

    def evaluate(self, inputs: Inputs, batch: int | None = None) -> dict[str, NDArray[Any]]:
        """Outputs of the forward pass in inference mode: output name -> (rows, ...), float32 or float64.

        batch: exactly so many rows per call of the model, in order, the remainder as a smaller call, uncompiled.
        None: the door chooses; the same inputs in the same call then give the same bits.
        """
        ...

    def served(self, inputs: Inputs, batch: int) -> dict[str, NDArray[Any]]:
        """As `evaluate`, where nobody says that this is inference: layers that the file calls as in training do so."""
        ...

    def gradient(
        self,
        inputs: Inputs,
        output: str,
        column: int | None = None,
        at: Literal["input", "embedding"] = "input",
        points: NDArray[Any] | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Derivative of output[:, column] with respect to each input of a float type: input name -> (rows, ...).

        column: None where the output is one number a row. at="embedding": also with respect to what the first Embedding
        layer puts out, under that layer's name (for inputs of whole numbers); points, (rows, steps, width), are taken
        for what it puts out, while its mask stays that of the inputs.
        """
        ...

    def activations(
        self, inputs: Inputs, layer: str, at: Literal["output", "input", "mask"] = "output"
    ) -> NDArray[Any]:
        """What a layer of the model's own list puts out or takes in: (rows, ...).

        at="mask": 1 at the steps that the layer takes in and 0 at those it skips, (rows, steps).
        """
        ...

    def attention(self, inputs: Inputs, layer: str) -> NDArray[Any]:
        """The weights of an attention layer, as the model uses them: (rows, heads, query steps, key steps)."""
        ...

    def weights(self, layer: str) -> dict[str, NDArray[Any]]:
        """The weights of a layer by their path below the layer."""
        ...

    def randomised(self, layers: Sequence[str], seed: int) -> Model:
        """A second model in the same process, the named layers' weights drawn again from their own initializers."""
        ...

    def distil(self, inputs: Inputs, output: str, link: Link, spec: Student, seed: int) -> tuple[Model, Lesson]:
        """A small model in the same process that has learnt what this one's output says of the inputs.

        link: the scale on which it learns (logit of a probability, logs of class probabilities, identity of a value).
        The last fifth of the rows tells when to stop; it has this model's inputs, and one output of the same name.
        """
        ...

    def close(self) -> None:
        """Give the model up. Closing the model that `open_model` gave ends the process."""
        ...


def check_signature(
    description: Description, inputs: Mapping[str, Shape], columns: Mapping[str, Sequence[str]]
) -> None:
    """Raise FileFault, showing both sides, where the data set's inputs do not fit the model's.

    inputs: input name -> the shape that the data set would send. columns: input name -> the names along its last axis.
    """
    ports = {port.name: port for port in description.inputs}
    problems = [_missing(description, port, inputs) for port in ports.values() if port.name not in inputs]
    for name, shape in inputs.items():
        if name not in ports:
            problems.append(_surplus(description, name, shape))
        elif not fits(ports[name].shape, shape):
            problems.append(_misfit(description, ports[name], shape, columns.get(name, ())))
    if problems:
        raise FileFault(problems)


def fits(wanted: Shape, given: Shape) -> bool:
    """Whether arrays of the given shape can go into a port: an open length takes any."""
    return len(wanted) == len(given) and all(w is None or w == g for w, g in zip(wanted, given, strict=True))


def shape_text(shape: Shape) -> str:
    """As in `rows × 6 × 4`; an open length is `any`."""
    return " × ".join(["rows", *("any" if size is None else str(size) for size in shape)])


def _missing(description: Description, port: Port, inputs: Mapping[str, Shape]) -> Problem:
    what = f"the model has an input '{port.name}' ({shape_text(port.shape)}) that the data set does not send"
    return Problem(
        description.file, what, f"the data set sends: {_listed(inputs)}; name it under inputs in the data file"
    )


def _surplus(description: Description, name: str, shape: Shape) -> Problem:
    has = {port.name: port.shape for port in description.inputs}
    what = f"the data set sends an input '{name}' ({shape_text(shape)}) that the model does not have"
    return Problem(description.file, what, f"the model has: {_listed(has)}")


def _misfit(description: Description, port: Port, shape: Shape, columns: Sequence[str]) -> Problem:
    what = f"input '{port.name}': the model takes {shape_text(port.shape)}, the data set sends {shape_text(shape)}"
    if port.shape and len(port.shape) == len(shape) and port.shape[:-1] == shape[:-1]:
        what += f"; it takes {port.shape[-1]} column{'s' * (port.shape[-1] != 1)} and is sent {shape[-1]}"
    sent = f"the columns sent are: {', '.join(columns)}" if columns else "the data set names no columns for it"
    return Problem(description.file, what, f"{sent}; change features, transforms or length in the data file")


def _listed(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"'{name}' ({shape_text(shape)})" for name, shape in shapes.items()) or "nothing"
