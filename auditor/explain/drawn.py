"""Shapley values of many players from some coalitions: pairs, drawn by size, and a weighted regression on them.

A coalition is played together with its complement, so that effects of even order drop out (Covert and Lee 2021). All
sizes are drawn equally often, which is drawing by leverage (Musco and Witter 2025), and within a size coalitions are
cut from random orders of the players, so that all play equally often. The regression is adjusted by a guess of the game
(see `guess`) where that makes its own standard error smaller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.explain.coalitions import Game, Members, Shares
from auditor.explain.guess import guessed
from auditor.explain.question import Question

_NOISE = 1e-6  # of the score: what float32 cannot tell
_FIRST = 64  # pairs of the first round, where twice the players are fewer
_HOPE = 6.0  # a guess seldom makes an error smaller by more than this factor
_GUESSED = 1536  # pairs from which on the regression is good enough by itself; a guess would take longer than playing
_SHARED = 1.25  # guesses from nearly the same pairs err alike: how much larger the error is than of as many independent


def shares(game: Game, question: Question, precision: float, largest: int) -> Shares:
    """Rounds of pairs, together half as many again each time, until the values of every row are precise enough."""
    from threadpoolctl import threadpool_limits

    players, count = len(game.used), len(game.nobody)
    parts, error = np.zeros((len(game.portion), count, players)), np.zeros((len(game.portion), players))
    active, played = np.arange(len(game.portion)), np.zeros((len(game.portion), 0, count))
    members, wanted = np.zeros((0, players), dtype=bool), min(largest, max(_FIRST, 2 * players))
    while True:
        new = draw(players, wanted, question.rng("coalitions", players, len(members)))
        members = np.concatenate([members, new])
        played = np.concatenate([played, _halves(game, new, active)], axis=1)
        due = game.everyone[active, None] - game.nobody
        with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads that wait would cost the most
            parts[active], error[active] = solved(members, played, due, precision)
        over = imprecise(parts[active].mean(1), error[active], game.everyone[active], precision)
        active, played, wanted = active[over], played[over], min(len(members) // 2, largest - len(members))
        if not len(active) or wanted < players // 2:
            return Shares(parts, error)


def imprecise(values: Floats, error: Floats, score: Floats, precision: float) -> NDArray[np.bool_]:
    """(rows,) whose error is over the precision, as a share of the values, and over what float32 can tell."""
    noise = _NOISE * np.abs(score)
    return np.asarray(np.sqrt((error**2).sum(1)) > precision * np.sqrt((values**2).sum(1)) + noise)


def draw(players: int, pairs: int, rng: np.random.Generator) -> Members:
    """About so many coalitions of 2 or more players, as many of each size up to one half; (pairs, players)."""
    sizes = players // 2
    each = pairs / (sizes - 0.5 * (players % 2 == 0))
    made = []
    for size in range(1, sizes + 1):
        wanted = max(1, round(each / 2 if 2 * size == players else each))
        made.append(_cut(players, size, min(wanted, players) if size == 1 else wanted, rng))
    return np.concatenate(made)


def _cut(players: int, size: int, wanted: int, rng: np.random.Generator) -> Members:
    """(wanted, players) coalitions of a size, cut one after the other from random orders of the players."""
    each = players // size
    orders = rng.permuted(np.tile(np.arange(players), (-(-wanted // each), 1)), axis=1)
    taken = orders[:, : each * size].reshape(-1, size)[:wanted]
    members = np.zeros((wanted, players), dtype=bool)
    np.put_along_axis(members, taken, values=True, axis=1)
    return members


def _halves(game: Game, members: Members, rows: Integers) -> Floats:
    """(rows, m, backgrounds): half of what a coalition gets more than its complement."""
    both = game.play(np.concatenate([members, ~members]), rows)
    return np.asarray((both[:, : len(members)] - both[:, len(members) :]) / 2)


def solved(members: Members, played: Floats, due: Floats, precision: float) -> tuple[Floats, Floats]:
    """Values (rows, backgrounds, p), standard errors (rows, p); played: half-differences (rows, m, backgrounds).

    Regression adjustment (Witter, Liu and Musco 2025): the values of the guessed game, which are known, plus the
    regression on what the guess missed, each pair being guessed from the others. Tried where it could be enough.
    """
    parts, error = regressed(members, played, due)
    relative = np.sqrt((error**2).sum(1)) / np.maximum(np.sqrt((parts.mean(1) ** 2).sum(1)), np.finfo(float).tiny)
    if len(members) > _GUESSED:
        return parts, error
    for row in np.flatnonzero((relative > precision) & (relative < _HOPE * precision)):
        values, missed = guessed(members, played[row], due[row], np.abs(parts[row].mean(0)))
        rest, spread = regressed(members, missed[None], (due[row] - values.sum(1))[None])
        spread = _SHARED * spread
        if (spread**2).sum() < (error[row] ** 2).sum():
            parts[row], error[row] = values + rest[0], spread[0]
    return parts, error


def regressed(members: Members, played: Floats, due: Floats) -> tuple[Floats, Floats]:
    """The weighted regression whose coefficients sum to `due` (rows, backgrounds), with robust standard errors (HC2).

    A pair of size s stands for all of that size: their Shapley kernel (Charnes et al. 1988) is shared by those drawn.
    """
    players, sizes = members.shape[1], members.sum(1)
    drawn = np.bincount(sizes, minlength=players + 1)[sizes]
    weight = (players - 1) / (sizes * (players - sizes)) / drawn * np.where(2 * sizes == players, 0.5, 1.0)
    x = members - 0.5
    normal = np.linalg.pinv(x.T @ (weight[:, None] * x), hermitian=True)
    share = normal.sum(1) / normal.sum()
    free = normal @ (x * weight[:, None]).T
    hat = free - np.outer(share, free.sum(0))
    parts = np.einsum("pm,nmb->nbp", hat, played, optimize=True) + due[:, :, None] * share
    leverage = np.einsum("mp,pm->m", x, hat)
    residual = (played.mean(2) - parts.mean(1) @ x.T) / np.sqrt(np.maximum(1 - leverage, 0.1))
    return parts, np.sqrt(residual**2 @ (hat**2).T)
