"""The parts of the page of one explained score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.explain.told import Alike, Explanation, Sentence
from auditor.measurement import Axis, Bars, Heatmap
from auditor.render.alternatives import alternative, data
from auditor.render.charts import Drawn, chart
from auditor.render.course import drawings, tables
from auditor.render.personal import SURE, push_unit, score_text, step_text
from auditor.render.view import Figure, Grid, Head
from auditor.render.words import Words

_LISTED = 10  # features with a bar or a row of their own


@dataclass(frozen=True)
class Part:
    """A part of the page: what it asks, what was found. after: what is to be kept in mind of it."""

    anchor: str
    title: str
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    grids: tuple[Grid, ...] = ()
    after: tuple[str, ...] = ()


def _figure(shown: Drawn, figures: Iterator[int], say: Words) -> Figure:
    number = next(figures)
    key, words_of = f"figure-{number}", alternative(shown, say)
    drawing = chart(shown, key, words_of, say)
    name = say("Figure {n}", n=number)
    return Figure(key, name, shown.title, shown.caption, drawing, "wide", words_of, data(shown, say))


def course(told: Explanation, figures: Iterator[int], say: Words) -> Part:
    """What the model was given."""
    drawn = tuple(_figure(shown, figures, say) for shown in drawings(told, say))
    return Part("course", say("What the model was given"), figures=drawn, grids=tables(told, say))


def moved(told: Explanation, figures: Iterator[int], say: Words) -> Part:
    """Each feature's effect, with its error."""
    factor = 100 if told.probability else 1
    first, rest = told.pushes[:_LISTED], told.pushes[_LISTED:]
    labels, values = [push.feature for push in first], [factor * push.value for push in first]
    far: list[float | None] = [factor * SURE * push.error for push in first]
    if rest:
        labels.append(say("{count} other features together", count=len(rest)))
        values.append(factor * sum(push.value for push in rest))
        far.append(None)
    caption = say(
        "Bars to the right raised the score, bars to the left lowered it, against {count} comparison persons; all of "
        "them add up from {base} to {score}. The thin lines are 95 % intervals: other comparison persons could have "
        "given these.",
        count=told.comparison,
        base=score_text(told, told.base, say),
        score=score_text(told, told.score, say),
    )
    bars = Bars(
        title=say("What moved the score"),
        caption=caption,
        labels=tuple(labels),
        values=tuple(values),
        low=tuple(None if e is None else v - e for v, e in zip(values, far, strict=True)),
        high=tuple(None if e is None else v + e for v, e in zip(values, far, strict=True)),
        axis=Axis(title=say("Effect on the score"), unit=push_unit(told, say)),
    )
    return Part("moved", say("What moved the score"), figures=(_figure(bars, figures, say),))


def when(told: Explanation, figures: Iterator[int], say: Words) -> Part | None:
    """The effect of each feature at each step; None where the method does not tell, or there is one step."""
    factor = 100 if told.probability else 1
    rows = [push for push in told.pushes if push.by_step][:_LISTED]
    if not rows or told.steps < 2:
        return None
    caption = say(
        "Orange: what the model was given there raised the score; blue: it lowered it; pale: it hardly mattered. Each "
        "column stands for one {step}, the latest is on the right.",
        step=told.step,
    )
    shown = Heatmap(
        title=say("When it moved the score"),
        caption=caption,
        rows=tuple(push.feature for push in rows),
        columns=tuple(step_text(told.steps - at, say) for at in range(told.steps)),
        values=tuple(tuple(factor * value for value in push.by_step) for push in rows),
        value=Axis(title=say("Effect on the score"), unit=push_unit(told, say)),
        diverging=True,
    )
    return Part("when", say("When it moved the score"), figures=(_figure(shown, figures, say),))


def inside(told: Explanation, figures: Iterator[int], say: Words) -> Part | None:
    """What the recurrent layers went through; None where there are none that can be looked into."""
    if not told.inside:
        return None
    text = say("For those who know the network: each recurrent layer, run again on this row step by step.")
    drawn = tuple(_figure(shown, figures, say) for shown in told.inside)
    return Part("inside", say("Inside the network"), text=(text,), figures=drawn)


def reasons(told: Explanation, letter: str, say: Words) -> Part | None:
    """The principal reasons, as the person would be told; None without a file of reasons."""
    notice = told.notice
    if notice is None:
        return None
    title = say("Principal reasons, as the person would be told")
    if told.favourable:
        return Part("reasons", title, text=(say("The score is on the good side, so that no reasons are owed."),))
    if not notice.reasons:
        text = say("No feature pushed the score to this side by more than the choice of comparison persons can.")
        return Part("reasons", title, text=(text,))
    heads = (
        Head(say("Code")),
        Head(say("Sentence")),
        Head(say("From")),
        Head(say("Share"), "right"),
        Head(say("Remarks")),
    )
    rows = tuple(
        (
            one.code or "–",
            one.sentence or "–",
            ", ".join(one.features),
            say.numbers.percent(one.share, 0),
            _flags(one, say, last=one is notice.reasons[-1]),
        )
        for one in notice.reasons
    )
    after = "" if letter else say("No letter was written: a principal reason has no sentence.")
    note = say("Share: of all that pushed the score to this side.")
    return Part(
        "reasons", title, grids=(Grid(say("At most four reasons, the strongest first"), heads, rows, (note,), after),)
    )


def _flags(one: Sentence, say: Words, *, last: bool) -> str:
    flags = []
    if not one.sentence:
        flags.append(say("the file of reasons has no sentence for it"))
    if one.tied and last:
        flags.append(say("weighs about as much as one that is not told, which may as well stand here"))
    elif one.tied:
        flags.append(say("weighs about as much as the next one, so that their order says nothing"))
    if one.vague:
        flags.append(say("vague: it would not tell the person what to look at"))
    if one.unheeded:
        flags.append(say("the sentence says the same whatever the values are: see that it is true of this person"))
    if one.opposed:
        flags.append(say("pushed to the other side: {names}", names=", ".join(one.opposed)))
    if one.unmeasured:
        flags.append(say("not measured: {names}", names=", ".join(one.unmeasured)))
    if one.usual:
        flags.append(say("within the usual range: {names}", names=", ".join(one.usual)))
    return "; ".join(flags)


def similar(told: Explanation, say: Words) -> Part | None:
    """The most similar rows of the reference; None where there are none."""
    if not told.alike:
        return None
    heads = (
        Head(say("Similar row")),
        Head(say("Distance"), "right"),
        Head(say("Score"), "right"),
        Head(say("What happened")),
        Head(say("Most unlike in")),
    )
    rows = tuple(_alike(at, one, told, say) for at, one in enumerate(told.alike, start=1))
    note = say(
        "Distance: mean difference of what a person would say of a course (last value, mean, slope, extremes, how "
        "often measured), in ranges of the middle half of {count} reference rows. Nobody is named.",
        count=say.numbers.count(told.alike_rows),
    )
    text: tuple[str, ...] = ()
    if told.alike_events is not None:
        events, near = told.alike_events
        share = say.numbers.percent(events / near, 0)
        told_of = "Of the {near} most similar reference rows, {share} had the outcome “{what}”."
        text = (say(told_of, near=near, share=share, what=told.explained),)
    return Part(
        "similar", say("Similar cases"), text=text, grids=(Grid(say("The most similar ones"), heads, rows, (note,)),)
    )


def _alike(at: int, one: Alike, told: Explanation, say: Words) -> tuple[str, ...]:
    return (
        str(at),
        say.numbers.number(one.distance, 2),
        score_text(told, one.score, say),
        one.outcome,
        one.differs or "–",
    )
