"""Catalogues of clauses: complete where they claim to be, dated, cited rightly, shown with what is not covered."""

from __future__ import annotations

import ast
import datetime
import re
from pathlib import Path

import pytest
from policies.test_catalogues import OWN, POLICY
from render.sample import sample

from auditor.app.lint import lint
from auditor.app.regulations import every
from auditor.checks import CATALOGUE
from auditor.loaders.policies import load_policy, shipped_policies
from auditor.loaders.regulations import shipped_instrument, shipped_names
from auditor.record import Record
from auditor.regulation import cited
from auditor.render.coverage import coverage_blocks
from auditor.render.html import render_html
from auditor.render.words import words

NAMES = shipped_names()
ROOT = Path(__file__).parents[2]
NEVER = ("compliant", "certified", "approved by")


@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_is_sound(name: str) -> None:
    """It is read; it is dated; what ended says when, and what was rescinded what came after, if anything did."""
    instrument = shipped_instrument(name)
    today = datetime.datetime.now(datetime.UTC).date()
    assert instrument.reviewed <= today
    assert instrument.source.startswith(("https://", "http://"))
    assert not (instrument.status == "rescinded" and instrument.until is None)
    assert instrument.superseded_by in ("", *NAMES)
    assert all(clause.until for clause in instrument.clauses if clause.status == "rescinded")
    assert {clause.superseded_by for clause in instrument.clauses} <= {
        "",
        *(clause.id for clause in instrument.clauses),
    }


@pytest.mark.parametrize(
    ("name", "clauses"), [("tripod-ai", 52), ("us-hti-1", 31), ("gmlp", 10), ("fda-transparency", 6), ("eu-ai-act", 80)]
)
def test_a_list_is_whole(name: str, clauses: int) -> None:
    """TRIPOD+AI has 52 sub-items, HTI-1 31 attributes, good practice 10 principles, the FDA's 6 questions."""
    assert clauses == len(shipped_instrument(name).clauses)


def test_the_ai_act_is_there_by_paragraph() -> None:
    """Articles 9 to 15 with every paragraph that the catalogue's note does not leave out, and Annex IV by number."""
    ids = [clause.id for clause in shipped_instrument("eu-ai-act").clauses]
    paragraphs = {
        9: range(1, 11),
        10: range(1, 7),
        11: (1, 2),
        12: (1, 2),
        13: (1, 2, 3),
        14: range(1, 5),
        15: (1, 3, 4, 5),
    }
    wanted = [f"art-{article}-{number}" for article, numbers in paragraphs.items() for number in numbers]
    wanted += [f"annex-iv-{number}" for number in range(1, 10)]
    assert [] == [one for one in wanted if not any(f"{known}-".startswith(f"{one}-") for known in ids)]


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_cites_what_holds_and_can_be_shown_so(name: str) -> None:
    """What does not hold any more is no reason for a requirement; what only a person states, no check covers."""
    loaded = load_policy(name, CATALOGUE)
    cites = {cite for requirement in loaded.policy.requirements for cite in requirement.cites}
    instruments = {name: shipped_instrument(name) for name in {cite.partition("/")[0] for cite in cites}}
    measured = {cite for requirement in loaded.policy.measured() for cite in requirement.cites}
    for cite in cites:
        found = cited(cite, instruments)
        assert found is not None
        assert found[0].standing(found[1]) != "rescinded", cite
        assert not (cite in measured and found[1].evidence == "attested"), cite


def test_what_was_read_long_ago_is_stale() -> None:
    """A year after its review."""
    instrument = shipped_instrument("gmlp")
    assert not instrument.stale(instrument.reviewed + datetime.timedelta(days=365))
    assert instrument.stale(instrument.reviewed + datetime.timedelta(days=366))


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("us-co-sb26-189", datetime.date(2026, 12, 31), "not yet"),
        ("us-co-sb26-189", datetime.date(2027, 1, 1), "in force"),
        ("eu-ai-act", datetime.date(2026, 7, 26), "not yet"),
        ("eu-ai-act", datetime.date(2026, 7, 27), "amended"),
        ("iso-tr-24027", datetime.date(2026, 12, 31), "unverified"),
        ("us-sr-11-7", datetime.date(2026, 12, 31), "rescinded"),
    ],
)
def test_a_status_is_that_of_a_day(name: str, day: datetime.date, expected: str) -> None:
    """What applies from later on is not in force yet; what was confirmed in no clause is unverified."""
    assert expected == shipped_instrument(name).status_on(day)


def test_the_list_says_the_status_of_today() -> None:
    """Of each instrument."""
    today = datetime.datetime.now(datetime.UTC).date()
    found = [line.split("  ")[0].strip() for line in every() if line[0] != " "]
    told = [line[19:31].strip() for line in every() if line[0] != " "]
    assert [(name, shipped_instrument(name).status_on(today)) for name in NAMES] == list(zip(found, told, strict=True))


@pytest.fixture(scope="module")
def page() -> str:
    record = sample()
    policy = record.policy.model_copy(update={"regulations": (shipped_instrument("eu-ai-act"),)})
    return render_html(Record.model_validate(record.model_copy(update={"policy": policy}).model_dump(by_alias=True)))


def test_the_report_lists_what_is_not_covered(page: str) -> None:
    """Every clause, with its requirement and status, or with what a person would have to state."""
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Clauses of regulations" in text
    assert "2 of 79 clauses are covered by a requirement of this policy" in text
    assert "Instructions for use come with the system The instructions." in text


def test_what_is_rescinded_is_not_counted(tmp_path: Path) -> None:
    """A cited clause that is gone covers nothing, by its own status or its instrument's; report and lint say so."""
    gone = "us-sr-11-7/IV, us-ecoa-reg-b/GONE"
    clause = next(one.id for one in shipped_instrument("us-ecoa-reg-b").clauses if one.status == "rescinded")
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY.replace("eu-ai-act/art-15-1", gone.replace("GONE", clause)))
    warned = lint([str(tmp_path / "own.yaml")])
    told = f"  warning: {tmp_path}/own.yaml:8:12: PERF-1 cites"
    assert [
        f"{told} us-sr-11-7/IV, which is rescinded and not counted; us-sr-26-2 took its place",
        f"{told} us-ecoa-reg-b/{clause}, which is rescinded and not counted",
    ] == warned[1:]
    text = covered("us-sr-11-7", "us-sr-11-7/IV")
    assert text[:2] == (
        "It was rescinded, so that none of its clauses is counted.",
        "Cited although rescinded, and not counted: Section IV.",
    )
    assert covered("us-ecoa-reg-b", f"us-ecoa-reg-b/{clause}")[0].startswith("0 of 6 clauses are covered")


def covered(name: str, cite: str) -> tuple[str, ...]:
    """The text about an instrument in the report on a policy whose first requirement cites one clause of it."""
    record = sample()
    first = record.findings[0]
    citing = first.model_copy(update={"requirement": first.requirement.model_copy(update={"cites": (cite,)})})
    policy = record.policy.model_copy(update={"regulations": (shipped_instrument(name),)})
    record = record.model_copy(update={"policy": policy, "findings": (citing,)})
    return tuple(str(one) for one in coverage_blocks(record, "9", words("en"))[0].text)


def said(file: Path) -> str:
    """What a file says: of a module its strings, which the program prints, and no names."""
    text = file.read_text("utf-8").lower()
    if file.suffix != ".py" or not any(word in text for word in NEVER):
        return text
    nodes = ast.walk(ast.parse(text))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize(
    "files",
    [
        *("policies/**/*.yaml", "templates/**/*.html", "auditor/**/*.py", "examples/**/*.*ml", "examples/**/*.md"),
        *("docs/**/*.md", "docs/*.json", "*.md"),
    ],
)
def test_nothing_says_that_anything_is_compliant(files: str) -> None:
    """Neither policies and catalogues, nor templates, nor what the program prints, nor the pages about it."""
    read = [file for file in ROOT.glob(files) if "node_modules" not in file.parts]
    assert read
    for word in NEVER:
        assert [] == [file.name for file in read if word in " ".join(said(file).split())], word


def test_no_page_says_that_anything_is_compliant(page: str) -> None:
    """A report neither, nor that it is a certificate."""
    assert [] == [word for word in (*NEVER, "certificate of") if word in page.lower()]
