"""A theme: a folder of templates that somebody else wrote. It stays within its folder and asks for nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import Problem, WrittenFault

_LARGEST = 2**21  # bytes of a template
_MOST, _MOST_SEEN = 200, 10_000  # files that are used, and that lie there
_ENDINGS = (".html", ".css", ".txt", ".md", ".svg")
# What a page loads by itself: a link (a href) is followed by a reader only, and a place of Jinja's is not known yet.
_LOADED = re.compile(
    r"""(?:<(?!a\b)[a-z][^>]*?\s(?:src|srcset|data|poster|href|xlink:href)\s*=\s*|url\(\s*|@import\s+)["']?\s*"""
    r"""(?!data:|\#|\{\{|\{%|["'])(?P<address>[^\s"'()<>]+)""",
    re.IGNORECASE,
)
_REMEDY = "A report holds all that it shows: put pictures and fonts into the template as data: addresses."


@dataclass(frozen=True)
class Theme:
    """The templates of a theme as they were read. files: path in the theme's folder -> bytes."""

    folder: Path
    files: dict[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> Theme:
        """The theme in a folder: its files that end in .html, .css, .txt, .md or .svg; others are not used.

        Raises WrittenFault, with file and line, for a link in it, and for what a page would load from elsewhere.
        """
        files = {path.relative_to(folder).as_posix(): _read(path) for path in _files(folder)}
        made = cls(folder, files)
        if problems := [problem for name in files for problem in made._reaching_out(name)]:
            raise WrittenFault(problems)
        return made

    def text(self, name: str) -> str:
        """A file's text, empty where the theme has none of that name."""
        return self.files.get(name, b"").decode()

    def loaded(self, name: str) -> tuple[str, str, None] | None:
        """A template as Jinja asks for it: its text, and where it stands."""
        return (self.text(name), str(self.folder / name), None) if name in self.files else None

    def _reaching_out(self, name: str) -> Iterator[Problem]:
        text = self.text(name)
        for one in _LOADED.finditer(text):
            where = f"{self.folder / name}:{text.count(chr(10), 0, one.start('address')) + 1}"
            yield Problem(where, f"the template asks for {one['address']}", _REMEDY)
        if name.endswith(".css") and (at := text.lower().find("</style")) >= 0:
            where = f"{self.folder / name}:{text.count(chr(10), 0, at) + 1}"
            yield Problem(where, "a style sheet holds no </style, which would end it within the page")


def _files(theme: Path) -> list[Path]:
    found, seen = [], 0
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
        seen += len(folders) + len(names)
        if len(found) > _MOST or seen > _MOST_SEEN:  # before any is read: it may be the folder of everything
            what = f"has more than {_MOST} templates, or {_MOST_SEEN:,} files"
            raise WrittenFault(what, where=str(theme), remedy="Name the theme's own folder.")
    return sorted(found)


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise WrittenFault(f"has more than {_LARGEST:,} bytes, and no more are read", where=str(path))
    data = path.read_bytes()
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise WrittenFault("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from error
    return data
