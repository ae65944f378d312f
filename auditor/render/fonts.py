"""The shipped letters, as style rules that carry the font files inside."""

from __future__ import annotations

import base64
from typing import Literal

from auditor.shipped import shipped

TEXT, MONO = "Auditor Sans", "Auditor Mono"  # names of our own, so that no installed font is taken for these
_FACES = (
    (TEXT, "IBMPlexSans-Regular", "normal", 400),
    (TEXT, "IBMPlexSans-Italic", "italic", 400),
    (TEXT, "IBMPlexSans-Bold", "normal", 700),
    (MONO, "IBMPlexMono-Regular", "normal", 400),
)


def faces(kind: Literal["woff2", "ttf"]) -> str:
    """A rule for each font: packed (woff2) for a page that travels, plain (ttf) where unpacking would take a second."""
    return "\n".join(_face(kind, *face) for face in _FACES)


def _face(kind: str, family: str, file: str, style: str, weight: int) -> str:
    data = base64.b64encode((shipped("templates") / "fonts" / f"{file}.{kind}").read_bytes()).decode()
    source = f'url("data:font/{kind};base64,{data}")'
    return f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; src: {source}; }}'
