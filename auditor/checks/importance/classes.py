"""Attributions of one class, of each class, or of the class that is predicted, where a model has several."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from auditor.checks.importance.attributed import (
    ATTRIBUTIONS,
    Attributed,
    ask,
    asking_rows,
    attribute,
    explained_rows,
    most_rows,
)
from auditor.errors import WrittenFault
from auditor.evidence import Evidence
from auditor.explain.explained import Explained
from auditor.measurement import Measurement, Quantity
from auditor.subject import Subject

EACH, PREDICTED = "each", "predicted"


def attributed_of(subject: Subject, evidence: Evidence, of: str) -> dict[str, Attributed]:
    """By class where `of` is "each"; else under "": of the class named, the one predicted, or "" (the last one).

    Raises WrittenFault where there is no such class, or where there are no classes.
    """
    if not of:
        return {"": evidence[ATTRIBUTIONS]}
    classes = subject.test.target.classes
    if subject.test.task != "multiclass" or of not in (*classes, EACH, PREDICTED):
        known = ", ".join((*classes, EACH, PREDICTED)) if subject.test.task == "multiclass" else "nothing: leave it out"
        raise WrittenFault(f"'{of}' is nothing of this model that could be explained", remedy=f"`of` may be: {known}")
    if of == PREDICTED:
        return {"": _predicted(subject)}
    chosen = classes if of == EACH else (of,)
    told = {name: attribute(*ask(subject, column=classes.index(name))) for name in chosen}
    return told if of == EACH else {"": told[of]}


def by_class(made: Mapping[str, Measurement]) -> Measurement:
    """What was measured of each class, as one; parts are named by class, and by their own name if they have one.

    What was measured of one only, under "", stays as it is.
    """
    if list(made) == [""]:
        return made[""]
    first = next(iter(made.values()))
    names = dict.fromkeys(name for each in made.values() for name in each.quantities)
    return Measurement(
        quantities={
            name: _merged({c: each.quantities[name] for c, each in made.items() if name in each.quantities})
            for name in names
        },
        unmeasured={name: why for each in made.values() for name, why in each.unmeasured.items() if name not in names},
        shown=tuple(
            shown.model_copy(update={"title": f"{name}: {shown.title}"})
            for name, each in made.items()
            for shown in each.shown
        ),
        sampled=first.sampled,
        notes=tuple(dict.fromkeys(note for each in made.values() for note in each.notes)),
    )


def _merged(told: Mapping[str, Quantity]) -> Quantity:
    def named(name: str, part: str) -> str:
        return f"{name}: {part}" if part else name

    return Quantity(
        parts={named(name, part): each for name, one in told.items() for part, each in one.parts.items()},
        unmeasured={named(name, part): why for name, one in told.items() for part, why in one.unmeasured.items()},
    )


def rows_of(subject: Subject, of: str) -> int:
    """The evaluations that this takes at most."""
    if not of:
        return 0
    times = len(subject.test.target.classes) if of in (EACH, PREDICTED) else 1
    return times * (asking_rows(subject) + most_rows(subject)) + explained_rows(subject)


def _predicted(subject: Subject) -> Attributed:
    """Each row's own class; all are compared with the same backgrounds."""
    question, sampled = ask(subject)
    predicted = subject.score(subject.block(question.data, question.rows)).argmax(1)
    pieces, places = [], []
    for column in np.unique(predicted):
        at = np.flatnonzero(predicted == column)
        explained = Explained.of(subject, int(column))
        pieces.append(attribute(dataclasses.replace(question, rows=question.rows[at], explained=explained), None))
        places.append(at)
    order = np.argsort(np.concatenate(places), kind="stable")
    credit = pieces[0].credit.joined([piece.credit for piece in pieces[1:]]).take(order)
    measured = [piece.measured for piece in pieces if piece.measured is not None]
    split = measured[0].joined(measured[1:]).take(order) if measured else None
    return Attributed(question, credit, sampled, split)
