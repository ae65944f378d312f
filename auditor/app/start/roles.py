"""Which column is what, as names and values suggest: entity, time, target, recorded scores, groups, the split."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.app.start.wishes import Guess
from auditor.errors import WrittenFault
from auditor.loaders.profile import Column
from auditor.yamlfile import nearest


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


BY_NAME = "by its name"
_ENTITY = _set("id customer client account patient subject stay person user loan record member entity machine")
_NUMBERING = _set("id no number nr key code")
_TIME = _set("time date month hour day week step t timestamp year quarter period datetime minute tick charttime")
_TARGET = _set(
    "target label outcome y default defaulted death died dead mortality event churn churned deteriorated readmitted "
    "readmission fraud class bad triage diagnosis response deceased sepsis"
)
_SCORE = _set("pd score prob probability proba prediction predicted pred yhat p risk")
_BESIDE_SCORE = _set("y hat model recorded")
_GROUPS = _set(
    "sex gender age region race ethnicity ethnic nationality country education marital marriage ward disability "
    "religion district province"
)
_SPLIT, _TEST = _set("split part fold set partition subset"), ("test", "holdout", "oot", "validation")
_LENGTHS = _set("length lengths len steps n")
_MOST_GROUPS = 12  # levels of an attribute
_YOUNG, _OLD = (30, 40, 50, 60), (50, 65, 80)
_SENIOR = 55.0  # years: where half of the people are older, bands begin later


@dataclass(frozen=True)
class GroupGuess:
    """An attribute of the rows. levels or cuts."""

    name: str
    column: str
    levels: tuple[bool | int | float | str, ...]
    cuts: tuple[int, ...]
    why: str


def named(columns: Iterable[Column], name: str, flag: str) -> Column:
    """The column that a flag names. Raises WrittenFault where there is none."""
    known = {one.name: one for one in columns}
    if name not in known:
        raise WrittenFault(f"{flag}: there is no column '{name}'", remedy=nearest(name, known))
    return known[name]


def entity(columns: Iterable[Column]) -> Guess[str] | None:
    """Whose row it is."""
    for one in columns:
        if words(one.name) & _ENTITY and words(one.name) <= _ENTITY | _NUMBERING and one.distinct > 1:
            return Guess(one.name, BY_NAME)
    return None


def time(columns: Iterable[Column]) -> Guess[str] | None:
    """What orders the lines."""
    found = [one for one in columns if one.kind == "time" or (one.kind == "number" and _only(one, _TIME))]
    best = sorted(found, key=lambda one: one.kind != "time")
    return Guess(best[0].name, "it holds times" if best[0].kind == "time" else BY_NAME) if best else None


def target(columns: Iterable[Column], outputs: int) -> Guess[str]:
    """What is predicted. Raises WrittenFault where several columns, or none, may be it."""
    known = [one for one in columns if one.distinct > 1 and one.kind != "time"]
    fitting = [one for one in known if outputs in (1, one.distinct)]
    called = [one for one in fitting if words(one.name) & _TARGET]
    if len(called) == 1:
        return Guess(called[0].name, BY_NAME)
    binary = [one for one in fitting if one.distinct == 2 and outputs == 1]
    if not called and len(binary) == 1:
        return Guess(binary[0].name, "the only column with two values")
    classes = [one for one in fitting if one.kind == "text" or {level for level, _ in one.levels} == {*range(outputs)}]
    if not called and outputs > 1 and len(classes) == 1:
        return Guess(classes[0].name, "no other column has as many classes as the model has outputs")
    may = called or binary or fitting
    what = f"what the model predicts cannot be told: {_few([one.name for one in may])}" if may else "no column fits"
    raise WrittenFault(what, remedy="Name the column by --target.")


def scores(columns: Iterable[Column], outputs: int) -> Guess[tuple[str, ...]] | None:
    """The developer's own scores, one column or one a class."""
    may = [one for one in columns if one.kind == "number" and one.low is not None and one.low >= 0]
    may = [one for one in may if (one.high or 0) <= 1 and words(one.name) & _SCORE]
    if outputs == 1:
        may = [one for one in may if words(one.name) <= _SCORE | _BESIDE_SCORE and one.distinct > 2]
    found = tuple(one.name for one in may)
    return Guess(found, "by name, and all values lie from 0 to 1") if len(found) == outputs else None


def groups(columns: Iterable[Column], wanted: tuple[str, ...]) -> Iterator[GroupGuess]:
    """Attributes by which people are compared. wanted: those that a flag names, and no other."""
    known = list(columns)
    chosen = [named(known, name, "--group") for name in wanted]
    for one in chosen or [one for one in known if words(one.name) & _GROUPS]:
        why = "" if chosen else BY_NAME
        said = words(one.name)
        name = "sex" if said & {"sex", "gender"} else "age" if said == {"age"} else _spoken(one.name)
        if 2 <= len(one.levels) <= _MOST_GROUPS:
            yield GroupGuess(name, one.name, tuple(level for level, _ in _sorted(one)), (), why)
        elif one.kind == "number" and (cuts := _cuts(one)):
            yield GroupGuess(name, one.name, (), cuts, f"{why}; the bands are a convention".strip("; "))
        elif chosen:
            what = f"--group: '{one.name}' has {one.distinct:,} values"
            raise WrittenFault(what, remedy=f"Name a column of numbers, or of at most {_MOST_GROUPS} values.")


def split(columns: Iterable[Column]) -> tuple[str, str] | None:
    """A column that says which rows are for the test, and its value there."""
    for one in columns:
        said = [str(level) for level, _ in one.levels if str(level).lower() in _TEST]
        if words(one.name) & _SPLIT and said and one.kind == "text":
            return one.name, said[0]
    return None


def lengths(columns: Iterable[Column], steps: int) -> str | None:
    """The real steps of each row, of a padded array."""
    for one in columns:
        if _only(one, _LENGTHS) and one.whole and (one.low or 0) >= 1 and (one.high or 0) <= steps:
            return one.name
    return None


def positive(column: Column) -> Guess[bool | int | float | str]:
    """The value of the event: 1 or yes, else the rarer one."""
    for level, _ in column.levels:
        if str(level).lower() in ("1", "true", "yes", "y", "bad"):
            return Guess(level)
    return Guess(column.levels[-1][0], "the rarer value")


def _cuts(one: Column) -> tuple[int, ...]:
    low, middle, high = one.low or 0.0, one.middle or 0.0, one.high or 0.0
    usual = [cut for cut in (_OLD if middle > _SENIOR else _YOUNG) if low < cut < high]
    if words(one.name) & {"age"} and usual:
        return tuple(usual)
    return (round(middle),) if low < round(middle) <= high else ()


def _sorted(one: Column) -> list[tuple[bool | int | float | str, int]]:
    return sorted(one.levels, key=lambda pair: (isinstance(pair[0], str), pair[0]))


def _only(one: Column, allowed: frozenset[str]) -> bool:
    return bool(words(one.name)) and words(one.name) <= allowed


def words(name: str) -> set[str]:
    """The words of a name such as patient_id or PatientID, in small letters."""
    return set(re.findall("[a-z]+", re.sub("([a-z])([A-Z])", r"\1 \2", name).lower()))


def _spoken(name: str) -> str:
    return " ".join(re.split(r"[\s_]+", name.strip())).lower()


def _few(names: list[str]) -> str:
    return ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")
