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
from auditor.model import Description, Model
from auditor.worker.described import layer_of, port_of
from auditor.worker.handle import Handle
from auditor.worker.intake import Taken, take_in
from auditor.worker.process import Child
from auditor.worker.reading import Reader, read
from auditor.worker.traffic import Traffic
from auditor.worker.wire import Kept, Opened, printable


def started(memory_bytes: int, seconds: float) -> Child:
    """A process in which TensorFlow starts while the caller does something else; `open_model` takes it over.

    memory_bytes, seconds: as of `open_model`. Raises ModelFault where it cannot be started.
    """
    if sys.platform != "linux":
        raise ModelFault("models can be opened on Linux only: elsewhere the process cannot be shut in")
    private = Path(tempfile.mkdtemp(prefix="auditor-model-"))
    try:
        return Child(private, memory_bytes, seconds)
    except BaseException:
        shutil.rmtree(private, ignore_errors=True)
        raise


def open_model(
    path: Path | str,
    *,
    memory_bytes: int,
    seconds: float,
    progress: Callable[[int], None] | None = None,
    trusted: Sequence[Trusted] = (),
    signature_key: Path | None = None,
    meanwhile: Callable[[], None] | None = None,
    child: Child | None = None,
) -> Model:
    """Start a child process, read the model file, open it there, and give the model; `close` ends the process.

    memory_bytes: resident memory that the process may use. seconds: how long its answers may take altogether; starting
    and opening have a limit of their own. progress: called with the rows done so far, after each batch. trusted: code
    that is not Keras's own and may run all the same. signature_key: the public key whose signature is to lie beside the
    file. meanwhile: what to do while TensorFlow starts there. child: a process that was `started` for this model. It
    dies with the thread that started it.

    Raises Refused for a file that is damaged, unsafe or cannot be opened by Keras; ModelFault for one that is missing
    or no model file, for a process that cannot be started, and where TensorFlow is not installed.
    """
    start = time.monotonic()
    child = child or started(memory_bytes, seconds)
    try:
        taken = take_in(Path(path), child.private)
        artifact = read(taken, trusted, signature_key)
        if meanwhile is not None:
            meanwhile()
        child.await_ready()
        return _opened(Traffic(child, memory_bytes, progress), taken, artifact, start)
    except BaseException:
        child.close()
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
    return Description(
        file=artifact.file.name,
        sha256=artifact.file.sha256,
        bytes=artifact.file.bytes,
        format=artifact.file.format,
        keras_version=printable(artifact.keras_version),
        inputs=tuple(map(port_of, opened.inputs)),
        outputs=tuple(map(port_of, opened.outputs)),
        layers=tuple(map(layer_of, opened.layers)),
        parameters=opened.parameters,
        nonfinite_weights=opened.nonfinite_weights,
        isolation=(*map(printable, child.await_ready().isolation), *_exceptions(artifact)),
        versions={printable(name): printable(version) for name, version in child.await_ready().versions.items()},
        artifact=artifact,
    )


def _exceptions(artifact: Artifact) -> list[str]:
    trusted = dict.fromkeys(custom.trusted for custom in artifact.custom)
    return [f"code that is not Keras's own was let in because it was named as trusted: {one}" for one in trusted]
