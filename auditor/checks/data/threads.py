"""Work on large arrays that two processors share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def at_once(work: Callable[[_Given], _Made], given: Iterable[_Given]) -> list[_Made]:
    """What `work` makes of each, two at a time: numpy sorts and interpolates outside the interpreter's lock."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, given))
