"""Rules for the integral over a path, each with a second rule on some of the same points that tells its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.dataset import Floats

# Gauss-Kronrod pairs on [-1, 1]: points from 0 up, weights of the finer rule, weights of the Gauss-Legendre rule in it
# (Kronrod 1965; QUADPACK, Piessens et al. 1983). The first two have closed forms.
_PAIRS = {
    5: (
        (0.0, 0.5773502691896257, 0.9258200997725514),
        (28 / 45, 27 / 55, 98 / 495),
        (0.0, 1.0, 0.0),
    ),
    7: (
        (0.0, 0.4342437493468026, 0.7745966692414834, 0.9604912687080203),
        (0.4509165386584741, 0.4013974147759622, 0.2684880898683334, 0.1046562260264673),
        (8 / 9, 0.0, 5 / 9, 0.0),
    ),
    15: (
        (
            0.0,
            0.20778495500789847,
            0.40584515137739717,
            0.5860872354676911,
            0.7415311855993945,
            0.8648644233597691,
            0.9491079123427585,
            0.9914553711208126,
        ),
        (
            0.20948214108472783,
            0.20443294007529889,
            0.19035057806478541,
            0.16900472663926790,
            0.14065325971552592,
            0.10479001032225018,
            0.06309209262997855,
            0.02293532201052922,
        ),
        (0.4179591836734694, 0.0, 0.3818300505051189, 0.0, 0.2797053914892767, 0.0, 0.1294849661688697, 0.0),
    ),
}
_FIRST = ((1e-2, 5), (1e-3, 7), (0.0, 15))


@dataclass(frozen=True, eq=False)
class Rule:
    """points (k,) in [0, 1], weights (k,), and coarse (k,): the weights of the rule that it is compared with.

    gain: how many times the order of that rule this one has.
    """

    points: Floats
    weights: Floats
    coarse: Floats
    gain: float

    def __len__(self) -> int:
        return len(self.points)


def rule(points: int, panels: int = 1) -> Rule:
    """A pair of 5, 7 or 15 points, repeated on so many equal pieces of [0, 1]."""
    half, fine, coarse = (np.array(column) for column in _PAIRS[points])

    def both(column: Floats, sign: int) -> Floats:
        return np.concatenate([sign * column[:0:-1], column])

    at, weight, other = (both(half, -1) + 1) / 2, both(fine, 1) / 2, both(coarse, 1) / 2
    starts = np.arange(panels)[:, None] / panels
    inner = (points - 1) // 2
    gain = (3 * inner + 2 + inner % 2) / (2 * inner)
    return Rule((starts + at / panels).ravel(), np.tile(weight / panels, panels), np.tile(other / panels, panels), gain)


def ladder(tolerance: float, largest: int) -> list[Rule]:
    """Rules to try in turn, from one that a tolerance may need to one of at most `largest` points."""
    first = next(points for above, points in _FIRST if tolerance >= above)
    single = [rule(points) for points in _PAIRS if points >= first]
    panels = [rule(15, 2**power) for power in range(1, 16) if 15 * 2**power <= largest]
    return [each for each in (*single, *panels) if len(each) <= max(largest, first)]


def error(rule: Rule, scale: Floats, apart: Floats) -> Floats:
    """The error of a rule where it and the coarser one are `apart`; scale: the size of the whole. Both (rows,).

    On a smooth path errors fall geometrically, so that twice the order squares the error; on others the difference of
    the two rules is the bound. (The form is QUADPACK's without its caution, as the sum on every path is known besides.)
    """
    relative = np.divide(apart, scale, out=np.zeros_like(apart), where=scale > 0)
    return np.asarray(np.minimum(apart, scale * relative**rule.gain))
