"""What a Brier score is made of, and the expected calibration error: shown beside judged numbers, never judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Integers


@dataclass(frozen=True)
class BrierParts:
    """Brier score = reliability - resolution + uncertainty + within (Murphy 1973; Stephenson et al. 2008).

    reliability: squared distance of predicted from observed frequency, 0 is ideal. resolution: variance of the observed
    frequency among bins, more is better. uncertainty: variance of the outcome. within: what differences inside the bins
    add. All corrected for the bias of small bins (Ferro and Fricker 2012), so that reliability may be below 0.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_parts(event: NDArray[np.bool_], probability: Floats, bins: Integers) -> BrierParts:
    """The parts over bins (n,), 0 upward; event, probability: (n,). Bins of one row count for themselves uncorrected.

    Raises NotApplicable with fewer than two rows.
    """
    rows, counts, predicted, observed = _by_bin(event, probability, bins)
    share, rate = counts / rows, float(event.mean())
    score = float(((probability - event) ** 2).mean())
    reliability = float(share @ (predicted - observed) ** 2)
    resolution = float(share @ (observed - rate) ** 2)
    within = score - reliability + resolution - rate * (1 - rate)
    noise = float(share @ (observed * (1 - observed) / np.maximum(1, counts - 1)))
    of_rate = rate * (1 - rate) / (rows - 1)
    return BrierParts(reliability - noise, resolution - noise + of_rate, rate * (1 - rate) + of_rate, within)


def expected_calibration_error(event: NDArray[np.bool_], probability: Floats, bins: Integers) -> float:
    """Mean over rows of |predicted - observed frequency| of their bin, in [0, 1] (Naeini, Cooper, Hauskrecht 2015).

    It depends on the bins and is too large in small samples, even where calibration is perfect.
    Raises NotApplicable with fewer than two rows.
    """
    rows, counts, predicted, observed = _by_bin(event, probability, bins)
    return float(counts @ np.abs(predicted - observed)) / rows


def _by_bin(event: NDArray[np.bool_], probability: Floats, bins: Integers) -> tuple[int, Floats, Floats, Floats]:
    """Rows; and of each bin that has any: its rows, its mean prediction, its observed frequency."""
    if len(event) < 2:
        raise NotApplicable("fewer than two rows")
    counts = np.bincount(bins).astype(float)
    kept = counts > 0
    sums = [np.bincount(bins, weights=np.asarray(column, dtype=float))[kept] for column in (probability, event)]
    return len(event), counts[kept], sums[0] / counts[kept], sums[1] / counts[kept]
