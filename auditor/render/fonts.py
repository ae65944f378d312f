"""The shipped letters, as style rules: packed inside a page that travels, or as the files themselves."""

from __future__ import annotations

import base64

from auditor.shipped import shipped

TEXT, MONO, HAN = (
    "Auditor Sans",
    "Auditor Mono",
    "Auditor Han",
)  # names of our own, so that no installed font is taken for these
FONT_SCHEME = "auditor-font"  # of an address that stands for a shipped file
_FACES = (
    (TEXT, "IBMPlexSans-Regular", "normal", 400),
    (TEXT, "IBMPlexSans-Italic", "italic", 400),
    (TEXT, "IBMPlexSans-Bold", "normal", 700),
    (MONO, "IBMPlexMono-Regular", "normal", 400),
)
_HAN_FACES = (("AuditorHan-Regular.otf", 400), ("AuditorHan-Bold.otf", 700))
_FIRST_HAN = "\u2e80"  # what comes before it in Unicode, the others have or nobody writes Chinese with


def packed_faces() -> str:
    """A rule for each font, which carries the font inside."""
    sources = {file: base64.b64encode(_file(f"{file}.woff2")).decode() for _, file, _, _ in _FACES}
    return _rules({file: f"data:font/woff2;base64,{data}" for file, data in sources.items()})


def families(text: str) -> str:
    """The names of the fonts that set a text, as an attribute of a drawing has them."""
    return f"{TEXT}, {HAN}" if _has_han(text) else TEXT


def plain_faces(page: str) -> str:
    """A rule for each font of the page, whose address `plain_font` resolves: Pango reads no packed font.

    The Chinese ones, eight times as large as the others, are asked for where there is something to set in it.
    """
    rules = _rules({file: f"{FONT_SCHEME}:{file}.ttf" for _, file, _, _ in _FACES})
    han = (
        f'@font-face {{ font-family: "{HAN}"; font-weight: {weight}; src: url("{FONT_SCHEME}:{file}"); }}'
        for file, weight in _HAN_FACES
    )
    return "\n".join((rules, *han)) if _has_han(page) else rules


def plain_font(address: str) -> bytes | None:
    """The bytes of the shipped font that an address of `plain_faces` stands for; None where it stands for none."""
    name = address.removeprefix(f"{FONT_SCHEME}:")
    known = {file for file, _ in _HAN_FACES} | {f"{file}.ttf" for _, file, _, _ in _FACES}
    return _file(name) if name in known else None


def _has_han(text: str) -> bool:
    return max(text, default="") >= _FIRST_HAN


def _rules(sources: dict[str, str]) -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; '
        f'src: url("{sources[file]}"); }}'
        for family, file, style, weight in _FACES
    )


def _file(name: str) -> bytes:
    return (shipped("templates") / "fonts" / name).read_bytes()
