"""The report as one HTML file: no script, nothing fetched, fonts and drawings inside."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import WrittenFault
from auditor.record import Record
from auditor.render.fonts import faces
from auditor.render.palette import dark_rules
from auditor.render.report import report
from auditor.render.view import Chip, Code, Figure, Grid, Link
from auditor.render.words import words
from auditor.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment

_START = "report.html"


def render_html(record: Record, *, theme: Path | None = None) -> str:
    """The report of a record. The same record gives the same text, wherever and whenever.

    theme: a folder whose files stand in for the shipped templates of the same name, and whose `theme.css` is added.
    Raises WrittenFault, naming file and line, where a template is wrong.
    """
    from jinja2 import TemplateError

    told = words(record.language)
    environment = _environment(theme)
    environment.globals["_"] = told
    style = _style() + (_theme_style(theme) if theme else "")
    try:
        return environment.get_template(_START).render(report=report(record, told), style=_markup(style))
    except TemplateError as error:
        raise _fault(error) from error


def _environment(theme: Path | None) -> Environment:
    """Jinja, escaping everything, refusing what is not defined, in a sandbox: a theme is somebody else's program."""
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    folders = [str(folder) for folder in (theme, shipped("templates")) if folder is not None]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {"chip": Chip, "link": Link, "code": Code, "figure": Figure, "grid": Grid}
    for name, kind in kinds.items():
        environment.tests[name] = lambda value, kind=kind: isinstance(value, kind)
    environment.filters |= {"drawing": _markup, "quoted": _quoted}
    return environment


def _markup(text: str) -> Any:
    """Text of our own making that is markup already: a drawing, a style sheet."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - drawings escape the names in them; style sheets hold none


def _quoted(text: str) -> Any:
    """A word as a string of a style sheet."""
    safe = "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in text)
    return _markup(f'"{safe}"')


def _style() -> str:
    folder = shipped("templates")
    sheets = [(folder / name).read_text(encoding="utf-8") for name in ("report.css", "icons.css")]
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{dark_rules()}\n}}"
    return "\n".join([faces("woff2"), *sheets, dark])


def _theme_style(theme: Path) -> str:
    file = theme / "theme.css"
    return "\n" + file.read_text(encoding="utf-8") if file.is_file() else ""


def _fault(error: Exception) -> WrittenFault:
    """A template's error at the place where a person can mend it."""
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if line is None:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith((".html", ".css"))
        ]
        name, line = (frames[-1].filename, frames[-1].lineno) if frames else (getattr(error, "name", None) or _START, 1)
    return WrittenFault(f"the template cannot be used: {error}", where=f"{name}:{line}")
