"""A rendered page as its elements, so that a test asks for what a reader finds there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import tinyhtml5


@dataclass(frozen=True)
class Page:
    """An HTML page as a browser reads it."""

    root: Element

    @classmethod
    def of(cls, html: str) -> Page:
        return cls(tinyhtml5.parse(html, namespace_html_elements=False))

    def all(self, tag: str = "", kind: str = "") -> Iterator[Element]:
        """Elements by tag, by a class, or both; drawings are in a namespace that is left aside."""
        for element in self.root.iter():
            name = str(element.tag).rpartition("}")[2]
            if tag in ("", name) and (not kind or kind in element.get("class", "").split()):
                yield element

    def one(self, tag: str = "", kind: str = "") -> Element:
        """The only such element."""
        (element,) = self.all(tag, kind)
        return element

    def attributes(self) -> Iterator[tuple[str, str, str]]:
        """Tag, name and value of each attribute."""
        for element in self.root.iter():
            for name, value in element.attrib.items():
                yield str(element.tag).rpartition("}")[2], str(name).rpartition("}")[2], value


def text(element: Element) -> str:
    """What is read in an element, white space as single spaces."""
    return " ".join("".join(element.itertext()).split())
