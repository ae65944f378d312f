"""The reports of a record made again: from the record alone, byte for byte the same in the same environment."""

from __future__ import annotations

from pathlib import Path

from auditor.app import recorded
from auditor.app.evidence import evidence
from auditor.app.files import carried, reports
from auditor.app.output import new_folder


def render(source: Path, out: Path | None) -> Path:
    """Write the reports of a record (an audit's folder, or the file), and the record itself, to a new folder.

    Of an audit's folder, what people wrote comes along, as far as it is what the record names.

    Raises WrittenFault where there is no record, FileFault where it is damaged.
    """
    file = source / recorded.NAME if source.is_dir() else source
    record = recorded.load(file)
    raw = file.read_bytes()
    with new_folder(out, record.identity.name) as place:
        place.write({recorded.NAME: raw, **evidence(record), **reports(record, raw), **carried(source, record.files)})
    return place.final
