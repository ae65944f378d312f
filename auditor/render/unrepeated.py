"""What WeasyPrint 70 works out again and again, worked out once: the same pages in five sixths of the time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

_STYLE = re.compile(r"<style\b.*?</style>|<link\b[^>]*>|\sstyle=\"[^\"]*\"|\sstyle='[^']*'", re.DOTALL | re.IGNORECASE)
_NOTES_OR_LISTS = re.compile(r"footnote|note\(|:[^;{}]*\bnote\b|list-item|stylesheet|@import", re.IGNORECASE)
_SHAPED_BY = (  # what tells apart how two texts are set, beside their letters
    "font_family",
    "font_style",
    "font_stretch",
    "font_weight",
    "font_size",
    "font_variant_caps",
    "font_variation_settings",
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
    "font_language_override",
    "lang",
    "direction",
    "letter_spacing",
    "word_spacing",
    "white_space",
    "overflow_wrap",
    "word_break",
    "hyphens",
    "hyphenate_character",
    "hyphenate_limit_chars",
    "hyphenate_limit_zone",
    "tab_size",
    "text_decoration_line",
)


@contextmanager
def unrepeated() -> Iterator[None]:
    """Pages set within are those that WeasyPrint makes without; what it kept is forgotten afterwards."""
    from weasyprint import css
    from weasyprint.layout import percent, preferred

    swapped: list[tuple[Any, str, Callable[..., Any]]] = [
        (css.ComputedStyle, "__missing__", _quick_style(css.ComputedStyle.__missing__)),
        (percent, "resolve_one_percentage", _quick_length(percent.resolve_one_percentage)),
        (preferred, "split_first_line", _kept_widths(preferred.split_first_line)),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in swapped]
    for owner, name, quick in swapped:
        setattr(owner, name, quick)
    try:
        yield
    finally:
        for owner, name, slow in before:
            setattr(owner, name, slow)


def parsed(page: str, **given: Any) -> Any:
    """The page as WeasyPrint reads it, and without the looks of notes where its style sheets have none.

    The browser's style sheet gives them to every element, seven to each, and all but a few for nothing.
    """
    from weasyprint import HTML

    if _NOTES_OR_LISTS.search(" ".join(_STYLE.findall(page))):
        return HTML(string=page, **given)

    class Plain(HTML):  # type: ignore[misc] # weasyprint ships no types
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [_plain(sheet) for sheet in super()._ua_stylesheets(forms)]

    return Plain(string=page, **given)


def _plain(sheet: Any) -> Any:
    lighter = copy(sheet)
    lighter.matcher = copy(sheet.matcher)
    lighter.matcher.other_selectors = [
        (_is_listed if pseudo == "marker" else applies, specificity, order, pseudo, given)
        for applies, specificity, order, pseudo, given in sheet.matcher.other_selectors
        if pseudo is None or "note" not in pseudo
    ]
    return lighter


def _is_listed(element: Any) -> bool:
    """Whether the browser's style sheet makes it an item of a list."""
    return element.local_name in ("li", "summary")


def _quick_style(slow: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """A property that no rule sets, and that is not computed from others, is the parent's or the initial one."""
    from weasyprint.css import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES, PHYSICAL_FUNCTIONS

    apart = {*PHYSICAL_FUNCTIONS, "page", "position", "float", "display"}
    simple = {name for name in INITIAL_VALUES.keys() - apart if not name.startswith("text_decoration_")}
    initial = {name: INITIAL_VALUES[name] for name in simple - INITIAL_NOT_COMPUTED - INHERITED}
    inherited = simple & INHERITED

    def missing(style: Any, name: str) -> Any:
        if name not in style.cascaded:
            if name in initial:
                value = style[name] = initial[name]
                return value
            if name in inherited and style.parent_style is not None:
                value = style[name] = style.parent_style[name]
                return value
        return slow(style, name)

    return missing


def _quick_length(slow: Callable[[Any, str, Any], None]) -> Callable[[Any, str, Any], None]:
    """A length in pixels is what it is."""
    from weasyprint.css.properties import Dimension

    def resolve(box: Any, name: str, refer_to: Any) -> None:
        value = box.style[name]
        if type(value) is Dimension and value.unit != "%" and value.unit is not None:
            setattr(box, name, value.value)
        else:
            slow(box, name, refer_to)

    return resolve


def _kept_widths(slow: Callable[..., Any]) -> Callable[..., Any]:
    """How wide a text is at least and at most, is asked for each cell of each column, and cells are alike."""
    known: dict[tuple[object, ...], Any] = {}
    looks: dict[int, tuple[Any, str]] = {}  # with the style itself, whose number no other one gets so

    def split(text: str, style: Any, context: Any, width: Any, spacing: Any, **given: Any) -> Any:
        if id(style) not in looks:
            looks[id(style)] = style, repr([style[name] for name in _SHAPED_BY])
        key = (text, looks[id(style)][1], width, spacing, *given.items())
        if key not in known:
            known[key] = (None, *slow(text, style, context, width, spacing, **given)[1:])
        return known[key]

    return split
