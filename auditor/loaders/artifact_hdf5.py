"""The HDF5 in a model file: what it holds, as a limited process lists it, held to what Keras writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.errors import ModelFault, Problem

_TYPES = frozenset(
    {"float16", "float32", "float64", "bool"} | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
_MOST_INFLATED = 200  # times the packed size
_LARGEST = 8 * 2**30  # bytes of all numbers together
_REST = ("optimizer", "optimizer_weights", "seed_generator", "metrics")
_WHAT = {
    "link": "is a link to another place or file",
    "external": "keeps its numbers in other files",
    "virtual": "takes its numbers from other files",
    "type": "holds something else than numbers",
    "filter": "is packed in a way that Keras does not use",
    "kind": "is neither a group nor numbers",
    "twice": "is reached in two ways",
    "many": "is one of more things than a model has",
    "deep": "lies deeper than anything in a model",
}
_REBUILD = "load it where it was made, and save it again from Keras"


@dataclass(frozen=True)
class Stored:
    """Numbers in the file. bytes: what they take there; packed: compressed."""

    path: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    packed: bool


@dataclass(frozen=True)
class Listing:
    """What an HDF5 file holds. config, training: the texts of the architecture and of what the model was trained with,
    where there are any.

    strange: path and kind of what is neither a group nor plain numbers; a key of the words above.
    """

    config: str | None
    keras_version: str
    stored: tuple[Stored, ...]
    strange: tuple[tuple[str, str], ...]
    training: str | None = None


def count_numbers(listing: Listing) -> int:
    """How many numbers the weights hold. Raises ModelFault for what could read other files or is larger than it is."""
    problems = [Problem("", f"'{path}' in the weights {_WHAT[what]}", _REBUILD) for path, what in listing.strange]
    problems += [Problem("", what, _REBUILD) for one in listing.stored if (what := _wrong(one))]
    if problems:
        raise ModelFault(problems)
    if (total := sum(map(_bytes, listing.stored))) > _LARGEST:
        raise ModelFault(f"the weights take {total / 2**30:,.0f} GiB; at most {_LARGEST >> 30} GiB are read")
    return sum(math.prod(one.shape) for one in listing.stored if not _is_rest(one.path.split("/")))


def _is_rest(steps: Sequence[str]) -> bool:
    return any(step in _REST for step in steps)


def _wrong(one: Stored) -> str:
    if one.dtype not in _TYPES:
        return f"'{one.path}' in the weights {_WHAT['type']} ({one.dtype})"
    announced, most = _bytes(one), one.bytes * (_MOST_INFLATED if one.packed else 1)
    if announced > most:
        shape = " × ".join(map(str, one.shape))
        return f"'{one.path}' in the weights claims to be {shape} ({announced:,} bytes) and has {one.bytes:,} bytes"
    return ""


def _bytes(one: Stored) -> int:
    return math.prod(one.shape) * np.dtype(one.dtype).itemsize
