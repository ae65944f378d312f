"""A record for TensorBoard, and, where the model is at hand, its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.app import recorded
from auditor.app.output import new_folder
from auditor.errors import FileFault
from auditor.record import Record

_MEMORY, _SECONDS = 4 * 2**30, 300.0


def tensorboard(source: Path, out: Path | None, model: Path | None) -> Path:
    """Write the event file of a record (an audit's folder, or the file) to a new folder, and give the folder.

    model: the file that was audited, for histograms of its weights; opened in a process of its own. Raises WrittenFault
    where there is no record or tensorboardX is not installed, FileFault where the record is damaged or the model is not
    the one that was audited.
    """
    from auditor.render.events import write_events

    record = recorded.load(source)
    weights = {} if model is None else _weights(record, model)
    with new_folder(out, f"{record.identity.name} tensorboard") as place:
        write_events(place.partial, record, weights)
    return place.final


def _weights(record: Record, file: Path) -> dict[str, NDArray[np.floating]]:
    """`layer/name` -> the numbers, of every layer that has any."""
    from auditor.worker import open_model

    model = open_model(file, memory_bytes=_MEMORY, seconds=_SECONDS)
    try:
        if model.description.sha256 != record.model.file.sha256:
            remedy = f"Name the file whose SHA-256 is {record.model.file.sha256}, or leave --model out."
            raise FileFault("this is not the model that the record is of", where=str(file), remedy=remedy)
        return {
            f"{layer.name}/{name}": np.asarray(values)
            for layer in model.description.layers
            if layer.parameters
            for name, values in model.weights(layer.name).items()
        }
    finally:
        model.close()
