"""Open a model file in a process of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from auditor.errors import ModelFault
from auditor.model import Description, Layer, Model, Port
from auditor.worker.handle import Handle
from auditor.worker.intake import Taken, take_in
from auditor.worker.process import Child
from auditor.worker.traffic import Traffic
from auditor.worker.wire import Opened, PortReply, printable

_DTYPES = {"float16", "bfloat16", "float32", "float64", "bool"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def open_model(
    path: Path | str, *, memory_bytes: int, seconds: float, progress: Callable[[int], None] | None = None
) -> Model:
    """Start a child process, open the model file in it, and give the model; `close` ends the process.

    memory_bytes: resident memory that the process may use. seconds: how long its answers may take altogether; starting
    and opening have a limit of their own. progress: called with the rows done so far, after each batch. The process
    dies with the thread that called this.

    Raises ModelFault for a file that is missing, damaged, not a Keras model or refused, for a process that cannot be
    started, and where TensorFlow is not installed.
    """
    if sys.platform != "linux":
        raise ModelFault("models can be opened on Linux only: elsewhere the process cannot be shut in")
    start = time.monotonic()
    private = Path(tempfile.mkdtemp(prefix="auditor-model-"))
    child = None
    try:
        taken = take_in(Path(path), private)
        child = Child(private, memory_bytes, seconds)
        return open_in(Traffic(child, memory_bytes, progress), taken, start)
    except BaseException:
        if child is not None:
            child.close()
        shutil.rmtree(private, ignore_errors=True)
        raise


def open_in(traffic: Traffic, taken: Taken, start: float) -> Handle:
    """Open a file that lies in the private directory of a child. start: `time.monotonic()` when the opening began."""
    try:
        opened = traffic.child.open({"verb": "open", "file": taken.copy.name, "format": taken.format}, Opened)
        description = _description(taken, traffic.child, opened)
    except ModelFault as fault:
        raise ModelFault(fault.problems[0].what, where=taken.file, remedy=fault.problems[0].remedy) from fault
    finally:
        taken.copy.unlink(missing_ok=True)
    return Handle(traffic, opened.handle, description, time.monotonic() - start, owns_child=True)


def _description(taken: Taken, child: Child, opened: Opened) -> Description:
    layers = [
        Layer(
            printable(layer.name),
            printable(layer.kind),
            None if layer.output_shape is None else tuple(layer.output_shape),
            layer.parameters,
        )
        for layer in opened.layers
    ]
    return Description(
        file=taken.file,
        sha256=taken.sha256,
        bytes=taken.bytes,
        format=taken.format,
        keras_version=printable(opened.keras_version),
        inputs=tuple(_port(port) for port in opened.inputs),
        outputs=tuple(_port(port) for port in opened.outputs),
        layers=tuple(layers),
        parameters=opened.parameters,
        nonfinite_weights=opened.nonfinite_weights,
        isolation=tuple(map(printable, child.ready.isolation)),
        versions={printable(name): printable(version) for name, version in child.ready.versions.items()},
    )


def _port(port: PortReply) -> Port:
    if port.dtype not in _DTYPES:
        raise ModelFault(f"'{printable(port.name)}' has the type {printable(port.dtype)}; numbers are needed")
    return Port(printable(port.name), tuple(port.shape), port.dtype)
