"""Equalised odds: false alarms and misses by group."""

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
        "false_positive_rate": Meaning(title="False-positive rate", better="lower", per="group", low=0.0, high=1.0),
        "false_negative_rate": Meaning(title="False-negative rate", better="lower", per="group", low=0.0, high=1.0),
        "odds_difference": Meaning(
            title="Difference of false-positive and of false-negative rates",
            better="target",
            per="pair of groups",
            low=-1.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """Errors of both kinds are as frequent in every group.

    Measures: at the decision threshold, how often people without the outcome are taken for people with it (false
    positives) and the other way round (false negatives) in each group, and every difference of the two between groups,
    judged together. With several classes: each class against the rest.
    Why: a model can find everybody equally often and still burden one group with more false alarms (Hardt, Price and
    Srebro 2016: equalised odds).
    Blind to: whether the outcome was recorded equally; how bad each kind of error is for whom.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    both = ByGroup(sampling, params.compare)
    kinds = {kind: ByGroup(sampling, params.compare) for kind in ("false positives", "false negatives")}
    for outcome in outcomes(subject, evidence.finite(SCORES)):
        for kind, among, hit in (
            ("false positives", ~outcome.event, outcome.found),
            ("false negatives", outcome.event, ~outcome.found),
        ):
            what = outcome.of(f"rows {'without' if kind == 'false positives' else 'with'} the outcome")
            compared, rate = groups.by_outcome(among, what), rates(sampling, hit, what)
            kinds[kind].add(compared, rate, outcome.name)
            both.add(compared, rate, outcome.of(kind), outcome.undecided)
    gaps = both.gaps(difference_of_rates)
    told = {
        "false_positive_rate": kinds["false positives"].quantity(),
        "false_negative_rate": kinds["false negatives"].quantity(),
        "odds_difference": gaps,
    }
    says = "Rates of false positives and of false negatives; intervals that hardly overlap point to a real difference."
    charts = shown(both, {"Difference of error rates": gaps}, "Error rate", groups.title, says)
    return measurement(told, charts, both.notes)
