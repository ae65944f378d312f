"""What is sealed, and what is not: a folder is all of an audit, as the record tells it, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from records import a_record
from sealing import Pairs, audit_folder, broken, no_passphrase, trusting, verified, with_inputs

from auditor.app import recorded
from auditor.app.rejudged import unfounded
from auditor.app.seal import seal
from auditor.errors import FileFault, WrittenFault
from auditor.seal import envelope, keys
from auditor.seal.verify import examine


def test_altered_record_is_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """A record whose verdict was edited is not sealed, also when its digest was made to fit."""
    folder = audit_folder(tmp_path / "audit")
    file = folder / recorded.NAME
    file.write_bytes(file.read_bytes().replace(b'"verdict": "PASS"', b'"verdict": "FAIL"'))
    with pytest.raises(FileFault, match="was changed after it was written"):
        seal(folder, pairs["bank"].private, no_passphrase)

    file.write_bytes(recorded.written(with_inputs(a_record(verdict="CONDITIONAL"))))
    with pytest.raises(FileFault, match="the verdict does not follow from the findings"):
        seal(folder, pairs["bank"].private, no_passphrase)
    assert not (folder / envelope.FILE).exists()


def _refused(folder: Path, pairs: Pairs) -> list[str]:
    with pytest.raises(FileFault) as caught:
        seal(folder, pairs["bank"].private, no_passphrase)
    assert not (folder / envelope.FILE).exists()
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_edited_report_is_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """A report that the record does not give, byte for byte, is named and not sealed; nor is one of another record."""
    folder = audit_folder(tmp_path / "audit")
    page = folder / "report.html"
    page.write_bytes(page.read_bytes().replace(b"PASS", b"FAIL"))
    other = audit_folder(tmp_path / "other", "Another LSTM")
    shutil.copy(other / "report.pdf", folder / "report.pdf")

    assert _refused(folder, pairs) == [
        "report.html: is not what the record gives",
        "report.pdf: is not what the record gives",
    ]


def test_incomplete_folder_is_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """Reports that are missing, inputs that are missing or others, files that nobody knows: each is named."""
    folder = audit_folder(tmp_path / "audit")
    (folder / "report.pdf").unlink()
    (folder / "inputs" / "dataset.yaml").unlink()
    (folder / "inputs" / "audit.yaml").write_text("policy: lenient\n")
    (folder / "inputs" / "waivers.yaml").write_text("waivers: []\n")
    (folder / "approval.txt").write_text("approved")

    assert _refused(folder, pairs) == [
        "report.pdf: is missing: it belongs to the record",
        "inputs/audit.yaml: is not the file that the audit was made from",
        "inputs/dataset.yaml: is missing: the audit was made from it",
        "approval.txt: is not known to the record",
        "inputs/waivers.yaml: is not known to the record",
    ]


def test_attachments_are_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """What a user adds has a folder of its own, and the letters about single persons have theirs."""
    folder = audit_folder(tmp_path / "audit")
    for name in ("attachments/minutes.txt", "restricted/letter.html"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("text")
    seal(folder, pairs["bank"].private, no_passphrase)

    statement = verified(folder, pairs).statement
    assert [s.name for s in statement.of("attachment")] == ["attachments/minutes.txt"]
    assert [s.name for s in statement.of("restricted")] == ["restricted/letter.html"]
    (folder / "restricted" / "letter.html").write_text("texT")
    assert broken(folder, pairs) == ["restricted/letter.html: was changed after it was sealed"]


def test_links_are_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """A folder with a link in it is not sealed."""
    folder = audit_folder(tmp_path / "audit")
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(FileFault, match="link: is a symbolic link"):
        seal(folder, pairs["bank"].private, no_passphrase)


def test_key_in_the_folder(tmp_path: Path) -> None:
    """The key is never sealed into the audit that it signs."""
    folder = audit_folder(tmp_path / "audit")
    pair = keys.new_keys(folder, "bank", None)
    with pytest.raises(WrittenFault, match="the key lies in the folder"):
        seal(folder, pair.private, no_passphrase)


def test_left_out(tmp_path: Path, pairs: Pairs) -> None:
    """What somebody who is trusted left out may be missing; where it is there it is checked, and nothing else is."""
    audit = audit_folder(tmp_path / "audit")
    letter = audit / "restricted" / "letter.html"
    letter.parent.mkdir()
    letter.write_text("about one person")
    seal(audit, pairs["bank"].private, no_passphrase)
    trust = trusting(pairs)

    def told() -> list[str]:
        return [str(problem) for problem in examine(audit, trust, left_out=["restricted/letter.html"]).problems]

    assert told() == []
    letter.write_text("about another")
    assert told() == ["restricted/letter.html: was changed after it was sealed"]
    letter.unlink()
    letter.parent.rmdir()
    assert told() == []
    (audit / "report.html").unlink()
    assert told() == ["report.html: was sealed and is missing"]
    assert len(examine(audit, trust).problems) == 2


def test_a_pass_that_was_written_into_the_record_is_not_sealed(tmp_path: Path) -> None:
    """What a finding says has to follow from the record's own measurements and statements, to its numbers."""
    honest = a_record({"PERF-1": "fail", "PERF-2": "open"})
    first, second = honest.findings
    passed = first.judged[0].model_copy(update={"status": "pass", "value": 0.8, "low": 0.78, "high": 0.82})
    forgeries = {
        "PERF-1 is 'pass', and follows as 'fail'": (first.model_copy(update={"status": "pass"}), second),
        "PERF-2 is 'attested', and follows as 'open'": (first, second.model_copy(update={"status": "attested"})),
        "PERF-1 has other numbers": (first.model_copy(update={"judged": (passed,)}), second),
        "PERF-1 is 'fail', and follows as 'error'": (first.model_copy(update={"measured": "nothing"}), second),
    }
    assert [] == list(unfounded(honest, "record.json"))
    for told, findings in forgeries.items():
        forged = honest.model_copy(update={"findings": findings})
        assert told in next(unfounded(forged, "record.json")).what


def test_statements_are_held_too() -> None:
    """What was attested or waived rests on a statement that counts on the day of the run, for this model."""
    record = a_record({"PERF-1": "waived", "PERF-2": "attested", "PERF-3": "error", "PERF-4": "not_applicable"})
    assert [] == list(unfounded(record, "record.json"))
    other = record.model.model_copy(update={"file": record.model.file.model_copy(update={"sha256": "f" * 64})})
    told = [one.what for one in unfounded(record.model_copy(update={"model": other}), "record.json")]
    assert [("PERF-1 is 'waived'", "'fail'"), ("PERF-2 is 'attested'", "'open'")] == [
        (what.partition(",")[0], what.split("as ")[1].split(" ")[0]) for what in told
    ]
