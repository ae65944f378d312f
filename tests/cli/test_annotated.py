"""`--format github`: what ends a use of the program is an annotation too, at its place."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

TITLE = "title=auditor%3A what was written is wrong"
RELATIVE = "Paths are relative to the file that names them."
TODAY = datetime.datetime.now(datetime.UTC).date()
SOON = TODAY + datetime.timedelta(days=60)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "audit.yaml",
            "policy.yaml",
            "no, 100%.yaml",
            "file=order/audit.yaml,line=3,col=9,TITLE::there is no file 'no, 100%25.yaml'. RELATIVE",
        ),
        (
            "audit.yaml",
            "decision:",
            "decisio:",
            "file=order/audit.yaml,line=4,col=1,TITLE::unknown key 'decisio'. Did you mean 'decision'?",
        ),
        (
            "policy.yaml",
            "auroc",
            "auroq",
            "file=order/policy.yaml,line=8,col=12,TITLE::the check has no quantity 'auroq'. Did you mean 'auroc'?",
        ),
    ],
)
@pytest.mark.parametrize("form", [("--format", "github"), ("--format=github",)])
def test_a_fault_is_annotated(
    order: Path, call, name: str, old: str, new: str, told: str, form: tuple[str, ...]
) -> None:
    """Of whichever file, with the remedy, and escaped; the text for people stays on standard error."""
    file = order.with_name(name)
    file.write_text(file.read_text().replace(old, new))
    done = call("run", order, *form)
    assert (2, f"::error {told.replace('TITLE', TITLE).replace('RELATIVE', RELATIVE)}\n") == (done.code, done.out)
    assert done.err.startswith("auditor: ")
    assert "::error" not in call("run", order).out


def test_what_has_no_place_is_annotated(call) -> None:
    """A file that is not there, and an option that nobody has."""
    told = "Invalid value for 'AUDIT.yaml': File 'no.yaml' does not exist."
    assert f"::error {TITLE}::{told}\n" == call("run", "no.yaml", "--format", "github").out
    assert call("run", "--nil", "--format", "github").out.startswith(f"::error {TITLE}::No such option")


@pytest.mark.usefixtures("reports", "model")
def test_a_waiver_of_no_part_is_annotated(order: Path, call) -> None:
    """It is known once the audit has measured: the report is there, and the run ends with 2 at the waiver's line."""
    bound = f"approved: {TODAY}, expires: {SOON}, model_sha256: {'e' * 64}"
    waiver = f"{{requirement: PERF-1, reason: r, approver: A, {bound}, parts: [north]}}"
    order.with_name("waivers.yaml").write_text(f"waivers:\n  - {waiver}\n")
    order.write_text(order.read_text().replace("1.0.0}", "1.0.0, owner: Otto}") + "waivers: waivers.yaml\n")
    done = call("run", order, "--out", "out", "--quiet", "--format", "github")
    place = f"file=order/waivers.yaml,line=2,col={waiver.index('north') + 5},{TITLE}"
    wrong = f"::error {place}::PERF-1 has no parts. Leave them away: the waiver is for the whole."
    assert (2, wrong) == (done.code, done.out.splitlines()[-1])
    assert "note: order/waivers.yaml:2:5: waives nothing, as PERF-1 is met; take it out\n" in done.err.replace(
        f"{order.parent.parent}/", ""
    )
    assert Path("out/report.html").exists()
