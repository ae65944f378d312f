"""Page numbers in references (`p. 7`), written once the pages are laid out.

WeasyPrint lays out each page that refers forward three times, until the numbers agree with what they are about: a tenth
of a report's time. Here a reference gets room for its digits, and the digits come afterwards: those of the report's
letters are all of one width, and so is U+2007, the figure space.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import Document

_ASKED, _COUNTED_OTHERWISE = "target-counter(attr(href), page)", "counter-reset"
_DIGITS, _ROOM = 2, "\u2007\u2007"


def with_room(page: str) -> str:
    """The page with room in the place of each page number that its style sheets ask for.

    As it is where a style sheet counts pages in its own way.
    """
    head, ended, body = page.partition("</head>")
    return page if _COUNTED_OTHERWISE in head else head.replace(_ASKED, f'"{_ROOM}"') + ended + body


def filled(document: Document) -> bool:
    """Write the numbers into their room. Whether they fit: a hundredth page has more digits than there is room for."""
    if len(document.pages) >= 10**_DIGITS:
        return False
    found = {name: at for at, page in reversed([*enumerate(document.pages, 1)]) for name in page.anchors}
    for page in document.pages:
        for box in _references(page):
            number = str(found[box.element.get("href", "").removeprefix("#")])
            box.text = box.text.replace(_ROOM, number).rjust(len(box.text), _ROOM[0])
            box.pango_layout.text = box.text  # what is drawn; it is shaped again then
    return True


def _references(page: Any) -> Iterator[Any]:
    """The boxes of a page that hold room for a number and nothing else but words of the style sheet."""
    for box in page._page_box.descendants():  # noqa: SLF001 - the laid-out page has no other door
        if _ROOM in getattr(box, "text", "") and "::" in box.element_tag:
            yield box
