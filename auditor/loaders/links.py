"""Paths that a file names: what they say is where they lead. A link is no way out that the words do not show."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.errors import Problem, WrittenFault

_REMEDY = "Name the file itself: a path may begin with .. or be absolute. Or put the file there."


def way_out(folder: Path, written: str, where: str) -> Problem | None:
    """The problem with a path, relative to a folder, that leads through a link to where its own words do not lead.

    That is out of the folder, or out of the one above it that the path begins with (`../`). An absolute path is free.
    """
    plain = Path(os.path.normpath(written))
    if plain.is_absolute() or "\0" in written:  # of a name with a NUL, opening it tells
        return None
    allowed = os.path.realpath(folder.joinpath(*[os.pardir] * plain.parts.count(os.pardir)))
    if Path(os.path.realpath(folder / written)).is_relative_to(allowed):
        return None
    what = f"'{written}' is a link that leads out of the folder of the file that names it, or goes through one"
    return Problem(where, what, _REMEDY)


def refuse_way_out(folder: Path, written: str, where: str) -> None:
    """Raise WrittenFault for such a path."""
    if problem := way_out(folder, written, where):
        raise WrittenFault([problem])
