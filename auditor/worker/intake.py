"""Take in a model file: copy it while hashing, so that the bytes hashed are the bytes opened; refuse what is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from auditor.artifact import Format, ModelFile
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

    Raises ModelFault for what is missing, unreadable or not a Keras model file, with the way to make one.
    """
    ending = _ending(path)
    copy = private / ("model.keras" if ending == "keras-v3" else "model.h5")
    digest, count = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, copy.open("xb") as target:
            while piece := source.read(_PIECE):
                if count == 0:
                    _check_start(path, piece, ending)
                digest.update(piece)
                count += target.write(piece)
    except OSError as error:
        raise ModelFault(f"the model file cannot be read or copied: {error.strerror}", where=str(path)) from error
    if count == 0:
        raise ModelFault("the model file is empty", where=str(path), remedy=_SAVE)
    return Taken(ModelFile(str(path), digest.hexdigest(), count, ending), copy)


def _ending(path: Path) -> Format:
    if path.is_dir():
        raise _refused_folder(path)
    if not path.exists():
        raise ModelFault("there is no such model file", where=str(path), remedy="check model.file in the audit file")
    if not path.is_file():
        raise ModelFault("this is not a regular file", where=str(path), remedy=_SAVE)
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        kind = _OTHERS.get(ending, "not a kind of model file that can be audited")
        raise ModelFault(f"this is {kind}; a .keras or .h5 file is needed", where=str(path), remedy=_SAVE)
    return _ENDINGS[ending]


def _refused_folder(path: Path) -> ModelFault:
    if not (path / "saved_model.pb").exists():
        return ModelFault("this is a folder; a .keras or .h5 file is needed", where=str(path), remedy=_SAVE)
    remedy = (
        "a SavedModel holds a graph but no layers to look into. Where the Keras model can still be built or loaded: "
        f"{_SAVE}. Loading it with tf.keras 2 (2.15 or older) and saving as .h5 works as well; wrapping it in "
        "keras.layers.TFSMLayer does not, because its layers stay hidden"
    )
    return ModelFault("this is a SavedModel folder; a .keras or .h5 file is needed", where=str(path), remedy=remedy)


def _check_start(path: Path, piece: bytes, ending: Format) -> None:
    if piece.startswith(_STARTS[ending]):
        return
    other: Format = "hdf5" if ending == "keras-v3" else "keras-v3"
    if piece.startswith(_STARTS[other]):
        what = f"the name says {_NAMES[ending]}, the content is {_NAMES[other]}"
        raise ModelFault(what, where=str(path), remedy="give the file the ending that its content has")
    what = f"the content is not that of a {_NAMES[ending]} file"
    raise ModelFault(what, where=str(path), remedy=f"the file may be damaged, or something else; {_SAVE}")
