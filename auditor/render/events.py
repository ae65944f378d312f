"""A record for TensorBoard: estimates as scalars, drawings as images, weights as histograms, the verdict as text.

The times are those of the record, so that the same record gives the same bytes in the same environment.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import WrittenFault
from auditor.measurement import Table, Text
from auditor.record import Record
from auditor.render.charts import picture
from auditor.render.plain import plain, printable
from auditor.render.words import words

_BINS = 40
_LEVEL = 0.95
NAME = "events.out.tfevents.{seconds}.auditor"


def write_events(folder: Path, record: Record, weights: Mapping[str, NDArray[np.floating]]) -> Path:
    """Write one event file, and give its path. weights: `layer/name` -> the numbers.

    Raises WrittenFault where tensorboardX is not installed.
    """
    try:
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.record_writer import RecordWriter
    except ImportError as error:
        remedy = "pip install 'auditor[tensorboard]'"
        raise WrittenFault(f"to write TensorBoard's files, tensorboardX is needed ({error})", remedy=remedy) from error
    seconds = datetime.fromisoformat(record.run.finished).timestamp()
    record = printable(record)
    file = folder / NAME.format(seconds=int(seconds))
    writer = RecordWriter(str(file))
    try:
        writer.write(Event(wall_time=seconds, file_version="brain.Event:2").SerializeToString())
        for summary in _summaries(record, weights):
            writer.write(Event(wall_time=seconds, step=0, summary=summary).SerializeToString())
    finally:
        writer.close()
    return file


def _summaries(record: Record, weights: Mapping[str, NDArray[np.floating]]) -> Iterator[Any]:
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.summary import make_histogram, text

    yield text("verdict", _told(record))
    for tag, value in _numbers(record):
        yield Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    for tag, png in _pictures(record):
        width, height = struct.unpack(">II", png[16:24])  # where every PNG has them
        image = Summary.Image(height=height, width=width, colorspace=4, encoded_image_string=png)
        yield Summary(value=[Summary.Value(tag=tag, image=image)])
    for name, values in ((plain(name), values) for name, values in weights.items()):
        finite = values[np.isfinite(values)].astype(float)
        if finite.size:
            yield Summary(value=[Summary.Value(tag=f"weights/{name}", histo=make_histogram(finite, _BINS))])
        if finite.size < values.size:
            lost = float(values.size - finite.size)
            yield Summary(value=[Summary.Value(tag=f"weights not finite/{name}", simple_value=lost)])


def _numbers(record: Record) -> Iterator[tuple[str, float]]:
    """Each estimate, and the ends of its interval as far as they are bounded."""
    for key, entry in record.measured.items():
        for quantity, told in (entry.measurement.quantities if entry.measurement else {}).items():
            for part, estimate in told.parts.items():
                tag = "/".join(piece for piece in (key, quantity, part.replace("/", "|")) if piece)
                low, high = estimate.interval(_LEVEL)
                yield tag, estimate.value
                yield from ((f"{tag} ({end})", at) for end, at in (("low", low), ("high", high)) if math.isfinite(at))


def _pictures(record: Record) -> Iterator[tuple[str, bytes]]:
    told = words(record.language)
    for key, entry in record.measured.items():
        for shown in entry.measurement.shown if entry.measurement else ():
            if not isinstance(shown, Table | Text):
                yield f"{key}/{shown.title.replace('/', '|')}", picture(shown, told)


def _told(record: Record) -> str:
    """In Markdown, as TensorBoard shows text."""
    about = record.identity
    lines = [f"**{record.verdict}**: {record.because}", f"{about.name}, version {about.version}"]
    lines += [f"model sha256 {record.model.file.sha256}, policy {record.policy.name} {record.policy.version}"]
    return "\n\n".join(lines)
