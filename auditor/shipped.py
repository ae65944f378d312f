"""Where the shipped templates and policies are: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped(folder: str) -> Traversable:
    """The folder `templates` or `policies`, to be read with `/`, `iterdir` and `read_text`.

    Files that another program opens by path (fonts) need `importlib.resources.as_file`.
    """
    packaged = files("auditor") / folder
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / folder
