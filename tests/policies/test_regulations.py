"""Catalogues of clauses: complete where they claim to be, dated, cited rightly, shown with what is not covered."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from render.sample import sample

from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.policies import load_policy, shipped_policies
from auditor.loaders.regulations import shipped_instrument, shipped_names
from auditor.record import Record
from auditor.regulation import cited
from auditor.render.html import render_html

NAMES = shipped_names()
OWN = """instrument: our-rules
title: Our rules
jurisdiction: Our bank
status: in force
from: 2026-01-01
source: https://intranet.example/rules
reviewed: 2026-01-01
clauses:
  - {id: "4.2", clause: "4.2", title: Ranked well, evidence: measured, tool: AUROC., person: Why.}
"""
POLICY = """policy: own
version: 1
title: t
catalogues: [our-rules.yaml]
requirements:
  - id: PERF-1
    text: ranked
    cites: [our-rules/4.2, eu-ai-act/art-15-1]
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.7}
    severity: major
"""


@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_is_sound(name: str) -> None:
    """It is read; it is dated; what ended says when, and what was rescinded what came after, if anything did."""
    instrument = shipped_instrument(name)
    today = datetime.datetime.now(datetime.UTC).date()
    assert instrument.reviewed <= today
    assert not (instrument.status == "rescinded" and instrument.until is None)
    assert instrument.superseded_by in ("", *NAMES)
    assert all(clause.until for clause in instrument.clauses if clause.status == "rescinded")


@pytest.mark.parametrize(
    ("name", "clauses"), [("tripod-ai", 52), ("us-hti-1", 31), ("gmlp", 10), ("fda-transparency", 6)]
)
def test_a_list_is_whole(name: str, clauses: int) -> None:
    """TRIPOD+AI has 52 sub-items, HTI-1 31 attributes, good practice 10 principles, the FDA's 6 questions."""
    assert clauses == len(shipped_instrument(name).clauses)


@pytest.mark.parametrize("name", shipped_policies())
def test_no_shipped_policy_cites_what_is_rescinded(name: str) -> None:
    """What does not hold any more is no reason for a requirement."""
    loaded = load_policy(name, CATALOGUE)
    cites = {cite for requirement in loaded.policy.requirements for cite in requirement.cites}
    instruments = {name: shipped_instrument(name) for name in {cite.partition("/")[0] for cite in cites}}
    for cite in cites:
        found = cited(cite, instruments)
        assert found is not None
        assert found[0].standing(found[1]) != "rescinded", cite


def test_an_own_catalogue_can_be_cited(tmp_path: Path) -> None:
    """Beside the shipped ones; the record keeps what is cited and nothing else."""
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY)
    loaded = load_policy("own.yaml", CATALOGUE, tmp_path)
    assert {"our-rules", "eu-ai-act"} == {one.instrument for one in loaded.facts.regulations}


@pytest.mark.parametrize(
    ("cite", "told"),
    [
        ("eu-ai-act/art-15-11", "there is no clause 'eu-ai-act/art-15-11'\n    Did you mean 'eu-ai-act/art-15-1'?"),
        ("eu-aiact/art-15-1", "there is no clause 'eu-aiact/art-15-1'\n    Did you mean 'eu-ai-act'?"),
    ],
)
def test_a_clause_that_does_not_exist_is_refused(tmp_path: Path, cite: str, told: str) -> None:
    """With its place and the nearest one that does."""
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY.replace("eu-ai-act/art-15-1", cite))
    with pytest.raises(WrittenFault) as caught:
        load_policy("own.yaml", CATALOGUE, tmp_path)
    assert [f"{tmp_path}/own.yaml:8:28: {told}"] == [str(problem) for problem in caught.value.problems]


def test_what_was_read_long_ago_is_stale() -> None:
    """A year after its review."""
    instrument = shipped_instrument("gmlp")
    assert not instrument.stale(instrument.reviewed + datetime.timedelta(days=365))
    assert instrument.stale(instrument.reviewed + datetime.timedelta(days=366))


@pytest.fixture(scope="module")
def page() -> str:
    record = sample()
    policy = record.policy.model_copy(update={"regulations": (shipped_instrument("eu-ai-act"),)})
    return render_html(Record.model_validate(record.model_copy(update={"policy": policy}).model_dump(by_alias=True)))


def test_the_report_lists_what_is_not_covered(page: str) -> None:
    """Every clause, with its requirement and status, or with what a person would have to state."""
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Clauses of regulations" in text
    assert "2 of 25 clauses are covered by a requirement of this policy" in text
    assert "Oversee the system Measures, competence, authority to overrule." in text.replace(
        "People can oversee", "Oversee"
    )


def test_no_page_says_that_anything_is_compliant(page: str) -> None:
    """Neither the templates' words nor the program's."""
    root = Path(__file__).parents[2]
    written = [
        page,
        *(file.read_text("utf-8") for file in [*root.glob("policies/**/*.yaml"), *root.glob("templates/**/*.html")]),
    ]
    for word in ("compliant", "certified", "approved by", "certificate of"):
        assert not [one for one in written if word in one.lower()], word
