"""Builds model files: a sound one, and hostile ones that differ from it in one thing. No TensorFlow is needed.

Where a real attack would carry a payload, these would write a file named MARKER into the folder that they lie in.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

STEPS, FEATURES, UNITS = 4, 3, 2
MARKER = "marker"
Tree = dict[str, Any]


def node(kind: str, config: Any, module: str = "keras.layers", **more: Any) -> Tree:
    """An object as Keras 3 describes it."""
    return {"module": module, "class_name": kind, "config": config, "registered_name": None, **more}


def sound_config() -> Tree:
    """A sequential model: LSTM, Dense."""
    initializer = node("GlorotUniform", {"seed": None}, "keras.initializers")
    common = {"trainable": True, "dtype": "float32", "kernel_initializer": initializer, "kernel_regularizer": None}
    layers = [
        node("InputLayer", {"batch_shape": [None, STEPS, FEATURES], "dtype": "float32", "name": "sequence"}),
        node("LSTM", {"name": "lstm", "units": UNITS, "activation": "tanh", **common}),
        node("Dense", {"name": "score", "units": 1, "activation": "sigmoid", **common}),
    ]
    return node("Sequential", {"name": "risk", "layers": layers}, "keras")


def sound_weights(add: Callable[[h5py.File], None] | None = None) -> bytes:
    """The weights of the sound model; `add` puts something into the file."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        _write_weights(file)
        if add:
            add(file)
    return buffer.getvalue()


def _write_weights(file: h5py.Group) -> None:
    shapes = {"lstm/cell": [(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)], "dense": [(UNITS, 1), (1,)]}
    for layer, some in shapes.items():
        for at, shape in enumerate(some):
            file[f"layers/{layer}/vars/{at}"] = np.full(shape, 0.1, np.float32)


def sound_texts(config: Any = None) -> dict[str, bytes]:
    """The members of the sound archive."""
    metadata = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}
    texts = {"metadata.json": json.dumps(metadata).encode()}
    texts["config.json"] = json.dumps(sound_config() if config is None else config).encode()
    return texts | {"model.weights.h5": sound_weights()}


def archive(path: Path, members: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A .keras file of these members."""
    with zipfile.ZipFile(path, "w") as target:
        for name, body in members.items() if isinstance(members, dict) else members:
            target.writestr(name, body)
    return path


def legacy(
    path: Path, config: Any = None, add: Callable[[h5py.File], None] | None = None, training: Any = None
) -> Path:
    """An .h5 file with the same model."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps(sound_config() if config is None else config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        _write_weights(file.create_group("model_weights"))
        if add:
            add(file)
    return path


@dataclass(frozen=True)
class Hostile:
    """A hostile file: what it is, how it is built, and what its refusal has to say."""

    name: str
    build: Callable[[Path], Path]
    says: str


CORPUS: list[Hostile] = []


def hostile(says: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    def keep(build: Callable[[Path], Path]) -> Callable[[Path], Path]:
        CORPUS.append(Hostile(build.__name__, build, says))
        return build

    return keep
