"""All that is to be written of a data set: what was told, what is certain, and what is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from auditor.app.start import features, roles
from auditor.app.start.features import Variable
from auditor.app.start.model import Seen
from auditor.app.start.roles import GroupGuess
from auditor.app.start.wishes import Ask, Guess, Wishes
from auditor.dataset import Task
from auditor.errors import WrittenFault
from auditor.loaders.profile import Column, Profile

_MANY = 50  # values of a target that is no class
_BY_HAND = (
    "Take a column of each forecast's own target, and write `target: {columns: {day: y_day, week: y_week}}` and "
    "`output: {kind: value, forecasts: [{horizon: day, primary: true}, {horizon: week}]}` into a dataset.yaml of your "
    "own: docs/dataset.md, Several forecasts of one row."
)
Look = Callable[[str | None], Profile]
Layout = Literal["long", "wide", "tensor"]


@dataclass(frozen=True)
class Plan:
    """entity, time, scores, part: None where there is none. part: a column that splits the rows, and the test's value.

    column: of the target. ahead: the target is a later value of one of the features.
    """

    seen: Seen
    data: Profile
    layout: Guess[Layout]
    entity: Guess[str] | None
    time: Guess[str] | None
    task: Guess[Task]
    target: Guess[str]
    column: Column
    features: Guess[list[Variable]]
    statics: Guess[list[Variable]] | None
    groups: tuple[GroupGuess, ...]
    scores: Guess[tuple[str, ...]] | None
    part: tuple[str, str] | None

    @property
    def forecasts(self) -> int:
        """Numbers that the model predicts of one target; 0 where it is one, or one a class."""
        return self.seen.outputs if self.task.value == "regression" and self.seen.outputs > 1 else 0

    @property
    def ahead(self) -> bool:
        return any(self.column in one.columns for one in self.features.value)

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """Values of the target, in `order`."""
        return tuple(sorted((level for level, _ in self.column.levels), key=lambda one: (isinstance(one, str), one)))

    @property
    def order(self) -> str:
        return "alphabetical order" if any(isinstance(one, str) for one in self.classes) else "the order of numbers"

    @property
    def cut(self) -> bool:
        """Whether entities are cut into windows: there are none, or their target changes from line to line."""
        return self.layout.value == "long" and (self.entity is None or not self.column.constant)


def plan(seen: Seen, look: Look, static: Profile | None, wishes: Wishes, ask: Ask) -> Plan:
    """Guess what was not told. Raises WrittenFault, with the flag that would tell it, where nothing can be guessed.

    look: what the data file holds, with an entity's column or without. static: of the file of entities.
    """
    data = look(None)
    entity = _told(data.columns, wishes.entity, "--entity") or roles.entity(data.columns)
    if entity:
        data = look(entity.value)
    own = [one.model_copy(update={"constant": True}) for one in static.columns] if static else []
    known = [*data.columns, *(one for one in own if not entity or one.name != entity.value)]
    time = _told(data.columns, wishes.time, "--time") or roles.time(data.columns)
    layout = _layout(data, seen, time)
    steps = features.sequences(data.columns, seen.steps) if layout.value == "wide" else []
    free = _without(known, entity, time, [column.name for one in steps for column in one.columns])
    part = None if wishes.reference else roles.split(free)
    scores = roles.scores(free, seen.outputs)
    free = _without(free, scores, [part[0] if part else ""])
    groups = tuple(roles.groups(free, wishes.groups))
    target = _target(free, groups, seen, wishes, ask)
    column = roles.named(known, target.value, "--target")
    task = Guess(wishes.task) if wishes.task else _task(column, seen.outputs)
    free = _without(free, target)
    if task.value == "regression" and seen.outputs > 1 and (layout.value != "long" or (entity and column.constant)):
        raise WrittenFault(_several(column, seen), remedy=_BY_HAND)
    pools = _pools(layout.value, data, seen, free, steps, groups, column if task.value == "regression" else None)
    taken = _first(pools, seen.width, "--feature", wishes.features)
    rest = features.plain(one for one in free if not any(one in each.columns for each in taken.value))
    if layout.value == "long" and entity:
        rest = [one for one in rest if one.columns[0].constant]
    statics = _statics(rest, groups, seen, wishes)
    return Plan(seen, data, layout, entity, time, task, target, column, taken, statics, groups, scores, part)


def _told(columns: Iterable[Column], name: str | None, flag: str) -> Guess[str] | None:
    return Guess(roles.named(columns, name, flag).name) if name else None


def _layout(data: Profile, seen: Seen, time: Guess[str] | None) -> Guess[Layout]:
    if data.shape:
        return Guess("tensor")
    steps = features.sequences(data.columns, seen.steps)
    if steps and (data.most <= 1 or sum(one.width for one in steps) == seen.width):
        return Guess("wide", "columns are numbered as steps are, the lowest taken for the oldest, and a line is a row")
    if time is None:
        what = "no column orders the lines, and no columns are numbered as the steps of a row are"
        remedy = "Name the column by --time; or number the columns of each feature, as in bill_1, bill_2, oldest first."
        raise WrittenFault(what, remedy=remedy)
    return Guess("long", "a column orders the lines, so that a line is a step")


def _target(free: Sequence[Column], groups: Sequence[GroupGuess], seen: Seen, wishes: Wishes, ask: Ask) -> Guess[str]:
    if wishes.target:
        return Guess(roles.named(free, wishes.target, "--target").name)
    guess = roles.target(_without(free, [one.column for one in groups]), seen.outputs)
    answer = ask("Which column does the model predict?", guess.value)
    return guess if answer == guess.value else Guess(roles.named(free, answer, "--target").name)


def _task(column: Column, outputs: int) -> Guess[Task]:
    if outputs == 1:
        binary = column.distinct == 2
        return (
            Guess("binary", "the target has two values") if binary else Guess("regression", "one output, many values")
        )
    if column.distinct == outputs:
        return Guess("multiclass", f"{outputs} outputs, and as many values of the target")
    if column.kind == "number" and column.distinct > _MANY:
        return Guess("regression", f"{outputs} outputs, and a target of many values")
    what = f"the model gives {outputs} numbers a row, and '{column.name}' has {column.distinct:,} values"
    raise WrittenFault(what, remedy="Name another column by --target.")


def _several(column: Column, seen: Seen) -> str:
    return f"the model gives {seen.outputs} forecasts a row, and '{column.name}' has no later lines to hold them to"


def _pools(
    layout: Layout,
    data: Profile,
    seen: Seen,
    free: Sequence[Column],
    steps: list[Variable],
    groups: Sequence[GroupGuess],
    target: Column | None,
) -> list[list[Variable]]:
    """What the sequence may be made of, the likeliest first. target: a feature too, where it is its own past."""
    if layout == "wide":
        return [steps]
    if layout == "tensor":
        return [[Variable(f"feature {at + 1}", index=at) for at in range((data.shape or (0, 0, 0))[2])]]
    lines = [one for one in free if one in data.columns]
    moving = [one for one in lines if one.missing or not one.constant] if seen.statics else lines
    tries = [_without(moving, [one.column for one in groups]), moving]
    if target is not None:
        tries += [[one for one in data.columns if one is target or one in pool] for pool in tries]
    return [features.plain(one) for one in tries]


def _statics(
    rest: list[Variable], groups: Sequence[GroupGuess], seen: Seen, wishes: Wishes
) -> Guess[list[Variable]] | None:
    if not seen.statics:
        return None
    names = {one.column for one in groups}
    pools = [[one for one in rest if one.name not in names], rest]
    return _first(pools, seen.statics, "--static-feature", wishes.statics)


def _first(pools: list[list[Variable]], width: int, flag: str, wanted: tuple[str, ...]) -> Guess[list[Variable]]:
    """The choice from the first pool that has one; the fault of the last, which holds most."""
    for pool in pools[:-1]:
        try:
            return features.chosen(pool, width, flag, wanted)
        except WrittenFault:
            continue
    return features.chosen(pools[-1], width, flag, wanted)


def _without(columns: Iterable[Column], *given: Guess[str] | Guess[tuple[str, ...]] | list[str] | None) -> list[Column]:
    names: set[str] = set()
    for one in given:
        value = one.value if isinstance(one, Guess) else one or ()
        names |= {value} if isinstance(value, str) else set(value)
    return [one for one in columns if one.name not in names]
