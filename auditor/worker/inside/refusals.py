"""Look at a model file before Keras does, and refuse what could run code or reach for other files.

Keras's safe mode covers .keras files only; for .h5 files nothing else stands between a Lambda layer and its code.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_NEEDED = ("config.json", "metadata.json", "model.weights.h5")
_LARGEST_ARCHIVE = 8 * 2**30
_CODE = ("Lambda", "__lambda__", "lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
_SAVE = 'save the whole model from Keras with model.save("model.keras")'
_REBUILD = "build the model from Keras's own layers (keras.ops work in a functional model) and save it again"


class Refusal(Exception):
    """The file or the request is at fault, with the remedy."""

    def __init__(self, what: str, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(what)


def check_keras_file(path: Path) -> str:
    """Refuse a damaged or dangerous .keras file; the version of Keras that wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            missing = [name for name in _NEEDED if name not in names]
            if missing:
                raise Refusal(f"the archive has no {', '.join(missing)}, so it is no Keras model", _SAVE)
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_ARCHIVE:
                raise Refusal(f"the archive unpacks to more than {_LARGEST_ARCHIVE >> 30} GiB", _SAVE)
            config, metadata = json.loads(archive.read("config.json")), json.loads(archive.read("metadata.json"))
            _check_hdf5(io.BytesIO(archive.read("model.weights.h5")))
    except (zipfile.BadZipFile, EOFError, ValueError, OSError, RecursionError, KeyError) as error:
        raise _damaged(error) from error
    _check_config(config)
    return str(metadata.get("keras_version", "unknown")) if isinstance(metadata, dict) else "unknown"


def check_hdf5_file(path: Path) -> str:
    """Refuse a damaged or dangerous .h5 file; the version of Keras that wrote it."""
    import h5py

    try:
        with path.open("rb") as file:
            _check_hdf5(file)
        with h5py.File(path, "r") as opened:
            attributes = dict(opened.attrs)
        config = json.loads(attributes["model_config"]) if "model_config" in attributes else None
    except (ValueError, OSError, RuntimeError, RecursionError) as error:
        raise _damaged(error) from error
    if config is None:
        raise Refusal("the file holds no architecture; it seems to hold weights only", _SAVE)
    _check_config(config)
    version = attributes.get("keras_version", "unknown")
    return version.decode(errors="replace") if isinstance(version, bytes) else str(version)


def _damaged(error: Exception) -> Refusal:
    return Refusal(
        f"the file is damaged or cut off ({error})", "copy it again from where it was made, or save it again"
    )


def _check_config(config: object) -> None:
    for node in _nodes(config):
        name = node.get("class_name")
        if name in _CODE or node.get("function_type") in _CODE:
            what = f"the model holds a layer that runs code of its own ({name or node.get('function_type')})"
            raise Refusal(f"{what}; opening it would run that code", _REBUILD)
        module = node.get("module")
        if isinstance(module, str) and not (module == "keras" or module.startswith("keras.")) and module != "builtins":
            raise Refusal(f"the model needs {module}.{name}, which is not part of Keras", _REBUILD)


def _nodes(config: object) -> Iterator[dict[str, Any]]:
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _check_hdf5(file: IO[bytes]) -> None:
    """Links and storage outside the file could read any file of the machine into the weights."""
    import h5py

    with h5py.File(file, "r") as opened:
        waiting = [opened["/"]]
        while waiting:
            group = waiting.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise Refusal("the file links to other places or files", _REBUILD)
                item = group[name]
                if isinstance(item, h5py.Group):
                    waiting.append(item)
                elif item.external or item.is_virtual:
                    raise Refusal("the file keeps numbers in other files", _REBUILD)
