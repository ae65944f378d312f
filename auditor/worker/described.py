"""What the child says of a model, as the rest of the program knows it: nothing of it is trusted to be printable."""

from __future__ import annotations

from auditor.errors import ModelFault
from auditor.model import Layer, Port, Recurrence
from auditor.worker.wire import LayerReply, PortReply, RecurrenceReply, printable

_DTYPES = {"float16", "bfloat16", "float32", "float64", "bool"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def layer_of(layer: LayerReply) -> Layer:
    return Layer(
        printable(layer.name),
        printable(layer.kind),
        None if layer.output_shape is None else tuple(layer.output_shape),
        layer.parameters,
        tuple(_recurrence(one) for one in layer.recurrences),
        layer.heads,
    )


def port_of(port: PortReply) -> Port:
    """Raises ModelFault for a type that is none of numbers."""
    if port.dtype not in _DTYPES:
        raise ModelFault(f"'{printable(port.name)}' has the type {printable(port.dtype)}; numbers are needed")
    return Port(printable(port.name), tuple(port.shape), port.dtype)


def _recurrence(one: RecurrenceReply) -> Recurrence:
    texts = {name: printable(getattr(one, name)) for name in ("prefix", "gate", "squash")}
    return Recurrence(**{**one.model_dump(), **texts})
