"""A decision that is the same for everybody decides nothing, and so passes nothing."""

from __future__ import annotations

import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.errors import NotApplicable
from auditor.evidence import Evidence

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


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("compare", ["pairs", "rest"])
def test_groups_are_not_alike_because_a_class_is_predicted_for_nobody(name, compare):
    """Of several classes one for everybody compares nothing, and one for nobody is not compared; the others are."""
    subject = make_subject(n=300, task="multiclass")
    scores = subject.score(subject.block(subject.test))
    for shut, told in ((slice(1, None), "every row is predicted to be of class 'home'"), (slice(0, 1), "")):
        shifted = scores.copy()
        shifted[:, shut] = 0.0
        evidence = Evidence({need.name: shifted for need in CATALOGUE[name].needs})
        params = CATALOGUE[name].params(attribute="sex", compare=compare)
        if told:
            with pytest.raises(NotApplicable, match=told):
                CATALOGUE[name].measure(subject, evidence, params)
            continue
        found = CATALOGUE[name].measure(subject, evidence, params)
        gaps = {key: one for key, one in found.quantities.items() if key.endswith(("_difference", "_ratio"))}
        assert gaps
        for one in gaps.values():
            assert all("home" not in key for key in one.parts)
            assert any(
                "home is predicted for nobody" in why or "above the threshold home" in why
                for why in one.unmeasured.values()
            )
            assert any("ward" in key for key in one.parts)


@pytest.mark.parametrize("name", AMONG_OTHERS)
def test_no_decision_flips_and_all_agree_because_there_is_only_one(name):
    """The same for what compares decisions among other things; those others are still measured."""
    found = run(CATALOGUE[name], make_subject(n=600, threshold=30.0))
    assert found.unmeasured[AMONG_OTHERS[name]] == NOBODY
    assert found.quantities


@pytest.mark.parametrize("compare", ["pairs", "rest"])
def test_errors_are_not_alike_because_one_class_is_predicted_for_everybody(compare):
    """How often that is wrong is told of each group, and says nothing of the model that groups could be compared in."""
    found = run(
        CATALOGUE["bias.error"], make_subject(n=300, task="multiclass", constant=True), attribute="sex", compare=compare
    )
    gaps = found.quantities["error_rate_difference"]
    assert {"every row is predicted to be of class 'home', so that nothing is decided"} == set(gaps.unmeasured.values())
    assert (2, 0) == (len(found.quantities["error_rate"].parts), len(gaps.parts))
