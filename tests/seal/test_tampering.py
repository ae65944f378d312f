"""Nothing can be changed after sealing without being seen, and nothing that stands in a seal ends in a crash."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sealing import Pairs, audit_folder, broken, no_passphrase

from auditor.app.seal import seal
from auditor.errors import SealFault
from auditor.seal import envelope, keys


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "inputs/audit.yaml", "record.json"])
def test_every_byte_of_a_file(audit: Path, pairs: Pairs, name: str) -> None:
    """A file with any one byte changed is named (of the record, which is longer, every fifth byte)."""
    file, whole = audit / name, (audit / name).read_bytes()
    missed = []
    for at in range(0, len(whole), 5 if name == "record.json" else 1):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if broken(audit, pairs) != [f"{name}: was changed after it was sealed"]:
            missed.append(at)

    assert missed == []


def test_every_byte_of_the_envelope(audit: Path, pairs: Pairs) -> None:
    """No byte of the envelope can be changed unseen either, not even white space or the last bits of base64."""
    whole = (audit / envelope.FILE).read_bytes()
    allowed = [keys.public_key(pairs["bank"].public)]
    assert envelope.opened(whole, allowed)[1].keyid == pairs["bank"].fingerprint
    missed = []
    for at, byte in enumerate(whole):
        for flip in (1, 4, 32) if at < 300 or at > len(whole) - 300 else (1,):
            try:
                envelope.opened(whole[:at] + bytes([byte ^ flip]) + whole[at + 1 :], allowed)
            except SealFault:
                continue
            missed.append(at)

    assert missed == []


def test_appended(audit: Path, pairs: Pairs) -> None:
    """Bytes appended to a file or to the envelope are seen."""
    with (audit / "report.pdf").open("ab") as file:
        file.write(b"\n")
    told = ["report.pdf: was changed after it was sealed: 1 bytes at its end are not covered"]
    assert broken(audit, pairs) == told
    with (audit / envelope.FILE).open("ab") as file:
        file.write(b" ")
    assert broken(audit, pairs) == ["seal.dsse.json: is not in the form in which seals are written"]


def test_removed_added_renamed(audit: Path, pairs: Pairs) -> None:
    """Each file that is missing, new or renamed is named, all of them at once."""
    (audit / "report.pdf").unlink()
    (audit / "report.html").rename(audit / "summary.html")
    (audit / "inputs" / "more").mkdir()
    (audit / "inputs" / "more" / "letter.txt").write_text("approved")

    assert broken(audit, pairs) == [
        "inputs/more/letter.txt: is not covered by the seal",
        "report.html: was sealed and is missing",
        "report.pdf: was sealed and is missing",
        "summary.html: is not covered by the seal",
    ]


def test_links_and_pipes(audit: Path, pairs: Pairs) -> None:
    """A link in the place of a file is refused even if it leads to the same bytes; a pipe is not waited for."""
    elsewhere = audit.parent / "elsewhere.html"
    (audit / "report.html").rename(elsewhere)
    (audit / "report.html").symlink_to(elsewhere)
    os.mkfifo(audit / "pipe")
    (audit / "void").mkdir()

    assert broken(audit, pairs) == [
        "pipe: is no plain file",
        "report.html: is a symbolic link",
        "void: is an empty folder",
        "report.html: was sealed and is missing",
    ]


def test_swapped_seals(audit: Path, tmp_path: Path, pairs: Pairs) -> None:
    """The seal of one audit does not hold for another by the same key."""
    other = audit_folder(tmp_path / "other", "Another LSTM")
    seal(other, pairs["bank"].private, no_passphrase)
    shutil.copy(other / envelope.FILE, audit / envelope.FILE)

    changed = [f"{name}: was changed after it was sealed" for name in ("record.json", "report.html", "report.pdf")]
    assert broken(audit, pairs) == changed


def test_unknown_key(audit: Path, pairs: Pairs) -> None:
    """A key that was not given on the command line does not count."""
    assert broken(audit, pairs, "stranger") == ["seal.dsse.json: the signature does not verify with any key given"]


def test_forged_keyid(audit: Path, pairs: Pairs) -> None:
    """Naming the allowed key beside a stranger's signature does not help."""
    payload, _ = envelope.opened((audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)])
    forged = envelope.signed(payload, keys.signer(pairs["stranger"].private, no_passphrase))
    forged = forged.replace(pairs["stranger"].fingerprint.encode(), pairs["bank"].fingerprint.encode())
    (audit / envelope.FILE).write_bytes(forged)

    assert broken(audit, pairs) == ["seal.dsse.json: the signature does not verify with any key given"]


def test_no_seal(tmp_path: Path, pairs: Pairs) -> None:
    """A folder without a seal does not verify."""
    folder = audit_folder(tmp_path / "audit")

    assert broken(folder, pairs) == [f"{folder}: there is no seal in this folder"]


def test_truncated(audit: Path, pairs: Pairs) -> None:
    """No beginning of the envelope passes for the whole."""
    whole, allowed = (audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)]
    passed = []
    for length in range(0, len(whole), 7):
        try:
            envelope.opened(whole[:length], allowed)
        except SealFault:
            continue
        passed.append(length)

    assert passed == []


HOSTILE = {
    "nested": b"[" * 1_000_000,
    "nested objects": b'{"a":' * 100_000,
    "huge number": b'{"payload": ' + b"9" * 100_000 + b"}",
    "not a number": b'{"payload": NaN}',
    "not UTF-8": b'{"payload": "\xff"}',
    "a list": b"[]",
    "null": b"null",
    "text": b'"seal"',
    "other types": b'{"payload": 1, "payloadType": [], "signatures": {}}',
    "no signatures": b'{"payload": "", "payloadType": "", "signatures": []}',
    "odd signatures": b'{"payload": "", "payloadType": "", "signatures": [7]}',
    "odd base64": b'{"payload": "*", "payloadType": "x", "signatures": [{"keyid": "a", "sig": "\\u00e9"}]}',
    "key twice": b'{"payload": "", "payload": "", "payloadType": "", "signatures": []}',
    "lone surrogate": b'{"payload": "", "payloadType": "\\ud800", "signatures": [{"keyid": "\\ud800", "sig": ""}]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_envelope(audit: Path, pairs: Pairs, name: str) -> None:
    """Whatever stands in the seal's file, the answer is that it does not verify."""
    (audit / envelope.FILE).write_bytes(HOSTILE[name])

    assert all(told.startswith("seal.dsse.json: ") for told in broken(audit, pairs))


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"[" * 200_000, b'{"_type": 1}', b"\xff"])
def test_hostile_statement(audit: Path, pairs: Pairs, payload: bytes) -> None:
    """An allowed key's signature over something else is no seal of an audit."""
    signer = keys.signer(pairs["bank"].private, no_passphrase)
    (audit / envelope.FILE).write_bytes(envelope.signed(payload, signer))

    assert all(told.startswith("statement: ") for told in broken(audit, pairs))
