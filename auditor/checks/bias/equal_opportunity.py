"""Equal opportunity: sensitivity by group."""

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
        "sensitivity": Meaning(title="Sensitivity", better="higher", per="group", low=0.0, high=1.0),
        "sensitivity_difference": Meaning(
            title="Difference of sensitivity", better="target", per="pair of groups", low=-1.0, high=1.0
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """People who have the outcome are found equally often in every group.

    Measures: sensitivity at the decision threshold in each group, and the difference of every pair of groups, or of
    each group from the rest. With several classes: for each class, how often its members are predicted as such.
    Why: a group whose cases are missed more often is harmed by using the model (Hardt, Price and Srebro 2016).
    Blind to: differences in false alarms; attributes that were not recorded; outcomes that were recorded unequally.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    found = ByGroup(sampling, params.compare)
    for outcome in outcomes(subject, evidence.finite(SCORES)):
        what = outcome.of("rows with the outcome")
        found.add(
            groups.by_outcome(outcome.event, what),
            rates(sampling, outcome.found, what),
            outcome.name,
            outcome.undecided,
        )
    parts, gaps = found.quantity(), found.gaps(difference_of_rates)
    says = "Intervals that hardly overlap point to a real difference."
    charts = shown(found, {"Difference of sensitivity": gaps}, "Sensitivity", groups.title, says)
    return measurement({"sensitivity": parts, "sensitivity_difference": gaps}, charts, found.notes)
