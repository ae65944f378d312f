"""Spare what takes time for nothing: libraries that another one only takes along, searches for garbage that is none."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Within the block, these libraries are not found: they would take time and memory for nothing.

    PyArrow and scikit-learn take pandas, Keras pandas, scikit-learn, SciPy and Matplotlib: half of the seconds of its
    import, and 100 MB. What was imported before stays; afterwards they are found again.
    """
    refusing = _Refusing(names)
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)


@contextmanager
def uncollected() -> Iterator[None]:
    """Within the block, Python does not search for cycles: where a whole document lies in memory, it would go through
    all of it again and again, for a tenth to a quarter of the time.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class _Refusing:
    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse those; all else is for others to find."""
        if name in self._names:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
