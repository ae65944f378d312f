"""Net benefit: whether acting on the model is better than acting on everybody or on nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.outcome import positive
from auditor.checks.performance.charts import banded, upright
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Mover, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.confusion import net_benefit
from auditor.kernels.rates import rate
from auditor.kernels.stat import minus
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.subject import Decision, Subject

_POINTS = 41
_METHOD = "influence function"
_SEVERAL = (
    "of several classes the one of the highest score is chosen: there is no threshold, and so nothing that says how "
    "many false alarms a true one is worth; see performance.threshold"
)

Mask = NDArray[np.bool_]


class Params(Frozen):
    """None: the threshold is the one of the decision that the audit declares."""


@check(
    quantities={
        "net_benefit": Meaning(title="Net benefit at the decision threshold, true alarms a row", better="higher"),
        "gain": Meaning(
            title="Net benefit at the decision threshold beyond that of acting without a model",
            better="higher",
            per="way of acting without a model",
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Acting on the model does more good than acting on everybody, and than acting on nobody.

    Measures: the net benefit of acting on rows at or above the decision threshold: true alarms less false alarms, a
    false one weighed by the odds of the threshold, as a share of all rows (Vickers and Elkin 2006). It is compared with
    acting on everybody and with acting on nobody, and drawn for other thresholds (decision curve).
    Why: a threshold of 20 % says that four false alarms are worth one true one. By that very trade a model can rank
    well and still do less good than no model at all.
    Blind to: whether the threshold expresses what a miss and a false alarm really cost; costs of obtaining the data;
    decisions among several classes, which have no threshold that would say what a false alarm weighs.
    """
    if subject.test.task == "multiclass":
        raise NotApplicable(_SEVERAL)
    if subject.test.task == "regression":
        raise NotApplicable("the target is a number, not an outcome that a decision finds or misses")
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    event, scores = positive(subject.test), evidence.finite(SCORES)
    sampling, threshold = Sampling.of(subject.test), subject.decision.threshold
    everybody = np.ones(len(event), dtype=bool)
    flagged = scores >= threshold
    model = net_benefit(event, flagged, threshold)
    gains = {"acting on nobody": model, "acting on everybody": minus(model, net_benefit(event, everybody, threshold))}
    parts = {
        f"over {name}": estimate(sampling, event, flagged, threshold, over_everybody=name == "acting on everybody")
        for name in gains
    }
    return Measurement(
        quantities={
            "net_benefit": Quantity.of(parts["over acting on nobody"]),
            "gain": Quantity(
                parts=parts,
                correlation=sampling.correlation([stat.influence for stat in gains.values()]),
            ),
        },
        shown=(_curve(event, scores, subject.decision, sampling, subject.smallest_cell),),
        notes=(f"At this threshold a true alarm weighs as much as {(1 - threshold) / threshold:.3g} false ones.",),
    )


def estimate(sampling: Sampling, event: Mask, flagged: Mask, threshold: float, over_everybody: bool) -> Estimate:
    """The net benefit of acting on the flagged beyond that of acting on nobody, or on everybody.

    It is a difference of two weighted shares of all rows: of true alarms and, at the odds of the threshold, false ones;
    beyond acting on everybody, of those left alone rightly, at these odds, and wrongly. Its interval is MOVER of their
    Wilson intervals (Zou and Donner 2008), with even tails, and their correlation. event, flagged: (rows,).
    """
    odds = threshold / (1 - threshold)
    stat = net_benefit(event, flagged, threshold)
    first, second, weights = event & flagged, ~event & flagged, (1.0, odds)
    if over_everybody:
        stat = minus(stat, net_benefit(event, np.ones(len(event), dtype=bool), threshold))
        first, second, weights = ~event & ~flagged, event & ~flagged, (odds, 1.0)
    found = sampling.estimate(stat, n=len(event), events=event, method=_METHOD)
    every = np.ones(len(event), dtype=bool)
    one, other = sampling.rate(first, every), sampling.rate(second, every)
    if not found.spread.estimable or not isinstance(one.spread, Wilson) or not isinstance(other.spread, Wilson):
        return found
    influences = [weight * rate(hit, every).influence for weight, hit in zip(weights, (first, second), strict=True)]
    joint = sampling.joint(*influences)
    spread = Mover(
        first_value=one.value,
        first=one.spread.model_copy(update={"even": True}),
        second_value=other.value,
        second=other.spread.model_copy(update={"even": True}),
        correlation=joint.correlation,
        contrast_df=joint.df,
        first_weight=weights[0],
        second_weight=weights[1],
    )
    return found.model_copy(update={"spread": spread, "method": f"MOVER of two weighted shares: {one.method}"})


def _curve(event: Mask, scores: Floats, decision: Decision, sampling: Sampling, smallest: int) -> Lines:
    """The decision curve up to twice the threshold; that of the model where it raises enough alarms to be told."""
    prevalence, threshold = float(event.mean()), decision.threshold
    at = np.linspace(0.01, min(0.95, max(2 * threshold, 0.2)), _POINTS)
    told = [t for t in at.tolist() if (scores >= t).sum() >= smallest]
    stats = [net_benefit(event, scores >= t, t) for t in told]
    model = [sampling.estimate(stat, n=len(event), method=_METHOD) for stat in stats]
    everybody = prevalence - (1 - prevalence) * at / (1 - at)
    return Lines(
        title="Decision curve",
        caption="Where the curve of the model is above both others, acting on the model does more good. The upright "
        f"line is the operating threshold, {threshold:g}; the band is the pointwise 95 % interval.",
        x=Axis(title="Threshold: the chance of the outcome from which one acts", low=0),
        y=Axis(title="Net benefit, true alarms a row", low=-0.25 * prevalence, high=1.1 * prevalence),
        series=(
            *([banded("model", told, model)] if len(told) > 1 else []),
            Series(name="acting on everybody", x=tuple(at.tolist()), y=tuple(everybody.tolist())),
            Series(name="acting on nobody", x=(0.0, float(at[-1])), y=(0.0, 0.0)),
            upright("operating threshold", threshold, -0.25 * prevalence, 1.1 * prevalence),
        ),
    )
