"""The test data against the population."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from pydantic import ValidationError
from subjects import make_subject

from auditor.checks.data import representativeness
from auditor.dataset import Group
from auditor.errors import NotApplicable
from auditor.sampling import Sampling

EVEN = {"female": 0.5, "male": 0.5}


def with_levels(codes, levels=("female", "male")):
    subject = make_subject(n=len(codes))
    groups = {"sex": Group("sex", levels, np.asarray(codes))}
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups=groups))


def measured(subject, shares, attribute="sex"):
    return run(representativeness.measure, subject, attribute=attribute, shares=shares).quantities["share_difference"]


def test_differences_and_their_intervals():
    """300 of 1,000 are women: 20 points below one half, with Wilson's interval moved by the half."""
    subject = with_levels(np.repeat([0, 1], [300, 700]))
    parts = measured(subject, EVEN).parts
    assert parts["female"].value == pytest.approx(-0.2)
    low, high = Sampling(None, "rows", 1000).rate(np.arange(1000) < 300, np.ones(1000, bool)).interval(0.95)
    assert parts["female"].interval(0.95) == pytest.approx((low - 0.5, high - 0.5), abs=1e-6)
    assert measured(subject, EVEN).correlation == ((1.0, -1.0), (-1.0, 1.0))


def test_rows_of_unknown_level_do_not_count():
    """100 of 400 rows have no level: the shares are those of the other 300."""
    codes = np.repeat([0, 1, -1], [150, 150, 100])
    assert {one.value for one in measured(with_levels(codes), EVEN).parts.values()} == {0.0}
    assert {one.n for one in measured(with_levels(codes), EVEN).parts.values()} == {300}


@pytest.mark.parametrize("few", [1, 3, 9])
def test_a_small_level_does_not_falsify_the_share_of_another(few):
    """A few of another sex are counted with the women, in the data and in the population: the size is beyond
    subtraction, and the share right.
    """
    codes = np.repeat([0, 1, 2], [600 - few, 400, few])
    shares = {"female": 0.59, "male": 0.4, "other": 0.01}
    found = measured(with_levels(codes, tuple(shares)), shares)
    assert {name: round(part.value, 9) for name, part in found.parts.items()} == {"female": 0.0, "male": 0.0}
    assert list(found.unmeasured) == ["other"]


def test_people_are_counted_not_their_rows():
    """100 people with 4 rows each have the interval of 100."""
    parts = measured(make_subject(n=400, rows_per_entity=4), EVEN).parts
    low, high = parts["female"].interval(0.95)
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 10, rel=0.05)


def test_what_is_not_stated_or_too_small_never_passes():
    """A level without a stated share, and one with 3 people, are told as such."""
    codes = np.repeat([0, 1, 2, 3], [200, 150, 147, 3])
    found = measured(with_levels(codes, ("a", "b", "c", "d")), {"a": 0.4, "b": 0.3, "d": 0.1})
    assert set(found.parts) == {"a", "b"}
    assert found.unmeasured["c"] == "no population share is given"
    assert found.unmeasured["d"] == "fewer than 10 rows; suppressed"
    limit = {"quantity": "share_difference", "between": (-1, 1)}
    subject = with_levels(codes, ("a", "b", "c", "d"))
    assert judged(representativeness.measure, subject, limit, attribute="sex", shares={"a": 0.4}) == "inconclusive"


@pytest.mark.parametrize("shares", [{"female": 0.6, "male": 0.5}, {"female": -0.1}, {}])
def test_shares_that_are_none_are_refused(shares):
    """Below zero, above one together, or none at all: the policy is wrong, which is told before a model is opened."""
    with pytest.raises(ValidationError):
        representativeness.Params(attribute="sex", shares=shares)


def test_levels_that_the_data_lack_are_told():
    """A misspelt level is not silently a share of zero."""
    with pytest.raises(NotApplicable, match="no level women"):
        measured(make_subject(n=100), {"women": 0.5})
