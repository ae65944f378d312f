"""A policy that asks for a group or a feature that the data do not have: told before data or model are opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.checks import CATALOGUE
from auditor.checks.names import names_in

GROUPS = "groups: [{name: sex, column: y, levels: [0, 1]}]\n"
OPPORTUNITY = """\
  - id: FAIR-1
    text: Found equally often.
    check: bias.equal_opportunity
    with: {attribute: %s}
    limit: {quantity: sensitivity_difference, between: [-0.1, 0.1]}
    severity: blocker
"""
ATTRIBUTION = """\
  - id: IMP-1
    text: Driven by what it should.
    check: importance.attribution
    with: {expected: [a], forbidden: ["bb (measured or not)"]}
    limit: {quantity: forbidden_share, at_most: 0.1}
    severity: major
"""
MAY = "    may_not_apply: Nobody's sex is known here.\n"


@pytest.fixture
def asks(order: Path, monkeypatch: pytest.MonkeyPatch):
    """`asks(requirements, groups)`: what `run` tells; neither data nor model can be opened."""

    def asked(call, requirements: str, groups: str = GROUPS) -> str:
        monkeypatch.setattr("auditor.app.run._recorded", lambda *_: 1 / 0)
        with (order.parent / "policy.yaml").open("a") as policy, (order.parent / "dataset.yaml").open("a") as data:
            policy.write(requirements)
            data.write(groups)
        told = call("run", order, "--quiet")
        assert told.code in (2, 70)
        return str(told.err).replace(f"{order.parent}/", "").splitlines()[0] if told.code == 2 else ""

    return asked


def test_group(asks, call) -> None:
    """A group that the data lack is told where the policy names it."""
    said = asks(call, OPPORTUNITY % "gender")
    place = "auditor: policy.yaml:13:23: "
    assert said == f"{place}FAIR-1 asks for the group 'gender', and the data have none of that name"


def test_misspelt(asks, call) -> None:
    """One that differs by the case of its letters is there, and its requirement applies."""
    assert "asks for the group 'Sex'" in asks(call, OPPORTUNITY % "Sex" + MAY)


@pytest.mark.parametrize("written", ["sexx", "se_x", "esx"])
def test_an_excused_slip_of_the_pen(asks, call, written: str) -> None:
    """Nor does an excuse cover a name that is a slip away from one of the data."""
    said = asks(call, OPPORTUNITY % written + MAY)
    assert (
        said
        == f"auditor: policy.yaml:13:23: FAIR-1 asks for the group '{written}', and the data have none of that name"
    )


def test_several(asks, call) -> None:
    """Of a combination the one that is lacking is told."""
    assert "asks for the group 'age'" in asks(call, OPPORTUNITY % "[sex, age]")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sex}", "sex, leave_out: ['2']}", "13:39: FAIR-1 leaves out '2', and 'sex' has no such level"),
        (
            "0.1]}",
            "0.1], parts: [0 - 1, 0 - 2]}",
            "14:76: FAIR-1 asks for the part '0 - 2', and 'sex' gives none of that name",
        ),
        (
            "sensitivity_difference, between: [-0.1, 0.1]}",
            "sensitivity, at_least: 0.1, parts: [male]}",
            "14:58: FAIR-1 asks for the part 'male', and 'sex' gives none of that name",
        ),
        ("sex}", "sex, leave_out: ['1']}", ""),
        ("0.1]}", "0.1], parts: [1 - rest, 1 - 0]}", ""),
    ],
)
def test_levels(asks, call, old: str, new: str, told: str) -> None:
    """A level that a group which lists its levels lacks is told too, whatever may be not applicable."""
    said = asks(call, (OPPORTUNITY % "sex").replace(old, new) + MAY)
    assert said == (f"auditor: policy.yaml:{told}" if told else "")


def test_feature(asks, call) -> None:
    """So is a feature, by its own name where it is named with an addition."""
    assert "IMP-1 asks for the feature 'bb'" in asks(call, ATTRIBUTION)


@pytest.mark.parametrize(
    ("requirement", "groups"), [(OPPORTUNITY % "sex", GROUPS), (OPPORTUNITY % "gender" + MAY, "")], ids=["has", "may"]
)
def test_let_go(asks, call, requirement: str, groups: str) -> None:
    """Nothing is told of a group that is there, or whose requirement may be not applicable."""
    assert asks(call, requirement, groups) == ""


def test_every_attribute_is_marked() -> None:
    """No check has a parameter that names an attribute without saying so."""
    marked = {
        name: [key for key, field in check.params.model_fields.items() if field.metadata]
        for name, check in CATALOGUE.items()
        if "attribute" in check.params.model_fields
    }
    assert [name for name, keys in marked.items() if "attribute" not in keys] == []


def test_names() -> None:
    """Names are found in parts of parameters too."""
    params = CATALOGUE["importance.attribution"].params.model_validate({"expected": ["a", "b (measured or not)"]})
    assert list(names_in(params)) == [("expected", "feature", "a"), ("expected", "feature", "b")]
