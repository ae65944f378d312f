"""Equal opportunity: sensitivity by group."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.checks.bias.charts import shown
from auditor.checks.bias.contrasts import ByGroup, difference_of_rates, measurement, rates
from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups, Mask
from auditor.checks.outcome import positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement
from auditor.sampling import Sampling
from auditor.subject import Subject


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome to be found equally often: its name (empty where there is one only), who has it, who is found."""

    name: str
    event: Mask
    found: Mask


@check(
    quantities={
        "sensitivity": Meaning(title="Sensitivity", better="higher", per="group"),
        "sensitivity_difference": Meaning(title="Difference of sensitivity", better="target", per="pair of groups"),
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
    for outcome in _outcomes(subject, evidence.finite(SCORES)):
        what = "rows with the outcome" if not outcome.name else f"rows of class {outcome.name}"
        found.add(groups.among(outcome.event, what), rates(sampling, outcome.found, what), outcome.name)
    parts, gaps = found.quantity(), found.gaps(difference_of_rates)
    says = "Intervals that hardly overlap point to a real difference."
    charts = shown(found, {"Difference of sensitivity": gaps}, "Sensitivity", groups.title, says)
    return measurement(found, {"sensitivity": parts, "sensitivity_difference": gaps}, charts, {})


def _outcomes(subject: Subject, scores: Floats) -> list[Outcome]:
    data = subject.test
    if data.task == "regression":
        raise NotApplicable("the target is a number, so nobody has or lacks the outcome")
    if data.task == "multiclass":
        chosen = scores.argmax(axis=1)
        return [Outcome(name, data.y == code, chosen == code) for code, name in enumerate(data.target.classes)]
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    return [Outcome("", positive(data), scores >= subject.decision.threshold)]
