"""Groups: what is compared, what is shown, and what nobody can find out about a small one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from scipy import stats
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.checks.bias.charts import detectable
from auditor.checks.groups import Grouping, Groups
from auditor.dataset import Group
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Wilson
from auditor.facts import data_facts
from auditor.kernels.cells import UNKNOWN
from auditor.kernels.rates import rate
from auditor.measurement import Table
from auditor.sampling import Sampling

OPPORTUNITY = CATALOGUE["bias.equal_opportunity"]
SIZE = CATALOGUE["data.sample_size"]
WHOLE = ("bias.selection_rate", "bias.score_distance")


def regrouped(subject, **groups):
    """The subject with these groups: name -> (levels, codes)."""
    made = {name: Group(name, levels, np.asarray(codes)) for name, (levels, codes) in groups.items()}
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups=made))


def sized(*counts, names="abcdefgh", **asked):
    """A subject whose group 'letter' has levels of these sizes; the last count is of unknown values."""
    codes = np.concatenate([np.full(count, code) for code, count in enumerate(counts)])
    codes[codes == len(counts) - 1] = -1
    codes = np.random.default_rng(5).permutation(codes)
    return regrouped(make_subject(n=len(codes), **asked), letter=(tuple(names[: len(counts) - 1]), codes))


def among(subject, **asked):
    return Groups.of(subject, Grouping(**{"attribute": "letter", **asked})).among()


@pytest.mark.parametrize("small", range(1, 10))
def test_one_small_group_cannot_be_had_by_subtraction(small):
    """Whatever the size of a single suppressed group, the shown sizes add up to the same, for every seed."""
    subject = sized(400 - small, 200, small, 0)
    found = among(subject)
    assert list(found.suppressed) == ["c"]
    assert int(found.rows["b"].sum()) == 200, "the largest gives, which it costs least"
    given = 600 - sum(int(rows.sum()) for rows in found.rows.values())
    events = float(subject.test.y[subject.test.groups["letter"].codes != 1].mean())
    assert given == np.ceil(20 / min(events, 1 - events))
    again = among(dataclasses.replace(subject, seed=7))
    assert (again.rows["a"] == found.rows["a"]).all(), "the mean over seeds would give the small one away"


def test_where_no_group_can_give_one_more_is_hidden():
    """Where setting rows aside would make another group small, all of it is withheld, with the reason."""
    found = among(sized(25, 24, 4, 0))
    assert {name: why.split(",")[0] for name, why in found.suppressed.items()} == {
        "b": "suppressed",
        "c": "fewer than 10 rows; suppressed",
    }
    assert [int(rows.sum()) for rows in found.rows.values()] == [25]


def test_small_groups_that_hide_one_another_cost_nothing():
    """Three suppressed groups of together 20 rows or more leave the others whole, where no outcome can be split off."""
    found = among(sized(200, 100, 8, 7, 6, 0, task="regression"))
    assert {name: int(rows.sum()) for name, rows in found.rows.items()} == {"a": 200, "b": 100}


def test_a_level_without_rows_is_no_secret():
    """What the specification declares and the data do not have is unmeasured, and costs no row."""
    subject = sized(100, 100, 0, 0)
    found = among(subject)
    assert list(found.suppressed) == ["c"]
    assert sum(int(rows.sum()) for rows in found.rows.values()) == 200


def test_unknown_values_are_shown_not_compared():
    """Rows without a value get a line of their own in the table, and take part in no comparison."""
    subject = sized(300, 300, 60)
    found = among(subject)
    assert int(found.aside[UNKNOWN].sum()) == 60
    measured = run(OPPORTUNITY, subject, attribute="letter")
    assert list(measured.quantities["sensitivity"].parts) == ["a", "b"]
    assert [row[0] for row in measured.shown[0].rows] == ["a", "b", f"{UNKNOWN} (not compared)"]
    assert any("unknown in" in note for note in measured.notes)


def test_combinations_of_attributes():
    """A list of attributes is each combination that occurs; a level is left out of all of its combinations."""
    subject = make_subject(n=400)
    both = Groups.of(subject, Grouping(attribute=("sex", "region"), leave_out=("south",))).among()
    sex, region = (subject.test.groups[name].codes for name in ("sex", "region"))
    assert list(both.rows) == [f"{s} × {r}" for s in ("female", "male") for r in ("north", "east")]
    assert (both.rows["male × east"] == ((sex == 1) & (region == 1))).all()
    assert (both.aside[UNKNOWN] == (region < 0)).all()
    assert list(both.aside) == ["female × south", "male × south", UNKNOWN]


def test_a_small_combination_does_not_follow_from_those_of_one_attribute():
    """Women less those of the regions that are told: many, and not the few who are withheld."""
    subject = make_subject(n=1200)
    sex, region = np.repeat([0, 1], 600), np.arange(1200) % 3
    region[np.flatnonzero((sex == 0) & (region == 2))[4:]] = 1
    subject = regrouped(subject, sex=(("f", "m"), sex), region=(("n", "e", "s"), region))
    both = Groups.of(subject, Grouping(attribute=("sex", "region")))
    assert list(both.among().suppressed) == ["f × s"]
    for found in (both.among(), both.by_outcome()):
        kept = {name: int(rows.sum()) for name, rows in found.rows.items()}
        assert 600 - kept["f × n"] - kept["f × e"] >= 40
        assert 200 - kept["m × s"] >= 10
    assert any("every combination" in note for note in both.among().notes)


def test_what_is_not_there_is_refused():
    """An attribute or a level that the data do not have is told with what they have."""
    subject = make_subject(n=50)
    with pytest.raises(NotApplicable, match="no group 'race'; they have: sex, region"):
        Groups.of(subject, Grouping(attribute=("sex", "race")))
    with pytest.raises(NotApplicable, match="'sex' has no level other"):
        Groups.of(subject, Grouping(attribute="sex", leave_out=("other",)))


BY_GROUP = (
    "bias.equal_opportunity",
    "bias.equalised_odds",
    "bias.discrimination",
    "bias.calibration",
    "bias.predictive_parity",
    "bias.selection_rate",
    "bias.score_distance",
)


def shown_rows(subject):
    """Check, title of the table, outcome -> group -> rows: every number of rows that a check shows of a group."""
    found = {}
    for check in BY_GROUP:
        for table in run(CATALOGUE[check], subject, attribute="letter").shown:
            if isinstance(table, Table) and len(table.columns) == 5:
                for name, count, *_ in table.rows:
                    outcome, _, level = name.removesuffix(" (not compared)").rpartition(": ")
                    if count is not None:
                        found.setdefault((check, table.title, outcome), {})[level] = count
    return found


@pytest.mark.parametrize(("blank", "few"), [(50, 4), (12, 4), (12, 10), (30, 28), (6, 3)])
def test_no_small_number_follows_from_all_that_is_shown(blank, few):
    """Of those of unknown group few have the outcome, or lack it: subtract what you like, and 20 are left or none."""
    subject = sized(230, 170, blank)
    codes = subject.test.groups["letter"].codes
    event = np.random.default_rng(few).random(len(codes)) < 0.4
    event[np.flatnonzero(codes < 0)] = np.arange(blank) < few
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=event.astype(float)))
    totals = {"": len(codes), "false positives": int((~event).sum()), "false negatives": int(event.sum())}
    shown = shown_rows(subject)
    left = []
    for (check, title, outcome), rows in shown.items():
        total = totals["false negatives"] if check == "bias.equal_opportunity" else totals.get(outcome, 0)
        if check != "bias.predictive_parity":
            left.append((total - sum(rows.values()), check, title, rows))
    assert not [one for one in left if one[0] != 0 and one[0] < 20]
    everyone = shown["bias.selection_rate", "Selection rate by letter: table", ""]
    facts = data_facts(subject, "", "", (), ()).groups[0]
    told = {**facts.rows, UNKNOWN: facts.unknown}
    assert all(count in (None, everyone.get(level)) for level, count in told.items())
    counts = {name: part.value for name, part in run(SIZE, subject).quantities["events_by_group"].parts.items()}
    with_it = shown["bias.equal_opportunity", "Sensitivity by letter: table", ""]
    assert counts == {f"letter: {level}": count for level, count in with_it.items() if level != UNKNOWN}
    split = {level for key, rows in shown.items() if key[0] not in WHOLE for level in rows}
    assert (UNKNOWN in split) == (min(few, blank - few) >= 10)


@pytest.mark.parametrize("per", [1, 3])
@pytest.mark.parametrize("compare", ["pairs", "rest"])
def test_differences_are_those_of_the_sampling(per, compare):
    """Each difference and its interval is what `Sampling.difference` gives; correlations are those of influences."""
    subject = make_subject(n=900, rows_per_entity=per)
    quantity = run(OPPORTUNITY, subject, attribute="region", compare=compare).quantities["sensitivity_difference"]
    data, codes = subject.test, subject.test.groups["region"].codes
    found = subject.score(subject.block(data)) >= 0.3
    event, sampling = data.y == 1, Sampling.of(data)
    masks = {name: event & (codes == code) for code, name in enumerate(("north", "east", "south"))}
    if compare == "pairs":
        sides = [(masks[a], masks[b]) for a, b in (("north", "east"), ("north", "south"), ("east", "south"))]
    else:
        sides = [(mask, event & (codes >= 0) & ~mask) for mask in masks.values()]
    expected = [sampling.difference(found, one, other) for one, other in sides]
    for estimate, oracle in zip(quantity.parts.values(), expected, strict=True):
        assert estimate.interval(0.95) == pytest.approx(oracle.interval(0.95), abs=1e-12)
        assert (estimate.n, estimate.entities) == (oracle.n, oracle.entities)
    influences = [rate(found, one).influence - rate(found, other).influence for one, other in sides]
    assert np.allclose(quantity.correlation, sampling.correlation(influences), atol=1e-9)


def test_detectable_difference_has_the_power_it_states():
    """A true difference of that size is found, by an interval that leaves out zero, in 80 % of samples."""
    rng, n = np.random.default_rng(1), 400

    def drawn(p):
        return Estimate(value=rng.binomial(n, p) / n, n=n, method="Wilson", spread=Wilson(size=n))

    even = [Estimate(value=0.5, n=n, method="Wilson", spread=Wilson(size=n)) for _ in range(2)]
    gap = detectable(even[0], even[1:])
    pairs = [(drawn(0.5 + gap / 2), drawn(0.5 - gap / 2)) for _ in range(2000)]
    error = np.sqrt([(a.value * (1 - a.value) + b.value * (1 - b.value)) / n for a, b in pairs])
    power = np.mean([a.value - b.value > stats.norm.ppf(0.975) * e for (a, b), e in zip(pairs, error, strict=True)])
    assert power == pytest.approx(0.8, abs=0.03)
    assert detectable(even[0], []) is None
