"""Odd inputs, for every check of performance, data and bias: a right answer, or none and the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from fakes import FakeModel
from measuring import run
from sklearn.metrics import roc_auc_score
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.checks.check import Check
from auditor.dataset import Group
from auditor.errors import FileFault, NotApplicable
from auditor.estimate import Exact
from auditor.measurement import Measurement
from auditor.subject import Subject

CHECKS = [check for check in CATALOGUE.values() if check.family in ("performance", "data", "bias")]
PARAMS = {
    **{check.id: {"attribute": "sex"} for check in CHECKS if check.family == "bias"},
    "bias.counterfactual_flip": {"attribute": "ventilated"},
    "performance.alerts": {"units_per_day": 24, "label": "ahead"},
    "performance.over_time": {"one_clock": True},
    "performance.migration": {"one_clock": True},
    "data.time_order": {"one_clock": True},
    "data.representativeness": {"attribute": "sex", "shares": {"female": 0.5, "male": 0.5}},
}
every_check = pytest.mark.parametrize("check", CHECKS, ids=[check.id for check in CHECKS])
GAPS = [check for check in CHECKS if check.family == "bias" and "flip" not in check.id]
N = 240


def ordinary(**asked) -> Subject:
    return make_subject(**{"n": N, "steps": 4, "reference": 160, "recorded": 0.0, "coded": True, **asked})


def with_test(subject: Subject, **changed) -> Subject:
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, **changed))


class Rough(FakeModel):
    """Says 0.2 or 0.6 and nothing else."""

    def evaluate(self, inputs, batch=None):
        return {name: np.where(score > 0.3, 0.6, 0.2) for name, score in super().evaluate(inputs, batch).items()}


def no_event() -> Subject:
    return with_test(ordinary(), y=np.zeros(N))


def all_events() -> Subject:
    return with_test(ordinary(), y=np.ones(N))


def one_class_of_women() -> Subject:
    """No woman has the outcome."""
    subject = ordinary()
    return with_test(subject, y=np.where(subject.test.groups["sex"].codes == 0, 0.0, subject.test.y))


def weighted() -> Subject:
    return with_test(ordinary(rows_per_entity=4), weight=np.where(np.arange(N) % 2 == 0, 1.0, 3.0))


def ties() -> Subject:
    subject = ordinary(recorded=None)
    return dataclasses.replace(subject, model=Rough(**vars(subject.model)))


def one_entity() -> Subject:
    """The entity's column has one value."""
    subject = ordinary()
    kept = {"entity": np.zeros(N, int), "cluster": np.zeros(N, int), "cluster_kind": "entities"}
    return with_test(subject, index_time=np.arange(N), **kept)


def nobody_known() -> Subject:
    """The value of every attribute is missing in every row."""
    subject = ordinary()
    unknown = {
        name: Group(name, group.levels, np.full(N, -1)) for name, group in subject.test.groups.items() if name != "age"
    }
    return with_test(subject, groups=unknown)


def one_group() -> Subject:
    """All rows are of women."""
    subject = ordinary()
    return with_test(subject, groups={"sex": Group("sex", ("female", "male"), np.zeros(N, int))})


def all_alike() -> Subject:
    """Every row is the same, values and outcome and score."""
    subject = ordinary(constant=True, flat=True)
    return with_test(subject, y=np.zeros(N))


CASES: Mapping[str, Callable[[], Subject]] = {
    "constant score": lambda: ordinary(constant=True),
    "no event": no_event,
    "all have the event": all_events,
    "one class in a group": one_class_of_women,
    "weights": weighted,
    "ties everywhere": ties,
    "one entity": one_entity,
    "groups all missing": nobody_known,
    "one group": one_group,
    "all alike": all_alike,
}


def said(check: Check, subject: Subject) -> Measurement | str:
    """What a check measures, or why it does not."""
    try:
        return run(check, subject, **PARAMS.get(check.id, {}))
    except (NotApplicable, FileFault) as refusal:
        return str(refusal)


@every_check
@pytest.mark.parametrize("case", CASES)
def test_a_right_answer_or_the_reason(check, case):
    """Nothing crashes, nothing is zero or certain for want of data: what has no number has a reason."""
    found = said(check, CASES[case]())
    if isinstance(found, str):
        assert len(found) > 10
        return
    for name, meaning in check.quantities.items():
        assert name in found.quantities or found.unmeasured.get(name), f"{name} is neither measured nor explained"
        for part, estimate in found.quantities[name].parts.items() if name in found.quantities else ():
            low, high = estimate.interval(0.95)
            assert low <= estimate.value <= high, part
            assert isinstance(estimate.spread, Exact) or low < high, part
            assert meaning.low is None or estimate.value >= meaning.low - 1e-12, part
            assert meaning.high is None or estimate.value <= meaning.high + 1e-12, part


@every_check
def test_weights_are_never_ignored(check):
    """What differs in weight has no interval: there are facts about the files, or words."""
    found = said(check, weighted())
    if isinstance(found, str):
        assert any(word in found for word in ("weights", "a number", "quantiles", "two outcomes", "same time")), found
        return
    for name, quantity in found.quantities.items():
        for estimate in quantity.parts.values():
            assert isinstance(estimate.spread, Exact), name


@every_check
def test_one_entity_settles_nothing(check):
    """Rows of one person are one observation: an interval is no help, or it is a count."""
    found = said(check, one_entity())
    if isinstance(found, Measurement):
        for name, quantity in found.quantities.items():
            for part, estimate in quantity.parts.items():
                low, high = estimate.interval(0.95)
                assert isinstance(estimate.spread, Exact) or high - low > 0.5, (name, part)


@pytest.mark.parametrize("case", ["groups all missing", "one group"])
@pytest.mark.parametrize("check", GAPS, ids=[check.id for check in GAPS])
def test_no_gap_without_two_groups(check, case):
    """No difference, ratio or distance of groups is told where there are not two."""
    found = said(check, CASES[case]())
    if isinstance(found, Measurement):
        gaps = {name for name in found.quantities if check.quantities[name].per == "pair of groups"}
        assert [part for name in gaps for part in found.quantities[name].parts] == []


def test_a_group_of_one_class_is_not_judged_on_the_other():
    """Women without any outcome have no sensitivity and no area; nor is it told of how many false alarms are."""
    subject = one_class_of_women()
    for check, quantity in (("bias.equal_opportunity", "sensitivity"), ("bias.discrimination", "auroc")):
        measured = run(CATALOGUE[check], subject, attribute="sex").quantities[quantity]
        assert "female" not in measured.parts
        assert "female" in measured.unmeasured
    odds = run(CATALOGUE["bias.equalised_odds"], subject, attribute="sex").quantities
    assert "female" not in odds["false_positive_rate"].parts, "how many it is of would tell how few have the outcome"


def test_tied_rows_count_half():
    """The area is that of scikit-learn, ties and all."""
    subject = ties()
    scores = subject.score(subject.block(subject.test))
    measured = run(CATALOGUE["performance.discrimination"], subject).quantities["auroc"].parts[""]
    assert len(np.unique(scores)) == 2
    assert measured.value == pytest.approx(roc_auc_score(subject.test.y, scores), abs=1e-12)


def test_a_constant_score_ranks_nobody():
    """Its area is one half, and no limit on it passes."""
    measured = run(CATALOGUE["performance.discrimination"], ordinary(constant=True)).quantities["auroc"].parts[""]
    assert measured.value == 0.5
    low, _ = measured.interval(0.95)
    assert low < 0.5
