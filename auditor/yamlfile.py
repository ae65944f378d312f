"""Files that people write in YAML, checked against a model: every fault told at once, with its place."""

from __future__ import annotations

import difflib
import inspect
import re
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auditor import wording
from auditor.errors import Problem, WrittenFault
from auditor.yamltree import Key, Keys, Marked, parse_yaml, read_written, read_yaml

__all__ = [
    "Key",
    "Keys",
    "Marked",
    "closest",
    "faults",
    "in_order",
    "nearest",
    "parse_yaml",
    "read_written",
    "read_yaml",
    "slip",
    "validated",
]

Written = TypeVar("Written", bound=BaseModel)


def closest(name: object, known: Iterable[object]) -> str:
    """The known name that is written most like this one; empty where none is much like it."""
    folded = {str(one).casefold(): str(one) for one in reversed([*known])}
    return next((folded[one] for one in difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.6)), "")


def nearest(name: object, known: Iterable[object]) -> str:
    """A remedy for a name that is not known: the nearest one that is, or all there are."""
    names = [str(one) for one in known]
    if close := closest(name, names):
        return f"Did you mean '{close}'?"
    shown = ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")
    return f"Known: {shown}." if names else "None is known here."


def slip(name: str, known: Iterable[str]) -> str:
    """The known name that this one differs from as a slip of the pen would; empty where there is none, or it is known.

    By letter case and separators; by one letter too many, too few, another or in the wrong place, by two of those in
    names of eight letters and more. The first letter is the one that is hardly ever wrong (Yannakoudakis and Fawthrop,
    1983), and names that differ in a number or a single letter (pay_0, pay_2) are a series.
    """
    names = [*known]
    return "" if name in names else next((one for one in names if _slipped(name, one)), "")


def _slipped(name: str, other: str) -> bool:
    words, others = (re.findall(r"[^\W_]+", one.casefold()) for one in (name, other))
    here, there = "".join(words), "".join(others)
    if here == there:
        return True
    bare, plain = ([left for one in each if len(left := re.sub(r"\d", "", one)) > 1] for each in (words, others))
    if bare == plain or min(len(here), len(there)) < 2:
        return False
    turned, edits = sorted(here) == sorted(there), _edits(here, there)
    if here[0] != there[0]:
        return turned and edits == 1
    some = max(len(here), len(there)) >= (5 if len(here) == len(there) else 4)
    return (edits == 1 and (some or turned)) or (edits == 2 and min(len(here), len(there)) >= 8)


def _edits(one: str, other: str) -> int:
    """Letters to insert, take out, change, or swap with their neighbour (optimal string alignment)."""
    rows: list[list[int]] = [[*range(len(other) + 1)]]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def validated(model: type[Written], source: Path | Marked, *at: Key) -> Written:
    """The file (or the part of it at the path `at`) as an instance of `model`; WrittenFault tells every problem."""
    marked = read_yaml(source) if isinstance(source, Path) else source
    problems, made = faults(model, marked, *at)
    if made is None:
        raise WrittenFault(problems)
    return made


def faults(model: type[Written], marked: Marked, *at: Key) -> tuple[tuple[Problem, ...], Written | None]:
    """As `validated`, for a caller that has more files or parts to check before it stops."""
    part: typing.Any = marked.data
    for key in at:
        part = part[key]
    try:
        return (), model.model_validate(part)
    except ValidationError as error:
        own = [fault for fault in error.errors(include_url=False) if not _echo(fault)]
        return in_order({*_keys(model, marked, at, part, own), *_values(marked, at, part, own)}), None


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems of one file by line and column."""
    return tuple(sorted(problems, key=_line_and_column))


def _echo(fault: ErrorDetails) -> bool:
    """Whether a list counts as too short for the faults of its items alone, which are told by themselves."""
    return fault["type"] == "too_short" and bool(fault["ctx"]["actual_length"] < len(fault["input"]))


def _keys(
    model: type[BaseModel], marked: Marked, at: Keys, part: object, found: Iterable[ErrorDetails]
) -> Iterator[Problem]:
    """Keys that are missing, or that nobody knows."""
    for fault in found:
        path = (*at, *_path_in(part, fault["loc"]))
        name = fault["loc"][-1] if fault["loc"] else ""
        if fault["type"] == "missing" and isinstance(name, int):  # of a list of so many items
            yield Problem(marked.where(*path), f"{_named(marked, path)} has too few items")
        elif fault["type"] == "missing":
            yield Problem(marked.where(*path), f"'{name}' is missing")
        elif fault["type"] in ("extra_forbidden", "invalid_key"):
            known = _fields_at(model, fault["loc"][:-1])
            foreign = len(path) == 1 and not {*known}.intersection(typing.cast("dict[str, object]", part))
            shown = "" if foreign and not closest(name, known) else f" '{name}'"  # of what may be any file, nothing
            yield Problem(marked.where(*path, key=True), f"unknown key{shown}", nearest(name, known))


def _values(marked: Marked, at: Keys, part: object, found: Iterable[ErrorDetails]) -> Iterator[Problem]:
    """Values that are not what they are to be: where they may be one of several, that is one fault."""
    of: dict[Keys, list[ErrorDetails]] = {}
    for fault in found:
        if fault["type"] not in ("missing", "extra_forbidden", "invalid_key"):
            of.setdefault((*at, *_path_in(part, fault["loc"])), []).append(fault)
    for path, faults_here in of.items():
        inner = any(len(other) > len(path) and other[: len(path)] == path for other in of)
        wanted = {_expected(fault): fault for fault in faults_here}
        if inner or "" in wanted:  # some sort of it was taken, and what is wrong with that is told
            wanted = {words: fault for words, fault in wanted.items() if not wording.is_type(words)}
        yield from _told(marked, path, wanted)


def _told(marked: Marked, path: Keys, wanted: Mapping[str, ErrorDetails]) -> Iterator[Problem]:
    where, name = marked.where(*path), _named(marked, path)
    for fault in (fault for words, fault in wanted.items() if not words):
        said = fault["msg"].removeprefix("Value error, ")
        own = said.startswith("should")
        yield Problem(where, f"{name} {said} (it is {wording.shown(fault['input'])})" if own else said)
    words = [one for one in wanted if one]
    if not words:
        return
    fault, kinds = wanted[words[0]], {one["type"] for one in wanted.values()}
    given = fault["input"]
    if any("[key]" in one["loc"] for one in wanted.values()):
        yield Problem(where, f"the key {wording.shown(given)} is to be {wording.either(words)}")
    elif kinds <= {"too_short", "string_too_short"} and not given:
        yield Problem(where, f"{name} is empty")
    elif kinds <= {"literal_error", "enum"} and isinstance(given, str):
        yield Problem(where, f"'{given}' is not a value of {name}", nearest(given, wording.choices(fault["ctx"])))
    else:
        instead = wording.instead(fault["type"], given) if path or isinstance(given, list) else "and is not"
        yield Problem(where, f"{name} is to be {wording.either(words)}, {instead}", _remedy(words, given))


def _expected(fault: ErrorDetails) -> str:
    return wording.expected(fault["type"], fault.get("ctx", {}), fault["msg"])


def _named(marked: Marked, path: Keys) -> str:
    """A value as it is called: by its key, or by its number in the list of that key."""
    if not path:
        return "the file"
    if isinstance(path[-1], int) and isinstance(marked.part(*path[:-1]), list):
        return f"item {path[-1] + 1} of {_named(marked, path[:-1])}"
    return f"'{path[-1]}'" if isinstance(path[-1], str) else f"'{path[-1]}' of {_named(marked, path[:-1])}"


def _remedy(words: Sequence[str], given: object) -> str:
    if "text" in words and isinstance(given, (int, float)):
        return "Write it in quotes."
    if "64 hexadecimal digits" in words:
        return "`sha256sum FILE` prints them."
    return _day(given) if "a day" in words else ""


def _day(given: object) -> str:
    """How a day is written; this one, where its digits are there."""
    digits = str(given) if re.fullmatch(r"[12]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", str(given)) else "20261231"
    return f"Write it as {digits[:4]}-{digits[4:6]}-{digits[6:]}."


def _line_and_column(problem: Problem) -> tuple[int, int, str]:
    *_, line, column = problem.where.split(":")
    return int(line), int(column), problem.what


def _path_in(part: object, loc: Iterable[Key]) -> Keys:
    """The places of a pydantic location that are in the file: the names of union members are not."""
    path: list[Key] = []
    for step in loc:
        if isinstance(part, dict):
            real = next((key for key in part if key == step or str(key) == str(step)), step)
            if real in part:
                path, part = [*path, real], part[real]
        elif isinstance(part, list) and isinstance(step, int) and step < len(part):
            path, part = [*path, step], part[step]
    return tuple(path)


def _fields_at(model: type[BaseModel], loc: Iterable[Key]) -> list[str]:
    """Names of the fields that may stand at a pydantic location."""
    here: list[object] = [model]
    for step in loc:
        models = list(_models(here))
        named = [one for one in models if one.__name__ == step]
        inner: list[object] = [one.model_fields[str(step)].annotation for one in models if step in one.model_fields]
        here = [*named] or inner or [arg for one in here for arg in typing.get_args(one)]
    return [field.alias or name for one in _models(here) for name, field in one.model_fields.items()]


def _models(annotations: Iterable[object]) -> Iterator[type[BaseModel]]:
    for one in annotations:
        if inspect.isclass(one) and issubclass(one, BaseModel):
            yield one
        else:
            yield from _models(typing.get_args(one))
