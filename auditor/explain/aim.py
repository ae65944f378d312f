"""Where a decision is to be turned to: the other side of a threshold, or another class, and how near a score is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats
from auditor.errors import WrittenFault
from auditor.subject import Decision

Mask = NDArray[np.bool_]
_LEAST = float(np.finfo(np.float32).tiny)  # of a probability: so that its logarithm is finite


class Aim(Protocol):
    """What the decision about a row is to become. scores: (n,), or (n, classes) of several."""

    def reached(self, scores: Floats) -> Mask:
        """(n,) which scores are there; one that is not finite is not."""
        ...

    def nearness(self, scores: Floats) -> Floats:
        """(n,) higher where less is missing; -inf where a score is not finite."""
        ...


def favourable(scores: Floats, decision: Decision) -> Mask:
    """(rows,) whether each score is on the side that is good for the person; NaN is not."""
    return scores >= decision.threshold if decision.favourable == "above" else scores < decision.threshold


@dataclass(frozen=True)
class OtherSide:
    """One side of the threshold. good: whether it is the favourable one."""

    decision: Decision
    good: bool

    def reached(self, scores: Floats) -> Mask:
        """(n,) which are on that side."""
        return np.asarray(np.isfinite(scores) & (favourable(scores, self.decision) == self.good))

    def nearness(self, scores: Floats) -> Floats:
        """(n,) the scores, turned so that higher is nearer."""
        up = (self.decision.favourable == "above") == self.good
        return np.where(np.isfinite(scores), scores if up else -scores, -np.inf)


@dataclass(frozen=True)
class OtherClass:
    """Another class than `own`: the one named by `to`, or any. It is predicted where it alone has the largest score."""

    own: int
    to: int | None = None

    def reached(self, scores: Floats) -> Mask:
        """(n,) where the class leads all others."""
        leading, other = self._two(scores)
        return np.asarray(np.isfinite(scores).all(1) & (leading > other))

    def nearness(self, scores: Floats) -> Floats:
        """(n,) the log-odds of the class against the best of the others; they do not flatten where scores are sure."""
        leading, other = (np.log(np.maximum(each, _LEAST)) for each in self._two(scores))
        return np.where(np.isfinite(scores).all(1), leading - other, -np.inf)

    def _two(self, scores: Floats) -> tuple[Floats, Floats]:
        """(n,) the score of the class that is wanted, and of the one that it has to pass."""
        apart = self.own if self.to is None else self.to
        others = np.delete(scores, apart, axis=1).max(1)
        return (others, scores[:, apart]) if self.to is None else (scores[:, apart], others)


def aimed(scores: Floats, decision: Decision | None, to: int | None = None) -> Aim:
    """What would turn the decision about a row. scores: of the row, (1,), or (1, classes) of several.

    to: of several classes the one that is wanted, default: any other than the one predicted.
    Raises WrittenFault where nothing is decided, or where the class that is wanted is the one predicted.
    """
    if scores.ndim == 2:
        own = int(scores[0].argmax())
        if own == to:
            raise WrittenFault("the class that a row is to be turned to is the one that is predicted of it")
        return OtherClass(own, to)
    if decision is None:
        raise WrittenFault("there is no threshold, so that no decision can be turned")
    return OtherSide(decision, good=not bool(favourable(scores, decision)[0]))
