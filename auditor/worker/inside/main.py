"""The child: shut in, then answer requests until the socket ends."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.worker.inside.isolation import shut_in
from auditor.worker.inside.refusals import Refusal
from auditor.worker.wire import printable, receive_with_fd, send


def main() -> None:
    """Arguments (from `process.Child`): root of the package, socket, parent, private directory, CPU seconds."""
    fd, parent, private, cpu_seconds = int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])
    channel = socket.socket(fileno=fd)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent needs the model no more
        _serve(channel, shut_in(parent, private, cpu_seconds))
    os._exit(0)  # TensorFlow's threads would only delay the end


def _serve(channel: socket.socket, isolation: list[str]) -> None:
    try:
        import tensorflow as tf
    except ImportError as error:
        remedy = "pip install 'auditor[tensorflow-cpu]', or 'auditor[tensorflow]' on a machine with a GPU"
        send(channel, {"fault": f"to open a model, TensorFlow is needed ({printable(str(error))})", "remedy": remedy})
        return
    from auditor.worker.inside.requests import Requests

    threads = len(os.sched_getaffinity(0))
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    send(channel, {"isolation": isolation, "versions": _versions(), "threads": threads})
    requests = Requests()
    while True:
        body, block = receive_with_fd(channel)
        send(channel, _answer(requests, body, block))


def _answer(requests: Any, body: bytes, block: int | None) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = requests.answer(body, block)
    except Refusal as refusal:
        return {"fault": printable(str(refusal), 4000), "remedy": printable(refusal.remedy, 1000)}
    except Exception as error:  # noqa: BLE001 - whatever TensorFlow raises is an answer, not the end
        traceback.print_exc()  # to the log, whose end the parent quotes when this process dies
        return {"fault": printable(f"the model failed: {type(error).__name__}: {error}", 2000), "remedy": ""}
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
