"""Plausible ranges and units."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from spoiled import ranged
from subjects import make_subject

from auditor.checks.data import ranges
from auditor.checks.data.units import slips
from auditor.dataset import Feature
from auditor.render.families import _cell
from auditor.render.words import words
from auditor.subject import Subject

SMALL = {"n": 200, "reference": 200}


def values(subject: Subject, name: str, **params: object) -> dict[str, float]:
    quantity = run(ranges.measure, subject, **params).quantities[name]
    return {part: estimate.value for part, estimate in quantity.parts.items()}


def with_lactate(subject: Subject, change) -> Subject:
    """The test data with another column of lactate."""
    cells = subject.test.values.copy()
    cells[:, 1] = change(cells[:, 1])
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, values=cells))


def test_share_outside_the_declared_range():
    """30 of 1,200 measured cells are outside, so the share is exactly that; each feature and data set has its own."""

    def change(column):
        column = column.copy()
        column[:30] = 99.0
        return column

    outside = values(with_lactate(ranged(make_subject(**SMALL)), change), "outside")
    assert outside.pop("lactate") == 30 / 1200
    assert set(outside) == {
        *("heart rate", "sodium", "age"),
        *(f"{name} (reference)" for name in ("heart rate", "lactate", "sodium", "age")),
    }
    assert set(outside.values()) == {0.0}


def test_cells_that_are_not_measured_do_not_count():
    """Of 600 cells that are measured 6 are outside: 1 %."""

    def change(column):
        column = column.copy()
        column[:600], column[600:606] = np.nan, 99.0
        return column

    assert values(with_lactate(ranged(make_subject(**SMALL)), change), "outside")["lactate"] == 0.01


def test_infinite_cells_are_counted():
    """Each of them, in sequences and in static features."""
    subject = with_lactate(make_subject(**SMALL), lambda column: np.where(np.arange(len(column)) < 3, np.inf, column))
    static = subject.test.static.copy()
    static[0] = -np.inf
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, static=static))
    assert values(subject, "nonfinite") == {"": 4.0}


@pytest.mark.parametrize(
    ("unit", "factor", "offset", "name"),
    [
        ("°C", 1.8, 32.0, "in °F"),
        ("°C", 1.0, 273.15, "in K"),
        ("kg", 2.204623, 0.0, "in lb"),
        ("mmol/L", 1000.0, 0.0, "1,000 times too large"),
        ("mmol/L", -1.0, 0.0, "of the opposite sign"),
    ],
)
def test_a_slip_of_unit_is_named(unit, factor, offset, name):
    """Values between 36 and 38 that were written in another unit are told as such, where no range is declared too."""
    rng = np.random.default_rng(0)
    true, reference = rng.uniform(36, 38, 1000), rng.uniform(36, 38, 1000)
    feature = Feature("f", unit=unit)
    usual = ranges._usual(feature, reference)
    checked = ranges._checked(feature, factor * true + offset, usual, compared=True, showable=True)
    assert checked.slip == name
    assert checked.other == pytest.approx(0.9, abs=0.03)  # the middle 90 % of the reference looks right
    sound = ranges._checked(feature, true, usual, compared=True, showable=True)
    assert sound.other == 0.0


def test_undoing_a_slip_gives_the_true_value():
    """Water freezes at 32 °F and 273.15 K; a body is 37 °C or 98.6 °F."""
    undone = {slip.name: slip.undone for slip in slips(Feature("f", unit="°C"))}
    assert undone["in °F"](np.array([32.0, 98.6])) == pytest.approx([0.0, 37.0])
    assert undone["in K"](np.array([273.15])) == pytest.approx([0.0])
    undone = {slip.name: slip.undone for slip in slips(Feature("f", unit="°F"))}
    assert undone["in °C"](np.array([0.0, 37.0])) == pytest.approx([32.0, 98.6])
    assert undone["in K"](np.array([273.15])) == pytest.approx([32.0])


def test_without_range_and_reference_nothing_is_claimed():
    """A feature without a declared range has no share outside, and without a reference no suspicion: with reasons."""
    quantities = run(ranges.measure, make_subject(n=200, reference=0)).quantities
    assert quantities["outside"].parts == {}
    assert quantities["outside"].unmeasured["lactate"] == "no plausible range is declared with the data"
    assert set(quantities["other_unit"].unmeasured) == {"heart rate", "lactate", "sodium", "age"}


def test_lines_that_rows_share_count_once():
    """Ten windows over the same lines hold the cells of these lines, once."""
    subject = ranged(make_subject(**SMALL))
    lines = len(subject.test.values)
    starts = np.arange(200) * 5
    test = dataclasses.replace(subject.test, starts=starts, stops=np.minimum(starts + 10, lines))
    quantity = run(ranges.measure, dataclasses.replace(subject, test=test)).quantities["outside"]
    assert quantity.parts["lactate"].n == 1005


def test_ranges_are_told_with_the_decimals_that_suit_each_feature():
    """Creatinine in mol/L and platelets in one table: neither is rounded away, neither has idle decimals."""
    columns = run(ranges.measure, make_subject(spoiled="ranged")).shown[0].columns
    column = next(one for one in columns if one.digits is None)
    printed = [_cell(ends, column, words("en")) for ends in ((0.00004, 0.0012), (150.0, 20000.0), (None, 9.0))]
    assert printed == ["0.0000\xa0to\xa00.0012", "150\xa0to\xa020\u202f000", "−∞\xa0to\xa09"]
