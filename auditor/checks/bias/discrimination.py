"""Discrimination within groups and across them."""

from __future__ import annotations

import numpy as np

from auditor.checks.bias.charts import dots, shown
from auditor.checks.bias.contrasts import ByGroup, Measure, Side, measurement
from auditor.checks.bias.differences import difference_of_stats, of_stat
from auditor.checks.check import check
from auditor.checks.groups import Compared, Grouping, Groups, Mask
from auditor.checks.outcome import class_scores, positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels.auroc import auroc
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement
from auditor.sampling import Sampling
from auditor.subject import Subject

_METHOD = "DeLong, logit scale"


@check(
    quantities={
        "auroc": Meaning(
            title="Area under the ROC curve within the group", better="higher", per="group", low=0.0, high=1.0
        ),
        "auroc_difference": Meaning(
            title="Difference of areas", better="target", per="pair of groups", low=-1.0, high=1.0
        ),
        "negatives_inside": Meaning(
            title="Area of the group's rows without the outcome against others' rows with it (BPSN)",
            better="higher",
            per="group",
            low=0.0,
            high=1.0,
        ),
        "positives_inside": Meaning(
            title="Area of the group's rows with the outcome against others' rows without it (BNSP)",
            better="higher",
            per="group",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """Outcomes are told apart as well in every group, and across groups.

    Measures: the area under the ROC curve within each group and every difference; and across groups, how often a row
    without the outcome in the group scores below a row with it elsewhere (low: the group's harmless cases are scored
    like others' cases), and how often a row with the outcome in the group scores above one without it elsewhere (low:
    the group's cases are scored like others' harmless ones). With several classes: each class against the rest.
    Why: a score that works worse in a group cannot serve it; and one threshold for all treats a group wrongly whose
    scores lie higher or lower for the same outcome (Borkan et al. 2019).
    Blind to: whether scores are right as probabilities; groups whose rows of one outcome are few.
    """
    if subject.test.task == "regression":
        raise NotApplicable("the target is a number, not an outcome; see bias.error")
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    within, low, high = (ByGroup(sampling, params.compare) for _ in range(3))
    for name, (event, score) in _targets(subject, evidence.finite(SCORES)).items():
        compared = groups.by_outcome()
        within.add(compared, _within(sampling, event, score), name)
        low.add(compared, _across(sampling, compared, ~event, event, score), name)
        high.add(compared, _across(sampling, compared, event, event, score), name)
    gaps = within.gaps(difference_of_stats(sampling, "DeLong, of separate groups"))
    told = {
        "auroc": within.quantity(),
        "auroc_difference": gaps,
        "negatives_inside": low.quantity(),
        "positives_inside": high.quantity(),
    }
    charts = [*shown(within, {"Difference of areas": gaps}, "Area under the ROC curve", groups.title, "Within groups.")]
    for found, words in ((low, "without the outcome inside"), (high, "with the outcome inside")):
        if found.parts:
            title = f"Area across groups, rows {words}, by {groups.title}"
            caption = f"Rows {words} the group against the opposite rows of the other groups; low: one threshold errs."
            charts.append(dots(title, caption, "Area under the ROC curve", found.parts))
    return measurement(told, charts, within.notes)


def _targets(subject: Subject, scores: Floats) -> dict[str, tuple[Mask, Floats]]:
    if subject.test.task == "multiclass":
        return class_scores(subject.test, scores)
    return {"": (positive(subject.test), scores)}


def _within(sampling: Sampling, event: Mask, score: Floats) -> Measure:
    def area(rows: Mask) -> Stat:
        places = np.flatnonzero(rows)
        return auroc(event[places], score[places])

    return of_stat(sampling, area, _METHOD, "logit", event)


def _across(sampling: Sampling, compared: Compared, inside: Mask, event: Mask, score: Floats) -> Measure:
    """The area of the rows `inside` (of one outcome) in the group and the rows of the other outcome elsewhere."""
    known = np.logical_or.reduce([np.zeros(len(event), dtype=bool), *compared.rows.values()])
    area = _within(sampling, event, score)

    def measure(rows: Mask) -> Side:
        if not (known & ~rows & ~inside).any():
            raise NotApplicable("no other group is compared")
        return area((rows & inside) | (known & ~rows & ~inside))

    return measure
