"""Agreement."""

from __future__ import annotations

from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.alike import dots, quantity, ranked, ranked_alike, ranked_at_most, signed_alike
from auditor.checks.importance.attributed import (
    ATTRIBUTIONS,
    BACKGROUNDS,
    ROWS,
    Attributed,
    explained_rows,
    lengths_of,
)
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.checks.sample import sample
from auditor.evidence import Evidence
from auditor.explain.gradients import gradient_times_input
from auditor.explain.occlusion import occlusion
from auditor.explain.shapley import most_coalitions, shapley
from auditor.measurement import Meaning, Measurement
from auditor.subject import Subject

_ID = "importance.agreement"
_PAIRS = 128  # of coalitions, where there are too many features to play all


class Params(OfClass):
    """Of how many rows, and which class, where there are several."""

    rows: int = Field(
        default=ROWS, ge=20, le=ROWS, description="At most about so many of the rows of importance.attribution."
    )


def _rows(subject: Subject, params: Params) -> int:
    """Every other method on the same rows: coalitions, one feature at a time, one gradient."""
    players = ranked_at_most(subject)
    each = BACKGROUNDS * (most_coalitions(players, _PAIRS) + players) + 5
    rows = explained_rows(subject, params.rows)
    return rows_of(subject, params.of, rows * each + 4 * lengths_of(subject) * BACKGROUNDS)


@check(
    quantities={
        "rank_correlation": Meaning(title="Rank correlation of features' credit", better="higher", per="method"),
        "same_sign": Meaning(title="Leading features with the same sign", better="higher", per="method"),
    },
    needs=(ATTRIBUTIONS,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Methods that define credit in different ways tell the same story.

    Measures: for the rows of importance.attribution, each feature's credit by other definitions: Shapley values (all
    orders in which features could become known), occlusion (one feature taken away), gradient × input (the slope at the
    row); and how alike they are to the first: rank correlation of the sizes, and how many of the three leading features
    have the same sign (of data with one feature: of the parts of the history). These are different definitions; they
    need not agree wholly where features act together.
    Why: where methods contradict each other, no single one may be shown as the reason for a score.
    Blind to: errors that all methods share, such as backgrounds that cannot occur.
    """
    return measured_of(subject, evidence, params.of, lambda attributed: _told(_some(attributed, params)))


def _some(attributed: Attributed, params: Params) -> Attributed:
    question = attributed.question
    rng = question.subject.rng(_ID, params.model_dump_json(), "rows")
    return attributed.take(*sample(question.data.take(question.rows), params.rows, rng))


def _told(attributed: Attributed) -> Measurement:
    """Of the credit of one class, or of each row's own."""
    players, own = ranked(attributed)
    others = {
        "occlusion": attributed.by(lambda asked: occlusion(asked, players)),
        "gradient × input": attributed.by(lambda asked: gradient_times_input(asked, players)),
    }
    if attributed.credit.method != "Shapley values":
        others = {"Shapley values": attributed.by(lambda asked: shapley(asked, players, largest=_PAIRS)), **others}
    ranks = quantity({name: ranked_alike(attributed, own, each.values) for name, each in others.items()})
    signs = quantity({name: signed_alike(attributed, own, each.values) for name, each in others.items()})
    caption = f"How alike each method's credit is to {attributed.credit.method}; 1 is the same order of features."
    notes = {note: None for each in others.values() for note in each.notes}
    return Measurement(
        quantities={"rank_correlation": ranks, "same_sign": signs},
        shown=(dots("Agreement of methods", caption, "Rank correlation", ranks),) if ranks.parts else (),
        sampled=attributed.sampled,
        notes=tuple(notes),
    )
