"""Measures of decisions against scikit-learn, and net benefit against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef

from auditor.errors import NotApplicable
from auditor.kernels.confusion import f1, matthews, net_benefit

NONE, ALL = np.zeros(8, dtype=bool), np.ones(8, dtype=bool)
SOME = np.arange(8) < 3


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_values_are_those_of_scikit_learn(seed: int, share: float) -> None:
    """F1 and Matthews' correlation."""
    rng = np.random.default_rng(seed)
    event = rng.random(200) < share
    flagged = rng.random(200) < 0.3 + 0.4 * event
    assert f1_score(event, flagged) == pytest.approx(f1(event, flagged).value, abs=1e-12)
    assert matthews_corrcoef(event, flagged) == pytest.approx(matthews(event, flagged).value, abs=1e-12)


@pytest.mark.parametrize(("event", "flagged"), [(SOME, SOME), (SOME, ~SOME)])
def test_perfect_and_reversed(event, flagged) -> None:
    """All right is 1, all wrong is -1 (F1: 0)."""
    right = bool((event == flagged).all())
    assert (float(right), 1.0 if right else -1.0) == (
        f1(event, flagged).value,
        pytest.approx(matthews(event, flagged).value),
    )


@pytest.mark.parametrize(
    ("event", "flagged", "reason"),
    [
        (NONE, SOME, "all rows have the same outcome"),
        (ALL, SOME, "all rows have the same outcome"),
        (SOME, NONE, "all rows are decided alike"),
        (SOME, ALL, "all rows are decided alike"),
        (NONE[:0], NONE[:0], "no rows"),
    ],
)
def test_matthews_needs_both_outcomes_and_both_decisions(event, flagged, reason: str) -> None:
    """Where a margin is empty there is no correlation; it is not 0."""
    with pytest.raises(NotApplicable, match=reason):
        matthews(event, flagged)


def test_f1_of_nothing() -> None:
    """Nobody has it, nobody is flagged: no F1; nobody is found: 0."""
    with pytest.raises(NotApplicable, match="no row has the outcome or is flagged"):
        f1(NONE, NONE)
    assert f1(SOME, NONE).value == 0


def test_net_benefit_is_that_of_vickers_and_elkin() -> None:
    """True alarms less false ones at the odds of the threshold, a row."""
    rng = np.random.default_rng(3)
    event, score = rng.random(500) < 0.2, rng.random(500)
    for threshold in (0.05, 0.2, 0.7):
        flagged = score >= threshold
        true, false = (event & flagged).sum() / 500, (~event & flagged).sum() / 500
        expected = true - false * threshold / (1 - threshold)
        assert expected == pytest.approx(net_benefit(event, flagged, threshold).value, abs=1e-12)


def test_net_benefit_of_nobody_and_of_all() -> None:
    """Acting on nobody is 0; acting on all is 0 where the threshold is the prevalence."""
    assert net_benefit(SOME, NONE, 0.3).value == 0
    assert net_benefit(SOME, ALL, 3 / 8).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.2])
def test_net_benefit_needs_odds(threshold: float) -> None:
    """A threshold of 0 or 1 weighs one of the errors infinitely."""
    with pytest.raises(NotApplicable, match="between 0 and 1"):
        net_benefit(SOME, ALL, threshold)
