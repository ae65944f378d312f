"""Numbers, words and methods as a report prints them."""

from __future__ import annotations

import pytest
from records import a_record

from auditor.errors import WrittenFault
from auditor.estimate import Estimate, Exact
from auditor.measurement import Measurement, Quantity
from auditor.render.first import first_page
from auditor.render.methods_told import gathered, mark
from auditor.render.numbers import digits_for
from auditor.render.plain import plain
from auditor.render.quantities import quantities
from auditor.render.words import translations, words

WORDS = words("en")
NUMBERS = WORDS.numbers


@pytest.mark.parametrize(
    ("value", "digits", "unit", "printed"),
    [
        (0.78123, None, "", "0.781"),
        (-0.0004, 3, "", "0.000"),
        (-1234.5, 2, "EUR", "−1\u202f234.50\u00a0EUR"),
        (0.00031, None, "", "0.00031"),
        (12.5, None, "%", "12.50%"),
    ],
)
def test_number(value: float, digits: int | None, unit: str, printed: str) -> None:
    """Decimals as suit the number, a true minus, thin spaces between thousands, and never a negative zero."""
    assert printed == NUMBERS.number(value, digits, unit)


def test_interval_stays_on_one_line() -> None:
    """The ends of an interval are never parted by a line's end; an unbounded one is said."""
    assert "0.78 (0.76\u00a0to\u00a00.80)" == NUMBERS.estimate(0.78, 0.76, 0.8, 2)
    assert "−∞\u00a0to\u00a00.80" == NUMBERS.interval(None, 0.8, 2)


def test_digits_tell_a_number_from_its_limit() -> None:
    """A value just beside the limit is printed with as many decimals as show on which side it is."""
    assert 3 == digits_for([0.75], [0.7])
    assert 5 == digits_for([0.69996], [0.7])


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("8,999 rows", "8\u202f999 rows"),
        ("1,234,567", "1\u202f234\u202f567"),
        ("1,2,3 and 0,999", "1,2,3 and 0\u202f999"),
        ("values 1,000.5", "values 1,000.5"),
    ],
)
def test_numbers_in_words_of_checks(written: str, printed: str) -> None:
    """Thousands in the words of a program are set as the report's own; lists and decimals are left alone."""
    assert printed == NUMBERS.regrouped(written)


def test_methods_are_told_once() -> None:
    """Methods that differ in their degrees of freedom only are one, with the range of them."""
    one, other, third = (
        "Wilson, t with 1.18e+03 degrees of freedom (4133 entities)",
        "Wilson, t with 65.6 degrees of freedom (851 entities)",
        "a count",
    )
    told = "Wilson; by entities, t with 66 to 1\u202f180 degrees of freedom"
    assert {one: told, other: told, third: third} == gathered([one, other, third], WORDS)


def test_methods_without_clusters_are_told_once() -> None:
    """The same where the method names no entities."""
    given = ["DeLong, t with 189 degrees of freedom", "DeLong, t with 6.84 degrees of freedom"]
    assert {"DeLong, t with 7 to 189 degrees of freedom"} == set(gathered(given, WORDS).values())


def test_marks_never_run_out() -> None:
    """After the alphabet, two letters."""
    assert ["(a)", "(z)", "(aa)", "(az)", "(ba)"] == [mark(at) for at in (0, 25, 26, 51, 52)]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("payment", "payment"),
        ("a\u202eb", "a\\u202eb"),
        ("\x00", "\\u0000"),
        ("额度", "额度"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_plain(name: str, printed: str) -> None:
    """What cannot be seen, or turns other characters around, is spelled out; other scripts stay."""
    assert printed == plain(name)


def test_what_would_change_it() -> None:
    """The first page names the blockers that keep a FAIL, and what else has to happen before a PASS."""
    page = first_page(a_record({"A-1": "fail", "B-1": "open", "C-1": "pass"}), WORDS)
    assert "It stays FAIL until these blockers meet their limits: A-1." == page.change[0]
    assert "Of 3 requirements, 1 failed, 1 awaits a person’s statement and 1 passed." == page.sentence


def test_pass_holds_for_these_files_only() -> None:
    """A pass says what it is bound to."""
    assert "Another model file" in first_page(a_record(), WORDS).change[0]


def test_unknown_language() -> None:
    """A language without a catalogue is refused, with those that there are."""
    with pytest.raises(WrittenFault, match="no words in 'xx'"):
        words("xx")


def test_catalogue() -> None:
    """A catalogue as a translator writes it changes the words; what it leaves out stays English."""
    told = translations(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Pass"\nmsgstr "通过"\n'.encode()
    )
    assert ["通过", "Fail"] == [told.gettext("Pass"), told.gettext("Fail")]


def test_many_that_are_alike_are_one_row() -> None:
    """Counts that are the same for every part take one row; one that differs brings all of them back."""
    entry = a_record().measured["performance.discrimination"]

    def rows(last: float) -> list[str]:
        parts = {
            f"f{i}": Estimate(value=0.0 if i < 5 else last, n=100 + i, method="a count", spread=Exact())
            for i in range(6)
        }
        measurement = Measurement(quantities={"auroc": Quantity(parts=parts)})
        (grid,) = quantities(entry.model_copy(update={"measurement": measurement}), 0.95, (), WORDS)
        return [str(row[0]) for row in grid.rows]

    assert ["each of 6; n is the least"] == rows(0.0)
    assert ["f0", "f1", "f2", "f3", "f4", "f5"] == rows(1.0)
