"""Occlusion: what the score loses when one player alone is taken from a background (Zeiler and Fergus 2014)."""

from __future__ import annotations

import numpy as np

from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import games
from auditor.explain.players import Players
from auditor.explain.question import Question

METHOD = "occlusion"


def occlusion(question: Question, players: Players) -> Attribution:
    """The row's score less the mean over backgrounds of the score with the player's cells of the background.

    Values need not sum to anything: what two players do together is lost twice, what either can do is lost never. For
    any model that can be called, inputs of whole numbers included.
    """
    start = question.explained.model.evaluations
    rows, count = len(question.rows), len(question.backgrounds)
    values, error = np.zeros((rows, len(players))), np.zeros((rows, len(players)))
    score, base = np.zeros(rows), np.zeros(rows)
    for game in games(question, players, len(players) * count):
        at, cells = game.portion.rows, np.ix_(game.portion.rows, game.used)
        parts = game.everyone[:, None, None] - game.play(~np.eye(len(game.used), dtype=bool))
        values[cells] = parts.mean(2)
        error[cells] = question.backgrounds.error(parts.transpose(0, 2, 1))
        score[at], base[at] = game.everyone, game.nobody.mean()
    return Attribution(
        method=METHOD,
        unit=question.explained.unit,
        players=players,
        values=values,
        present=question.present(players),
        score=score,
        base=base,
        evaluations=question.explained.model.evaluations - start,
        error=error,
        adds_up=False,
        notes=question.notes(),
    )
