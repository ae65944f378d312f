"""Measures of a yes-or-no decision. event: (n,) the outcome; flagged: (n,) the decision.

Sensitivity, specificity, PPV, NPV and accuracy are rates: `Sampling.rate` gives them with Wilson's interval.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Stat

Mask = NDArray[np.bool_]


def f1(event: Mask, flagged: Mask) -> Stat:
    """F1: the harmonic mean of sensitivity and PPV, in [0, 1] (Van Rijsbergen 1979).

    Raises NotApplicable where no row has the outcome or is flagged.
    """
    twice = 2.0 * (event & flagged)
    either = twice + (event != flagged)
    if not either.any():
        raise NotApplicable("no row has the outcome or is flagged")
    value = float(twice.sum() / either.sum())
    return Stat(value, (twice - value * either) / either.mean())


def matthews(event: Mask, flagged: Mask) -> Stat:
    """Matthews' correlation of outcome and decision, in [-1, 1]; 0 is chance (Matthews 1975).

    Raises NotApplicable where all rows have the same outcome, or all are decided alike.
    """
    for rows, what in ((event, "all rows have the same outcome"), (flagged, "all rows are decided alike")):
        if rows.all() or not rows.any():
            raise NotApplicable(what if len(rows) else "no rows")
    masks = (event & flagged, ~event & flagged, event & ~flagged, ~event & ~flagged)
    a, b, c, d = (float(mask.mean()) for mask in masks)
    root = math.sqrt((a + b) * (a + c) * (d + b) * (d + c))
    value = (a * d - b * c) / root
    flag, case, control, clear = (1 / (a + b), 1 / (a + c), 1 / (d + b), 1 / (d + c))
    half = value / 2
    slopes = (
        d / root - half * (flag + case),
        -c / root - half * (flag + control),
        -b / root - half * (clear + case),
        a / root - half * (clear + control),
    )
    gradient: Floats = sum((slope * mask for slope, mask in zip(slopes, masks, strict=True)), np.zeros(len(event)))
    return Stat(value, gradient - gradient.mean())


def net_benefit(event: Mask, flagged: Mask, threshold: float) -> Stat:
    """Net benefit a row of acting on the flagged: true alarms less false ones at their odds (Vickers and Elkin 2006).

    threshold: in (0, 1), the chance of the outcome at which acting and not acting are equally good. In units of true
    alarms a row; acting on nobody has 0, acting on all has `net_benefit(event, everyone, threshold)`; gains over these
    are `minus` of two. Raises NotApplicable where there is no row or the threshold is not inside (0, 1).
    """
    if not 0 < threshold < 1:
        raise NotApplicable(f"net benefit needs a threshold between 0 and 1, and this is {threshold:g}")
    if len(event) == 0:
        raise NotApplicable("no rows")
    gain = np.where(event, 1.0, -threshold / (1 - threshold)) * flagged
    value = float(gain.mean())
    return Stat(value, gain - value)
