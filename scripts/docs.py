"""Writes docs/cli.md from the command line, docs/checks.md from the catalogue of checks, docs/record.schema.json.

`python scripts/docs.py` writes them; with `--check` it only compares, and ends with 1 where one is not current.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from auditor.app.schema import schema
from auditor.checks import CATALOGUE, FAMILIES
from auditor.checks.check import Check
from auditor.cli.commands import auditor
from auditor.cli.listing import described, meant

DOCS = Path(__file__).parent.parent / "docs"
_NOTE = "<!-- Written by scripts/docs.py from the code: do not edit, run `make docs`. -->"
_SETTINGS: dict[str, Any] = dict(auditor.context_settings)


def main() -> int:
    """Write or compare the files."""
    stale = []
    for name, text in {"cli.md": command_line(), "checks.md": catalogue(), "record.schema.json": record()}.items():
        file = DOCS / name
        if "--check" not in sys.argv[1:]:
            file.write_text(text, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{name} is not what the code says: run `make docs`")
    print("\n".join(stale), end="\n" if stale else "")
    return 1 if stale else 0


def command_line() -> str:
    """docs/cli.md: the help of every command."""
    parts = [_NOTE, "", "# The command line", ""]
    for context in _contexts(click.Context(auditor, info_name="auditor", terminal_width=100, **_SETTINGS)):
        parts += [f"## {context.command_path}", "", "```text", context.get_help(), "```", ""]
    return "\n".join(parts)


def catalogue() -> str:
    """docs/checks.md: what every check says of itself."""
    parts = [_NOTE, "", "# The checks", ""]
    parts += ["`auditor checks` lists them, `auditor checks ID` tells one.", ""]
    for family, title in FAMILIES.items():
        if checks := [check for check in CATALOGUE.values() if check.family == family]:
            parts += [f"## {title}", ""]
            parts += [line for check in checks for line in _section(check)]
    return "\n".join(parts)


def record() -> str:
    """docs/record.schema.json: the JSON Schema of record.json."""
    return json.dumps(schema("record"), indent=1, ensure_ascii=False) + "\n"


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """The context of a command and of all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name, inner in context.command.commands.items():
            yield from _contexts(click.Context(inner, info_name=name, parent=context, terminal_width=100))


def _section(check: Check) -> Iterator[str]:
    yield from (f"### `{check.id}`", "", check.title, "")
    yield from (
        f"**Measures:** {check.measures}",
        "",
        f"**Why:** {check.why}",
        "",
        f"**Blind to:** {check.blind_to}",
        "",
    )
    yield from ("| quantity | what it is |", "|---|---|")
    yield from (f"| `{name}` | {meant(meaning)} |" for name, meaning in check.quantities.items())
    yield ""
    if parameters := described(check):
        yield from ("| parameter | default | what it is |", "|---|---|---|")
        yield from (f"| `{name}` | {default} | {text} |" for name, default, text in parameters)
        yield ""


if __name__ == "__main__":
    sys.exit(main())
