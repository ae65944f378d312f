"""The child: shut in, then answer requests until the socket ends."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from auditor.sparing import without
from auditor.worker.inside.isolation import shut_in
from auditor.worker.inside.refusals import Refusal
from auditor.worker.wire import printable, receive_with_fd, send

Answering = Callable[[bytes, int | None], Mapping[str, Any]]


def main() -> None:
    """Arguments (from `process.Child`): root of the package, socket, parent, private directory, CPU seconds, task."""
    fd, parent, private, cpu_seconds = int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])
    channel = socket.socket(fileno=fd)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent needs the model no more
        isolation = shut_in(parent, private, cpu_seconds)
        {"run": _run, "read": _read, "data": _data}[sys.argv[6]](channel, isolation)
    os._exit(0)  # TensorFlow's threads would only delay the end


def _read(channel: socket.socket, isolation: list[str]) -> None:
    send(channel, {"isolation": isolation, "versions": {}, "threads": 1})
    while True:
        body, _ = receive_with_fd(channel)
        send(channel, _answer(_list, body, None))


def _data(channel: socket.socket, isolation: list[str]) -> None:
    with without("pandas"):  # to its end: PyArrow asks for it again with each array
        for name in ("compute", "csv", "parquet"):
            importlib.import_module(f"pyarrow.{name}")
        from auditor.worker.inside.datafiles import DataRequests

        send(channel, {"isolation": isolation, "versions": {}, "threads": 1})
        requests = DataRequests()
        while True:
            body, block = receive_with_fd(channel)
            send(channel, _answer(requests.answer, body, block, "the data files cannot be read"))


def _list(body: bytes, block: int | None) -> Mapping[str, Any]:
    from auditor.worker.inside.listing import listed

    request = json.loads(body)
    return listed(Path(request["file"]), request["member"])


def _run(channel: socket.socket, isolation: list[str]) -> None:
    try:
        with without("matplotlib", "pandas", "scipy", "sklearn"):  # not longer: code that is let in may need them
            import tensorflow as tf
    except ImportError as error:
        remedy = "pip install 'auditor[tensorflow-cpu]', or 'auditor[tensorflow]' on a machine with a GPU"
        send(channel, {"fault": f"to open a model, TensorFlow is needed ({printable(str(error))})", "remedy": remedy})
        return
    from auditor.worker.inside.requests import Requests

    threads = len(os.sched_getaffinity(0))
    tf.config.threading.set_intra_op_parallelism_threads(1)  # each batch has one processor, none waits for another
    tf.config.threading.set_inter_op_parallelism_threads(threads)  # as many batches may be computed side by side
    send(channel, {"isolation": isolation, "versions": _versions(), "threads": threads})
    verbs = {"list": _list, "trust": _trust}
    requests = Requests(threads)
    while True:
        body, block = receive_with_fd(channel)
        answer = verbs.get(json.loads(body)["verb"], requests.answer)
        send(channel, _answer(answer, body, block))


def _trust(body: bytes, block: int | None) -> Mapping[str, Any]:
    """Let code in that is not Keras's own, because the user named it."""
    from auditor.worker.inside.trusting import trust

    return trust(json.loads(body))


def _answer(
    answering: Answering, body: bytes, block: int | None, failed: str = "the model failed"
) -> Mapping[str, Any]:
    try:
        answer = answering(body, block)
    except Refusal as refusal:
        return {"fault": printable(str(refusal), 4000), "remedy": printable(refusal.remedy, 1000)}
    except Exception as error:  # noqa: BLE001 - whatever a library raises is an answer, not the end
        traceback.print_exc()  # to the log, whose end the parent quotes when this process dies
        return {"fault": printable(f"{failed}: {type(error).__name__}: {error}", 2000), "remedy": ""}
    return answer


def _versions() -> dict[str, str]:
    import h5py
    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "python": sys.version.split()[0],
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "h5py": h5py.__version__,
    }
