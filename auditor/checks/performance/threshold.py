"""Decisions at the operating threshold."""

from __future__ import annotations

import numpy as np

from auditor.checks.check import check
from auditor.checks.outcome import positive
from auditor.checks.performance.rates import Rates
from auditor.checks.performance.threshold_charts import sweep
from auditor.checks.performance.threshold_classes import MEANINGS, of_classes
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.confusion import f1, matthews
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_TWO = "defined for two outcomes only; see what is told by class"
_SEVERAL = "defined for several classes only"
_BINARY = ("sensitivity", "specificity", "ppv", "npv", "f1", "alarm_rate")


class Params(Frozen):
    """None: the threshold is the one of the decision that the audit declares."""


@check(
    quantities={
        "sensitivity": Meaning(title="Sensitivity at the decision threshold", better="higher", low=0.0, high=1.0),
        "specificity": Meaning(title="Specificity at the decision threshold", better="higher", low=0.0, high=1.0),
        "ppv": Meaning(title="Positive predictive value at the decision threshold", better="higher", low=0.0, high=1.0),
        "npv": Meaning(title="Negative predictive value at the decision threshold", better="higher", low=0.0, high=1.0),
        "f1": Meaning(
            title="F1 (harmonic mean of sensitivity and positive predictive value)", better="higher", low=0.0, high=1.0
        ),
        "mcc": Meaning(title="Matthews' correlation of decision and outcome", better="higher", low=-1.0, high=1.0),
        "alarm_rate": Meaning(
            title="Share of rows at or above the decision threshold", better="target", low=0.0, high=1.0
        ),
        **MEANINGS,
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Decisions at the operating threshold are right.

    Measures: of those who have the outcome, how many are at or above the decision threshold (sensitivity); of those who
    do not, how many are below (specificity); of those above, how many have the outcome (positive predictive value), and
    of those below, how many do not (negative predictive value); how many are above at all (alarm rate); F1 and
    Matthews' correlation, which sum the decision up. With several classes the class of the highest score is the
    decision: the rates and F1 of each class against the rest and their means over classes, how many are predicted as
    each, Matthews' correlation of all classes together (Gorodkin 2004), the share predicted rightly, and how many
    classes are never predicted.
    Why: people meet the decision, not the score; a model that ranks well can still be used at a threshold that misses
    most cases, or that raises more alarms than anybody can answer.
    Blind to: what a miss and a false alarm cost (see performance.net_benefit); predictive values hold only where the
    outcome is as frequent as in the test data; how the few rows of a class, or the few that are decided alike, fared
    where they are fewer than the smallest cell: a rate among so few is about single people, and settles nothing. How
    many they are is told (see data.sample_size), and how many of them were decided rightly may follow from the rest.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    if data.task == "regression":
        raise NotApplicable("the target is a number, not an outcome; see performance.error")
    scores = evidence.finite(SCORES)
    if data.task == "multiclass":
        several = of_classes(subject, scores, sampling)
        absent = dict.fromkeys(_BINARY, _TWO)
        return several.model_copy(update={"unmeasured": several.unmeasured | absent})
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    event, above = positive(data), scores >= subject.decision.threshold
    found = Rates(sampling, subject.smallest_cell)
    found.add("sensitivity", above, event, "rows with the outcome")
    found.add("specificity", ~above, ~event, "rows without the outcome")
    found.add("ppv", event, above, "rows at or above the threshold")
    found.add("npv", ~event, ~above, "rows below the threshold")
    found.add("alarm_rate", above, np.ones(len(event), dtype=bool), "rows")
    if found.unmeasured:  # a measure that rests on a rate which is not told is not told either
        found.unmeasured |= dict.fromkeys(("f1", "mcc"), next(iter(found.unmeasured.values())))
    else:
        found.add_summary("f1", f1, "logit", event, above)
        found.add_summary("mcc", matthews, "fisher", event, above)
    return Measurement(
        quantities={name: Quantity.of(estimate) for name, estimate in found.estimates.items()},
        unmeasured=found.unmeasured | dict.fromkeys(MEANINGS, _SEVERAL),
        shown=(sweep(event, scores, subject.decision.threshold, subject.smallest_cell),),
    )
