"""Occlusion: what the score loses when one player alone is taken from a background (Zeiler and Fergus 2014)."""

from __future__ import annotations

import numpy as np

from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import games
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.sheet import Sheet

METHOD = "occlusion"


def occlusion(question: Question, players: Players) -> Attribution:
    """The row's score less the mean over backgrounds of the score with the player's cells of the background.

    Values need not sum to anything: what two players do together is lost twice, what either can do is lost never. For
    any model that can be called, inputs of whole numbers included.
    """
    sheet = Sheet(question, players)
    for game in games(question, players, len(players) * len(question.backgrounds)):
        parts = game.everyone[:, None, None] - game.play(~np.eye(len(game.used), dtype=bool))
        sheet.parts(game.portion.rows, parts.transpose(0, 2, 1), game.used)
        sheet.scores(game.portion.rows, game.everyone, float(game.nobody.mean()))
    return sheet.attribution(METHOD, adds_up=False, notes=question.notes())
