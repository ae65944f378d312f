"""Shapley values of many players from some coalitions: pairs, drawn by size, and a weighted regression on them.

A coalition is played together with its complement, so that effects of even order drop out (Covert and Lee 2021). All
sizes are drawn equally often, which is drawing by leverage (Musco and Witter 2025), and within a size coalitions are
cut from random orders of the players, so that all play equally often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.explain.coalitions import Game, Members, Shares
from auditor.explain.question import Question

_GROUPS = 10  # of the jackknife that tells the standard error
_NOISE = 1e-6
_FIRST = 64  # pairs of the first round, where twice the players are fewer


@dataclass(frozen=True, eq=False)
class Pairs:
    """members: (m, p), each standing for itself and its complement. group: (m,) which of the jackknife's groups."""

    members: Members
    group: Integers

    def __len__(self) -> int:
        return len(self.members)


def shares(game: Game, question: Question, precision: float, largest: int) -> Shares:
    """Rounds of pairs, together twice as many each time, until the values of every row are precise enough."""
    players, count = len(game.used), len(game.nobody)
    parts, error = np.zeros((len(game.portion), count, players)), np.zeros((len(game.portion), players))
    active, played = np.arange(len(game.portion)), np.zeros((len(game.portion), 0, count))
    drawn, total = [draw(players, max(_FIRST, 2 * players), question.rng("coalitions", players, 0))], 0
    while len(active):
        played = np.concatenate([played, _halves(game, drawn[-1].members, active)], axis=1)
        together = Pairs(np.concatenate([d.members for d in drawn]), np.concatenate([d.group for d in drawn]))
        parts[active], error[active] = solved(together, played, game, active)
        total = len(together)
        over = imprecise(parts[active].mean(1), error[active], game.everyone[active], precision)
        if 2 * total > largest:
            break
        active, played = active[over], played[over]
        drawn.append(draw(players, total, question.rng("coalitions", players, total)))
    return Shares(parts, error)


def imprecise(values: Floats, error: Floats, score: Floats, precision: float) -> NDArray[np.bool_]:
    """(rows,) whose error is over the precision, as a share of the values, and over what float32 can tell."""
    noise = _NOISE * np.abs(score)
    return np.asarray(np.sqrt((error**2).sum(1)) > precision * np.sqrt((values**2).sum(1)) + noise)


def draw(players: int, pairs: int, rng: np.random.Generator) -> Pairs:
    """About so many pairs of 2 or more players, as many of each size up to one half."""
    made, groups = [], []
    sizes = players // 2
    each = pairs / (sizes - 0.5 * (players % 2 == 0))
    for size in range(1, sizes + 1):
        wanted = max(1, round(each / 2 if 2 * size == players else each))
        cut = _cut(players, size, min(wanted, players) if size == 1 else wanted, rng)
        made.append(cut)
        groups.append(rng.permutation(len(cut)) % _GROUPS)
    return Pairs(np.concatenate(made), np.concatenate(groups))


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


def solved(pairs: Pairs, played: Floats, game: Game, rows: Integers) -> tuple[Floats, Floats]:
    """Values (rows, backgrounds, p), standard errors (rows, p); played: half-differences (rows, m, backgrounds)."""
    due = game.everyone[rows, None] - game.nobody
    parts = _fitted(pairs.members, played, due)
    mean, whole = played.mean(2)[:, :, None], due.mean(1)[:, None]
    left = np.stack([_fitted(*_without(pairs, mean, group), whole)[:, 0] for group in range(_GROUPS)])
    spread = left - left.mean(0)
    return parts, np.sqrt((_GROUPS - 1) / _GROUPS * (spread**2).sum(0))


def _without(pairs: Pairs, played: Floats, group: int) -> tuple[Members, Floats]:
    kept = pairs.group != group
    return pairs.members[kept], played[:, kept]


def _fitted(members: Members, played: Floats, due: Floats) -> Floats:
    """The weighted regression whose coefficients sum to `due` (rows, backgrounds): (rows, backgrounds, p).

    A pair of size s stands for all of that size: their Shapley kernel (Charnes et al. 1988) is shared by those drawn.
    """
    players, sizes = members.shape[1], members.sum(1)
    drawn = np.bincount(sizes, minlength=players + 1)[sizes]
    weight = (players - 1) / (sizes * (players - sizes)) / drawn * np.where(2 * sizes == players, 0.5, 1.0)
    x = members - 0.5
    normal = np.linalg.pinv(x.T @ (weight[:, None] * x), hermitian=True)
    free = np.einsum("pm,nmb->nbp", normal @ (x * weight[:, None]).T, played, optimize=True)
    along = normal.sum(1)
    return np.asarray(free + (due - free.sum(2))[:, :, None] * (along / along.sum()))
