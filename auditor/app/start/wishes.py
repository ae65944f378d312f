"""What somebody who starts tells beforehand, and how a guess is kept with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from auditor.dataset import Task

T = TypeVar("T")
Ask = Callable[[str, str], str]
"""A question and the guess -> the answer; without anybody to ask, the guess."""


@dataclass(frozen=True)
class Wishes:
    """The flags; what is None or empty is guessed. more: files like the first of data; static_file: one line an entity.

    features, statics: columns in the order of the model's inputs.
    """

    model: Path
    data: Path
    more: tuple[Path, ...] = ()
    reference: Path | None = None
    static_file: Path | None = None
    entity: str | None = None
    time: str | None = None
    target: str | None = None
    task: Task | None = None
    threshold: float | None = None
    groups: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    statics: tuple[str, ...] = ()
    output: str | None = None
    policy: str | None = None


@dataclass(frozen=True)
class Guess(Generic[T]):
    """A value. why: the reason for it, empty where it was told or is certain."""

    value: T
    why: str = ""
