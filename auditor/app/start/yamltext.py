"""YAML with a remark behind what was guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_]+)*")
_NOT_TEXT = ("true", "false", "null", "yes", "no", "on", "off", "nan", "inf", "none")


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, float):
        return json.dumps(float(f"{value:.6g}"))
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=True)


def line(key: str, value: object, why: str | None = "") -> str:
    """`key: value`, with the reason of a guess behind it."""
    return f"{key}: {flow(value)}{guessed(why)}"


def guessed(why: str | None) -> str:
    """The remark; nothing for what was told or is certain."""
    return f"  # guess: {' '.join(why.split())}; please confirm" if why else ""
