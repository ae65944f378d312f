"""Decisions among several classes: the class of the highest score is chosen, and each is held against the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from auditor.checks.outcome import class_scores
from auditor.checks.performance.rates import Rates
from auditor.checks.performance.threshold_charts import against_rest, by_class, confusion
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Better, Estimate, Exact
from auditor.kernels.confusion import f1
from auditor.kernels.multiclass import multiclass_matthews
from auditor.kernels.stat import mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


def _each(title: str, better: Better = "higher") -> Meaning:
    return Meaning(title=title, better=better, per="class", low=0.0, high=1.0)


def _mean(title: str) -> Meaning:
    return Meaning(title=title, better="higher", low=0.0, high=1.0)


MEANINGS: Mapping[str, Meaning] = {
    "sensitivity_by_class": _each("Sensitivity of each class"),
    "specificity_by_class": _each("Specificity of each class"),
    "ppv_by_class": _each("Positive predictive value of each class"),
    "npv_by_class": _each("Negative predictive value of each class"),
    "f1_by_class": _each("F1 of each class"),
    "alarm_rate_by_class": _each("Share of rows that are predicted as each class", "target"),
    "macro_sensitivity": _mean("Sensitivity, mean over classes (balanced accuracy)"),
    "macro_specificity": _mean("Specificity, mean over classes"),
    "macro_ppv": _mean("Positive predictive value, mean over classes"),
    "macro_npv": _mean("Negative predictive value, mean over classes"),
    "macro_f1": _mean("F1, mean over classes"),
    "accuracy": _mean("Share of rows whose class is predicted rightly"),
    "never_predicted": Meaning(title="Classes that are never predicted", better="lower", low=0.0),
}
_MEANS = ("sensitivity", "specificity", "ppv", "npv", "f1")


def of_classes(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    """Rates of each class against the rest and their means; accuracy and Matthews' correlation. scores: (rows, classes)

    Raises NotApplicable where the model gives another number of classes than the data declare.
    """
    names = list(class_scores(subject.test, scores))
    truth, chosen = subject.test.y.astype(np.intp), scores.argmax(axis=1)
    found = _rates(names, truth, chosen, sampling, subject.smallest_cell)
    everyone, never = np.ones(len(truth), dtype=bool), len(names) - len(np.unique(chosen))
    quantities = {f"{name}_by_class": rates.quantity() for name, rates in found.items()}
    quantities["accuracy"] = Quantity.of(sampling.rate(chosen == truth, everyone))
    quantities["never_predicted"] = Quantity.of(
        Estimate(value=never, n=len(truth), method="every row counted; no sampling", spread=Exact())
    )
    unmeasured = {}
    for name in _MEANS:
        rates = found[name]
        if rates.unmeasured:
            unmeasured[f"macro_{name}"] = "; ".join(f"{key}: {why}" for key, why in rates.unmeasured.items())
        else:
            quantities[f"macro_{name}"] = Quantity.of(_macro(rates, found["sensitivity" if name == "f1" else name]))
    try:
        quantities["mcc"] = Quantity.of(_correlation(truth, chosen, sampling, subject.smallest_cell))
    except NotApplicable as error:
        unmeasured["mcc"] = error.reason
    absent = [name for code, name in enumerate(names) if not (chosen == code).any()]
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=(
            *by_class(found["sensitivity"].estimates, found["ppv"].estimates),
            against_rest(names, found),
            confusion(truth, chosen, names, subject.smallest_cell),
        ),
        notes=(f"Never predicted: {', '.join(absent)}.",) if absent else (),
    )


def _rates(names: list[str], truth: Integers, chosen: Integers, sampling: Sampling, smallest: int) -> dict[str, Rates]:
    """What is told of each class against the rest; F1 only where both rates that it rests on are, or it is 0."""
    found = {name: Rates(sampling, smallest) for name in (*_MEANS, "alarm_rate")}
    for code, name in enumerate(names):
        member, said = truth == code, chosen == code
        found["sensitivity"].add(name, said, member, "rows of this class")
        found["specificity"].add(name, ~said, ~member, "rows of other classes")
        found["ppv"].add(name, member, said, "rows that are predicted as this class")
        found["npv"].add(name, ~member, ~said, "rows that are predicted as another class")
        found["alarm_rate"].add(name, said, np.ones(len(said), dtype=bool), "rows")
        rests_on = [found["sensitivity"], *([found["ppv"]] if said.any() else [])]
        reasons = [rates.unmeasured[name] for rates in rests_on if name in rates.unmeasured]
        if reasons:
            found["f1"].unmeasured[name] = reasons[0]
        else:
            found["f1"].add_summary(name, f1, "logit", member, said)
    return found


def _macro(rates: Rates, among: Rates) -> Estimate:
    """The plain mean over classes; n is that of the class that has the fewest rows `among` them, which limits it."""
    fewest = min(estimate.n for estimate in among.estimates.values())
    method = "mean over classes by influence values, logit scale"
    stats = [stat() for stat in rates.stats.values()]
    return rates.sampling.estimate(mean(stats), scale="logit", n=fewest, method=method)


def _correlation(truth: Integers, chosen: Integers, sampling: Sampling, smallest: int) -> Estimate:
    """Matthews' correlation of several classes; events are those of the rarest class, which limits it."""
    stat, rarest = multiclass_matthews(truth, chosen), int(np.unique(truth, return_counts=True)[1].min())
    if rarest < smallest:
        raise NotApplicable(f"there are fewer than {smallest} rows of one of the classes; suppressed")
    method = "Gorodkin (2004), influence function, Fisher scale"
    return sampling.estimate(stat, scale="fisher", n=len(truth), events=rarest, method=method)
