"""Attributions of one class, of each class, or of the class that is predicted, where a model has several."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import Field

from auditor.checks.importance.attributed import (
    ATTRIBUTIONS,
    Attributed,
    ask,
    asking_rows,
    attribute,
    most_rows,
    rows_by_class,
)
from auditor.errors import WrittenFault
from auditor.estimate import Frozen
from auditor.evidence import Evidence
from auditor.measurement import Measurement, Quantity
from auditor.subject import Subject

EACH, PREDICTED = "each", "predicted"


class OfClass(Frozen):
    """Which class, where there are several."""

    of: str = Field(
        default="",
        description="Of several classes: the name of the one whose score is explained; `each` of them; or `predicted`, "
        "for every row the class that the model predicts. Default: the one predicted.",
    )


def attributed_of(subject: Subject, evidence: Evidence, of: str) -> dict[str, Attributed]:
    """By class where `of` is "each"; else under "": of the class named, or the one predicted, which "" is too.

    Raises WrittenFault where there is no such class, or where there are no classes.
    """
    classes = subject.test.target.classes
    if of and (subject.test.task != "multiclass" or of not in (*classes, EACH, PREDICTED)):
        known = ", ".join((*classes, EACH, PREDICTED)) if subject.test.task == "multiclass" else "nothing: leave it out"
        raise WrittenFault(f"'{of}' is nothing of this model that could be explained", remedy=f"`of` may be: {known}")
    if of in ("", PREDICTED):
        return {"": evidence[ATTRIBUTIONS]}
    chosen = classes if of == EACH else (of,)
    told = {name: attribute(*ask(subject, column=classes.index(name))) for name in chosen}
    return told if of == EACH else {"": told[of]}


def measured_of(
    subject: Subject, evidence: Evidence, of: str, work: Callable[[Attributed], Measurement]
) -> Measurement:
    """What is measured of the credit: of each class where `of` is "each", so that a limit holds for the worst."""
    return by_class({name: work(attributed) for name, attributed in attributed_of(subject, evidence, of).items()})


def by_class(made: Mapping[str, Measurement]) -> Measurement:
    """What was measured of each class, as one; parts are named by class, and by their own name if they have one.

    What was measured of one only, under "", stays as it is.
    """
    if list(made) == [""]:
        return made[""]
    first = next(iter(made.values()))
    names = dict.fromkeys(name for each in made.values() for name in each.quantities)
    return Measurement(
        quantities={name: _merged(name, made) for name in names},
        unmeasured={name: why for each in made.values() for name, why in each.unmeasured.items() if name not in names},
        shown=tuple(
            shown.model_copy(update={"title": f"{name}: {shown.title}"})
            for name, each in made.items()
            for shown in each.shown
        ),
        sampled=first.sampled,
        notes=tuple(dict.fromkeys(note for each in made.values() for note in each.notes)),
    )


def _merged(name: str, made: Mapping[str, Measurement]) -> Quantity:
    """A quantity of each class; a class in which it could not be measured stays as such, with its reason."""

    def named(of: str, part: str) -> str:
        return f"{of}: {part}" if part else of

    told = {of: each.quantities[name] for of, each in made.items() if name in each.quantities}
    absent = {of: each.unmeasured[name] for of, each in made.items() if name in each.unmeasured}
    return Quantity(
        parts={named(of, part): each for of, one in told.items() for part, each in one.parts.items()},
        unmeasured={named(of, part): why for of, one in told.items() for part, why in one.unmeasured.items()} | absent,
    )


def rows_of(subject: Subject, of: str, own: int = 0) -> int:
    """The evaluations that this takes at most. own: of what a check does beside, for one class."""
    if of in ("", PREDICTED):
        return own + 3 * rows_by_class(subject)
    times = len(subject.test.target.classes) if of == EACH else 1
    return times * (asking_rows(subject) + most_rows(subject) + own)
