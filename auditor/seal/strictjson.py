"""JSON from strangers: bounded, without duplicate keys, and never an error of another kind than a broken seal."""

from __future__ import annotations

import json
from typing import Any, Never

from auditor.errors import SealFault

MOST_BYTES = 64 * 2**20


def parsed(data: bytes, where: str) -> Any:
    """The JSON value. Raises SealFault where it is too large, nested too deep, malformed, or says a key twice."""
    if len(data) > MOST_BYTES:
        raise SealFault(f"is larger than {MOST_BYTES} bytes", where=where)
    try:
        return json.loads(data.decode(), object_pairs_hook=_distinct, parse_constant=_refused)
    except RecursionError:
        raise SealFault("is nested too deep", where=where) from None
    except ValueError as error:  # malformed JSON, bytes that are no UTF-8, whole numbers of thousands of digits
        raise SealFault(f"is not JSON that a seal can hold: {str(error)[:200]}", where=where) from None


def mapping(value: Any, where: str) -> dict[str, Any]:
    """The value, if it is an object. Raises SealFault where it is not."""
    if not isinstance(value, dict):
        raise SealFault("is not an object", where=where)
    return value


def text(holder: dict[str, Any], key: str, where: str) -> str:
    """The text under a key. Raises SealFault where there is none."""
    value = holder.get(key)
    if not isinstance(value, str):
        raise SealFault(f"has no text '{key}'", where=where)
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key occurs twice")
    return made


def _refused(constant: str) -> Never:
    raise ValueError(f"{constant} is no number of JSON")
