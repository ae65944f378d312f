"""Catalogues of an institution's own, and citations: held to what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.app.lint import lint
from auditor.app.regulations import one
from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.policies import load_policy

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
    rationale: ours
"""


def test_an_own_catalogue_can_be_cited(tmp_path: Path) -> None:
    """Beside the shipped ones; the record keeps what is cited and nothing else."""
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY)
    loaded = load_policy("own.yaml", CATALOGUE, tmp_path)
    assert {"our-rules", "eu-ai-act"} == {one.instrument for one in loaded.facts.regulations}


def test_a_catalogue_is_called_as_its_file(tmp_path: Path) -> None:
    """Else it is refused, at the line that names it."""
    (tmp_path / "our-rules.yaml").write_text("# ours\n" + OWN.replace("our-rules", "house-rules"))
    (tmp_path / "own.yaml").write_text(POLICY)
    with pytest.raises(WrittenFault, match="of another name") as caught:
        load_policy("own.yaml", CATALOGUE, tmp_path)
    assert [f"{tmp_path}/our-rules.yaml:2:13"] == [problem.where for problem in caught.value.problems]


def test_two_catalogues_of_one_name_are_refused(tmp_path: Path) -> None:
    """Or an overlay could cut its group's rules; the same catalogue may stand in both."""
    (tmp_path / "two").mkdir()
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "two" / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY.replace("[our-rules.yaml]", "[our-rules.yaml, two/our-rules.yaml]"))
    load_policy("own.yaml", CATALOGUE, tmp_path)
    (tmp_path / "two" / "our-rules.yaml").write_text(OWN.replace("Ranked well", "Anything"))
    with pytest.raises(WrittenFault, match="another catalogue") as caught:
        load_policy("own.yaml", CATALOGUE, tmp_path)
    assert [f"{tmp_path}/own.yaml:4:30"] == [problem.where for problem in caught.value.problems]


def test_a_catalogue_does_not_take_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    """Or a policy could cut a regulation to the clauses that it covers."""
    (tmp_path / "eu-ai-act.yaml").write_text(OWN.replace("our-rules", "eu-ai-act"))
    (tmp_path / "own.yaml").write_text(POLICY.replace("[our-rules.yaml]", "[eu-ai-act.yaml]"))
    with pytest.raises(WrittenFault, match=r"own.yaml:4:14: 'eu-ai-act' is the name of a catalogue that comes with"):
        load_policy("own.yaml", CATALOGUE, tmp_path)


@pytest.mark.parametrize(
    ("cite", "told"),
    [
        ("eu-ai-act/art-15-11", "there is no clause 'eu-ai-act/art-15-11'\n    Did you mean 'eu-ai-act/art-15-1'?"),
        ("eu-aiact/art-15-1", "there is no clause 'eu-aiact/art-15-1'\n    Did you mean 'eu-ai-act/art-15-1'?"),
        ("eu-aiact/9", "there is no clause 'eu-aiact/9'\n    Did you mean 'eu-ai-act'?"),
        ("our-rules/4", "there is no clause 'our-rules/4'\n    `auditor regulations our-rules.yaml` lists its"),
    ],
)
def test_a_clause_that_does_not_exist_is_refused(tmp_path: Path, cite: str, told: str) -> None:
    """With its place and the nearest one that does."""
    (tmp_path / "our-rules.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text(POLICY.replace("eu-ai-act/art-15-1", cite))
    with pytest.raises(WrittenFault) as caught:
        load_policy("own.yaml", CATALOGUE, tmp_path)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path}/own.yaml:8:28: {told}")


def test_a_catalogue_of_a_banks_own_is_listed_and_linted(tmp_path: Path) -> None:
    """By its path, with the fault's place; `policy lint` warns once of a catalogue that nobody has read for a year."""
    own = tmp_path / "our-rules.yaml"
    own.write_text(OWN.replace("reviewed: 2026", "reviewed: 2024"))
    stale = "last reviewed on 2024-01-01, more than a year ago; read it before you rely on it"
    told = [*one(str(own))]
    assert ("our-rules: Our rules", f"  warning: {stale}") == (told[0], told[3])
    assert "our-rules/4.2  4.2: Ranked well" in told
    second = POLICY.partition("requirements:\n")[2].replace("PERF-1", "PERF-2")
    (tmp_path / "own.yaml").write_text(POLICY + second)
    (warned,) = lint([str(tmp_path / "own.yaml")])[1:]
    assert f"  warning: {tmp_path}/own.yaml:8:12: PERF-1 cites our-rules/4.2, and our-rules was {stale}" == warned
    own.write_text(OWN.replace("status: in force", "status: in forse"))
    with pytest.raises(WrittenFault, match=r"our-rules.yaml:4:9: .*in forse"):
        [*one(str(own))]
