"""A model file read before it is opened, without TensorFlow: what it holds, and whether it may be opened at all.

The archive and the configuration are read here, in Python alone and within fixed bounds. HDF5 is read by the library
that wrote it, which is not made for strangers' files; so a limited process lists what is in it (`ListHdf5`), and the
list is judged here. Keras's own safe mode comes after this, as a second line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from auditor.artifact import Artifact, Member, ModelFile, Refused, Trusted, legible
from auditor.errors import ModelFault, Problem
from auditor.loaders.artifact_archive import CONFIG, METADATA, WEIGHTS, read_archive
from auditor.loaders.artifact_config import parsed, read_config
from auditor.loaders.artifact_hdf5 import Listing, count_numbers
from auditor.loaders.artifact_training import trained_with

ListHdf5 = Callable[[Path, str], Listing]
"""Lists an HDF5 file: its path, and the member's name where it lies in an archive."""

_MOST_TOLD = 20
_SAVE = 'save the whole model from Keras with model.save("model.keras")'


def examine(copy: Path, file: ModelFile, list_hdf5: ListHdf5, trusted: Sequence[Trusted] = ()) -> Artifact:
    """What a model file holds. copy: where its bytes lie; file: who it is.

    Raises Refused, naming layers and reasons, where it is damaged, could run code or read other files, or claims sizes
    that it does not have; ModelFault where the limited process is lost.
    """
    try:
        texts: dict[str, bytes] = {}
        members: tuple[Member, ...] = ()
        config: Any = None
        if file.format == "keras-v3":
            texts, members = read_archive(copy)
            config, metadata = parsed(texts[CONFIG]), parsed(texts[METADATA])
            training = config.get("compile_config") if isinstance(config, dict) else None
            listing = list_hdf5(copy, WEIGHTS)
        else:
            listing = list_hdf5(copy, "")
            if listing.config is None:
                raise ModelFault("the file holds no architecture; it seems to hold weights only", remedy=_SAVE)
            config, metadata = parsed(listing.config), {"keras_version": listing.keras_version}
            training = None if listing.training is None else parsed(listing.training)
        numbers = count_numbers(listing)
        found = read_config(config, numbers, trusted)
        unloaded, problems = trained_with(training)
        if problems:
            raise ModelFault(list(problems))
    except Refused:
        raise
    except ModelFault as fault:
        raise Refused([_at(file, problem) for problem in fault.problems[:_MOST_TOLD]], file) from fault
    said = metadata if isinstance(metadata, dict) else {}
    version, saved = (legible(said.get(key, "unknown"), 40) for key in ("keras_version", "date_saved"))
    parts, custom = found.parts, found.custom
    return Artifact(file, version, saved, members, parts, numbers, custom, unloaded=unloaded, training=found.training)


def _at(file: ModelFile, problem: Problem) -> Problem:
    return Problem(file.name, legible(problem.what, 1000), problem.remedy or _SAVE)
