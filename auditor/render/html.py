"""The report as one HTML file: no script, nothing fetched, fonts and drawings inside."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import WrittenFault
from auditor.record import Record
from auditor.render.bounded import Bounds, bounded, words_of
from auditor.render.dresses import dress_of
from auditor.render.fonts import packed_faces
from auditor.render.harmless import harmless
from auditor.render.numbers import together
from auditor.render.palette import dark_rules
from auditor.render.report import report
from auditor.render.theme import Theme
from auditor.render.view import Chip, Code, Figure, Grid, Link, Outcomes
from auditor.render.words import Words, words
from auditor.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

_START = "report.html"
_FILLED, _CHECKED = (
    Bounds(3, 2**29),
    Bounds(20, 2**30),
)  # ours take 0.2 s and 0.4 s
_LONGEST = 2**24  # characters of a page; ours have half a million


def render_html(record: Record, *, theme: Path | Theme | None = None) -> str:
    """The report of a record. The same record gives the same text, wherever and whenever.

    theme: a folder whose files stand in for the shipped templates of the same name, and whose `theme.css` is added; or
    what was read of one.
    Raises WrittenFault, naming file and line, where a template is wrong.
    """
    told = words(record.language, dress_of(record))
    return page(_START, told, theme, report=report(record, told))


def page(template: str, words: Words, theme: Path | Theme | None = None, **given: object) -> str:
    """A template filled in. given: what it names beside its words and the style sheets.

    Raises WrittenFault, naming file and line, where it is wrong.
    """
    opened = Theme.of(theme) if isinstance(theme, Path) else theme
    environment = _environment(opened)
    environment.globals["_"] = words
    if opened is None:
        return _filled(environment, template, given)
    with bounded(lambda: _filled(environment, template, given, opened).encode(), _FILLED, opened.folder) as filled:
        made = filled().decode()
    with bounded(lambda: harmless(made, opened, template), _CHECKED, opened.folder) as checked:
        return checked().decode()


def _filled(environment: Environment, template: str, given: Mapping[str, object], theme: Theme | None = None) -> str:
    from jinja2 import TemplateError

    try:
        made = environment.get_template(template).render(**given, style=_style(theme))
    except TemplateError as error:
        raise _fault(error, theme) from error
    except Exception as error:
        if theme is None:
            raise
        raise _fault(error, theme) from error  # a theme may divide by nothing, or call itself
    if theme and len(made) > _LONGEST:
        raise WrittenFault(f"the page has more than {_LONGEST:,} characters", where=str(theme.folder))
    return made


def _environment(theme: Theme | None) -> Environment:
    """Jinja, escaping everything, refusing what is not defined, in a sandbox: a theme is somebody else's program."""
    from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"**"})

        def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError("a template calculates no powers: they may not come to an end")

    own: list[BaseLoader] = [FunctionLoader(theme.loaded)] if theme else []
    environment = Sandbox(
        loader=ChoiceLoader([*own, FileSystemLoader(str(shipped("templates")))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {"chip": Chip, "link": Link, "code": Code, "figure": Figure, "grid": Grid, "outcomes": Outcomes}
    for name, kind in kinds.items():
        environment.tests[name] = lambda value, kind=kind: isinstance(value, kind)
    environment.finalize = _together
    environment.filters |= {"drawing": _markup, "quoted": _quoted}
    return environment


def _together(value: Any) -> Any:
    """What is printed, with a number on one line with its unit; our own markup stays as it is."""
    return together(value) if type(value) is str else value


def _markup(text: str) -> Any:
    """Text of our own making that is markup already: a drawing, a style sheet."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - drawings escape the names in them; style sheets hold none


def _quoted(text: str) -> Any:
    """A word as a string of a style sheet."""
    safe = "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in text)
    return _markup(f'"{safe}"')


def _style(theme: Theme | None) -> dict[str, Any]:
    """The style sheets by what they are for; the theme's own comes last, so that it wins."""

    def sheets(*names: str) -> str:
        return "\n".join((shipped("templates") / name).read_text(encoding="utf-8") for name in names)

    dark = f"@media (prefers-color-scheme: dark) {{\n{dark_rules()}\n}}"
    parts = {
        "letters": packed_faces(),
        "common": sheets("report.css", "icons.css"),
        "screen": f"{sheets('screen.css')}\n{dark}",
        "print": sheets("print.css"),
        "alone": sheets("alone.css"),
        "committee": sheets("committee.css"),
        "theme": theme.text("theme.css") if theme else "",
    }
    return {name: _markup(text) for name, text in parts.items()}


def _fault(error: Exception, theme: Theme | None) -> WrittenFault:
    """A template's error at the place where a person can mend it: in their theme, not in the part that it calls."""
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if line is None:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith((".html", ".css"))
        ]
        if theme:
            frames = [frame for frame in frames if frame.filename.startswith(str(theme.folder))] or frames
        name, line = getattr(error, "name", None) or (theme.folder if theme else _START), 1
        if frames:
            name, line = frames[-1].filename, frames[-1].lineno
    return WrittenFault(f"the template cannot be used: {words_of(error)}", where=f"{name}:{line}")
