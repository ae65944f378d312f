"""The search for rare patterns of one feature at the end of a row whose neighbouring values do nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from auditor.checks.behavior.change import Trial
from auditor.checks.behavior.finds import ALL, RARE, Found
from auditor.checks.behavior.patterns import AWAY, Ends, Pattern, patterns
from auditor.checks.behavior.probes import Probe, probes_of
from auditor.checks.behavior.signs import Cell, Sign
from auditor.dataset import Block, Dataset

SCREENED, CONFIRMED = 4, 30  # rows of each decision on which a pattern is tried first, and then
_HITS, _CANDIDATES = 400, 40  # patterns of each decision whose neighbours are tried, and those then tried again
_NOT = 0.5
_MAYBE = 0.8  # instead of _NOT, where so few rows are tried that chance may add to it


class Tried(NamedTuple):
    """A pattern that overturned nearly all of a few decisions, and the rows on which it is tried again."""

    probe: Probe
    pattern: Pattern


def confirming() -> int:
    """Evaluations after the first trial, of each decision, at most."""
    beside = 2 * len(AWAY)
    return _HITS * beside * SCREENED + _CANDIDATES * (1 + beside) * CONFIRMED


def narrow(trial: Trial, known: Dataset, block: Block, each: int) -> list[Found]:
    """The rare patterns that overturn nearly all decisions, while nobody beside them does.

    block: reference rows by which rarity is told. each: patterns of a feature that are tried, at most.
    """
    ends, found = Ends.among(block), []
    tried = _candidates(trial, known, each)
    for probe in {id(one.probe): one.probe for one in tried}.values():
        mine = [one.pattern for one in tried if one.probe is probe]
        near = _apart(probe, known, mine, _NOT)
        for pattern, share, apart in zip(mine, probe.flipped(mine), near, strict=True):
            if apart is not None and share >= ALL and pattern.share(ends, apart[0] / 2) < RARE:
                found.append(Found(_sign(pattern), float(share), beside=apart[1]))
    return found


def _candidates(trial: Trial, known: Dataset, each: int) -> list[Tried]:
    """The patterns that overturn nearly all of a few decisions of a kind."""
    every = list(patterns(known, each, trial.subject.rng(*trial.key, "patterns")))
    found: list[Tried] = []
    closely = {probe.of: probe for probe in probes_of(trial, CONFIRMED)}
    for probe in probes_of(trial, SCREENED):
        if probe.of in closely and every:
            share = probe.flipped(every)
            hits = _spread([pattern for pattern, flipped in zip(every, share, strict=True) if flipped >= ALL], _HITS)
            by = _apart(probe, known, hits, _MAYBE)
            alone = [pattern for pattern, near in zip(hits, by, strict=True) if near is not None]
            found += [Tried(closely[probe.of], pattern) for pattern in _spread(alone, _CANDIDATES)]
    return found


def _spread(found: list[Pattern], most: int) -> list[Pattern]:
    """At most so many, from all over: or the many of one honest feature would hide the few of another."""
    return [found[at] for at in np.unique(np.linspace(0, len(found) - 1, min(len(found), most)).round().astype(int))]


def _apart(probe: Probe, known: Dataset, tried: list[Pattern], below: float) -> list[tuple[float, float] | None]:
    """For each pattern how near neighbours lie that overturn fewer than `below` of the decisions, on both sides.

    And what share these overturn, at most; None where no such neighbours are near.
    """
    beside = [
        pattern.neighbours((known.static_features if pattern.static else known.features)[pattern.at])
        for pattern in tried
    ]
    shares = iter(probe.flipped([one for pairs in beside for _, *pair in pairs for one in pair]).reshape(-1, 2).max(1))
    found: list[tuple[float, float] | None] = []
    for pairs in beside:
        told = [(by, float(next(shares))) for by, _, _ in pairs]
        found.append(next(((by, share) for by, share in told if share < below), None))
    return found


def _sign(pattern: Pattern) -> Sign:
    backs = range(len(pattern.values), 0, -1)
    cells = [Cell(pattern.static, 0 if pattern.static else back, pattern.at) for back in backs]
    return tuple(zip(cells, pattern.values, strict=True))
