"""Hostile weights: links, other files, claims, things that are no numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from hostile.building import CORPUS, Hostile, archive, hostile, legacy, sound_texts, sound_weights


def _weights(name: str, says: str, add: Callable[[h5py.File], None]) -> None:
    def build(folder: Path) -> Path:
        return archive(folder / "model.keras", sound_texts() | {"model.weights.h5": sound_weights(add)})

    CORPUS.append(Hostile(name, build, says))
    CORPUS.append(Hostile(f"{name} (.h5)", lambda folder: legacy(folder / "model.h5", add=add), says))


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    file.create_virtual_dataset("layers/virtual", layout)


def _deep(file: h5py.File) -> None:
    file["/".join(["a"] * 40)] = np.zeros(1)


_weights("external link", "is a link to another", lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd", "/")))
_weights("soft link", "is a link to another", lambda f: f.__setitem__("x", h5py.SoftLink("/layers")))
_weights("a link below", "'layers/x' in the weights is a link", lambda f: f.__setitem__("layers/x", h5py.SoftLink("/")))
_weights(
    "external storage", "in other files", lambda f: f.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])
)
_weights("virtual numbers", "from other files", _virtual)
_weights("a circle", "in two ways", lambda f: f.__setitem__("layers/again", f["/"]))
_weights("numbers reached twice", "in two ways", lambda f: f.__setitem__("again", f.create_dataset("once", data=[1.0])))
_weights(
    "references", "something else than numbers", lambda f: f.create_dataset("x", data=[f.ref], dtype=h5py.ref_dtype)
)
_weights("text", "something else than numbers", lambda f: f.create_dataset("x", data=["evil"]))
_weights("a compound", "something else than numbers", lambda f: f.create_dataset("x", data=np.zeros(1, "i4,f4")))
_weights("nothing", "something else than numbers", lambda f: f.create_dataset("x", data=h5py.Empty("f4")))
_weights("a named type", "neither a group nor numbers", lambda f: f.__setitem__("x", np.dtype("f4")))
_weights(
    "numbers that are not there", "claims to be", lambda f: f.create_dataset("x", (10**6, 10**6), "f4", chunks=(10, 10))
)
_weights("a packed bomb", "claims to be", lambda f: f.create_dataset("x", data=np.zeros(2**22), compression="gzip"))
_weights(
    "an unknown packing",
    "packed in a way",
    lambda f: f.create_dataset("x", data=np.zeros(9), chunks=(9,), compression="lzf"),
)
_weights("without a bottom", "lies deeper", _deep)


@hostile("damaged or cut off")
def weights_cut_off(folder: Path) -> Path:
    """The archive is whole, the weights in it are not."""
    return archive(folder / "model.keras", sound_texts() | {"model.weights.h5": sound_weights()[:-99]})


@hostile("something else lies before them")
def weights_behind_something(folder: Path) -> Path:
    """HDF5 lets 512 bytes of anything stand in front."""
    return archive(folder / "model.keras", sound_texts() | {"model.weights.h5": bytes(512) + sound_weights()})


@hostile("something lies around the weights")
def something_behind_the_weights(folder: Path) -> Path:
    """HDF5 ends where its first bytes say so."""
    return archive(folder / "model.keras", sound_texts() | {"model.weights.h5": sound_weights() + b"PK\x05\x06"})


@hostile("something lies around the weights")
def an_archive_behind_the_weights(folder: Path) -> Path:
    """One file that two programs read as two."""
    path, other = legacy(folder / "model.h5"), archive(folder / "other.zip", sound_texts())
    path.write_bytes(path.read_bytes() + other.read_bytes())
    return path


@hostile("damaged or cut off")
def weights_of_noise(folder: Path) -> Path:
    """Only the first bytes are those of HDF5."""
    noise = np.random.default_rng(0).bytes(5000)
    return archive(folder / "model.keras", sound_texts() | {"model.weights.h5": b"\x89HDF\r\n\x1a\n" + noise})


@hostile("no architecture")
def an_architecture_of_numbers(folder: Path) -> Path:
    """An attribute of the wrong kind."""
    return legacy(folder / "model.h5", add=lambda file: file.attrs.__setitem__("model_config", [1, 2]))
