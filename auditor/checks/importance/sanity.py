"""Sanity."""

from __future__ import annotations

import dataclasses

import numpy as np

from auditor.checks.check import check
from auditor.checks.importance.alike import dots, quantity, ranked_alike
from auditor.checks.importance.attributed import ATTRIBUTIONS, Attributed, explained_rows, most_rows, once
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.checks.sample import sample
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate
from auditor.evidence import Evidence
from auditor.explain.question import Question
from auditor.measurement import Meaning, Measurement
from auditor.subject import Subject

_ID = "importance.sanity"
_DEPTHS = 3
_ROWS, _POINTS = 60, 5  # of the rows that are explained; their order in size does not need more


class Params(OfClass):
    """Which class, where there are several."""


@check(
    quantities={
        "similarity": Meaning(title="Rank correlation with the weights drawn again", better="lower", per="layers")
    },
    needs=(ATTRIBUTIONS,),
    rows=lambda subject, params: rows_of(subject, params.of, _rows(subject)),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Reasons come from what the model has learned.

    Measures: how alike the credit of about 60 of the rows of importance.attribution is, cell by cell in rank, when the
    weights of the last layer, then of half of all layers from the output on, then of all are drawn again at random
    (Adebayo et al. 2018). Credit that stays as it was does not depend on what was learned.
    Why: some methods only redraw the input; their pictures look right for a model that knows nothing.
    Blind to: credit that changes, but is wrong in both. An architecture alone, such as looking at the last steps only,
    leaves some likeness in place.
    """
    return measured_of(subject, evidence, params.of, _told)


def _told(whole: Attributed) -> Measurement:
    """Of the credit of one class, or of each row's own."""
    attributed, subject = _some(whole), whole.question.subject
    layers = [layer.name for layer in subject.model.description.layers if layer.parameters]
    if not layers:
        raise NotApplicable("the model has no layer with weights")
    depths = sorted({1, max(1, len(layers) // 2), len(layers)})
    found = {}
    for depth in depths:
        name = "all layers" if depth == len(layers) else "the last layer" if depth == 1 else f"the last {depth} layers"
        found[name] = _similarity(attributed, layers[-depth:])
    told = quantity(found)
    caption = (
        "How alike credit is to that of a model that has learned nothing in these layers. Near one, credit does not "
        "depend on what was learned; the architecture, and how far rows are from others, keep it above zero."
    )
    return Measurement(
        quantities={"similarity": told},
        shown=(dots("Credit with weights drawn again", caption, "Rank correlation", told),) if told.parts else (),
        sampled=attributed.sampled,
    )


def _rows(subject: Subject) -> int:
    """What credit takes of all rows, for fewer."""
    every, some = explained_rows(subject), explained_rows(subject, _ROWS)
    return _DEPTHS * (most_rows(subject, 1.0, _POINTS) * some // max(1, every))


def _some(attributed: Attributed) -> Attributed:
    """Some of the rows, as ranks of cells differ little from row to row."""
    question = attributed.question
    return attributed.take(*sample(question.data.take(question.rows), _ROWS, question.subject.rng(_ID, "rows")))


def _similarity(attributed: Attributed, layers: list[str]) -> Estimate | str:
    question, own = attributed.question, attributed.credit
    seed = int(question.subject.rng(_ID, *layers).integers(2**31))
    twin = question.subject.model.randomised(layers, seed)

    def untaught(asked: Question, at: Integers) -> Floats:
        learned_nothing = dataclasses.replace(asked, explained=dataclasses.replace(asked.explained, model=twin))
        return once(learned_nothing, own.players, tolerance=1.0, largest=_POINTS).values

    other = attributed.over(untaught)
    twin.close()
    if not np.isfinite(other).all() or not other.any():
        return "with these weights drawn again, the score is the same for every row"
    return ranked_alike(attributed, own.values, other)
