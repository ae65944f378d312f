"""JSON from strangers: bounded, without duplicate keys, and never an error of another kind than a broken seal."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Never

from auditor.errors import SealFault

MOST_BYTES = 64 * 2**20
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parsed(data: bytes, where: str) -> Any:
    """The JSON value. Raises SealFault where it is too large, nested too deep, malformed, or says a key twice.

    Also where it holds what no other program could read again: numbers beyond those of a computer, halves of letters.
    """
    if len(data) > MOST_BYTES:
        raise SealFault(f"is larger than {MOST_BYTES} bytes", where=where)
    try:
        text = data.decode()
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_refused, parse_float=_finite)
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode()  # half a letter, which nothing could print
    except RecursionError:
        raise SealFault("is nested too deep", where=where) from None
    except ValueError as error:  # malformed JSON, bytes that are no UTF-8, whole numbers of thousands of digits
        raise SealFault(f"is not JSON that a seal can hold: {str(error)[:200]}", where=where) from None
    return value


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


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"{digits[:20]} is too large")
    return number


def _refused(constant: str) -> Never:
    raise ValueError(f"{constant} is no number of JSON")
