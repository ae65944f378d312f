"""Open a model file in a process of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from auditor.artifact import Artifact, Refused, Trusted
from auditor.errors import ModelFault, Problem
from auditor.model import Description, Layer, Model, Port, Recurrence
from auditor.worker.handle import Handle
from auditor.worker.intake import Taken, take_in
from auditor.worker.process import Child
from auditor.worker.reading import Reader, read
from auditor.worker.traffic import Traffic
from auditor.worker.wire import Kept, Opened, PortReply, RecurrenceReply, printable

_DTYPES = {"float16", "bfloat16", "float32", "float64", "bool"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def open_model(
    path: Path | str,
    *,
    memory_bytes: int,
    seconds: float,
    progress: Callable[[int], None] | None = None,
    trusted: Sequence[Trusted] = (),
) -> Model:
    """Read the model file, then start a child process, open it there, and give the model; `close` ends the process.

    memory_bytes: resident memory that the process may use. seconds: how long its answers may take altogether; starting
    and opening have a limit of their own. progress: called with the rows done so far, after each batch. trusted: code
    that is not Keras's own and may run all the same. The process dies with the thread that called this.

    Raises Refused for a file that is damaged, unsafe or cannot be opened by Keras; ModelFault for one that is missing
    or no model file, for a process that cannot be started, and where TensorFlow is not installed.
    """
    if sys.platform != "linux":
        raise ModelFault("models can be opened on Linux only: elsewhere the process cannot be shut in")
    start = time.monotonic()
    private = Path(tempfile.mkdtemp(prefix="auditor-model-"))
    child = None
    try:
        taken = take_in(Path(path), private)
        artifact = read(taken, trusted)
        child = Child(private, memory_bytes, seconds)
        return _opened(Traffic(child, memory_bytes, progress), taken, artifact, start)
    except BaseException:
        if child is not None:
            child.close()
        shutil.rmtree(private, ignore_errors=True)
        raise


def open_in(traffic: Traffic, taken: Taken, start: float, trusted: Sequence[Trusted] = ()) -> Handle:
    """Read, then open, a file that lies in the private directory of a child that runs already.

    start: `time.monotonic()` when the opening began. Raises as `open_model` does.
    """
    try:
        artifact = Reader(traffic.child).read(taken, trusted)
    except ModelFault:
        taken.copy.unlink(missing_ok=True)
        raise
    return _opened(traffic, taken, artifact, start)


def _opened(traffic: Traffic, taken: Taken, artifact: Artifact, start: float) -> Handle:
    try:
        _let_in(traffic.child, artifact)
        opened = traffic.child.open({"verb": "open", "file": taken.copy.name, "format": taken.file.format}, Opened)
        description = _description(artifact, traffic.child, opened)
    except ModelFault as fault:
        problems = [Problem(taken.file.name, one.what, one.remedy) for one in fault.problems]
        raise Refused(problems, taken.file) from fault
    finally:
        taken.copy.unlink(missing_ok=True)
    return Handle(traffic, opened.handle, description, time.monotonic() - start, owns_child=True)


def _let_in(child: Child, artifact: Artifact) -> None:
    for one in dict.fromkeys(custom.trusted for custom in artifact.custom):
        names = sorted({one.name, *(custom.name for custom in artifact.custom if custom.trusted == one)})
        message = {"verb": "trust", "folder": one.folder, "module": one.module, "name": one.name, "names": names}
        child.open(message, Kept)


def _description(artifact: Artifact, child: Child, opened: Opened) -> Description:
    layers = [
        Layer(
            printable(layer.name),
            printable(layer.kind),
            None if layer.output_shape is None else tuple(layer.output_shape),
            layer.parameters,
            tuple(_recurrence(one) for one in layer.recurrences),
            layer.heads,
        )
        for layer in opened.layers
    ]
    return Description(
        file=artifact.file.name,
        sha256=artifact.file.sha256,
        bytes=artifact.file.bytes,
        format=artifact.file.format,
        keras_version=printable(artifact.keras_version),
        inputs=tuple(_port(port) for port in opened.inputs),
        outputs=tuple(_port(port) for port in opened.outputs),
        layers=tuple(layers),
        parameters=opened.parameters,
        nonfinite_weights=opened.nonfinite_weights,
        isolation=(*map(printable, child.ready.isolation), *_exceptions(artifact)),
        versions={printable(name): printable(version) for name, version in child.ready.versions.items()},
        artifact=artifact,
    )


def _exceptions(artifact: Artifact) -> list[str]:
    trusted = dict.fromkeys(custom.trusted for custom in artifact.custom)
    return [f"code that is not Keras's own was let in because it was named as trusted: {one}" for one in trusted]


def _recurrence(one: RecurrenceReply) -> Recurrence:
    texts = {name: printable(getattr(one, name)) for name in ("prefix", "gate", "squash")}
    return Recurrence(**{**one.model_dump(), **texts})


def _port(port: PortReply) -> Port:
    if port.dtype not in _DTYPES:
        raise ModelFault(f"'{printable(port.name)}' has the type {printable(port.dtype)}; numbers are needed")
    return Port(printable(port.name), tuple(port.shape), port.dtype)
