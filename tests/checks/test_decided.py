"""A decision that is the same for everybody decides nothing, and so passes nothing."""

from __future__ import annotations

import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.errors import NotApplicable

COMPARED = ("bias.equal_opportunity", "bias.selection_rate", "bias.equalised_odds", "bias.predictive_parity")
AMONG_OTHERS = {"behavior.noise": "flipped", "surrogate.fidelity": "agreement"}
NOBODY = "every score is below the decision threshold 30, so that nothing is decided"


@pytest.mark.parametrize("name", COMPARED)
def test_groups_are_not_alike_because_nobody_is_found(name):
    """At a threshold that nobody reaches every group has the rate 0; this is no equality that was tested."""
    with pytest.raises(NotApplicable, match=NOBODY):
        run(CATALOGUE[name], make_subject(n=300, threshold=30.0), attribute="sex")
    with pytest.raises(NotApplicable, match="at or above the decision threshold -1"):
        run(CATALOGUE[name], make_subject(n=300, threshold=-1.0), attribute="sex")


@pytest.mark.parametrize("name", AMONG_OTHERS)
def test_no_decision_flips_and_all_agree_because_there_is_only_one(name):
    """The same for what compares decisions among other things; those others are still measured."""
    found = run(CATALOGUE[name], make_subject(n=600, threshold=30.0))
    assert found.unmeasured[AMONG_OTHERS[name]] == NOBODY
    assert found.quantities
