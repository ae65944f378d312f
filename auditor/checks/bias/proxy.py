"""Proxies: whether the model can tell the group, and whether scores still differ given the outcome."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from pydantic import Field

from auditor.checks.bias.charts import dots, shown
from auditor.checks.bias.contrasts import ByGroup, Measure, measurement
from auditor.checks.bias.differences import difference_of_stats, of_stat
from auditor.checks.bias.guessing import guessed, hidden, inputs, recurrent, strongest
from auditor.checks.check import check
from auditor.checks.data.ranking import perfect
from auditor.checks.groups import Compared, Grouping, Groups, Mask
from auditor.checks.outcome import class_scores, positive
from auditor.checks.sample import sample
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Bars, Meaning, Measurement, Quantity, Sampled, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_SHOWN = 12  # summaries that are shown alone


class Params(Grouping):
    """Which groups are compared, and how, and how many rows are learned from."""

    rows: int = Field(default=6000, ge=100, description="At most about so many rows are learned from and judged on.")


def _evaluations(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) if recurrent(subject) else 0


@check(
    quantities={
        "told_by_inputs": Meaning(
            title="How well the model's inputs tell the group (area under the ROC curve)",
            better="lower",
            per="group",
            low=0.0,
            high=1.0,
        ),
        "told_by_hidden_state": Meaning(
            title="How well the model's last hidden state tells the group (area under the ROC curve)",
            better="lower",
            per="group",
            low=0.0,
            high=1.0,
        ),
        "score_given_outcome": Meaning(title="Mean score given the outcome", better="target", per="group"),
        "score_given_outcome_difference": Meaning(
            title="Difference of mean scores given the outcome", better="target", per="pair of groups"
        ),
    },
    needs=(SCORES,),
    rows=_evaluations,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The group is not told by what stands in for it, and makes no difference once the outcome is known.

    Measures: how well boosted trees tell each group from the others by summaries of the model's inputs (without the
    attribute itself) and by the model's last hidden state, on people they were not fitted on (0.5: not at all, 1:
    surely); and the mean score of each group among those with the same outcome, with every difference (of several
    classes, the score of the true one).
    Why: leaving an attribute out of the inputs does not keep it out of the model where other inputs stand in for it; if
    scores still differ among people with the same outcome, that is at work.
    Blind to: proxies that the summaries do not show; whether an input that tells the group has a reason to be used.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    told, charts, absent, sampled = _told(subject, params)
    given = ByGroup(sampling, params.compare)
    try:
        for name, (among, score) in _given(subject, evidence.finite(SCORES)).items():
            given.add(groups.by_outcome(among, f"rows {name}"), _mean(sampling, score), name)
        gaps = given.gaps(difference_of_stats(sampling, "influence function"))
        told |= {"score_given_outcome": given.quantity(), "score_given_outcome_difference": gaps}
        says = "Where groups with the same outcome score apart, something other than the outcome moves the score."
        charts += shown(given, {"Difference of mean scores": gaps}, "Mean score given the outcome", groups.title, says)
    except NotApplicable as error:
        absent |= dict.fromkeys(("score_given_outcome", "score_given_outcome_difference"), error.reason)
    found = measurement(told, charts, given.notes | dict.fromkeys(groups.notes), absent)
    return found.model_copy(update={"sampled": sampled})


def _told(
    subject: Subject, params: Params
) -> tuple[dict[str, Quantity | None], list[Table | Bars], dict[str, str], Sampled | None]:
    """How well each group can be told, on a part of the rows; what is shown of it; why something has no value."""
    rng = subject.rng("bias.proxy", params.model_dump_json())
    picked, sampled = sample(subject.test, params.rows, rng)
    part = dataclasses.replace(subject, test=subject.test.take(picked))
    groups, sampling = Groups.of(part, params), Sampling.of(part.test)
    compared, layer = groups.among(), recurrent(subject)
    absent = {} if layer else {"told_by_hidden_state": "the model has no recurrent layer"}
    names_of = ("told_by_inputs", "told_by_hidden_state") if layer else ("told_by_inputs",)
    told: dict[str, Quantity | None] = dict.fromkeys(names_of)
    if len(compared.rows) < 2:
        return told, [], absent, sampled
    x, names = inputs(part, (params.attribute,) if isinstance(params.attribute, str) else params.attribute)
    charts: list[Table | Bars] = []
    for name, columns in (("told_by_inputs", x), *((("told_by_hidden_state", hidden(part, layer)),) if layer else ())):
        try:
            told[name] = _areas(columns, compared, sampling, rng)
        except NotApplicable as error:
            absent[name] = error.reason
            del told[name]
    if quantity := told.get("told_by_inputs"):
        title = f"How well inputs tell {groups.title}"
        charts.append(
            dots(title, "At 0.5 inputs tell nothing of the group.", "Area under the ROC curve", quantity.parts, 0.5)
        )
        charts.append(_alone(strongest(x, names, compared.rows, _SHOWN), groups.title))
    return told, charts, absent, sampled


def _areas(x: Floats, compared: Compared, sampling: Sampling, rng: np.random.Generator) -> Quantity:
    codes = np.arange(len(x)) if sampling.codes is None else sampling.codes
    stats = guessed(x, compared.rows, codes, rng)
    parts = {}
    for name, stat in stats.items():
        used = stat.strata >= 0 if stat.strata is not None else np.ones(len(x), dtype=bool)
        events = int((compared.rows[name] & used).sum())
        method = "DeLong of areas averaged over three thirds, logit scale, twice the variance of given trees"
        if stat.value == 1:
            parts[name] = perfect(sampling, compared.rows[name], used)
        else:
            parts[name] = sampling.estimate(stat, n=int(used.sum()), events=events, scale="logit", method=method)
    correlation = sampling.correlation([stat.influence for stat in stats.values()])
    return Quantity(parts=parts, correlation=correlation, unmeasured=compared.suppressed)


def _given(subject: Subject, scores: Floats) -> dict[str, tuple[Mask, Floats]]:
    """Rows with the same outcome, and their score: by words that name the outcome."""
    if subject.test.task == "regression":
        raise NotApplicable("the target is a number; see mean_error in bias.error")
    if subject.test.task == "multiclass":
        of = class_scores(subject.test, scores)
        return {f"of class {name}": (event, score) for name, (event, score) in of.items()}
    event = positive(subject.test)
    return {"with the outcome": (event, scores), "without the outcome": (~event, scores)}


def _mean(sampling: Sampling, score: Floats) -> Measure:
    return of_stat(sampling, lambda rows: row_mean(score[rows]), "influence function")


def _alone(strongest: Mapping[str, float], attribute: str) -> Bars:
    return Bars(
        title=f"Single summaries that tell {attribute} best",
        caption="Area under the ROC curve of one summary alone, turned so that it is 0.5 at least, for the group that "
        "it tells best. The best of many are shown, which flatters them.",
        labels=tuple(strongest),
        values=tuple(strongest.values()),
        axis=Axis(title="Area under the ROC curve", low=0.5, high=1),
    )
