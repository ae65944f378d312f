"""The page: complete, true to its record, quiet towards the network, and deaf to what names try to smuggle in."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from records import a_record
from render.pages import Page, text
from render.sample import CHINESE, HOSTILE

from auditor.errors import WrittenFault
from auditor.estimate import Estimate
from auditor.measurement import Measurement, Quantity
from auditor.policy import Limit
from auditor.record import Record, Status
from auditor.render.html import render_html
from auditor.render.strips import Ruler
from auditor.spread import Wilson

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
)


def test_same_record_same_page(record: Record, html: str) -> None:
    """Rendering again gives the same text."""
    assert html == render_html(record)


def test_nothing_runs(page: Page) -> None:
    """No script, no frame, no handler of events, nothing embedded from elsewhere."""
    there = {str(element.tag).rpartition("}")[2] for element in page.root.iter()}
    assert set() == there & {"script", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "use"}
    assert [] == [name for _, name, _ in page.attributes() if name.startswith("on")]


def test_nothing_is_fetched(page: Page, html: str) -> None:
    """Every address, of an element or a style, is a place in the page or data inside it; browsers are told so."""
    kinds = ("src", "href", "srcset", "poster", "action", "data", "background", "cite")
    given = [value for _, name, value in page.attributes() if name in kinds]
    assert [] == [value for value in given if not value.startswith(("#", "data:"))]
    assert [] == [
        value for value in re.findall(r"url\(\s*[\"']?([^\"')]{1,40})", html) if value[:5] not in ("data:", "#figu")
    ]
    assert "@import" not in html
    assert [POLICY] == [e.get("content") for e in page.all("meta") if e.get("http-equiv") == "Content-Security-Policy"]


@pytest.mark.parametrize("status", ["pass", "fail", "inconclusive", "error", "open"])
def test_verdict_is_the_records(status: Status) -> None:
    """The word, the shape and the colour of the first page are those of the record's verdict, and stand alone."""
    record = a_record({"PERF-1": "pass", "PERF-2": status})
    page = Page.of(render_html(record))
    assert record.verdict == text(page.one("p", "word"))
    assert [f"verdict {record.verdict.lower()}"] == [e.get("class") for e in page.all("div", "verdict")]


def test_first_page_counts_all(page: Page, record: Record) -> None:
    """The sentence counts every finding, and the last number of the table of counts is their number."""
    assert text(page.one("p", "sentence")).startswith(f"Of {len(record.findings)} requirements, ")
    assert str(len(record.findings)) == text(list(Page(page.one("table", "counts")).all("td"))[-1])


def test_every_finding_is_there(page: Page, record: Record) -> None:
    """Each requirement has its block, with its words and its status, and its line in the matrix."""
    blocks = {text(next(Page(block).all("code"))): block for block in page.all("article", "finding")}
    rows = {text(next(Page(row).all("th"))) for row in Page(page.one("table", "matrix")).all("tr")}
    assert {finding.requirement.id for finding in record.findings} == set(blocks)
    for finding in record.findings:
        block = blocks[finding.requirement.id]
        assert finding.requirement.text in text(block)
        assert finding.status in block.get("class", "").split()
        assert finding.requirement.id in rows


def test_every_check_and_drawing_is_there(page: Page, record: Record) -> None:
    """Each run of a check has its part, and each drawing that it shows is there with words for who cannot see it."""
    runs = list(record.measured.values())
    drawn = [
        one for run in runs if run.measurement for one in run.measurement.shown if one.kind not in ("table", "text")
    ]
    told = [text(next(Page(figure).all("desc"))) for figure in page.all("figure")]
    assert len(runs) == len(list(page.all("article", "check")))
    assert [one.title for one in drawn] == [text(next(Page(f).all("title"))) for f in page.all("figure")]
    assert [] == [words for words in told if len(words) < 20]


def test_places_are_unique_and_found(page: Page) -> None:
    """No id is given twice, and every link leads somewhere."""
    names = [value for _, name, value in page.attributes() if name == "id"]
    links = {value[1:] for tag, name, value in page.attributes() if name == "href" and tag == "a"}
    assert len(names) == len(set(names))
    assert set() == links - set(names)


def test_headings_never_skip(page: Page) -> None:
    """One h1, and no level is left out on the way down, which readers of screens go by."""
    levels = [int(e.tag[1]) for e in page.root.iter() if str(e.tag) in ("h1", "h2", "h3", "h4")]
    assert 1 == levels.count(1)
    assert [] == [(one, after) for one, after in pairwise(levels) if after > one + 1]


def test_names_are_text_everywhere(page: Page, html: str) -> None:
    """Markup in a feature's name is read as the name, in tables and in drawings; other scripts stay as they are."""
    assert '<b onclick="' not in html
    assert [] == [value for _, name, value in page.attributes() if name == "onclick"]
    assert HOSTILE in text(page.root)
    assert CHINESE in text(page.root)
    labels = [text(label) for drawing in page.all("svg", "chart") for label in Page(drawing).all("text")]
    assert any('<b onclick="alert(1)">' in label for label in labels)
    assert any(CHINESE[:6] in label for label in labels)


def test_no_control_characters(html: str) -> None:
    """A character that cannot be seen is spelled out as its number."""
    assert r"cash\u0007 advances" in html
    assert [] == re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)


def test_theme_overrides_and_is_kept_in(record: Record, tmp_path: Path) -> None:
    """A folder's part stands in for the shipped one, and its style is added last."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "sign_off.html").write_text("<p id='ours'>Signed in the register.</p>")
    (tmp_path / "theme.css").write_text("h1 { color: rgb(1 2 3); }")
    page = Page.of(render_html(record, theme=tmp_path))
    assert ["Signed in the register."] == [text(e) for e in page.all("p") if e.get("id") == "ours"]
    assert "rgb(1 2 3)" in text(list(page.all("style"))[-1])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<p>\n{{ report.nothing }}</p>", "has no attribute 'nothing'"),
        ("<p>\n{% if %}</p>", "Expected an expression"),
        ("<p>\n{{ report.__class__.__mro__ }}</p>", "unsafe"),
    ],
)
def test_theme_fault_names_file_and_line(record: Record, tmp_path: Path, written: str, said: str) -> None:
    """What is wrong in a template is told at its line; what reaches out of the sandbox is refused."""
    (tmp_path / "parts").mkdir()
    file = tmp_path / "parts" / "sign_off.html"
    file.write_text(written)
    with pytest.raises(WrittenFault) as caught:
        render_html(record, theme=tmp_path)
    (problem,) = caught.value.problems
    assert f"{file}:2" == problem.where
    assert said in problem.what


def _with_domain(status: str, measurement: Measurement | None, reason: str = "") -> str:
    record = a_record({"PERF-1": "pass"})
    entry = record.measured["performance.discrimination"]
    changes = {"check": "behavior.domain", "status": status, "measurement": measurement, "reason": reason}
    asked = {**record.measured, "behavior.domain": entry.model_copy(update=changes)}
    page = Page.of(render_html(record.model_copy(update={"measured": asked}).sealed()))
    return _packed(page)


def _packed(page: Page) -> str:
    """The page's text without its spaces, of which numbers have several kinds."""
    return re.sub(r"\s", "", text(page.root))


def test_the_first_page_tells_how_many_rows_lie_outside_of_the_domain() -> None:
    """With the interval; where it was not looked at, or could not be told, the page says so."""
    share = Estimate(value=0.1, n=900, method="Wilson", spread=Wilson(size=900))
    told = _with_domain("measured", Measurement(quantities={"outside": Quantity.of(share)}))
    assert "Domain10.0%ofthetestrowsareunlikethereferencerows(8.2%to12.1%)" in told
    assert "Domainnotknown:toofewrows" in _with_domain("not_applicable", None, "too few rows")
    assert "Domainnotlookedat" in _packed(Page.of(render_html(a_record({"PERF-1": "pass"}))))


def test_the_axis_of_a_count_does_not_begin_below_zero() -> None:
    """Where no number is negative the axis has nothing below zero; where one is, it has room for it."""
    finding = a_record({"PERF-1": "pass"}).findings[0]
    limit = Limit(quantity="q", at_least=2)
    count = finding.judged[0].model_copy(update={"value": 7217.0, "low": 7217.0, "high": 7217.0})
    axis = Ruler.over((count,), limit)
    assert axis is not None
    assert (axis.low, axis.high) == (0.0, pytest.approx(7217 + 0.08 * 7215))
    below = Ruler.over((count.model_copy(update={"low": -10.0}),), limit)
    assert below is not None
    assert below.low < -10
