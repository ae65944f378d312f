"""The letter that tells a person the reasons for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.explain.told import Course, Explanation, Notice
from auditor.render.course import FEW
from auditor.render.html import page
from auditor.render.personal import made_plain, value_text
from auditor.render.view import Fact
from auditor.render.words import Words, words


@dataclass(frozen=True)
class LetterView:
    """The person's letter."""

    language: str
    title: str
    opening: str
    reasons: tuple[str, ...]
    order: str
    lead: str
    recorded: tuple[str, ...]
    closing: str
    stamp: str
    facts: tuple[Fact, ...]


def letter_page(told: Explanation) -> str:
    """The letter as one HTML file; empty where the score is on the good side, or a principal reason has no sentence."""
    told, say = made_plain(told), words(told.language)
    notice = told.notice
    if notice is None or not notice.complete or told.favourable is not False:
        return ""
    return page("letter.html", say, view=_letter(told, notice, say))


def _letter(told: Explanation, notice: Notice, say: Words) -> LetterView:
    action = told.decision.action.rstrip(".") if told.decision else ""
    opening = say.many(
        "A score that was calculated by a computer program contributed to this decision: {action}. This is the main "
        "reason for the score.",
        "A score that was calculated by a computer program contributed to this decision: {action}. These are the main "
        "reasons for the score, the most important first.",
        len(notice.reasons),
        action=action,
    )
    title = say.many(
        "The main reason for a decision about you", "The main reasons for a decision about you", len(notice.reasons)
    )
    closing = say(
        "What is recorded about you was compared with what is recorded about other persons. If you think that "
        "something about you is wrong or missing, please tell us: we will look at it and score again."
    )
    order = say("Some of these reasons weigh about the same; their order then says nothing.")
    date = say.date(told.made)
    return LetterView(
        language=notice.language,
        title=notice.title or title,
        opening=notice.opening or opening,
        reasons=tuple(one.sentence for one in notice.reasons),
        order=order if any(one.tied for one in notice.reasons[:-1]) else "",
        lead=say("What is recorded of these:"),
        recorded=tuple(_recorded(told, notice, say)),
        closing=notice.closing or closing,
        stamp=told.made,
        facts=(Fact(say("Reference"), told.case), Fact(say("Date"), date)),
    )


def _recorded(told: Explanation, notice: Notice, say: Words) -> Iterator[str]:
    """The values of the features in whose words the reasons are told, and what these values mean."""
    courses = {one.of.name: one for one in told.courses}
    for name in dict.fromkeys(reason.of for reason in notice.reasons):
        if name in courses:
            yield f"{_values(told, courses[name], say)}. {courses[name].of.description}".strip().rstrip(".") + "."


def _values(told: Explanation, one: Course, say: Words) -> str:
    unit = "" if one.of.levels or one.of.unit == "count" else f"\u00a0{one.of.unit}".rstrip()
    if not any(value is not None for value in one.values):
        return say("{name}: {values}", name=one.of.name, values=say("not measured"))
    if one.static or len(one.values) == 1:
        return say("{name}: {values}", name=one.of.name, values=value_text(one.of, one.values[0], say) + unit)
    if len(one.values) <= FEW:
        values = "; ".join(value_text(one.of, value, say) for value in one.values) + unit
        return say("{name}, by {step}, the latest last: {values}", name=one.of.name, step=told.step, values=values)
    known = [value for value in one.values if value is not None]
    low, high, last = (value_text(one.of, value, say) + unit for value in (min(known), max(known), known[-1]))
    if one.of.levels:
        return say("{name}: latest {last}", name=one.of.name, last=last)
    return say("{name}: lowest {low}, highest {high}, latest {last}", name=one.of.name, low=low, high=high, last=last)
