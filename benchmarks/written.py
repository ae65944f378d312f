"""Pages that benchmarks write: the text between two marks."""

from __future__ import annotations

from pathlib import Path


def replaced(page: Path, start: str, end: str, text: str) -> None:
    """Put the text between the two marks, which stay. Raises ValueError where the page does not have both once."""
    before, opened, rest = page.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{page.name} has no place between '{start}' and '{end}'")
    page.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")
