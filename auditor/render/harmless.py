"""What may stand in a page that somebody else's templates made: by lists of what is harmless, on the finished page."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.errors import Problem, WrittenFault
from auditor.render.theme import Theme
from auditor.shipped import shipped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HTML, _SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
_DEEPEST = 60  # elements in elements; ours has 23
_MOST = 300_000  # elements
_MOST_TOLD = 20
_ELEMENT = re.compile(
    "html|head|title|meta|style|body|header|footer|main|nav|section|article|aside|h1|h2|h3|"
    "h4|h5|h6|hgroup|address|p|div|span|a|b|i|u|s|em|strong|small|sub|sup|mark|abbr|cite|"
    "code|pre|kbd|samp|var|q|blockquote|dfn|time|data|bdi|bdo|br|wbr|hr|ol|ul|li|dl|dt|"
    "dd|table|caption|colgroup|col|thead|tbody|tfoot|tr|th|td|figure|figcaption|img|details|"
    "summary|ins|del|ruby|rt|rp"
)
_DRAWN = re.compile(
    "svg|g|path|line|rect|circle|ellipse|polyline|polygon|text|tspan|title|desc|defs|clipPath|"
    "linearGradient|radialGradient|stop|image|use|symbol|marker|mask|pattern"
)
_ATTRIBUTE = re.compile(
    "class|id|lang|dir|title|role|hidden|style|media|name|content|charset|http-equiv|href|src|"
    "alt|width|height|colspan|rowspan|scope|headers|span|start|reversed|value|type|open|"
    "datetime|cite|tabindex|translate|(?:aria|data)-[a-z-]+"
)
_ADDRESSES = ("href", "src", "cite")
_CLICKED = ("a", "q", "blockquote", "ins", "del")
_INSIDE = ("#", "data:image/", "data:font/", "data:application/")  # fonts have had several names
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_FOLLOWED = ("http", "https", "mailto")
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
_REMEDY = "A report is read: it does nothing and loads nothing. Leave this out, or keep to the shipped templates."


class _Fault(NamedTuple):
    """What is wrong, and the text by which its place is found."""

    what: str
    sought: str = ""


def harmless(page: str, theme: Theme, template: str) -> bytes:
    """The page as it is, where nothing in it acts or loads, and it has the policy that tells browsers so.

    A page has no script, no form, nothing that handles an event, and no address but data: and what a reader clicks on.
    Raises WrittenFault with what else there is, as far as possible with the place in the theme.
    """
    import tinyhtml5

    found = islice(dict.fromkeys(_faults(tinyhtml5.parse(page))), _MOST_TOLD)
    if problems := [Problem(_place(theme, one.sought, template), f"the template {one.what}", _REMEDY) for one in found]:
        raise WrittenFault(problems)
    return page.encode()


def _place(theme: Theme, sought: str, template: str) -> str:
    """The first line of the theme that has it; where it is put together, the template that was filled in."""
    for name in theme.files if sought else ():
        at = theme.text(name).lower().find(sought.lower())
        if at >= 0:
            return f"{theme.folder / name}:{theme.text(name).count(chr(10), 0, at) + 1}"
    return str(theme.folder / template if template in theme.files else theme.folder)


def _faults(root: Element) -> Iterator[_Fault]:
    yield from _policy(root)
    waiting, count = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if depth > _DEEPEST or count > _MOST:
            yield _Fault(f"makes more than {_MOST:,} elements, or more than {_DEEPEST} in each other")
            return
        if isinstance(element.tag, str):  # comments have none
            yield from _element(element)
        waiting += [(child, depth + 1) for child in reversed(element)]


def _policy(root: Element) -> Iterator[_Fault]:
    """The shipped policy has to stand before everything that it is to hold for; no other is said in the same way."""
    asked = [one for one in root.iter(f"{_HTML}meta") if "http-equiv" in one.attrib]
    head = root.findall(f"{_HTML}head/{_HTML}*")
    coded = [one for one in head[:1] if one.tag == f"{_HTML}meta" and one.keys() == ["charset"]]
    first = head[len(coded) :][:1]
    wanted = {"http-equiv": "Content-Security-Policy", "content": content_security_policy()}
    if not (first and first[0].tag == f"{_HTML}meta" and first[0].attrib == wanted):
        yield _Fault(
            "lacks the Content-Security-Policy of the shipped parts/head.html, right after the charset", "<meta"
        )
    for other in asked:
        if other not in first:
            yield _Fault(f"makes another http-equiv ({other.get('http-equiv')})", "http-equiv")


@functools.cache
def content_security_policy() -> str:
    """The policy of the shipped pages."""
    (told,) = _POLICY.findall((shipped("templates") / "parts" / "head.html").read_text(encoding="utf-8"))
    return str(told)


def _element(element: Element) -> Iterator[_Fault]:
    space, _, name = element.tag.rpartition("}")
    drawn = f"{space}}}" == _SVG
    if not (_DRAWN if drawn else _ELEMENT).fullmatch(name) or not (drawn or f"{space}}}" == _HTML):
        yield _Fault(f"makes an element <{name[:60]}>", f"<{name}")
        return
    if name == "style":
        yield from _style_sheet("".join(element.itertext()))
    for attribute, value in element.attrib.items():
        yield from _attribute(name, str(attribute).rpartition("}")[2].lower(), value, drawn)


def _attribute(element: str, name: str, value: str, drawn: bool) -> Iterator[_Fault]:
    if name.startswith("on") or not (drawn or _ATTRIBUTE.fullmatch(name)):
        yield _Fault(f"makes an attribute {name[:60]} of <{element}>", f"{name}=")
    elif name in _ADDRESSES:
        if not _may_stand(value, clicked=element in _CLICKED):
            yield _Fault(f"asks for {value[:200]} ({name} of <{element}>)", value)
    elif name == "style" or (drawn and "(" in value):
        yield from _style_sheet(value)


def _may_stand(address: str, *, clicked: bool) -> bool:
    """Whether it stays on the page; or, of a link, whether a browser goes there only when a reader clicks on it."""
    bare = re.sub(r"[\x00-\x20\x7f-\x9f]", "", address).lower()
    if clicked:
        scheme = _SCHEME.match(bare)
        return scheme is None or scheme[1] in _FOLLOWED
    return bare.startswith(_INSIDE)


def _style_sheet(text: str) -> Iterator[_Fault]:
    import tinycss2

    yield from _values(tinycss2.parse_component_value_list(text, skip_comments=True))


def _values(values: Iterable[Any], *, addresses: bool = False) -> Iterator[_Fault]:
    """addresses: whether a string is an address, as in `url()` and `image-set()`."""
    for one in values:
        if one.type == "at-keyword" and one.lower_value == "import":
            yield _Fault("makes a style sheet with @import", "@import")
        elif one.type == "error":
            yield _Fault(f"makes what is no style sheet: {one.message}")
        elif one.type == "url" or (one.type == "string" and addresses):
            if not _may_stand(one.value, clicked=False):
                yield _Fault(f"asks for {one.value[:200]} (in a style sheet)", one.value)
        elif one.type == "function":
            loads = one.lower_name in ("url", "src", "image") or one.lower_name.endswith("image-set")
            yield from _values(one.arguments, addresses=loads or (addresses and one.lower_name != "type"))
        elif one.type.endswith("block"):
            yield from _values(one.content, addresses=addresses)
