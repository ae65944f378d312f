"""Selection rate: who gets the favourable decision, by group."""

from __future__ import annotations

from auditor.checks.bias.charts import shown
from auditor.checks.bias.contrasts import ByGroup, measurement
from auditor.checks.bias.differences import difference_of_rates, rates, ratio_of_rates, slope_of_ratio
from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups, Mask
from auditor.checks.outcome import chosen, decided
from auditor.dataset import Floats
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement
from auditor.sampling import Sampling
from auditor.subject import Subject


@check(
    quantities={
        "selection_rate": Meaning(
            title="Share who get the favourable decision", better="target", per="group", low=0.0, high=1.0
        ),
        "selection_rate_difference": Meaning(
            title="Difference of selection rates",
            better="target",
            per="pair of groups",
            low=-1.0,
            high=1.0,
        ),
        "selection_rate_ratio": Meaning(
            title="Ratio of selection rates", better="target", per="pair of groups", low=0.0
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """The favourable decision is given as often in every group.

    Measures: the share of each group on the favourable side of the decision threshold (in credit, a score below it),
    and its difference and ratio for every pair of groups, or for each group and the rest. With several classes: the
    share for whom each class is predicted.
    Why: a ratio far from 1 is the usual first sign of unequal treatment; below 0.8 ("four fifths") it is where the
    guidelines on employment of the United States (29 CFR 1607.4 D) begin to look closer, elsewhere a convention.
    Blind to: whether groups differ in the outcome itself, so that equal shares would be unequal errors; who applied.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    found = ByGroup(sampling, params.compare)
    for name, hit in _chosen(subject, evidence.finite(SCORES)).items():
        nobody = "" if hit.any() else f"{name} is predicted for nobody, so that nothing is compared"
        found.add(groups.among(), rates(sampling, hit, "rows"), name, nobody)
    difference, ratio = found.gaps(difference_of_rates), found.gaps(ratio_of_rates, slope_of_ratio)
    says = "The share of each group that gets the favourable decision."
    charts = shown(
        found,
        {"Difference of selection rates": difference, "Ratio of selection rates": ratio},
        "Selection rate",
        groups.title,
        says,
    )
    told = {
        "selection_rate": found.quantity(),
        "selection_rate_difference": difference,
        "selection_rate_ratio": ratio,
    }
    return measurement(told, charts, found.notes)


def _chosen(subject: Subject, scores: Floats) -> dict[str, Mask]:
    """Who gets the favourable decision; of several classes, who is predicted to be of each."""
    if subject.test.task == "multiclass":
        codes = chosen(subject.test, scores)
        return {name: codes == code for code, name in enumerate(subject.test.target.classes)}
    above = decided(subject, scores)
    return {"": above if subject.decision and subject.decision.favourable == "above" else ~above}
