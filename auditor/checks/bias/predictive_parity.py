"""Predictive parity: what a decision is worth, by group."""

from __future__ import annotations

from auditor.checks.bias.charts import shown
from auditor.checks.bias.contrasts import ByGroup, measurement
from auditor.checks.bias.differences import difference_of_rates, rates
from auditor.checks.bias.outcomes import outcomes
from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement
from auditor.sampling import Sampling
from auditor.subject import Subject


@check(
    quantities={
        "ppv": Meaning(title="Positive predictive value", better="higher", per="group", low=0.0, high=1.0),
        "ppv_difference": Meaning(
            title="Difference of positive predictive values",
            better="target",
            per="pair of groups",
            low=-1.0,
            high=1.0,
        ),
        "npv": Meaning(title="Negative predictive value", better="higher", per="group", low=0.0, high=1.0),
        "npv_difference": Meaning(
            title="Difference of negative predictive values",
            better="target",
            per="pair of groups",
            low=-1.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """A decision means the same in every group.

    Measures: of those above the decision threshold, the share who have the outcome (positive predictive value), and of
    those below it the share who do not (negative predictive value), in each group, with every difference. With several
    classes: each class against the rest.
    Why: where an alarm is right less often in one group, its members bear more needless actions, and those who act
    learn to trust it less (Chouldechova 2017).
    Blind to: how many of those who have the outcome are found. Where groups differ in how frequent the outcome is,
    equal predictive values and equal error rates exclude one another (Kleinberg, Mullainathan and Raghavan 2017).
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    positive, negative = ByGroup(sampling, params.compare), ByGroup(sampling, params.compare)
    for outcome in outcomes(subject, evidence.finite(SCORES)):
        for found, flagged, hit in (
            (positive, outcome.found, outcome.event),
            (negative, ~outcome.found, ~outcome.event),
        ):
            what = outcome.of(f"rows {'above' if found is positive else 'below'} the threshold")
            compared = groups.by_outcome(flagged, what)
            found.add(compared, rates(sampling, hit, what), outcome.name, outcome.undecided)
    first, second = positive.gaps(difference_of_rates), negative.gaps(difference_of_rates)
    told = {
        "ppv": positive.quantity(),
        "ppv_difference": first,
        "npv": negative.quantity(),
        "npv_difference": second,
    }
    charts = (
        *shown(
            positive,
            {"Difference of positive predictive values": first},
            "Positive predictive value",
            groups.title,
            "Of those above the threshold, the share who have the outcome.",
        ),
        *shown(
            negative,
            {"Difference of negative predictive values": second},
            "Negative predictive value",
            groups.title,
            "Of those below the threshold, the share who do not have the outcome.",
        ),
    )
    return measurement(told, charts, positive.notes | negative.notes)
