"""What the validation library finds wrong, told in words of the file: no type, class or pattern of the program."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

_TYPES = {
    "text": ("string_type", "string_sub_type", "string_unicode"),
    "a whole number": ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
    "a number": ("float_type", "float_parsing"),
    "true or false": ("bool_type", "bool_parsing"),
    "a mapping": ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"),
    "a list": ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"),
    "a day": ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "a finite number": ("finite_number",),
    "nothing": ("none_required",),
}
_OF_TYPE = {kind: words for words, kinds in _TYPES.items() for kind in kinds}
_BOUNDS = {
    "greater_than": ("above {}", "gt"),
    "greater_than_equal": ("at least {}", "ge"),
    "less_than": ("below {}", "lt"),
    "less_than_equal": ("at most {}", "le"),
    "string_too_short": ("at least {} letters long", "min_length"),
    "string_too_long": ("at most {} letters long", "max_length"),
    "too_short": ("a list of at least {}", "min_length"),
    "too_long": ("a list of at most {}", "max_length"),
}
PATTERNS = {
    "^[0-9a-f]{64}$": "64 hexadecimal digits",
    "^([0-9a-f]{64})?$": "64 hexadecimal digits",
    "^[a-z0-9][a-z0-9-]*$": "small letters, digits and hyphens",
    "^[A-Za-z0-9][A-Za-z0-9-.]*$": "letters, digits, hyphens and points",
    "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language, as in en or zh-CN",
}
KINDS = frozenset({*_OF_TYPE, *_BOUNDS, "literal_error", "enum", "value_error", "string_pattern_mismatch"})
"""The kinds of fault that have words here; beside them stand those of keys (missing, unknown)."""


def expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    """What a value is to be, as behind "is to be"; empty where a fault is of another sort."""
    if kind in _OF_TYPE:
        return _OF_TYPE[kind]
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return words.format(f"{context[key]:g}")
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(str(context["pattern"]), "")
    if kind in ("literal_error", "enum"):
        return either(choices(context))
    said = message.removeprefix("Value error, ")
    return said.removeprefix("should be ") if said.startswith("should be ") else ""


def is_type(words: str) -> bool:
    """Whether such words are of what sort a value is, and not of its size or its letters."""
    return words in _TYPES


def choices(context: Mapping[str, Any]) -> list[str]:
    """The values that are allowed where there are a few."""
    said = str(context["expected"])
    return [one for one in re.findall(r"'([^']*)'", said) if one] or [said.lower()]


def either(words: Iterable[str]) -> str:
    """As in "text, a number or a list"."""
    kept = [*dict.fromkeys(words)]
    if "a number" in kept or "a finite number" in kept:
        kept = [one for one in kept if one != "a whole number"]
    return " or ".join(filter(None, (", ".join(kept[:-1]), kept[-1])))


def instead(kind: str, given: Any) -> str:
    """What a value is, as behind "is to be ...": of what is too long or too short, how long."""
    return f"and has {len(given)}" if "too_" in kind and given else f"not {shown(given)}"


def shown(given: object) -> str:
    """A value as somebody has written it, in a few letters."""
    if given is None or isinstance(given, (dict, list, tuple)):
        return "nothing" if given is None else "a mapping" if isinstance(given, dict) else "a list"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, float) and not math.isfinite(given):
        return ".nan" if math.isnan(given) else f"{given}".replace("inf", ".inf")
    text = repr(given)
    return text if len(text) <= 60 else text[:57] + "..."
