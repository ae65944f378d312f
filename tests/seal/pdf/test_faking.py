"""Faking a signed PDF: by a byte, by an update, by leaving something out."""

from __future__ import annotations

import datetime
import io
import random
import shutil
from pathlib import Path

import pypdf
import pytest
from pdfsigning import REPORT, looked_at, problems, wrong

from auditor.cli.commands import auditor
from auditor.cli.ending import ended
from auditor.errors import SealFault
from auditor.seal.pdfcheck import alone
from auditor.seal.trustfile import read_trust
from auditor.seal.verify import unbroken


def test_2000_places(signed: Path, tmp_path: Path) -> None:
    """Any byte of the signed PDF that is changed is seen by its digest, at 2,000 places."""
    copy = shutil.copytree(signed, tmp_path / "audit")
    whole = bytearray((copy / REPORT).read_bytes())
    missed = []
    for at in random.Random(0).sample(range(len(whole)), 2000):
        with (copy / REPORT).open("r+b") as file:
            file.seek(at)
            file.write(bytes([whole[at] ^ 1]))
            file.flush()
            if [problem.where for problem in unbroken(copy)] != [REPORT]:
                missed.append(at)
            file.seek(at)
            file.write(bytes([whole[at]]))
    assert unbroken(copy) == []
    assert missed == []


def test_30_places_by_signature(signed: Path, store: Path) -> None:
    """Whoever has the PDF alone sees a changed byte of what the signatures cover as well."""
    whole = bytearray((signed / REPORT).read_bytes())
    assert problems(bytes(whole), store) == []
    missed = []
    room = whole.rindex(b"0" * 64)  # behind the last signature, where no signature covers what stands
    for at in [*random.Random(1).sample(range(len(whole)), 25), *range(room, room + 50, 10)]:
        whole[at] ^= 1
        if not problems(bytes(whole), store):
            missed.append(at)
        whole[at] ^= 1
    assert missed == []


def _drawn_over(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    page = writer.pages[0]
    page[pypdf.generic.NameObject("/Rotate")] = pypdf.generic.NumberObject(180)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _other_record(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
    names[1].get_object()["/EF"]["/F"].get_object().set_data(b'{"verdict": "PASS"}')
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("change", [_drawn_over, _other_record])
def test_incremental_update(signed: Path, store: Path, tmp_path: Path, change) -> None:
    """A page turned, or the attached record exchanged, by appending to the file: seen with and without the folder."""
    changed = change((signed / REPORT).read_bytes())
    assert changed.startswith((signed / REPORT).read_bytes())
    assert "report.pdf, signature Seal: the file was changed after it in a way that it does not allow" in problems(
        changed, store
    )
    copy = shutil.copytree(signed, tmp_path / "audit")
    (copy / REPORT).write_bytes(changed)
    (told,) = wrong(copy, store)
    assert told.endswith("bytes at its end are not covered")


def test_appended_bytes(signed: Path, store: Path) -> None:
    """Bytes after the end, which readers of PDF overlook, are counted."""
    whole = (signed / REPORT).read_bytes()
    assert looked_at(whole, store).uncovered == 0
    assert looked_at(whole + b"\n%% approved\n", store).uncovered == 13


def test_cut_off(signed: Path, store: Path, tmp_path: Path) -> None:
    """The PDF as it was before the sign-off is not the PDF that was signed off."""
    copy = shutil.copytree(signed, tmp_path / "audit")
    whole = (copy / REPORT).read_bytes()
    (copy / REPORT).write_bytes(whole[: whole.rindex(b"%%EOF", 0, -10) + 6])
    assert wrong(copy, store) == ["report.pdf: was changed after it was signed off"]


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.7", b"%PDF-1.7\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF", b"\x00" * 999]
)
def test_no_pdf(store: Path, pdf: bytes) -> None:
    """What is no PDF is told so, and never ends in a crash."""
    with pytest.raises(SealFault, match="cannot be read as a signed PDF"):
        looked_at(pdf, store)


def test_alone(signed: Path, store: Path, drawn: dict[str, bytes]) -> None:
    """A PDF without its folder tells its signatures; unsigned, or with bytes at its end, it does not verify."""
    whole, trust, now = (signed / REPORT).read_bytes(), read_trust(store), datetime.datetime.now(datetime.UTC)
    assert [one.name for one in alone(whole, trust, REPORT, now).signatures] == ["Audit pipeline", "Rita Reviewer"]
    for pdf, what in (
        (drawn[REPORT], "holds no signature"),
        (whole + b"\n% yes\n", "7 bytes at its end are covered by"),
    ):
        with pytest.raises(SealFault, match=what):
            alone(pdf, trust, REPORT, now)


def test_command_line(signed: Path, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`auditor verify` tells of the folder and of the PDF alone; what is broken ends with 5."""
    arguments = ["--trust", str(store)]
    assert ended(auditor, ["verify", str(signed), *arguments]) == 0
    folder = capsys.readouterr().out
    assert ended(auditor, ["verify", str(signed / REPORT), *arguments]) == 0
    told = capsys.readouterr().out
    assert "  PDF       Seal: sealed by Audit pipeline, 20" in folder
    assert "  PDF       SignOff1: signed by Rita Reviewer, 20" in folder
    assert told.startswith("the signatures hold\n            Seal: sealed by Audit pipeline, 20")
    (tmp_path / "cut.pdf").write_bytes((signed / REPORT).read_bytes() + b"\n")
    assert ended(auditor, ["verify", str(tmp_path / "cut.pdf"), *arguments]) == 5
    assert ended(auditor, ["verify", str(tmp_path / "cut.pdf")]) == 2
