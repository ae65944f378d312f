"""Which columns the model takes in, and in how many columns of its own: tried until their number is the model's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.app.start.wishes import Guess
from auditor.errors import WrittenFault
from auditor.loaders.profile import Column

_FEW = 12  # values of a variable that may have been made into one column each
_IDS = frozenset({"id", "no", "nr", "number", "key", "index", "unnamed"})
_SHOWN = 12


@dataclass(frozen=True)
class Variable:
    """A feature, or a static one. columns: where it is, oldest first; index: in an array. coded: one column a level."""

    name: str
    columns: tuple[Column, ...] = ()
    index: int | None = None
    indicator: bool = False
    coded: bool = False

    @property
    def text(self) -> bool:
        return any(one.kind == "text" for one in self.columns)

    @property
    def possible(self) -> bool:
        """Whether a model can take it in: no names, and no numbering of the lines."""
        if self.text:
            return 1 < len(self.levels) <= _FEW
        return not self.columns or not all(map(_numbering, self.columns))

    @property
    def likely(self) -> bool:
        """Whether a model can learn of it too: it varies, or may be there or not."""
        return self.possible and (self.missing or not self.columns or not self.sign)

    @property
    def missing(self) -> bool:
        return any(one.missing for one in self.columns)

    @property
    def sign(self) -> bool:
        """Whether it has one value only, so that being there is all it says."""
        return all(one.distinct <= 1 for one in self.columns)

    @property
    def levels(self) -> tuple[bool | int | float | str, ...]:
        """All values, where they are few."""
        if not all(one.levels for one in self.columns):
            return ()
        found = {level for one in self.columns for level, _ in one.levels}
        return tuple(sorted(found, key=lambda level: (isinstance(level, str), level)))

    @property
    def width(self) -> int:
        """Columns of the model."""
        return (len(self.levels) if self.coded else 1) + self.indicator


def plain(columns: Iterable[Column]) -> list[Variable]:
    """A variable a column."""
    return [Variable(one.name, (one,)) for one in columns if one.kind != "time"]


def sequences(columns: Iterable[Column], steps: int | None) -> list[Variable]:
    """Variables whose steps stand in columns that are numbered: bill_1, bill_2, bill_3."""
    found: dict[str, list[tuple[int, Column]]] = {}
    for one in columns:
        numbered = re.fullmatch(r"(.*?\D)(\d+)", one.name)
        if numbered and one.kind == "number":
            found.setdefault(numbered[1].rstrip("_-. []"), []).append((int(numbered[2]), one))
    counts = [len(group) for group in found.values() if len(group) > 1]
    wanted = steps or (max(counts, key=counts.count) if counts else 0)
    return [
        Variable(name, tuple(one for _, one in sorted(group, key=lambda pair: pair[0])))
        for name, group in found.items()
        if len(group) == wanted > 1
    ]


def chosen(candidates: Sequence[Variable], width: int, flag: str, wanted: tuple[str, ...]) -> Guess[list[Variable]]:
    """The variables that fill `width` columns of the model. Raises WrittenFault where none or several ways do.

    wanted: the names that the flag gives, in the model's order; then these and no others are tried.
    """
    known = {one.name: one for one in candidates}
    if strange := [name for name in wanted if name not in known]:
        raise WrittenFault(f"{flag}: '{strange[0]}' cannot be taken in", remedy=f"There are: {_few(known)}.")
    told = [known[name] for name in wanted]
    pools = [told] if told else [[one for one in candidates if one.likely], [one for one in candidates if one.possible]]
    for pool in pools:
        if found := _found(pool, width, len(wanted)):
            return found
    takes = f"{width} column{'s' * (width != 1)}"
    what = f"the model takes {takes}, and {_meant(pools[0])}"
    remedy = f"Name those that it takes, in its order, by {flag} (once for each)."
    raise WrittenFault(what, remedy=f"{remedy} Where it takes something else: docs/dataset.md.")


def _found(pool: list[Variable], width: int, wanted: int) -> Guess[list[Variable]] | None:
    """The first way in which the pool fills the model's columns. wanted: how many a flag named, 0 without."""
    for why, way in _WAYS:
        if way is _indicated and not any(one.missing for one in pool):
            continue  # an indicator that is always 1 tells nothing
        made = [one for each in pool for one in way(each)]
        if made and sum(one.width for one in made) == width and (not wanted or len(made) == wanted):
            told = "" if wanted and not any(one.indicator or one.coded for one in made) else why
            return Guess(made, told)
    return None


def _number(one: Variable, *, indicator: bool) -> Iterator[Variable]:
    if not one.text:
        yield dataclasses.replace(one, indicator=indicator and not one.sign)


def _indicated(one: Variable) -> Iterator[Variable]:
    return _number(one, indicator=True)


def _coded(one: Variable) -> Iterator[Variable]:
    if 2 < len(one.levels) <= _FEW or (one.text and 1 < len(one.levels) <= _FEW):
        yield dataclasses.replace(one, coded=True)
    else:
        yield from _number(one, indicator=False)


def _coded_text(one: Variable, *, indicator: Callable[[Variable], bool]) -> Iterator[Variable]:
    if one.text and 1 < len(one.levels) <= _FEW:
        yield dataclasses.replace(one, coded=True)
    else:
        yield from _number(one, indicator=indicator(one))


_WAYS: tuple[tuple[str, Callable[[Variable], Iterator[Variable]]], ...] = (
    ("as many as the model takes, in the file's order", lambda one: _number(one, indicator=False)),
    (
        "with an indicator where values are missing, they are as many as the model takes",
        lambda one: _number(one, indicator=one.missing),
    ),
    ("with an indicator each, they are as many as the model takes", _indicated),
    (
        "with text as one column a level, they are as many as the model takes",
        lambda one: _coded_text(one, indicator=lambda each: False),
    ),
    (
        "with a column for each level of text and for where values are missing, they are as many as the model takes",
        lambda one: _coded_text(one, indicator=lambda each: each.missing),
    ),
    ("with few values as one column each, they are as many as the model takes", _coded),
)


def _numbering(one: Column) -> bool:
    """Whether it has another whole number on each line, by which somebody calls or counts it."""
    running = one.high is not None and one.low is not None and one.high - one.low + 1 == one.distinct
    return one.whole and one.unique and (running or bool(_IDS & set(re.findall("[a-z]+", one.name.lower()))))


def _meant(pool: Sequence[Variable]) -> str:
    """Numbers before text, which goes in as one column a level."""
    numbers, text = ([one.name for one in pool if one.text is kind] for kind in (False, True))
    said = f"{len(numbers)} column{'s' * (len(numbers) != 1)} of numbers may be meant: {_few(numbers) or 'none'}"
    return said + (f"; and of text, as a column for each level: {_few(text)}" if text else "")


def _few(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")
