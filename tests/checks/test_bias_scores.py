"""Bias checks on scores: against scikit-learn, statsmodels and formulas, and the faults that they are for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import special, stats
from sklearn.metrics import roc_auc_score
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools import add_constant
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.evidence import Evidence

CALIBRATION, DISCRIMINATION, ERROR = (CATALOGUE[f"bias.{name}"] for name in ("calibration", "discrimination", "error"))
SEX = {"attribute": "sex"}


def facts(subject):
    """Outcome, score, and who is a man."""
    data = subject.test
    return data.y, subject.score(subject.block(data)), data.groups["sex"].codes == 1


def moved(subject, by):
    """The same subject, the numbers of its men off by that much: a model that errs on one side for them."""
    y = subject.test.y + by * (subject.test.groups["sex"].codes == 1)
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=y))


def test_calibration_is_that_of_a_logistic_regression():
    """Slope, its robust error, and calibration in the large of a group agree with statsmodels."""
    subject = make_subject(n=1500, overconfident=1.6)
    y, score, male = facts(subject)
    said = run(CALIBRATION, subject, **SEX).quantities
    odds, own = special.logit(score[male]), y[male]
    fit = GLM(own, add_constant(odds), family=Binomial()).fit(cov_type="HC0", tol=1e-12)
    slope = said["slope"].parts["male"]
    assert slope.value == pytest.approx(fit.params[1], abs=1e-8)
    assert slope.spread.se == pytest.approx(fit.bse[1], rel=2e-3)
    large = GLM(own, np.ones(len(own)), family=Binomial(), offset=odds).fit()
    assert said["in_the_large"].parts["male"].value == pytest.approx(large.params[0], abs=1e-8)
    assert said["expected_to_observed"].parts["male"].value == pytest.approx(score[male].mean() / own.mean())
    women = said["slope"].parts["female"]
    gap = said["slope_difference"].parts["female − male"]
    assert gap.value == pytest.approx(women.value - slope.value, abs=1e-12)
    assert gap.spread.se == pytest.approx(np.hypot(women.spread.se, slope.spread.se), rel=2e-3)


def test_clustered_slopes_leave_out_whole_entities():
    """Where rows share entities, the difference of slopes has the CR3 variance of one regression with both groups."""
    subject = make_subject(n=1200, rows_per_entity=4)
    said = run(CALIBRATION, subject, **SEX).quantities
    parts = said["slope"].parts
    gap = said["slope_difference"].parts["female − male"]
    # Nobody is in both groups, so that the variances add up, but for the factor (G - 1)/G of each.
    expected = np.hypot(parts["female"].spread.se, parts["male"].spread.se)
    assert gap.spread.se == pytest.approx(expected, rel=0.01)
    assert gap.spread.df is not None
    assert gap.entities == min(part.entities for part in parts.values())


def test_ratio_of_expected_to_observed_is_on_the_log_scale():
    """The ratio's logarithm has the variances of the two logarithms."""
    said = run(CALIBRATION, make_subject(n=1500, gap=0.3), **SEX).quantities
    parts = said["expected_to_observed"].parts
    ratio = said["expected_to_observed_ratio"].parts["female − male"]
    assert ratio.value == pytest.approx(parts["female"].value / parts["male"].value)
    assert ratio.spread.se == pytest.approx(np.hypot(parts["female"].spread.se, parts["male"].spread.se), rel=2e-3)


def test_areas_within_and_across_groups_are_scikit_learns():
    """Each area is that of the rows it says."""
    subject = make_subject(n=900, gap=0.3)
    y, score, male = facts(subject)
    said = run(DISCRIMINATION, subject, **SEX).quantities
    bpsn = (male & (y == 0)) | (~male & (y == 1))
    for name, rows in (("auroc", male), ("negatives_inside", bpsn), ("positives_inside", ~bpsn)):
        expected = roc_auc_score(y[rows], score[rows])
        assert said[name].parts["male"].value == pytest.approx(expected, abs=1e-12)
    areas = said["auroc"].parts
    gap = said["auroc_difference"].parts["female − male"]
    se = [part.spread.se * part.value * (1 - part.value) for part in areas.values()]
    assert gap.spread.se == pytest.approx(np.hypot(*se), rel=1e-9)
    low = {"quantity": "positives_inside", "at_least": 0.75}
    assert judged(DISCRIMINATION, make_subject(n=3000, gap=0.5), low, **SEX) == "fail"
    assert judged(DISCRIMINATION, make_subject(n=3000), low, **SEX) == "pass"


def test_errors_of_numbers_by_group():
    """Mean and mean absolute error of each group; men who are predicted too low are found."""
    subject = moved(make_subject(n=1500, task="regression"), 4.0)
    y, score, male = facts(subject)
    said = run(ERROR, subject, **SEX).quantities
    assert said["mean_error"].parts["male"].value == pytest.approx((score - y)[male].mean(), abs=1e-9)
    assert said["mean_absolute_error"].parts["male"].value == pytest.approx(np.abs(score - y)[male].mean(), abs=1e-9)
    limits = (
        {"quantity": "mean_error_difference", "between": (-1, 1)},
        {"quantity": "mean_absolute_error_difference", "between": (-1, 1)},
        {"quantity": "mean_absolute_error_ratio", "between": (0.8, 1.25)},
    )
    sound = make_subject(n=4000, task="regression")
    assert [judged(ERROR, moved(sound, 8.0), limit, **SEX) for limit in limits] == ["fail"] * 3
    assert [judged(ERROR, sound, limit, **SEX) for limit in limits] == ["pass"] * 3


@pytest.mark.parametrize("constant", [False, True], ids=["exact predictions", "one observed value"])
def test_points_on_a_line_say_nothing_of_how_slopes_differ(constant):
    """Without variance nothing is known, of a group's slope and of their difference: rounding is no standard error."""
    subject = make_subject(n=600, task="regression")
    y = subject.score(subject.block(subject.test))
    given = dataclasses.replace(subject.test, y=np.full(len(y), 3.0) if constant else y)
    subject = dataclasses.replace(subject, test=given)
    said = run(CALIBRATION, subject, **SEX).quantities
    spreads = [*said["slope"].parts.values(), *said["slope_difference"].parts.values()]
    assert {"not_estimable"} == {estimate.spread.kind for estimate in spreads}
    limit = {"quantity": "slope_difference", "between": [-0.1, 0.1]}
    assert "inconclusive" == judged(CALIBRATION, subject, limit, **SEX)


def test_slope_of_numbers_by_group():
    """For a predicted number the calibration line of each group; what is for outcomes says so."""
    said = run(CALIBRATION, make_subject(n=600, task="regression"), **SEX)
    assert list(said.quantities) == ["slope", "slope_difference"]
    assert said.quantities["slope"].parts["male"].interval(0.999).low < 1
    assert said.unmeasured["expected_to_observed_ratio"].startswith("defined for outcomes")


def test_distances_of_pairs_that_share_a_group_vary_together():
    """Where one group scores below the others throughout, the area between is the difference of means, and its
    correlation that of two such differences: the judge need not treat the pairs as if they had nothing in common.
    """
    subject = make_subject(n=900)
    codes = np.arange(900) % 3
    group = dataclasses.replace(subject.test.groups["region"], levels=("a", "b", "c"), codes=codes)
    test = dataclasses.replace(subject.test, groups={**subject.test.groups, "region": group})
    score = np.random.default_rng(1).uniform(size=900) / 4 + np.array([0.0, 0.3, 0.6])[codes]
    distance = CATALOGUE["bias.score_distance"]
    found = distance.measure(
        dataclasses.replace(subject, test=test), Evidence({"scores": score}), distance.params(attribute="region")
    ).quantities
    low, middle, high = (score[codes == code].var() / 300 for code in range(3))
    assert ["a − b", "a − c", "b − c"] == list(found["mean_shift"].parts)
    expected = low / np.sqrt((low + middle) * (low + high))
    assert expected == pytest.approx(found["mean_shift"].correlation[0][1], abs=1e-9)
    assert found["largest_distance"].correlation is not None


def test_distances_of_scores_are_scipys():
    """Kolmogorov and Smirnov's and Wasserstein's distance of two groups, and of each group and the rest."""
    subject = make_subject(n=900, gap=0.3)
    _, score, _ = facts(subject)
    codes = subject.test.groups["region"].codes
    said = run(CATALOGUE["bias.score_distance"], subject, attribute="region", compare="rest").quantities
    for code, level in enumerate(("north", "east", "south")):
        own, rest = score[codes == code], score[(codes != code) & (codes >= 0)]
        part = said["largest_distance"].parts[f"{level} − rest"]
        assert part.value == pytest.approx(stats.ks_2samp(own, rest).statistic, abs=1e-12)
        assert part.n == len(own) + len(rest)
        expected = stats.wasserstein_distance(own, rest)
        assert said["mean_shift"].parts[f"{level} − rest"].value == pytest.approx(expected, abs=1e-12)
        assert part.interval(0.99).low == 0, "regions do not differ"


@pytest.mark.parametrize(("check", "task"), [("bias.calibration", "binary"), ("bias.error", "regression")])
def test_a_ratio_is_the_inverse_of_the_other_way_round(check, task):
    """Levels in another order: a ratio, and each end of its interval, is one over what it was."""
    subject = make_subject(task=task, n=900, rows_per_entity=3)
    sex = subject.test.groups["sex"]
    turned = dataclasses.replace(sex, levels=sex.levels[::-1], codes=1 - sex.codes)
    swapped = dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups={"sex": turned}))
    for name, one in run(CATALOGUE[check], subject, attribute="sex").quantities.items():
        if name.endswith("_ratio"):
            (first,), (other,) = (
                list(quantity.parts.values())
                for quantity in (one, run(CATALOGUE[check], swapped, attribute="sex").quantities[name])
            )
            low, high = other.interval(0.95)
            assert first.interval(0.95) == pytest.approx((1 / high, 1 / low), rel=1e-9)
