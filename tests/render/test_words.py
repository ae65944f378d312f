"""Numbers, words and methods as a report prints them."""

from __future__ import annotations

import pytest
from records import a_record

from auditor.errors import WrittenFault
from auditor.estimate import Estimate, Exact
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.people import Attestation
from auditor.policy import Limit
from auditor.record import Judged
from auditor.render.findings import settling
from auditor.render.first import first_page
from auditor.render.hundred import of_a_hundred
from auditor.render.methods_told import gathered, mark
from auditor.render.numbers import digits_for, together
from auditor.render.plain import plain
from auditor.render.quantities import quantities
from auditor.render.telling import estimated
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
        (5.96e-7, None, "", "6.0e−7"),
        (-5.96e-7, 8, "EUR", "−6.0e−7\u00a0EUR"),
        (0.0, 9, "", "0"),
    ],
)
def test_number(value: float, digits: int | None, unit: str, printed: str) -> None:
    """Decimals as suit the number, a true minus, thin spaces between thousands, and never a negative zero."""
    assert printed == NUMBERS.number(value, digits, unit)


def test_interval_stays_on_one_line() -> None:
    """The ends of an interval are never parted by a line's end; an unbounded one is said."""
    assert "0.78 (0.76\u00a0to\u00a00.80)" == NUMBERS.estimate(0.78, 0.76, 0.8, 2)
    assert "−∞\u00a0to\u00a00.80" == NUMBERS.interval(None, 0.8, 2)


def test_no_interval_is_not_one_without_ends() -> None:
    """Where no interval can be made, what is possible stands in its place; the ends of none are told by nothing."""
    area = Meaning(title="Area", better="higher", low=0.0, high=1.0)
    judged = Judged(part="", value=1.0, low=None, high=None, level=0.95, n=90, method="t", status="inconclusive")
    assert "1.000 (no interval; 0\u00a0to\u00a01 is possible)" == estimated(judged, area, 3, WORDS)
    assert "1.000 (no interval)" == estimated(judged, None, 3, WORDS)
    assert "1.0 (0.5\u00a0to\u00a0∞)" == estimated(judged.model_copy(update={"low": 0.5}), area, 1, WORDS)


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("42.93 % of 12 h, 5 students", "42.93\u00a0% of 12\u00a0h, 5 students"),
        ("see Figure 3, Article 10, § 12", "see Figure\u00a03, Article\u00a010, §\u00a012"),
        ("n = 100 rows; Annex IV", "n\u00a0=\u00a0100 rows; Annex\u00a0IV"),
        ("Table of contents", "Table of contents"),
    ],
)
def test_a_number_stays_with_its_unit(given: str, printed: str) -> None:
    """No line ends between a number and its unit, or between a word and the number that belongs to it."""
    assert printed == together(given)


def test_ends_are_as_short_as_they_are_exact() -> None:
    """The ends of a range that was declared have no decimals that say nothing; those of an estimate keep theirs."""
    assert "0\u00a0to\u00a028" == NUMBERS.ends(0.0, 28.0)
    assert "0.03\u00a0to\u00a00.81" == NUMBERS.ends(0.03, 0.81)
    assert "0.640\u00a0to\u00a00.708" == NUMBERS.ends(0.6402, 0.7081)


@pytest.mark.parametrize(
    ("check", "quantity", "part", "value", "told"),
    [
        (
            "bias.equal_opportunity",
            "sensitivity_difference",
            "north − south",
            -0.307,
            "Of 100 with the outcome in each group, about 31 more are found in ‘south’ than in ‘north’.",
        ),
        ("bias.equal_opportunity", "sensitivity_difference", "north against the rest", 0.3, ""),
        ("bias.calibration", "slope_difference", "female − male", 0.1, ""),
        (
            "behavior.domain",
            "outside",
            "",
            0.004,
            "Of 100 rows, fewer than 1 are unlike those that the model was made from.",
        ),
        ("performance.threshold", "ppv", "urgent", 0.66, "Of 100 that it marks, about 66 have the outcome (urgent)."),
    ],
)
def test_of_a_hundred(check: str, quantity: str, part: str, value: float, told: str) -> None:
    """A number for who decides: told from the group that has more, and not at all where it would be a guess."""
    finding = a_record().findings[0]
    limit = Limit(quantity=quantity, at_most=1.0)
    requirement = finding.requirement.model_copy(update={"check": check, "limit": limit})
    judged = finding.judged[0].model_copy(update={"part": part, "value": value})
    changed = finding.model_copy(update={"requirement": requirement, "judged": (judged,)})
    assert told == of_a_hundred(changed, WORDS)


def test_digits_tell_a_number_from_its_limit() -> None:
    """A value just beside the limit is printed with as many decimals as show on which side it is."""
    assert 3 == digits_for([0.75], [0.7])
    assert 5 == digits_for([0.69996], [0.7])


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("8,999 rows", "8\u202f999 rows"),
        ("1,234,567", "1\u202f234\u202f567"),
        ("10,000 of 21,001, at random", "10\u202f000 of 21\u202f001, at random"),
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


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.71, "A-1: about 900 rows instead of 90 (b), if the value stayed as it is, would settle it."),
        (0.69, "A-1: about 900 rows instead of 90 (b), if the value stayed as it is, would settle it, as a fail."),
    ],
)
def test_what_more_rows_would_settle(value: float, told: str) -> None:
    """What lies outside of its limit is settled as a fail; another part than the one shown is called so."""
    judged = [
        Judged(part=part, value=value, low=0.6, high=0.8, level=0.95, n=90, method="t", status="inconclusive")
        for part in "ba"
    ]
    record = a_record({"A-1": "inconclusive"})
    asked = record.findings[0].requirement.model_copy(update={"limit": Limit(quantity="q", at_least=0.7)})
    changes = {"requirement": asked, "judged": tuple(judged), "needed": 900, "needed_in": "b"}
    one = record.findings[0].model_copy(update=changes)
    assert (told,) == first_page(record.model_copy(update={"findings": (one,)}), WORDS).change[:1]
    other = one.model_copy(update={"needed_in": "a"})
    assert "instead of 90 (a, the part that needs most), if" in settling(other, WORDS)


def test_a_reservation_stands_on_page_one() -> None:
    """A statement with a reservation is not counted as one without."""
    record = a_record({"A-1": "attested", "B-1": "attested"})
    reserved = Attestation.model_validate(
        {"requirement": "A-1", "name": "A", "role": "owner", "date": "2026-01-01", "expires": "2027-01-01"}
        | {"model_sha256": "a" * 64, "statement": "So it is.", "reservation": "Not for sole traders."}
    )
    told = []
    for count in range(3):
        findings = [
            one.model_copy(update={"attestation": reserved if at < count else None})
            for at, one in enumerate(record.findings)
        ]
        told.append(first_page(record.model_copy(update={"findings": tuple(findings)}), WORDS).sentence)
    assert "Of 2 requirements, 2 are attested." == told[0]
    assert "Of 2 requirements, 2 are attested (1 with reservation)." == told[1]
    assert "Of 2 requirements, 2 are attested, with reservation." == told[2]


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
