"""The page of one explained score, for a reviewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from auditor.explain.told import Explanation
from auditor.render.explained import Part, course, inside, moved, reasons, similar, when
from auditor.render.html import page
from auditor.render.otherwise import otherwise
from auditor.render.personal import made_plain, summary
from auditor.render.view import Fact
from auditor.render.words import Words, words


@dataclass(frozen=True)
class View:
    """The reviewer's page. letter: the file of the person's letter, empty where there is none."""

    language: str
    title: str
    case: str
    kind: str
    tone: str
    summary: tuple[str, ...]
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    letter: str
    stamp: str


def explanation_page(told: Explanation, *, letter: str = "") -> str:
    """The reviewer's page as one HTML file. letter: the file name of the letter beside it."""
    told, say = made_plain(told), words(told.language)
    return page("explanation.html", say, view=_view(told, letter, say))


def _view(told: Explanation, letter: str, say: Words) -> View:
    figures = count(1)
    parts = (
        moved(told, figures, say),
        when(told, figures, say),
        course(told, figures, say),
        otherwise(told, say),
        reasons(told, letter, say),
        similar(told, say),
        inside(told, figures, say),
    )
    return View(
        language=say.language,
        title=say("Why this score"),
        case=told.case,
        kind=say("Explanation of one score – confidential"),
        tone={None: "none", True: "pass", False: "conditional"}[told.favourable],
        summary=summary(told, say),
        facts=tuple(_facts(told, say)),
        parts=tuple(part for part in parts if part),
        notes=(*map(say.numbers.regrouped, told.notes), *_remarks(told, say)),
        letter=letter,
        stamp=told.made,
    )


def _facts(told: Explanation, say: Words) -> Iterator[Fact]:
    yield Fact(say("Case") if told.salted else say("Who"), told.case)
    yield Fact(say("Model"), say("{name}, version {version}", name=told.identity.name, version=told.identity.version))
    yield Fact(say("What the score is"), _meaning(told, say))
    yield Fact(say("Data"), f"{told.data} ({say('test rows') if told.part == 'test' else say('reference rows')})")
    if told.chosen:
        yield Fact(say("Why this row"), "; ".join(told.chosen))
    if told.outcome:
        yield Fact(say("What happened"), told.outcome)
    yield Fact(say("Made"), say.time(told.made))


def _meaning(told: Explanation, say: Words) -> str:
    return say("probability of “{what}”", what=told.explained) if told.probability else told.explained


def _remarks(told: Explanation, say: Words) -> Iterator[str]:
    yield say("This tells what moved the model's score, not what would change the outcome in the world.")
    yield say(
        "Method: {method}, against {count} of {of} rows.", method=told.method, count=told.comparison, of=told.reference
    )
    if told.part == "reference":
        yield say("This row is one of the reference: the model may have been trained on it, and know it too well.")
    if told.salted:
        yield say("The name of this case is salted: without the salt it leads to nobody.")
