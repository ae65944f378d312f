"""Values, steps and scores of one row in words."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.explain.told import Changed, Explanation, Push, Rival, Variable
from auditor.render.plain import plainly
from auditor.render.words import Words

SURE = 1.959963984540054
"""Standard errors on either side of an effect that are told with it."""


def made_plain(told: Explanation) -> Explanation:
    """The same with every name safe to print."""
    return Explanation.model_validate(plainly(told.model_dump(mode="json")))


def value_text(of: Variable, value: float | None, words: Words) -> str:
    """A value as a reader knows it: its level, or the number with the decimals that it is written with; no unit."""
    if value is None:
        return words("not measured")
    if of.levels:
        return of.levels[int(value)] if 0 <= int(value) < len(of.levels) else words.numbers.bare(value)
    digits = None if of.decimals is None else max(0, of.decimals)
    return words.numbers.number(value, digits)


def step_text(step: int | None, words: Words) -> str:
    """A step counted from the end, for the head of a column: 1 is the latest; None: what holds at all steps."""
    if step is None:
        return words("throughout")
    return words("latest") if step == 1 else words("{count} earlier", count=step - 1)


def time_text(step: int, of: str, words: Words) -> str:
    """The same in a sentence. of: what one step is: latest month, 1 month earlier, 3 months earlier."""
    if step == 1:
        return words("latest {step}", step=of)
    return words.many("{count} {step} earlier", "{count} {step}s earlier", step - 1, step=of)


def score_text(told: Explanation, score: float, words: Words, digits: int = 1) -> str:
    """A score: a probability as a percentage with so many decimals, else a number with its unit."""
    if told.probability:
        return words.numbers.percent(score, digits)
    return words.numbers.number(score, None, told.unit)


def beside_threshold(told: Explanation, score: float, words: Words) -> str:
    """A score with as many decimals as tell it from the threshold, four at most."""
    limit = told.decision.threshold if told.decision else score
    for digits in range(1, 4):
        text = score_text(told, score, words, digits)
        if score == limit or text != score_text(told, limit, words, digits):
            return text
    return score_text(told, score, words, 4)


def pushed(told: Explanation, value: float, words: Words) -> str:
    """What a feature did to the score, with its sign, in percentage points or in the unit of the score."""
    shown = 100 * value if told.probability else value
    text = words.numbers.number(shown, 1 if told.probability else None)
    return f"+{text}" if shown > 0 and text.strip("0.,") else text


def push_unit(told: Explanation, words: Words) -> str:
    """The unit of `pushed`."""
    return words("percentage points") if told.probability else told.unit


def summary(told: Explanation, words: Words) -> tuple[str, ...]:
    """The page in a few sentences: the score, what follows, what it is compared with, what moved it."""
    score = beside_threshold(told, told.score, words)
    return tuple(text for text in (_decided(told, score, words), _compared(told, words), *_moved(told, words)) if text)


def _decided(told: Explanation, score: str, words: Words) -> str:
    decision = told.decision
    if told.rivals:
        return _predicted(told, told.rivals[0], score, words)
    if decision is None:
        return words("The score is {score}.", score=score)
    limit = score_text(told, decision.threshold, words)
    above = told.score >= decision.threshold
    place = words("at or above") if above else words("below")
    if told.favourable:
        text = "The score is {score}: {place} the threshold of {limit}, the side that is good for the person."
        return words(text, score=score, place=place, limit=limit)
    text = "The score is {score}: {place} the threshold of {limit}. What follows: {action}."
    return words(text, score=score, place=place, limit=limit, action=decision.action.rstrip("."))


def _predicted(told: Explanation, next_one: Rival, score: str, words: Words) -> str:
    text = "Predicted is “{name}”, with a score of {score}; the next is “{other}” with {less}."
    return words(
        text, name=told.explained, score=score, other=next_one.name, less=score_text(told, next_one.score, words)
    )


def _compared(told: Explanation, words: Words) -> str:
    text = "The mean score of {count} comparison persons, drawn across all scores, is {base}."
    if told.rivals:
        text = "The mean score of this class among {count} comparison persons, drawn across all scores, is {base}."
    return words(text, count=told.comparison, base=score_text(told, told.base, words))


def _moved(told: Explanation, words: Words) -> tuple[str, ...]:
    sure = [push for push in told.pushes if abs(push.value) > SURE * push.error and abs(push.value) > 0]
    up, down = ([push for push in sure if sign * push.value > 0][:3] for sign in (1, -1))
    texts = []
    if up:
        texts.append(words("What raised the score most: {names}.", names=_named(told, up, words)))
    if down:
        texts.append(words("What lowered it most: {names}.", names=_named(told, down, words)))
    if not sure:
        texts.append(words("No feature moved the score by more than the choice of comparison persons can."))
    return tuple(texts)


def _named(told: Explanation, pushes: list[Push], words: Words) -> str:
    unit = push_unit(told, words)
    each = [f"{push.feature} ({pushed(told, push.value, words)} {unit})".replace(" )", ")") for push in pushes]
    return words.listed(each)


def changes_text(changes: Sequence[Changed], step: str, words: Words) -> str:
    """Changes of one feature, from the oldest to the latest. step: what one step is.

    As in: lactate, latest hour: 3.1 instead of 5.2 mmol/L; or: lactate, 6 measurements (5 hours earlier to latest
    hour): 2.1 to 3.0 instead of 4.1 to 5.0 mmol/L.
    """
    first, last = changes[0], changes[-1]
    unit = "" if first.of.levels or first.of.unit == "count" else f"\u00a0{first.of.unit}".rstrip()
    return words(
        "{name}{where}: {after} instead of {before}{unit}",
        name=first.of.name,
        where=_where(first.step, last.step, len(changes), step, words),
        after=_range(first.of, [change.after for change in changes], words),
        before=_range(first.of, [change.before for change in changes], words),
        unit=unit,
    )


def _where(first: int | None, last: int | None, count: int, step: str, words: Words) -> str:
    """When a feature was changed; nothing where it is static."""
    if first is None or last is None:
        return ""
    begin, end = time_text(first, step, words), time_text(last, step, words)
    if count == 1:
        return f", {begin}"
    return words(", {count} measurements ({first} to {last})", count=count, first=begin, last=end)


def _range(of: Variable, values: Sequence[float], words: Words) -> str:
    if of.levels:
        return words.listed([value_text(of, value, words) for value in sorted(set(values))])
    low, high = (value_text(of, value, words) for value in (min(values), max(values)))
    return low if low == high else words("{low} to {high}", low=low, high=high)
