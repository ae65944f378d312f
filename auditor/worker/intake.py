"""Take in a model file: copy it while hashing, so that the bytes hashed are the bytes opened; refuse what is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from auditor.artifact import Format, ModelFile, Refused
from auditor.errors import ModelFault

_ENDINGS: dict[str, Format] = {".keras": "keras-v3", ".h5": "hdf5", ".hdf5": "hdf5"}
_STARTS: dict[Format, bytes] = {"keras-v3": b"PK\x03\x04", "hdf5": b"\x89HDF\r\n\x1a\n"}
_NAMES: dict[Format, str] = {"keras-v3": ".keras (a zip archive)", "hdf5": ".h5 (HDF5)"}
_SAVE = 'save the model from Keras with model.save("model.keras") and name that file'
_OTHERS = {
    ".pb": "a TensorFlow graph",
    ".tflite": "a TensorFlow Lite model",
    ".onnx": "an ONNX model",
    ".pt": "a PyTorch file",
    ".pth": "a PyTorch file",
    ".pkl": "a pickle",
    ".joblib": "a pickle",
    ".json": "a model's architecture without its weights",
}
_PIECE = 2**20


@dataclass(frozen=True)
class Taken:
    """A private copy of a model file."""

    file: ModelFile
    copy: Path


def take_in(path: Path, private: Path) -> Taken:
    """Copy a model file into a private directory.

    Raises Refused for what is no Keras model file, with the way to make one; ModelFault for what is missing or cannot
    be read.
    """
    if not path.exists():
        raise ModelFault("there is no such model file", where=str(path), remedy="check model.file in the audit file")
    if not path.is_file():
        what, remedy = _folder(path) if path.is_dir() else ("this is not a regular file", _SAVE)
        raise Refused(what, ModelFile(str(path), "", 0, "unknown"), where=str(path), remedy=remedy)
    form = _ENDINGS.get(path.suffix.lower(), "unknown")
    copy = private / ("model.keras" if form == "keras-v3" else "model.h5")
    try:
        with path.open("rb") as source, copy.open("xb") as target:
            start = source.peek(_PIECE)[: max(map(len, _STARTS.values()))]
            what, remedy = _wrong(path.suffix.lower(), start, form)
            digest, count = _copied(source, None if what else target)
    except OSError as error:
        raise ModelFault(f"the model file cannot be read or copied: {error.strerror}", where=str(path)) from error
    file = ModelFile(str(path), digest, count, form)
    if what:
        copy.unlink(missing_ok=True)
        raise Refused(what, file, where=str(path), remedy=remedy)
    return Taken(file, copy)


def _copied(source: BinaryIO, target: BinaryIO | None) -> tuple[str, int]:
    """Digest and size of what is read to its end, and written to `target` where there is one."""
    digest, count = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        digest.update(piece)
        count += len(piece)
        if target is not None:
            target.write(piece)
    return digest.hexdigest(), count


def _wrong(ending: str, start: bytes, form: Format) -> tuple[str, str]:
    """What is wrong with a file by its name and first bytes, and what to do; both empty where nothing is."""
    if form == "unknown":
        kind = _OTHERS.get(ending, "not a kind of model file that can be audited")
        return f"this is {kind}; a .keras or .h5 file is needed", _SAVE
    if not start:
        return "the model file is empty", _SAVE
    if start.startswith(_STARTS[form]):
        return "", ""
    other: Format = "hdf5" if form == "keras-v3" else "keras-v3"
    if start.startswith(_STARTS[other]):
        what = f"the name says {_NAMES[form]}, the content is {_NAMES[other]}"
        return what, "give the file the ending that its content has"
    what = f"the content is not that of a {_NAMES[form]} file"
    return what, f"the file may be damaged, or something else; {_SAVE}"


def _folder(path: Path) -> tuple[str, str]:
    if not (path / "saved_model.pb").exists():
        return "this is a folder; a .keras or .h5 file is needed", _SAVE
    remedy = (
        "a SavedModel holds a graph but no layers to look into. Where the Keras model can still be built or loaded: "
        f"{_SAVE}. Loading it with tf.keras 2 (2.15 or older) and saving as .h5 works as well; wrapping it in "
        "keras.layers.TFSMLayer does not, because its layers stay hidden"
    )
    return "this is a SavedModel folder; a .keras or .h5 file is needed", remedy
