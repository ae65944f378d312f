"""The committee's report: a few pages that say the verdict, what matters, what is to be decided, and no method."""

from __future__ import annotations

import io
from itertools import count
from typing import Any

import pytest
from records import a_record
from render.conftest import ATTACHED
from render.pages import Page, text

from auditor.measurement import Axis, Bars, Node, Tree
from auditor.record import Record, Status
from auditor.render.committee import committee_html
from auditor.render.committee_parts import drawings
from auditor.render.findings import ranked, unsettled
from auditor.render.words import words

_METHOD = ("bootstrap", "max-t", "DeLong", "Wilson", "logit", "cluster", "seed")


@pytest.fixture(scope="module")
def board(record: Record) -> Page:
    return Page.of(committee_html(record))


def _opened(pdf: bytes) -> Any:
    import pypdf

    return pypdf.PdfReader(io.BytesIO(pdf))


def test_short_and_whole(board_pdf: bytes, record: Record) -> None:
    """Three to five pages however much there is to tell, the verdict on the first, and the whole record attached."""
    opened = _opened(board_pdf)
    assert 3 <= len(opened.pages) <= 5
    assert record.verdict in opened.pages[0].extract_text()
    assert {"record.json": [ATTACHED]} == dict(opened.attachments)


def test_same_text(record: Record, board: Page) -> None:
    """The same record gives the same page."""
    assert text(board.root) == text(Page.of(committee_html(record)).root)


def test_what_matters_comes_with_what_it_means(board: Page, record: Record) -> None:
    """Each finding shown has its requirement, a sentence on what came out, and the check's reason to be made."""
    shown = list(board.all("article", "matter"))
    wanted = unsettled(record)[: len(shown)]
    assert shown
    for finding, article in zip(wanted, shown, strict=True):
        told = text(article)
        assert finding.requirement.text in told
        entry = record.measured.get(finding.measured)
        if entry is not None:
            assert entry.documentation.why.rstrip(".") in told
        assert bool(finding.judged) == bool(list(Page(article).all("div", "strip")))


def test_a_statement_that_is_due_is_told_among_the_people(crowded: Record) -> None:
    """It is no limit of the audit besides: a page has no room to say it twice."""
    due = "A person can overrule the model in every case"
    more = (*crowded.not_tested, f"Not stated: “{due}” (not yet stated by the head of collections).")
    page = Page.of(committee_html(crowded.model_copy(update={"not_tested": more})))
    assert due not in text(page.one("section", "limits"))
    assert text(page.one("section", "people")).count(due) == 5


def test_links_lead_somewhere(board: Page) -> None:
    """What the first page points to is on the pages that follow."""
    ids = {value for _, name, value in board.attributes() if name == "id"}
    asked = {value[1:] for tag, name, value in board.attributes() if (tag, name) == ("a", "href")}
    assert asked
    assert asked <= ids


def test_no_method(board: Page) -> None:
    """Nothing that only a statistician reads."""
    told = text(next(board.all("main")))
    assert [] == [word for word in _METHOD if word in told]


def test_every_requirement_is_counted(board: Page, record: Record) -> None:
    """Whatever did not pass is named in the table of what came out."""
    told = text(board.one("table", "outcome"))
    lost = [one.requirement.id for one in record.findings if one.status not in ("pass", "attested")]
    assert [] == [name for name in lost if name not in told]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pass", "Every requirement of the policy is met"),
        ("fail", "it does not meet what the policy demands"),
        ("inconclusive", "Whether to wait for the evidence"),
        ("error", "Whether to wait for the evidence"),
    ],
)
def test_says_what_is_to_be_decided(status: Status, said: str) -> None:
    """By the verdict; what did not pass is never told as met."""
    record = a_record({"PERF-1": status})
    page = Page.of(committee_html(record))
    assert said in text(page.one("section", "decide"))
    assert ("This holds" in text(page.one("section", "matters"))) is (status == "pass")


def test_conditional() -> None:
    """A failed major alone is a condition to be decided on."""
    failed = a_record({"PERF-1": "fail"})
    major = failed.findings[0].requirement.model_copy(update={"severity": "major"})
    finding = failed.findings[0].model_copy(update={"requirement": major})
    page = Page.of(committee_html(failed.model_copy(update={"findings": (finding,), "verdict": "CONDITIONAL"})))
    assert "under which conditions and until when" in text(page.one("section", "decide"))


def test_a_refused_model() -> None:
    """Nothing was measured: the page says so, and shows no number and no drawing."""
    record = a_record({"PERF-1": "error", "PERF-2": "error"})
    model = record.model.model_copy(update={"parameters": None, "nonfinite_weights": None, "layers": ()})
    refused = "The model file was refused before it was opened, so nothing was measured: it runs code of its own."
    changes = {"model": model, "not_tested": (refused,)}
    page = Page.of(committee_html(record.model_copy(update=changes).sealed()))
    assert refused in text(page.one("section", "limits"))
    assert [] == list(page.all("figure"))
    assert "Error: 2 (PERF-1, PERF-2)" in text(page.one("table", "outcome"))


def test_a_name_is_never_markup() -> None:
    """What a policy or a data set is called is printed."""
    record = a_record({"PERF-1": "fail"})
    identity = record.identity.model_copy(update={"name": "<script>alert(1)</script>"})
    page = Page.of(committee_html(record.model_copy(update={"identity": identity})))
    assert [] == list(page.all("script"))
    assert "<script>alert(1)</script>" in text(page.one("h1"))


def test_the_weightiest_come_first_where_all_is_met() -> None:
    """Where nothing is unmet, the chapter says so and shows what weighed most."""
    record = a_record({"PERF-1": "pass"})
    page = Page.of(committee_html(record))
    assert "Nothing is unmet" in text(page.one("section", "matters"))
    assert ranked(record)[0].requirement.text in text(page.one("article", "matter"))


def test_a_deep_tree_is_not_shown() -> None:
    """A tree that only a list can hold is for the technical report; nothing else takes its place."""
    leaf, record = Node(text="", value=0.5, n=20), a_record()
    key, entry = next(iter(record.measured.items()))
    assert entry.measurement is not None
    other = Bars(title="B", caption="", labels=("a",), values=(1.0,), axis=Axis(title="x"))
    for questions, shown in ((3, 1), (4, 0)):
        root = leaf
        for _ in range(questions):
            root = Node(text="Is it?", value=0.5, n=20, yes=root, no=leaf)
        both = (Tree(title="A tree", caption="", value=Axis(title="Score"), root=root), other)
        measurement = entry.measurement.model_copy(update={"shown": both})
        drawn = record.model_copy(update={"measured": {key: entry.model_copy(update={"measurement": measurement})}})
        assert shown == len(drawings(drawn, [entry.check], 1, count(1), words("en")))
