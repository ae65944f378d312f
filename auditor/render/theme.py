"""A theme: a folder of templates that somebody else wrote. It stays within its folder and asks for nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

from auditor.errors import Problem, WrittenFault

_LARGEST = 2**21  # bytes of a template
_ENDINGS = (".html", ".css", ".txt", ".md", ".svg")
# What a page loads by itself: a link (a href) is followed by a reader only, and a place of Jinja's is not known yet.
_LOADED = re.compile(
    r"""(?:<(?!a\b)[a-z][^>]*?\s(?:src|srcset|data|poster|href|xlink:href)\s*=\s*|url\(\s*|@import\s+)["']?\s*"""
    r"""(?!data:|\#|\{\{|\{%|["'])(?P<address>[^\s"'()<>]+)""",
    re.IGNORECASE,
)
_REMEDY = "A report holds all that it shows: put pictures and fonts into the template as data: addresses."


def refuse_reaching_out(theme: Path) -> None:
    """Raise WrittenFault, with file and line, for a link in a theme and for what a page would load from elsewhere."""
    problems = [problem for path in _files(theme) for problem in _loaded(path)]
    if problems:
        raise WrittenFault(problems)


def _files(theme: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(theme):
        for name in sorted([*folders, *names]):
            path = Path(folder, name)
            if path.is_symlink():
                remedy = "Put the file itself into the theme."
                raise WrittenFault("is a link, and no link of a theme is followed", where=str(path), remedy=remedy)
            if not (path.is_file() or path.is_dir()):
                raise WrittenFault("is not a regular file", where=str(path))
            if path.is_file() and path.suffix in _ENDINGS:
                found.append(path)
    return sorted(found)


def _loaded(path: Path) -> list[Problem]:
    if path.stat().st_size > _LARGEST:
        raise WrittenFault(f"has more than {_LARGEST:,} bytes, and no more are read", where=str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrittenFault("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from error
    return [
        Problem(
            f"{path}:{text.count(chr(10), 0, one.start('address')) + 1}",
            f"the template asks for {one['address']}",
            _REMEDY,
        )
        for one in _LOADED.finditer(text)
    ]
