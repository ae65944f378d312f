"""Spare what takes time for nothing: libraries that another one only takes along, searches for garbage that is none."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


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
def later(*names: str) -> Iterator[None]:
    """Within the block, these modules are imported by name alone: a function taken from one loads it when it is called.

    Of what a library imports for a case that is rare.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Later(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def unsearched() -> Iterator[None]:
    """Within the block, Python does not ask compiler and linker where a shared library lies: each time a process of
    its own, a third of a second for WeasyPrint. Linux knows a library by its own name, which is tried instead.
    """
    from ctypes import util

    before = util.find_library
    if sys.platform == "linux":
        util.find_library = lambda name: f"lib{name}.so.0"
    try:
        yield
    finally:
        util.find_library = before


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


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A function that calls the one with that name. Raises AttributeError for what Python asks of a module."""
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*given: Any, **named: Any) -> Any:
            return getattr(import_module(self.__name__), name)(*given, **named)

        return call


class _Refusing:
    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse those; all else is for others to find."""
        if name in self._names:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
