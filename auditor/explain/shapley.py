"""Shapley values (Shapley 1953; Lundberg and Lee 2017): features, parts of the history or cells share a score."""

from __future__ import annotations

from math import factorial

import numpy as np

from auditor.dataset import Floats
from auditor.explain import drawn
from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import Game, Members, Shares, games
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.sheet import Sheet

METHOD = "Shapley values"
FEW = 12
"""So many players at most are played out in full."""


def shapley(
    question: Question, players: Players, *, precision: float = 0.02, largest: int = 4096, keep: bool = False
) -> Attribution:
    """The mean over backgrounds of the Shapley values of the game in which absent players have the background's cells.

    Up to 12 players by playing all coalitions: exact. Above, by drawn pairs of coalitions and regression (see `drawn`)
    until the standard error of a row's values, as a share of their size (both root sums of squares), is within
    `precision`, or `largest` pairs were played; who is still over is told in a note. keep: every background's share.
    """
    sheet = Sheet(question, players, keep=keep)
    sampling, exact = np.zeros_like(sheet.values), True
    for game in games(question, players, 2 ** min(len(players), FEW) * len(question.backgrounds)):
        few = len(game.used) <= FEW
        exact = exact and few
        shares = all_played(game) if few else drawn.shares(game, question, precision, largest)
        sheet.parts(game.portion.rows, shares.parts, game.used)
        sheet.scores(game.portion.rows, game.everyone, float(game.nobody.mean()))
        sampling[np.ix_(game.portion.rows, game.used)] = shares.sampling
    over = drawn.imprecise(sheet.values, sampling, sheet.score, precision)
    notes = (*question.notes(), *_told(int(over.sum()), len(over), precision, largest))
    return sheet.attribution(METHOD, sampling=None if exact else sampling, notes=notes)


def most_coalitions(players: int, largest: int = 4096) -> int:
    """The most that `shapley` plays of a row against each background: with every one up to 12 players; else in pairs.

    largest: its own. Of each size at least one pair is drawn in each round.
    """
    return 2**players if players <= FEW else 2 * (largest + 2 * players)


def all_played(game: Game) -> Shares:
    """By playing every coalition."""
    members = every_coalition(len(game.used))
    value = np.empty((len(game.portion), len(members), len(game.nobody)))
    value[:, 0], value[:, -1] = game.nobody, game.everyone[:, None]
    if len(members) > 2:
        value[:, 1:-1] = game.play(members[1:-1])
    parts = np.einsum("ps,nsb->nbp", weights(members), value, optimize=True)
    return Shares(parts, np.zeros((len(game.portion), len(game.used))))


def every_coalition(players: int) -> Members:
    """(2 ** players, players), from nobody to everyone."""
    return np.asarray((np.arange(2**players)[:, None] >> np.arange(players)) & 1, dtype=bool)


def weights(members: Members) -> Floats:
    """(players, coalitions): a player's value is the weighted sum of what the coalitions get (Shapley 1953)."""
    players = members.shape[1]
    sizes = members.sum(1)
    joining = np.array([factorial(size) * factorial(players - 1 - size) for size in range(players)], dtype=float)
    chance = np.append(joining / factorial(players), 0.0) if players else np.zeros(1)
    return np.asarray(np.where(members.T, chance[sizes - 1], -chance[sizes]))


def _told(over: int, rows: int, precision: float, largest: int) -> tuple[str, ...]:
    if not over:
        return ()
    return (f"For {over} of {rows} rows {largest} pairs of coalitions did not reach a precision of {precision:.3g}.",)
