"""The visible block of a signature in a PDF: its lines, in letters that the file can embed."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.shipped import shipped

if TYPE_CHECKING:
    from pyhanko.stamp import TextStampStyle

_SHIPPED = ("IBMPlexSans-Regular.ttf", "AuditorHan-Regular.otf")
_COLUMNS = 92  # characters of a line
_INSTALLED = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
_WIDE = ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf")
_LACKING = "? stands for a letter that no font here has; the signature and its statement have the words in full."


def style(lines: Sequence[str]) -> TextStampStyle:
    """How the lines are set: in the report's letters, or in the machine's Noto Sans CJK where these lack some.

    One font sets all of them. What it lacks is shown as ?, and a last line says so: PDF/A allows
    no sign without a shape.
    """
    from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
    from pyhanko.pdf_utils.text import TextBoxStyle
    from pyhanko.stamp import TextStampStyle

    letters, text = _set("\n".join(part for line in lines for part in textwrap.wrap(line, _COLUMNS)))
    return TextStampStyle(
        stamp_text=text.replace("%", "%%"),
        text_box_style=TextBoxStyle(font=letters, font_size=9, leading=12),
        border_width=1,
        background=None,
        inner_content_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(8),
            inner_content_scaling=InnerScaling.SHRINK_TO_FIT,
        ),
    )


@dataclass(frozen=True)
class _Letters:
    """A font's file, as pyHanko asks for it; its own class for that leaves the file open."""

    data: bytes

    def create_font_engine(self, writer: Any, obj_stream: Any = None) -> Any:
        from pyhanko.pdf_utils.font.opentype import GlyphAccumulator

        return GlyphAccumulator(writer, io.BytesIO(self.data), 10, obj_stream=obj_stream)


def _set(text: str) -> tuple[_Letters, str]:
    """The letters for a text, of the first font that lacks fewest, and the text with what it lacks replaced."""
    asked, best, most = {*map(ord, text)}, Path(), -1
    for file in _found():
        there = len(asked & _known(file))
        if there > most:
            best, most = file, there
        if most == len(asked):
            break
    known = _known(best)
    if best.name == _SHIPPED[0]:
        return _Letters(best.read_bytes()), _told(text, known)
    return _Letters(_part(best, {*asked, *map(ord, _LACKING)} & known)), _told(text, known)


def _told(text: str, known: set[int]) -> str:
    shown = "".join(one if ord(one) in known or one == "\n" else "?" for one in text)
    return shown if shown == text else f"{shown}\n{_LACKING}"


def _known(font: Path) -> set[int]:
    """Characters that a font has a shape for, and the end of a line."""
    from fontTools.ttLib import TTFont

    with TTFont(font, fontNumber=0, lazy=True) as opened:
        return {*opened.getBestCmap(), ord("\n")}


def _found() -> Iterable[Path]:
    """The shipped fonts, then those of this machine that have many letters, the first one of each folder of fonts."""
    with as_file(shipped("templates") / "fonts") as fonts:
        yield from (fonts / name for name in _SHIPPED)
    for folder in _INSTALLED:
        yield from (file for name in _WIDE for file in sorted(Path(folder).expanduser().rglob(name))[:1])


def _part(file: Path, characters: set[int]) -> bytes:
    """A font with these characters alone: pyHanko takes no collection, and reads a small one quickly."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with TTFont(file, fontNumber=0, lazy=True) as opened:
        subsetter = Subsetter(Options(notdef_outline=True, name_IDs=["*"], layout_features=[]))
        subsetter.populate(unicodes=characters)
        subsetter.subset(opened)
        made = io.BytesIO()
        opened.save(made)
    return made.getvalue()
