"""What people sign and what is about people, at the gate."""

from __future__ import annotations

import hashlib

import pytest
from gating import POLICY, House
from sealing import written_folder

from auditor.app.gate import Trusted, gate
from auditor.app.seal import seal
from auditor.app.signoff import Words, sign_off
from auditor.app.verify import verify_entry
from auditor.archive import store
from auditor.archive.entry import Kept
from auditor.archive.gathered import gathered
from auditor.errors import SealFault, WrittenFault
from auditor.policy import SignOff
from auditor.seal import keys


def test_left_out(house: House) -> None:
    """Only what is about single people may be missing: not a report, even if the log says that it was left out."""
    folder = written_folder(house.folder / "less", house.record())
    seal(folder, house.desk.bank.private, lambda: b"")
    found = gathered(folder)
    files = {name: data for name, data in found.files.items() if name != "report.html"}
    report = found.files["report.html"]
    left_out = {"report.html": Kept(hashlib.sha256(report).hexdigest(), len(report))}
    with store.opened(house.desk.place).writing(keys.signer(house.desk.log.private, bytes)) as writer:
        writer.add("audit", found.facts, files, left_out)
    assert house.why() == ["report.html: was sealed and is missing"]


def test_sign_offs(house: House) -> None:
    """Sign-offs that the policy asks for and that are missing keep the gate closed."""
    house.policy.write_text(POLICY.format(version=1, limit=0.75) + "sign_off: {approved: 1}\n")
    record = house.record()
    rule = SignOff(approved=1)
    house.archived(record.model_copy(update={"policy": record.policy.model_copy(update={"sign_off": rule})}))
    assert house.why() == ["0 of 1 sign-offs (0 of 1 approved)"]


def test_signed_off(house: House) -> None:
    """With the sign-off that the policy asks for, archived after it was given, the gate opens."""
    rita = keys.new_keys(house.folder / "keys", "rita", None)
    trust = house.folder / "keys" / "trust.yaml"
    holders = [("Pipeline", "seal", "bank"), ("Rita", "validator", "rita")]
    lines = [f"  - {{holder: {who}, roles: [{role}], public: {file}.pub.pem}}" for who, role, file in holders]
    trust.write_text("\n".join(["trust: tested", "keys:", *lines]) + "\n")
    house.policy.write_text(POLICY.format(version=1, limit=0.75) + "sign_off: {approved: 1, not: [seal]}\n")
    record = house.record()
    rule = SignOff.model_validate({"approved": 1, "not": ["seal"]})
    record = record.model_copy(update={"policy": record.policy.model_copy(update={"sign_off": rule})})
    folder = written_folder(house.folder / "signed", record)
    seal(folder, house.desk.bank.private, lambda: b"")
    by = Trusted((), trust, house.desk.log.public)
    opened = []
    for _ in range(2):
        house.desk.add(folder)
        found = gate(house.model, str(house.policy), house.desk.place, by).opened
        opened.append(None if found is None else found.index)
        if not opened[-1]:
            sign_off(folder, Words("Rita", "validator", "approved", ""), rita.private, lambda: b"", trust)
    assert [None, 1] == opened


def test_restricted(house: House) -> None:
    """Files about single people that stayed out of the archive keep no gate closed; a changed record would."""
    folder = written_folder(house.folder / "with-people", house.record())
    (folder / "restricted").mkdir()
    (folder / "restricted" / "person.html").write_text("a person")
    seal(folder, house.desk.bank.private, lambda: b"")
    house.desk.add(folder)
    assert house.gate().opened is not None


def test_an_archived_audit_is_verified_where_it_lies(house: House) -> None:
    """Seal and files of an entry, without laying it out by hand; a stranger's key or a changed blob is told."""
    house.archived()
    seal_key, place = house.desk.bank.public, house.desk.place
    assert 5 < len(verify_entry(place, 0, [seal_key]).statement.files)
    stranger = keys.new_keys(house.folder / "keys", "stranger", None).public
    with pytest.raises(SealFault, match="does not verify with any key given"):
        verify_entry(place, 0, [stranger])
    with pytest.raises(WrittenFault, match="entry 7 is no audit"):
        verify_entry(place, 7, [seal_key])
    blob = max((one for one in (place / "blobs").rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    with pytest.raises(SealFault):
        verify_entry(place, 0, [seal_key])
