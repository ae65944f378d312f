"""The game behind Shapley values and occlusion: what is explained where some players are the row's, others not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.ahead import ahead
from auditor.dataset import Floats, Integers
from auditor.explain.explained import Explained
from auditor.explain.players import NOBODY, Players
from auditor.explain.question import Portion, Question, rows_at_a_time

Members = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Game:
    """The game of the rows of a portion; each background is played against by itself.

    used: (p,) the players that have a cell in these rows; coalitions speak of them only. everyone: (n,) the explained
    number of the rows. nobody: (backgrounds,) that of the backgrounds.
    """

    explained: Explained
    portion: Portion
    labels: Mapping[str, Integers]
    used: Integers
    everyone: Floats
    nobody: Floats

    def play(self, members: Members, rows: Integers | None = None) -> Floats:
        """What each coalition gets: members (m, p) -> (n, m, backgrounds). rows: some of the portion's."""
        pick = np.arange(len(self.portion)) if rows is None else rows
        count = len(self.nobody)
        out = np.empty((len(pick), len(members), count))
        each = rows_at_a_time(self.portion.against, count)  # pairs of row and coalition
        width = min(len(members), each)
        height = max(1, each // max(1, width))
        places = itertools.product(range(0, len(pick), height), range(0, len(members), width))
        pieces = [(slice(top, top + height), slice(left, left + width)) for top, left in places]
        mixed = (self._mixed(pick[some], members[who]) for some, who in pieces)
        for (some, who), inputs in zip(pieces, ahead(mixed), strict=True):
            answers = self.explained.values(inputs)
            out[some, who] = answers.reshape(out[some, who].shape)
        return out

    def _mixed(self, rows: Integers, members: Members) -> dict[str, NDArray[np.generic]]:
        shape = (len(rows), len(members), len(self.nobody))
        always = np.concatenate([members, np.ones((len(members), 1), dtype=bool)], axis=1)
        made = {}
        for name, array in self.portion.inputs.items():
            own = always[:, self.labels[name].ravel()][None, :, None]
            mine = array[rows].reshape(len(rows), 1, 1, own.shape[-1])
            theirs = self.portion.against[name].reshape(1, 1, shape[2], own.shape[-1])
            made[name] = np.where(own, mine, theirs).reshape(int(np.prod(shape)), *array.shape[1:])
        return made


@dataclass(frozen=True, eq=False)
class Shares:
    """parts: (n, backgrounds, p), whose mean over backgrounds are the values. sampling: (n, p) standard error."""

    parts: Floats
    sampling: Floats


def games(question: Question, players: Players, points: int) -> Iterator[Game]:
    """The rows' games, portion by portion. points: how many evaluations a row is expected to take."""
    known: dict[int, Floats] = {}
    for portion in question.portions(points):
        if portion.length not in known:
            known[portion.length] = question.explained.values(portion.against)
        labels = question.players_of(portion, players)
        used = np.unique(np.concatenate([each.ravel() for each in labels.values()]))
        used = used[used != NOBODY]
        place = np.full(len(players) + 1, len(used))  # the last one is NOBODY: always the row's own
        place[used] = np.arange(len(used))
        yield Game(
            question.explained,
            portion,
            {name: place[each] for name, each in labels.items()},
            used,
            question.explained.values(portion.inputs),
            known[portion.length],
        )
