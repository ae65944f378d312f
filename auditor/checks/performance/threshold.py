"""Decisions at the operating threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.outcome import class_scores, positive
from auditor.checks.performance.threshold_charts import by_class, confusion, sweep
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen, Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels.confusion import f1, matthews
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_TWO = "defined for two outcomes only"
_SEVERAL = "defined for several classes only"
_BY_CLASS = (
    "sensitivity_by_class",
    "ppv_by_class",
    "macro_sensitivity",
    "macro_ppv",
    "macro_f1",
    "accuracy",
    "never_predicted",
)
_BINARY = ("sensitivity", "specificity", "ppv", "npv", "f1", "mcc", "alarm_rate")


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
        "sensitivity_by_class": Meaning(
            title="Sensitivity of each class", better="higher", per="class", low=0.0, high=1.0
        ),
        "ppv_by_class": Meaning(
            title="Positive predictive value of each class", better="higher", per="class", low=0.0, high=1.0
        ),
        "macro_sensitivity": Meaning(
            title="Sensitivity, mean over classes (balanced accuracy)", better="higher", low=0.0, high=1.0
        ),
        "macro_ppv": Meaning(title="Positive predictive value, mean over classes", better="higher", low=0.0, high=1.0),
        "macro_f1": Meaning(title="F1, mean over classes", better="higher", low=0.0, high=1.0),
        "accuracy": Meaning(title="Share of rows whose class is predicted rightly", better="higher", low=0.0, high=1.0),
        "never_predicted": Meaning(title="Classes that are never predicted", better="lower", low=0.0),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Decisions at the operating threshold are right.

    Measures: of those who have the outcome, how many are at or above the decision threshold (sensitivity); of those who
    do not, how many are below (specificity); of those above, how many have the outcome (positive predictive value), and
    of those below, how many do not (negative predictive value); how many are above at all (alarm rate). With several
    classes the class of the highest score is the decision: sensitivity and positive predictive value of each class and
    their means, and how many classes are never predicted.
    Why: people meet the decision, not the score; a model that ranks well can still be used at a threshold that misses
    most cases, or that raises more alarms than anybody can answer.
    Blind to: what a miss and a false alarm cost (see performance.net_benefit); predictive values hold only where the
    outcome is as frequent as in the test data.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    if data.task == "regression":
        raise NotApplicable("the target is a number, not an outcome; see performance.error")
    scores = evidence.finite(SCORES)
    if data.task == "multiclass":
        return _multiclass(subject, scores, sampling)
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    event, above = positive(data), scores >= subject.decision.threshold
    found = _Rates(sampling, subject.smallest_cell)
    found.add("sensitivity", above, event, "rows with the outcome")
    found.add("specificity", ~above, ~event, "rows without the outcome")
    found.add("ppv", event, above, "rows at or above the threshold")
    found.add("npv", ~event, ~above, "rows below the threshold")
    found.add("alarm_rate", above, np.ones(len(event), dtype=bool), "rows")
    found.add_summary("f1", f1, "logit", event, above)
    found.add_summary("mcc", matthews, "fisher", event, above)
    return Measurement(
        quantities={name: Quantity.of(estimate) for name, estimate in found.estimates.items()},
        unmeasured=found.unmeasured | dict.fromkeys(_BY_CLASS, _SEVERAL),
        shown=(sweep(event, scores, subject.decision.threshold, subject.smallest_cell),),
    )


class _Rates:
    """Collects rates; one among too few rows is told with the reason."""

    def __init__(self, sampling: Sampling, smallest: int) -> None:
        self.sampling = sampling
        self.smallest = smallest
        self.estimates: dict[str, Estimate] = {}
        self.unmeasured: dict[str, str] = {}

    def add(self, name: str, hit: Mask, among: Mask, what: str) -> None:
        """The share of `hit` in the rows `among`, which `what` names."""
        count = int(among.sum())
        if count == 0:
            self.unmeasured[name] = f"there are no {what}"
        elif count < self.smallest:
            self.unmeasured[name] = f"there are fewer than {self.smallest} {what}; suppressed"
        else:
            self.estimates[name] = self.sampling.rate(hit, among)

    def add_summary(
        self, name: str, compute: Callable[[Mask, Mask], Stat], scale: Scale, event: Mask, above: Mask
    ) -> None:
        """A measure of the whole decision; one that rests on a rate which is not told is not told either."""
        if self.unmeasured:
            self.unmeasured[name] = next(iter(self.unmeasured.values()))
            return
        method = f"influence function, {'logit' if scale == 'logit' else 'Fisher'} scale"
        self.estimates[name] = self.sampling.estimate(
            compute(event, above), scale=scale, n=len(event), events=event, method=method
        )


def _multiclass(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    columns, truth = class_scores(subject.test, scores), subject.test.y.astype(np.intp)
    chosen, everyone = scores.argmax(axis=1), np.ones(len(scores), dtype=bool)
    of_members, of_chosen = _Rates(sampling, subject.smallest_cell), _Rates(sampling, subject.smallest_cell)
    for code, name in enumerate(columns):
        of_members.add(name, chosen == code, truth == code, "rows of this class")
        of_chosen.add(name, truth == code, chosen == code, "rows that are predicted as this class")
    codes = {name: code for code, name in enumerate(columns)}
    hits = [rate(chosen == codes[name], truth == codes[name]) for name in of_members.estimates]
    right = [rate(truth == codes[name], chosen == codes[name]) for name in of_chosen.estimates]
    never = [name for name, code in codes.items() if not (chosen == code).any()]
    quantities = {
        "sensitivity_by_class": _quantity(of_members, hits),
        "ppv_by_class": _quantity(of_chosen, right),
        "accuracy": Quantity.of(sampling.rate(chosen == truth, everyone)),
        "never_predicted": Quantity.of(
            Estimate(value=len(never), n=len(scores), method="every row counted; no sampling", spread=Exact())
        ),
    }
    unmeasured = dict.fromkeys(_BINARY, f"{_TWO}; see sensitivity_by_class")
    both = [f1(truth == codes[name], chosen == codes[name]) for name in of_members.estimates]
    for name, found, stats in (
        ("macro_sensitivity", of_members, hits),
        ("macro_ppv", of_chosen, right),
        ("macro_f1", of_members, both),
    ):
        if found.unmeasured:
            unmeasured[name] = "; ".join(f"{key}: {why}" for key, why in found.unmeasured.items())
        else:
            quantities[name] = Quantity.of(_macro(found, stats))
    notes = (f"Never predicted: {', '.join(never)}.",) if never else ()
    shown = (
        *by_class(of_members.estimates, of_chosen.estimates),
        confusion(truth, chosen, list(columns), subject.smallest_cell),
    )
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=shown, notes=notes)


def _quantity(found: _Rates, stats: list[Stat]) -> Quantity:
    correlation = found.sampling.correlation([stat.influence for stat in stats]) if stats else None
    return Quantity(parts=found.estimates, correlation=correlation, unmeasured=found.unmeasured)


def _macro(found: _Rates, stats: list[Stat]) -> Estimate:
    """The plain mean over classes; n is that of the class that has the fewest rows, which limits it."""
    fewest = min(estimate.n for estimate in found.estimates.values())
    method = "mean over classes by influence values, logit scale"
    return found.sampling.estimate(mean(stats), scale="logit", n=fewest, method=method)
