"""A data set on its way between processes: its arrays by number, all else as plain values.

What comes back is made by the types that `Dataset` declares, and by nothing that the sender says.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from auditor.dataset import Dataset

Arrays = Sequence[NDArray[Any]]


class Misfit(Exception):
    """What was sent is not what its type says."""


class Packer:
    """Takes values apart. arrays: each once, however many values share it."""

    def __init__(self) -> None:
        self.arrays: list[NDArray[Any]] = []
        self._numbers: dict[int, int] = {}

    def plain(self, value: Any) -> Any:
        """What JSON can say of a value; an array is its number in `arrays`."""
        if isinstance(value, np.ndarray):
            if id(value) not in self._numbers:
                self._numbers[id(value)] = len(self.arrays)
                self.arrays.append(value)
            return self._numbers[id(value)]
        if dataclasses.is_dataclass(value):
            return {one.name: self.plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
        if isinstance(value, Mapping):
            return {key: self.plain(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return [self.plain(one) for one in value]
        return value.item() if isinstance(value, np.generic) else value


def dataset_of(plain: Any, arrays: Arrays) -> Dataset:
    """A data set put together again. Raises Misfit where types, lengths or positions do not fit one another."""
    made: Dataset = _value(Dataset, plain, arrays)
    rows, lines = len(made.starts), len(made.values)
    for name, array in _per_row(made):
        if array.ndim == 0 or len(array) != rows:
            raise Misfit(f"'{name}' has shape {array.shape}, and there are {rows} rows")
    if made.values.shape[1:] != (len(made.features),):
        raise Misfit(f"the values have shape {made.values.shape}, and there are {len(made.features)} features")
    if rows and not (made.starts.min() >= 0 and (made.starts < made.stops).all() and made.stops.max() <= lines):
        raise Misfit("a row lies outside of the values")
    for group in made.groups.values():
        if rows and not -1 <= group.codes.min() <= group.codes.max() < len(group.levels):
            raise Misfit(f"a code of the group '{group.name}' has no level")
    return made


def _per_row(made: Dataset) -> list[tuple[str, NDArray[Any]]]:
    arrays = [(one.name, getattr(made, one.name)) for one in dataclasses.fields(made) if one.name != "values"]
    arrays = [(name, one) for name, one in arrays if isinstance(one, np.ndarray)]
    if not made.static_features:  # an empty array that nobody reads
        arrays = [(name, one) for name, one in arrays if name != "static"]
    return [*arrays, *((group.name, group.codes) for group in made.groups.values())]


def _value(hint: Any, plain: Any, arrays: Arrays) -> Any:
    origin, given = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (one for one in given if one is not types.NoneType)
        return None if plain is None else _value(inner, plain, arrays)
    if origin is np.ndarray:
        return _numbered(plain, arrays)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints, parts = _hints(hint), _whole(dict, plain)
        if parts.keys() != hints.keys():
            raise Misfit(f"these are not the fields of {hint.__name__}: {sorted(parts.keys() ^ hints.keys())}")
        return hint(**{name: _value(hints[name], part, arrays) for name, part in parts.items()})
    if origin is tuple:
        return tuple(_value(given[0], one, arrays) for one in _whole(list, plain))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _value(given[1], one, arrays) for key, one in _whole(dict, plain).items()}
    return _whole(hint, plain)


def _numbered(plain: Any, arrays: Arrays) -> NDArray[Any]:
    number: int = _whole(int, plain)
    if not 0 <= number < len(arrays):
        raise Misfit(f"there is no array {number}")
    return arrays[number]


def _whole(hint: Any, plain: Any) -> Any:
    try:
        return _adapter(hint).validate_python(plain, strict=True)
    except ValidationError as error:
        raise Misfit(str(error)) from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)
