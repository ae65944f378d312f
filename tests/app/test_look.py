"""Dresses and themes: what they change, what they never change, and that a seal finds the same bytes again."""

from __future__ import annotations

from pathlib import Path

import pytest
from records import a_record
from render.pages import Page, text
from render.sample import sample

from auditor.app import recorded
from auditor.app.files import audit_files
from auditor.app.judge import judge
from auditor.app.look import Template, theme_of
from auditor.app.render import render
from auditor.errors import FileFault, WrittenFault
from auditor.policy import Look, Policy, merged
from auditor.record import Record
from auditor.render.dresses import FAMILIES, family_order
from auditor.render.html import render_html
from auditor.render.places import runs

_POLICY = """
policy: ours
version: 1
title: Ours
report: {dress: medical}
requirements:
  - id: PERF-1
    text: Those who die are ranked above those who live.
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.7}
    severity: blocker
"""


def _dressed(record: Record, dress: str) -> Record:
    policy = record.policy.model_copy(update={"report": Look.model_validate({"dress": dress})})
    return record.model_copy(update={"policy": policy})


@pytest.mark.parametrize("dress", ["finance", "medical"])
def test_a_dress_orders_and_names(dress: str) -> None:
    """The same sections in the domain's order and words, its typical measures first; nothing is left out."""
    assert sorted(FAMILIES) == sorted(family_order(dress))  # type: ignore[arg-type]
    record = sample()
    plain, page = Page.of(render_html(record)), Page.of(render_html(_dressed(record, dress)))
    before, after = ([one.get("aria-labelledby") for one in p.all("section", "family")] for p in (plain, page))
    assert sorted(map(str, before)) == sorted(map(str, after))
    assert before != after
    assert dress == page.one("body").get("class")
    assert text(plain.one("header", "first")) != text(page.one("header", "first"))


def test_typical_measures_come_first() -> None:
    """Within a family, what the domain's readers look for."""
    record = sample()
    assert "performance.calibration" == record.measured[runs("performance", _dressed(record, "medical"))[0]].check
    assert "performance.discrimination" == record.measured[runs("performance", _dressed(record, "finance"))[0]].check


@pytest.mark.parametrize("dress", ["finance", "medical"])
def test_a_dress_changes_no_number(dress: str) -> None:
    """Every finding is told with the same words and numbers; only the number of the section of its evidence moves."""
    record = sample()

    def told(page: Page) -> list[str]:
        parts = (one for kind in ("chips", "decisive", "reason") for one in page.all("p", kind))
        return [text(one) for one in (*parts, *page.all("table", "parts"))]

    plain = Page(Page.of(render_html(record)).one("section", "findings"))
    assert told(plain) == told(Page(Page.of(render_html(_dressed(record, dress))).one("section", "findings")))


def test_a_policy_over_a_policy_keeps_its_dress() -> None:
    """Unless it says otherwise; and no dress is part of what a policy asks."""
    parent = Policy(policy="p", version=1, title="P", report=Look(dress="finance"))
    assert "finance" == merged(parent, Policy(policy="c", version=1, title="C")).report.dress
    assert "plain" == merged(parent, Policy(policy="c", version=1, title="C", report=Look(dress="plain"))).report.dress
    assert parent.digest() == parent.model_copy(update={"report": Look()}).digest()


def test_no_such_template(tmp_path: Path) -> None:
    """Neither a dress nor a folder: told with the names that there are."""
    with pytest.raises(WrittenFault, match="there is no template 'clinical'") as caught:
        Template.named("clinical")
    assert "plain, finance, medical" in str(caught.value.problems[0].remedy)
    (tmp_path / "theme.css").write_text("p { background: url(https://example.org/x.png) }")
    with pytest.raises(WrittenFault, match="the template asks for https"):
        Template.named(str(tmp_path))


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit that was judged and shown with a theme of its own."""
    place = tmp_path_factory.mktemp("themed")
    (place / "record.json").write_bytes(recorded.written(a_record()))
    (place / "policy.yaml").write_text(_POLICY)
    theme = place / "house"
    (theme / "parts").mkdir(parents=True)
    (theme / "parts" / "sign_off.html").write_text("<p>Signed in the house’s register.</p>")
    (theme / "theme.css").write_text("h1 { color: rgb(1 2 3); }")
    (theme / "logo.png").write_bytes(b"no template, so it is left where it is")
    return judge(place / "record.json", str(place / "policy.yaml"), place / "out", template=str(theme))[1]


def test_a_theme_is_kept_and_named(themed: Path) -> None:
    """Its files lie beside the record, which names their digests; the report shows them in the policy's dress."""
    there = sorted(path.relative_to(themed).as_posix() for path in themed.rglob("theme/**/*") if path.is_file())
    record = recorded.load(themed)
    assert ["inputs/theme/parts/sign_off.html", "inputs/theme/theme.css"] == there
    assert there == [file.name for file in record.files if "theme" in file.name]
    assert "medical" == record.policy.report.dress
    for name in ("report.html", "committee.html"):
        page = (themed / name).read_text()
        assert "Signed in the house’s register." in page
        assert "rgb(1 2 3)" in page


def test_the_same_bytes_again(themed: Path, tmp_path: Path) -> None:
    """`render`, and what `seal` holds the folder against, make the reports with the theme that was kept."""
    made = audit_files(recorded.load(themed), theme=theme_of(recorded.load(themed), themed))
    again = render(themed, tmp_path / "again")
    for name in ("report.html", "report.pdf", "committee.html", "committee.pdf"):
        assert made[name] == (themed / name).read_bytes() == (again / name).read_bytes()


def test_a_theme_that_is_lost_or_changed_is_told(themed: Path, tmp_path: Path) -> None:
    """Never another look in silence; `--template plain` says to do without."""
    record = recorded.load(themed)
    with pytest.raises(WrittenFault, match="made with a theme, which is not here"):
        theme_of(record, themed / "record.json")
    (tmp_path / "inputs" / "theme").mkdir(parents=True)
    (tmp_path / "inputs" / "theme" / "theme.css").write_text("h1 { color: red }")
    with pytest.raises(FileFault, match="is not the theme that the record names"):
        theme_of(record, tmp_path)
    bare = render(themed / "record.json", tmp_path / "bare", "plain")
    assert "Signed in the house’s register." not in (bare / "report.html").read_text()
