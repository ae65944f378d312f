"""The principal reasons of a score: which features pushed it most to one side, and which of them cannot be ordered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.dataset import Floats, Integers
from auditor.explain.attribution import Attribution
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.players import summed
from auditor.subject import Decision

MOST = 4
"""So many principal reasons are given at most (Regulation B, official interpretation of 12 CFR 1002.9(b)(2))."""

_SURE = 1.959963984540054  # standard errors within which a push is none, and two are equal
_LEAST = 0.05  # of all that pushed to the side: what is less is no principal reason


@dataclass(frozen=True)
class Reason:
    """group: which of the groups of features. push: in the unit of the score, above zero; error: its standard error.
    share: of all that pushed to this side. tied: the next one, told or not, may as well stand before it.
    """

    group: int
    push: float
    error: float
    share: float
    tied: bool


def side(decision: Decision | None) -> int:
    """1 where a higher score is bad for the person, -1 where a lower one is; 0 where nothing is decided."""
    return 0 if decision is None else (1 if decision.favourable == "below" else -1)


def principal(
    credit: Attribution, backgrounds: Backgrounds, towards: int, groups: Integers | None = None
) -> list[tuple[Reason, ...]]:
    """For each row the reasons that pushed its score `towards` a side (1 up, -1 down, 0 either), the strongest first.

    credit: of features, with every background's share. groups: (features,) numbers from 0; features of one number are
    one reason. A push is a reason where it is more than the choice of backgrounds can make, and no trifle.
    """
    if credit.by_background is None:
        raise ValueError("the share of every background is needed for the errors")
    of = np.arange(len(credit.players)) if groups is None else groups
    parts = summed(credit.by_background, of, int(of.max(initial=-1)) + 1)
    return [_of_row(parts[row], backgrounds, towards) for row in range(len(credit))]


def _of_row(parts: Floats, backgrounds: Backgrounds, towards: int) -> tuple[Reason, ...]:
    """parts: (backgrounds, groups)."""
    signs = np.sign(parts.mean(0)) if towards == 0 else np.full(parts.shape[1], float(towards))
    pushes = parts * signs
    means, errors = pushes.mean(0), backgrounds.error(pushes[None])[0]
    order = np.argsort(-means, kind="stable")
    whole = float(means[means > 0].sum())
    sure = (means > _SURE * errors) & (means > max(_LEAST * whole, _NOTHING))
    told = [int(at) for at in order if sure[at]][:MOST]
    return tuple(
        Reason(at, float(means[at]), float(errors[at]), float(means[at]) / whole, _tied(pushes, at, order, backgrounds))
        for at in told
    )


def _tied(pushes: Floats, at: int, order: Integers, backgrounds: Backgrounds) -> bool:
    """Whether the next in order cannot be told from this one."""
    place = int(np.flatnonzero(order == at)[0]) + 1
    if place == len(order):
        return False
    apart = pushes[:, at] - pushes[:, order[place]]
    return bool(apart.mean() <= _SURE * backgrounds.error(apart[None])[0] and pushes[:, order[place]].mean() > 0)


_NOTHING = 1e-9
