"""What a row was: its features over its steps, as tables, and as drawings where there are many steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.explain.told import Course, Explanation
from auditor.measurement import Axis, Lines, Series
from auditor.render.personal import step_text, time_text, value_text
from auditor.render.view import Cell, Grid, Head
from auditor.render.words import Words

FEW = 12  # steps that a table has a column for
_DRAWN = 4  # features with a drawing of their own, where there are more steps
_POINTS = 2  # measurements below which a table tells all of them, with their times
_MARGIN = 0.05  # of the range of the points, on either side
_SHORT = 45  # characters of a description that has room beside a name


def tables(told: Explanation, words: Words) -> tuple[Grid, ...]:
    """The features, those that moved the score most first; what holds throughout in a table of its own."""
    moving = [one for one in _in_order(told) if not one.static]
    fixed = [one for one in _in_order(told) if one.static]
    made = []
    if moving and told.steps:
        made.append(_by_step(told, moving, words) if told.steps <= FEW else _in_short(told, moving, words))
    if fixed:
        made.append(_once(fixed, words))
    return tuple(made)


def drawings(told: Explanation, words: Words) -> Iterator[Lines]:
    """The features that moved the score most, of those measured more than once, as points where they were measured."""
    if told.steps <= FEW:
        return
    for one in [each for each in _in_order(told) if _worth_drawing(each)][:_DRAWN]:
        points = [(at - told.steps + 1, _told(one, value)) for at, value in enumerate(one.values) if value is not None]
        caption = words(
            "A point where {name} was measured; the latest {step} is 0, on the right.", name=one.of.name, step=told.step
        )
        yield Lines(
            title=one.of.name,
            caption=caption + _usual(one, words),
            x=Axis(title=words("{step}s from the latest", step=told.step.capitalize()), low=0.5 - told.steps, high=0.5),
            y=_room(one, [value for _, value in points]),
            series=(
                Series(
                    name=one.of.name,
                    x=tuple(float(x) for x, _ in points),
                    y=tuple(y for _, y in points),
                    style="points",
                ),
            ),
        )


def _room(one: Course, values: Sequence[float]) -> Axis:
    """An axis on whose ends no point lies, as half of it would be cut off; around one value where there is one only."""
    more = _MARGIN * (max(values) - min(values) or abs(values[0]) or 1.0)
    return Axis(title=one.of.name, unit=one.of.unit, low=min(values) - more, high=max(values) + more)


def _worth_drawing(one: Course) -> bool:
    return not (one.static or one.of.levels) and sum(value is not None for value in one.values) >= _POINTS


def _told(one: Course, value: float) -> float:
    """As it is written elsewhere on the page, so that no drawing shows what single precision makes of a constant."""
    return value if one.of.decimals is None else round(value, one.of.decimals)


def _in_order(told: Explanation) -> list[Course]:
    place = {push.feature: at for at, push in enumerate(told.pushes)}
    return sorted(told.courses, key=lambda one: place.get(one.of.name, len(place)))


def _by_step(told: Explanation, courses: Sequence[Course], words: Words) -> Grid:
    heads = [Head(words("Feature")), *(Head(step_text(told.steps - at, words), "right") for at in range(told.steps))]
    heads.append(Head(words("Usual range"), "right"))
    rows = [(_name(one), *(_marked(one, value, words) for value in one.values), _range(one, words)) for one in courses]
    title = words("Course by {step}, the latest on the right", step=told.step)
    return Grid(title, tuple(heads), tuple(rows), (_legend(words), *_meanings(courses)))


def _in_short(told: Explanation, courses: Sequence[Course], words: Words) -> Grid:
    titles = (
        words("Latest"),
        words("Measured at"),
        words("Lowest"),
        words("Highest"),
        words("{step}s measured", step=told.step.capitalize()),
    )
    heads = (Head(words("Feature")), *(Head(one, "right") for one in titles), Head(words("Usual range"), "right"))
    rows = [(_name(one), *_short(told, one, words), _range(one, words)) for one in courses]
    return Grid(words("Course in short"), heads, tuple(rows), (_legend(words), *_meanings(courses)))


def _short(told: Explanation, one: Course, words: Words) -> tuple[Cell, ...]:
    known = [(at, value) for at, value in enumerate(one.values) if value is not None]
    if not known:
        return (words("not measured"), "", "", "", words("{n} of {of}", n=0, of=told.steps))
    values = [value for _, value in known]
    ends = ("", "") if one.of.levels else tuple(_marked(one, end(values), words) for end in (min, max))
    last = known[-1]
    return (
        _marked(one, last[1], words),
        time_text(told.steps - last[0], told.step, words),
        *ends,
        words("{n} of {of}", n=len(known), of=told.steps),
    )


def _once(courses: Sequence[Course], words: Words) -> Grid:
    heads = (Head(words("Feature")), Head(words("Value"), "right"), Head(words("Usual range"), "right"))
    rows = tuple((_name(one), _marked(one, one.values[0], words), _range(one, words)) for one in courses)
    return Grid(words("What holds throughout"), heads, rows, _meanings(courses))


def _name(one: Course) -> str:
    known = one.of.description
    says_more = known.casefold() != one.of.name.casefold() and len(known) <= _SHORT
    name = f"{one.of.name}: {known}" if known and says_more else one.of.name
    return f"{name} ({one.of.unit})" if one.of.unit else name


def _meanings(courses: Sequence[Course]) -> tuple[str, ...]:
    """The descriptions that have no room beside a name: what the values stand for, where they are codes."""
    return tuple(
        f"{one.of.name}: {one.of.description.rstrip('.')}." for one in courses if len(one.of.description) > _SHORT
    )


def _marked(one: Course, value: float | None, words: Words) -> str:
    """A value, with an arrow where it is outside the usual range."""
    text = "–" if value is None else value_text(one.of, value, words)
    if value is None or one.usual is None or one.usual[0] <= value <= one.usual[1]:
        return text
    if text in [value_text(one.of, end, words) for end in one.usual]:  # outside by less than is told
        return text
    return f"{text} {'▲' if value > one.usual[1] else '▼'}"


def _range(one: Course, words: Words) -> str:
    if one.usual is None:
        return ""
    low, high = (value_text(one.of, end, words) for end in one.usual)
    return words("{low} to {high}", low=low, high=high)


def _usual(one: Course, words: Words) -> str:
    return "" if one.usual is None else " " + words("Usual: {range}.", range=_range(one, words))


def _legend(words: Words) -> str:
    return words("– not measured; ▲ above, ▼ below the usual range, in which 98 % of the reference rows' values lie.")
