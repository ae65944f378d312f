"""What a model file holds, as far as it can be known without opening the model; and its refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from auditor.errors import ModelFault, Problem

Format = Literal["keras-v3", "hdf5", "unknown"]


@dataclass(frozen=True)
class ModelFile:
    """A model file by its bytes. name: as the user wrote it. sha256: empty for what has no bytes, such as a folder."""

    name: str
    sha256: str
    bytes: int
    format: Format


@dataclass(frozen=True)
class Member:
    """A file inside the archive, unpacked."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """A layer or operation of the configuration. name: with the names of the models and wrappers around it."""

    name: str
    kind: str


@dataclass(frozen=True)
class Trusted:
    """Code that is not Keras's own and that the user lets in by name: an object of a module on this machine.

    folder: where the module is found; sha256: of the module's source.
    """

    module: str
    name: str
    folder: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name} (sha256 {self.sha256[:12]}…)"


@dataclass(frozen=True)
class Custom:
    """A use of code that is not Keras's own. name: as the file spells it."""

    name: str
    used_by: str
    trusted: Trusted


@dataclass(frozen=True)
class Artifact:
    """A model file that was read and not refused.

    saved: when, as the file says. numbers: how many the weights hold (states of an optimizer are no weights).
    unloaded: losses, metrics and optimizers that are not Keras's own, which the file names and nothing here loads.
    training: layers that the file calls as in training, whatever whoever calls the model wants.
    signature: what is known of a signature beside the file, empty where there is none; signed: whether it names this
    file; signed_by_key: whether the key that the user named made it, None where none was named.
    """

    file: ModelFile
    keras_version: str
    saved: str
    members: tuple[Member, ...]
    parts: tuple[Part, ...]
    numbers: int
    custom: tuple[Custom, ...]
    signature: str = ""
    signed: bool | None = None
    signed_by_key: bool | None = None
    unloaded: tuple[str, ...] = ()
    training: tuple[str, ...] = ()


def legible(text: object, longest: int = 300) -> str:
    """What a file says as one line of that length, without what cannot be seen or would steer a terminal."""
    clean = "".join(one if one.isprintable() else " " for one in str(text))
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


class Refused(ModelFault):
    """A model file that was read and is not opened: damaged, unsafe, or not what Keras can open."""

    def __init__(
        self, problems: str | Sequence[Problem], file: ModelFile, *, where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(problems, where=where, remedy=remedy)
        self.file = file
