"""The reports of a record made again: from the record alone, byte for byte the same in the same environment."""

from __future__ import annotations

from pathlib import Path

from auditor.app import recorded
from auditor.app.evidence import evidence
from auditor.app.files import carried, reports
from auditor.app.look import Template, theme_of
from auditor.app.output import new_folder


def render(source: Path, out: Path | None, template: str | None = None) -> Path:
    """Write the reports of a record (an audit's folder, or the file), and the record itself, to a new folder.

    Of an audit's folder, what people wrote comes along, as far as it is what the record names. template: a dress or a
    theme to show it in, other than its own; the record stays as it is, so that such a folder cannot be sealed.

    Raises WrittenFault where there is no record, FileFault where it is damaged.
    """
    file = source / recorded.NAME if source.is_dir() else source
    record = recorded.load(file)
    raw, look = file.read_bytes(), Template.named(template)
    theme = look.theme or (None if template else theme_of(record, source))
    made = reports(look.record(record), raw, theme)
    with new_folder(out, record.identity.name) as place:
        place.write({recorded.NAME: raw, **evidence(record), **made, **carried(source, record.files)})
    return place.final
