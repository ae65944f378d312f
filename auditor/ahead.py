"""Work for the model that is made while the model is at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order: a thread makes the next one while the caller uses this one.

    So one item more is held in memory. What making an item raises is raised in its place.
    """
    source, end = iter(items), object()
    with ThreadPoolExecutor(1) as thread:
        soon = thread.submit(next, source, end)
        while (item := soon.result()) is not end:
            soon = thread.submit(next, source, end)
            yield cast(T, item)
