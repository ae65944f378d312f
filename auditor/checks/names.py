"""Parameters that name something of the data, so that a name that the data lack is told before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.estimate import Frozen

Sort = Literal["group", "feature"]


@dataclass(frozen=True)
class NameOf:
    """Marks a parameter: `Annotated[str, NameOf("group")]` holds the name of a group; a tuple holds several.

    beside: what may stand behind the name, as in 'lactate (measured or not)'.
    """

    what: Sort
    beside: str = ""


def names_in(params: Frozen, at: str = "") -> Iterator[tuple[str, Sort, str]]:
    """Every name that parameters hold: the parameter's key as in `with`, what it names, and the name."""
    for key, field in type(params).model_fields.items():
        value, place = getattr(params, key), f"{at}.{key}" if at else key
        for mark in (one for one in field.metadata if isinstance(one, NameOf)):
            for name in (value,) if isinstance(value, str) else value or ():
                yield place, mark.what, name.removesuffix(mark.beside)
        for inner in value if isinstance(value, tuple | list) else (value,):
            if isinstance(inner, Frozen):
                yield from names_in(inner, place)
