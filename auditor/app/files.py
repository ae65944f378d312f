"""The files of an audit: the record, its reports, and what people wrote for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.app import recorded
from auditor.app.aside import Work, aside
from auditor.app.evidence import evidence
from auditor.errors import FileFault
from auditor.record import FileDigest, Record
from auditor.yamltree import read_written

if TYPE_CHECKING:
    from auditor.render.theme import Theme

THEME = "inputs/theme/"
_SECONDS, _MEMORY = 60, 2**31  # of a PDF with a theme: ours of a hundred pages take 15 s, and half a GiB


@dataclass(frozen=True)
class Input:
    """A file that a person wrote, as read. name: its path in the audit's folder."""

    name: str
    path: Path
    data: bytes

    @classmethod
    def read(cls, name: str, path: Path) -> Input:
        """Raises WrittenFault where the file cannot be read."""
        return cls(f"inputs/{name}", path, read_written(path))

    @property
    def digest(self) -> FileDigest:
        return FileDigest(name=self.name, sha256=hashlib.sha256(self.data).hexdigest(), bytes=len(self.data))


def policy_inputs(paths: Iterable[Path], files: Iterable[FileDigest]) -> list[Input]:
    """Copies of a policy's files. Raises FileFault where one was changed after it was loaded."""
    copies = []
    for at, (path, file) in enumerate(zip(paths, files, strict=True), start=1):
        copy = Input.read(f"policy/{at}-{path.name}", path)
        if copy.digest.sha256 != file.sha256:
            raise FileFault("was changed while the program ran", where=str(path))
        copies.append(copy)
    return copies


def unchanged(inputs: Iterable[Input]) -> None:
    """Raise FileFault where an input is not any more what was read: then it may not be what was used."""
    for one in inputs:
        if Input.read("", one.path).data != one.data:
            raise FileFault("was changed while the program ran", where=str(one.path))


def carried(source: Path, files: Iterable[FileDigest]) -> dict[str, bytes]:
    """Copies of what people wrote, out of an audit's folder, where they are still what the record names."""
    there = {}
    for file in files:
        path = source / file.name
        if source.is_dir() and path.is_file():
            data = read_written(path)
            if hashlib.sha256(data).hexdigest() == file.sha256:
                there[file.name] = data
    return there


def audit_files(record: Record, inputs: Iterable[Input] = (), theme: Theme | None = None) -> dict[str, bytes]:
    """Path in the audit's folder -> bytes. theme: that the reports are made with."""
    from auditor.render.charts import warm

    with ThreadPoolExecutor(1) as other:
        other.submit(warm)  # not before: what draws and TensorFlow would be in memory together
        raw, tables = recorded.written(record), evidence(record)
    copies = {one.name: one.data for one in inputs}
    return {recorded.NAME: raw, **tables, **reports(record, raw, theme), **copies}


def reports(record: Record, raw: bytes, theme: Theme | None = None) -> dict[str, bytes]:
    """What is rendered from a record, whose own bytes are attached to the PDFs, which are laid out side by side."""
    from auditor.render.committee import committee_html
    from auditor.render.html import render_html
    from auditor.render.machine.files import machine_files
    from auditor.render.pdf import render_pdf

    report = render_html(record, theme=theme)
    with _begun(lambda: render_pdf(record, raw, html=report), theme) as paper:  # the longest work of all
        committee = committee_html(record, theme=theme)
        made = {"report.html": report.encode(), "committee.html": committee.encode()}
        made |= {"committee.pdf": _paper(lambda: render_pdf(record, raw, html=committee), theme)}
        return {**made, **machine_files(record), "report.pdf": paper()}


def _begun(work: Work, theme: Theme | None) -> AbstractContextManager[Work]:
    from auditor.render.bounded import Bounds, bounded

    return aside(work) if theme is None else bounded(work, Bounds(_SECONDS, _MEMORY), theme.folder)


def _paper(work: Work, theme: Theme | None) -> bytes:
    """A shorter PDF, here; of a theme, whose style sheet may ask for pages without end, where its time is limited."""
    if theme is None:
        return work()
    with _begun(work, theme) as given:
        return given()
