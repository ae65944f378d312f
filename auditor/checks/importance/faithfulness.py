"""Faithfulness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.attributed import ATTRIBUTIONS, BACKGROUNDS, Attributed, explained_rows, lengths_of
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.evidence import Evidence
from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import games
from auditor.explain.question import Question
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.subject import Subject

_ID = "importance.faithfulness"
_SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)  # of a row's players that are taken away, or alone are kept
_METHOD = "mean over rows and shares of players"


class Params(OfClass):
    """How often, and of which class."""

    orders: int = Field(default=2, ge=1, le=20, description="Random orders that each row is compared with.")


def _rows(subject: Subject, params: Params) -> int:
    points = BACKGROUNDS * 2 * len(_SHARES) * (1 + params.orders) + 1
    return rows_of(subject, params.of, explained_rows(subject) * points + lengths_of(subject) * BACKGROUNDS)


@check(
    quantities={
        "deletion": Meaning(title="Score lost sooner than in a random order", better="higher"),
        "sufficiency": Meaning(title="Score kept sooner than in a random order", better="higher"),
    },
    needs=(ATTRIBUTIONS,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What has the most credit moves the score most when it is taken away, and suffices when it is kept.

    Measures: a row's features, part by part of the history, are replaced by those of the backgrounds, those with the
    most credit first: how much farther the score moves than when they are replaced in a random order, on average over
    10, 20, 30, 50 and 70 %; and, where only those with the most credit are kept, how much nearer it stays. Both in
    standard deviations of the scores; zero is no better than chance (Petsiuk et al. 2018; DeYoung et al. 2020).
    Why: credit that does not tell what the score depends on is decoration.
    Blind to: rows that cannot occur, as rows with replaced parts may be; whether signs are right.
    """
    return measured_of(subject, evidence, params.of, lambda attributed: _told(attributed, params))


def _told(attributed: Attributed, params: Params) -> Measurement:
    """Of the credit of one class, or of each row's own."""
    spread = float(np.std(attributed.credit.score))
    if spread == 0 or not attributed.credit.values.any():
        raise NotApplicable("no feature moves the score of any row that was explained")
    far = attributed.over(lambda asked, at: _distances(asked, attributed.credit.take(at), at, params)) / spread
    gains = {"deletion": far[:, 0, 0] - far[:, 0, 1], "sufficiency": far[:, 1, 1] - far[:, 1, 0]}
    quantities = {
        name: Quantity.of(attributed.sampling.estimate(row_mean(gain.mean(1)), n=len(gain), method=_METHOD))
        for name, gain in gains.items()
    }
    return Measurement(quantities=quantities, shown=(_curves(far),), sampled=attributed.sampled)


def _distances(question: Question, credit: Attribution, places: Integers, params: Params) -> Floats:
    """(rows, taken away or kept, by credit or at random, shares): how far the score is from the row's own."""
    out = np.zeros((len(credit), 2, 2, len(_SHARES)))
    for game in games(question, credit.players, BACKGROUNDS * 2 * len(_SHARES) * (1 + params.orders)):
        for row, at in enumerate(game.portion.rows):
            size = np.abs(credit.values[at, game.used])
            draw = question.subject.rng(_ID, params.model_dump_json(), int(places[at]))
            orders = [np.argsort(-size, kind="stable")] + [draw.permutation(len(size)) for _ in range(params.orders)]
            taken = np.stack([_first(order, share) for order in orders for share in _SHARES])
            played = game.play(np.concatenate([~taken, taken]), np.array([row]))[0].mean(1)
            far = np.abs(game.everyone[row] - played).reshape(2, len(orders), len(_SHARES))
            out[at, :, 0], out[at, :, 1] = far[:, 0], far[:, 1:].mean(1)
    return out


def _first(order: NDArray[np.intp], share: float) -> NDArray[np.bool_]:
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[: max(1, round(share * len(order)))]] = True
    return chosen


def _curves(far: Floats) -> Lines:
    mean = far.mean(0)
    names = ("taken away, most credit first", "taken away at random", "kept, most credit first", "kept at random")
    lines = [mean[0, 0], mean[0, 1], mean[1, 0], mean[1, 1]]
    return Lines(
        title="How far scores move as parts are taken away or alone are kept",
        caption="Taken away: the higher above random, the better. Kept: the lower below random, the better.",
        x=Axis(title="Share of features and parts of the history", low=0, high=1),
        y=Axis(title="Distance from the row's score, in standard deviations", low=0),
        series=tuple(Series(name=n, x=_SHARES, y=tuple(line.tolist())) for n, line in zip(names, lines, strict=True)),
    )
