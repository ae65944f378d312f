"""`auditor explain`, and the pages that `run` writes below restricted/."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from auditor.app.explain import SALT

REASONS = """\
reasons: tiny
language: en
features:
  a: {code: A, up: What you told us first was high compared with others.}
  b: {code: B, up: Other reasons., down: What you told us second was low compared with others.}
"""
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def told(order):
    """The order with a file of reasons and two rows of each choice."""
    (order.parent / "reasons.yaml").write_text(REASONS)
    order.write_text(order.read_text() + "explanations: {rows: 2, reasons: reasons.yaml}\n")
    return order


def scores_of(order):
    lines = (order.parent / "test.csv").read_text().splitlines()[1:]
    x = np.array([[float(cell) for cell in line.split(",")[1:7]] for line in lines])
    return 1 / (1 + np.exp(-x.mean(1) * 3))


def test_one_entity(told, model, call, tmp_path):
    """A page, its JSON and a letter of the one who is named; the score, its sum and the course are right."""
    scores = scores_of(told)
    who = int(np.argmax(scores))
    done = call("explain", told, "--entity", who, "--out", tmp_path / "out", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert "at or above the threshold of 50.0" in done.out
    made = json.loads((tmp_path / "out" / "row-1.json").read_text())
    assert made["score"] == pytest.approx(scores[who], abs=1e-6)
    summed = made["base"] + sum(push["value"] for push in made["pushes"]) + made["rest"]
    assert summed == pytest.approx(made["score"], abs=1e-9)
    assert abs(made["rest"]) < 1e-3
    assert [len(course["values"]) for course in made["courses"]] == [3, 3]
    assert made["case"] == str(who)
    assert model.closed
    page = (tmp_path / "out" / "row-1.html").read_text()
    for title in ("What moved the score", "When it moved the score", "What would have turned the decision", "Similar"):
        assert title in page
    assert sorted(file.name for file in (tmp_path / "out").iterdir())== [
        "row-1-letter.html", "row-1-letter.pdf", "row-1.html", "row-1.json",
    ]  # fmt: skip


def test_the_counterfactual_turns_the_decision(told, model, call, tmp_path):
    """What the page says would have turned the decision is scored again by the formula, and does."""
    scores = scores_of(told)
    who = int(np.argsort(np.where(scores > 0.5, scores, 9))[3])
    assert call("explain", told, "--entity", who, "--out", tmp_path / "out", "--quiet").code == 0
    made = json.loads((tmp_path / "out" / "row-1.json").read_text())
    values = np.array([course["values"] for course in made["courses"]])
    for change in made["otherwise"]["changes"]:
        at = ["a", "b"].index(change["of"]["name"])
        assert values[at, 3 - change["step"]] == pytest.approx(change["before"])
        values[at, 3 - change["step"]] = change["after"]
    score = 1 / (1 + np.exp(-values.mean() * 3))
    assert score < 0.5
    assert score == pytest.approx(made["otherwise"]["score"], abs=1e-6)


def test_a_letter_only_where_every_reason_has_its_sentence(told, model, call, tmp_path):
    """Without a sentence for a principal reason no letter is written, and the page says why; a vague one is flagged."""
    (told.parent / "reasons.yaml").write_text(REASONS.replace("  a: {", "  a: {down: no, code: A2}\n  b2: {", 1))
    assert call("explain", told, "--entity", 0, "--quiet").code == 2
    (told.parent / "reasons.yaml").write_text(
        "\n".join(REASONS.splitlines()[:3]) + "\n  b: {code: B, up: Other reasons.}\n"
    )
    who = int(np.argmax(scores_of(told)))
    assert call("explain", told, "--entity", who, "--out", tmp_path / "out", "--quiet").code == 0
    page = (tmp_path / "out" / "row-1.html").read_text()
    assert not (tmp_path / "out" / "row-1-letter.html").exists()
    assert "No letter was written: a principal reason has no sentence." in page
    assert "vague" in page


def test_who_is_not_there(told, model, call):
    """A name that the data do not have, or data without names: told with the column, and nothing is written."""
    done = call("explain", told, "--entity", "nobody", "--quiet")
    assert done.code == 2
    assert "no line of the data has 'nobody' in the column 'id'" in done.err
    spec = told.parent / "dataset.yaml"
    spec.write_text(spec.read_text().replace("entity: id\n", ""))
    done = call("explain", told, "--entity", "1", "--quiet")
    assert done.code == 2
    assert "the data specification names no entity" in done.err
    assert not list(told.parent.parent.glob("reports/*"))


def test_faults_of_the_reasons_file(told, call):
    """Every fault with file, line and column: a feature that is not there, none of both sentences, an unknown key."""
    (told.parent / "reasons.yaml").write_text("reasons: r\nlanguage: en\nfeatures:\n  c: {code: C, up: u}\n")
    done = call("explain", told, "--entity", "1")
    assert done.code == 2
    assert "reasons.yaml:4:3: the data have no feature 'c'" in done.err
    (told.parent / "reasons.yaml").write_text("reasons: r\nlanguage: en\nfeatures:\n  a: {code: C}\nother: 1\n")
    done = call("explain", told, "--entity", "1")
    assert "reasons.yaml:4:6: a feature has a sentence for up, for down, or for both" in done.err
    assert "reasons.yaml:5:1: unknown key 'other'" in done.err
    (told.parent / "reasons.yaml").unlink()
    done = call("explain", told, "--entity", "1")
    assert "there is no file 'reasons.yaml'" in done.err


def test_run_writes_chosen_rows_under_salted_names(told, model, reports, call, tmp_path, monkeypatch):
    """The same salt gives the same names, another one others; no name of the files is in a page or the record."""
    told.write_text(told.read_text().replace("{rows: 2,", "{choose: [worst_errors, borderline], rows: 1,"))
    made = {}
    for out, salt in (("one", "x" * 16), ("two", "x" * 16), ("three", "y" * 16)):
        monkeypatch.setenv(SALT, salt)
        assert call("run", told, "--out", tmp_path / out, "--quiet").code == 0
        folder = tmp_path / out / "restricted"
        made[out] = sorted(file.name for file in folder.glob("*.json"))
        cases = json.loads((folder / "cases.json").read_text())["cases"]
        assert len(cases) == 2
        assert {case["case"] + ".json" for case in cases} == {*made[out]} - {"cases.json"}
        assert {why for case in cases for why in case["chosen"]} >= {
            "nearest to the threshold",
            "among the largest errors",
        }
    assert made["one"] == made["two"] != made["three"]
    page = next((tmp_path / "one" / "restricted").glob("case-*[0-9a-f].html")).read_text()
    assert "The name of this case is salted" in page
    assert (tmp_path / "one" / "inputs" / "reasons.yaml").read_text() == REASONS
    assert "restricted" not in (tmp_path / "one" / "record.json").read_text()
    chosen = json.loads((tmp_path / "one" / "restricted" / made["one"][1]).read_text())
    assert re.fullmatch("case-[0-9a-f]{12}", chosen["case"])


def test_run_tells_where_no_page_could_be_made(told, model, reports, call, tmp_path, monkeypatch):
    """The audit is not lost: its report says under what was not tested that pages were asked for, and why none is."""
    monkeypatch.setenv(SALT, "short")
    assert call("run", told, "--out", tmp_path / "out", "--quiet").code == 0
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert any("AUDITOR_SALT has fewer than 16 characters" in line for line in record["not_tested"])
    assert not (tmp_path / "out" / "restricted").exists()


def test_hostile_names(told, model, call, tmp_path):
    """Names of features, levels and persons are text on the page, and never part of a file's name."""
    for name in ("dataset.yaml", "reasons.yaml"):
        file = told.parent / name
        text = file.read_text().replace("name: a,", f'name: "{HOSTILE}", unit: "{HOSTILE}",')
        file.write_text(text.replace("  a: {", f'  "{HOSTILE}": {{'))
    lines = (told.parent / "test.csv").read_text().splitlines()
    person = "../../<script>x</script>"
    (told.parent / "test.csv").write_text("\n".join([lines[0], *(f"p{line}" for line in lines[1:-1]), person + "," +
                                                     lines[-1].split(",", 1)[1]]) + "\n")  # fmt: skip
    done = call("explain", told, "--entity", person, "--out", tmp_path / "out", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert {file.suffix for file in (tmp_path / "out").iterdir()} == {".html", ".json", ".pdf"}
    for file in (tmp_path / "out").glob("*.html"):
        text = file.read_text()
        assert "<script" not in text
        assert "<img" not in text
        assert "\u202e" not in text
        assert "default-src 'none'" in text
