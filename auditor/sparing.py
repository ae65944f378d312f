"""Import a library without those that it takes where it finds them and does without where it does not."""

from __future__ import annotations

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


class _Refusing:
    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse those; all else is for others to find."""
        if name in self._names:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
