"""The gate opens for exactly the model that was audited, sealed, archived and passed; and else says every reason."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

import pytest
from archiving import Desk
from records import a_record
from sealing import written_folder

from auditor.app import archive as uses
from auditor.app.gate import Gated, Trusted, gate
from auditor.app.seal import seal
from auditor.archive import store
from auditor.archive.entry import Kept
from auditor.archive.gathered import gathered
from auditor.errors import SealFault, WrittenFault
from auditor.people import Waiver
from auditor.policy import SignOff
from auditor.record import FileDigest, Record, Status
from auditor.seal import keys
from auditor.seal.keys import KeyFiles

POLICY = """\
policy: test
version: {version}
title: A policy
requirements:
  - id: PERF-1
    text: People who default are ranked above people who repay.
    check: performance.discrimination
    limit: {{quantity: auroc, at_least: {limit}}}
    severity: blocker
"""


class House:
    """A model, the policy that it is held to, and the archive of its audits."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.folder = desk, desk.place.parent
        self.model = self.folder / "model.keras"
        self.model.write_bytes(b"weights")
        self.policy = self.written()

    def written(self, version: str = "1", limit: float = 0.75) -> Path:
        file = self.folder / f"policy-{version}-{limit}.yaml"
        file.write_text(POLICY.format(version=version, limit=limit))
        return file

    def record(self, statuses: dict[str, Status] | None = None, **changes: Any) -> Record:
        record = a_record(statuses, **changes)
        file = FileDigest(name="model.keras", sha256=hashlib.sha256(b"weights").hexdigest(), bytes=7)
        return record.model_copy(update={"model": record.model.model_copy(update={"file": file})})

    def archived(self, record: Record | None = None, key: KeyFiles | None = None) -> int:
        """Seal and archive an audit of the model; returns the entry."""
        folder = written_folder(self.folder / f"audit-{next(self.desk.numbers)}", record or self.record())
        seal(folder, (key or self.desk.bank).private, lambda: b"")
        return self.desk.add(folder)[0].index

    def gate(self, model: Path | None = None, policy: Path | None = None, **how: Any) -> Gated:
        by = Trusted((self.desk.bank.public,), None, self.desk.log.public, how.pop("since", None))
        return gate(model or self.model, str(policy or self.policy), self.desk.place, by, **how)

    def why(self, **how: Any) -> list[str]:
        """The reasons against the only audit."""
        found = self.gate(**how)
        assert found.opened is None
        ((_, reasons),) = found.refused
        return list(reasons)


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


def test_open(house: House) -> None:
    """For the audited file, by the policy that it was judged by, the gate opens; the newest audit that fits counts."""
    house.archived()
    house.archived()
    found = house.gate()
    assert found.opened is not None
    assert (1, (), ()) == (found.opened.index, found.refused, found.notes)


def test_another_file(house: House) -> None:
    """One changed byte is another model, of which there is no audit."""
    house.archived()
    other = house.folder / "other.keras"
    other.write_bytes(b"weightS")
    assert (None, ()) == (house.gate(other).opened, house.gate(other).refused)


@pytest.mark.parametrize(
    ("statuses", "word"),
    [({"PERF-1": "fail"}, "FAIL"), ({"PERF-1": "inconclusive"}, "INCONCLUSIVE"), ({"PERF-1": "open"}, "INCONCLUSIVE")],
)
def test_not_passed(house: House, statuses: dict[str, Status], word: str) -> None:
    """What did not pass is not released, CONDITIONAL or not, and the note says so as long as it is the last word."""
    house.archived(house.record(statuses))
    (reason,) = house.why(conditional=True)
    assert reason.startswith(f"its verdict is {word}: ")
    assert (f"entry 0: an audit of this model ended with {word}, policy version 1",) == house.gate().notes


def test_failed_again(house: House) -> None:
    """A later audit that failed does not close the gate by itself, and is told."""
    house.archived()
    house.archived(house.record({"PERF-1": "fail"}))
    found = house.gate()
    assert found.opened is not None
    assert (0, 1) == (found.opened.index, len(found.notes))


def test_stranger(house: House) -> None:
    """A seal by a key that is not trusted opens nothing."""
    house.archived(key=keys.new_keys(house.folder / "keys", "stranger", None))
    assert any("the signature does not verify with any key given" in reason for reason in house.why())


def test_superseded_or_removed(house: House) -> None:
    """What was withdrawn or superseded does not count, nor what cannot be verified any more."""
    house.archived()
    uses.supersede(house.desk.write, 0, None, "the labels were wrong")
    assert house.why() == ["it was withdrawn: the labels were wrong"]
    uses.remove(house.desk.write, 0, ["report.html"], "erasure")
    assert house.why()[1] == "1 of its files were removed, so that its seal cannot be verified"


def test_archived_again(house: House) -> None:
    """A withdrawn audit does not count because it is archived again; one that replaces itself, as signed off, does."""
    folder = written_folder(house.folder / "twice", house.record())
    seal(folder, house.desk.bank.private, lambda: b"")
    for _ in range(2):
        house.desk.add(folder)
    uses.supersede(house.desk.write, 0, 1, "signed off")
    opened = house.gate().opened
    assert opened is not None
    assert opened.index == 1
    uses.supersede(house.desk.write, 1, None, "the labels were wrong")
    house.desk.add(folder)
    assert [1, 1, 2] == [len(reasons) for _, reasons in house.gate().refused]


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


def test_policies(house: House) -> None:
    """An older version, another policy, and the same version with other limits do not count; a newer version does."""
    house.archived()
    assert house.why(policy=house.written("2")) == ["it was judged by version 1 of the policy; 2 or newer is asked for"]
    assert house.why(policy=house.written("1", 0.8)) == [
        "its version 1 of the policy has other requirements than yours"
    ]
    assert house.gate(policy=house.written("0")).opened is not None
    house.policy.write_text(POLICY.format(version=1, limit=0.75).replace("policy: test", "policy: strict"))
    assert house.why() == ["it was judged by the policy test, not by strict"]


def test_another_level(house: House) -> None:
    """A record that was judged again at another level passes no gate of the policy."""
    record = house.record()
    statistics = record.policy.statistics.model_copy(update={"level": 0.6})
    house.archived(record.model_copy(update={"policy": record.policy.model_copy(update={"statistics": statistics})}))
    assert house.why()[0].startswith("it was judged by another level")


def test_ended(house: House) -> None:
    """What rests on a waiver that has ended since is not released; CONDITIONAL only if that is said to be enough."""
    today = datetime.datetime.now(datetime.UTC).date()
    first = POLICY.format(version=1, limit=0.75)
    house.policy.write_text(first + first[first.index("  - id:") :].replace("PERF-1", "PERF-2"))
    for expires in (today - datetime.timedelta(days=1), today):
        waiver = Waiver(requirement="PERF-1", reason="r", approver="A", approved=today, expires=expires)
        record = house.record({"PERF-1": "waived", "PERF-2": "pass"})
        findings = (record.findings[0].model_copy(update={"waiver": waiver}), record.findings[1])
        house.archived(record.model_copy(update={"findings": findings}))
    found = house.gate(conditional=True)
    assert found.opened is not None
    assert found.opened.index == 1
    verdict, ended = house.gate().refused[1][1]
    assert verdict.startswith("its verdict is CONDITIONAL")
    assert ended.startswith("the waiver for PERF-1 ended on")


def test_sign_offs(house: House) -> None:
    """Sign-offs that the policy asks for and that are missing keep the gate closed."""
    house.policy.write_text(POLICY.format(version=1, limit=0.75) + "sign_off: {approved: 1}\n")
    record = house.record()
    rule = SignOff(approved=1)
    house.archived(record.model_copy(update={"policy": record.policy.model_copy(update={"sign_off": rule})}))
    assert house.why() == ["0 of 1 sign-offs (0 of 1 approved)"]


def test_restricted(house: House) -> None:
    """Files about single people that stayed out of the archive keep no gate closed; a changed record would."""
    folder = written_folder(house.folder / "with-people", house.record())
    (folder / "restricted").mkdir()
    (folder / "restricted" / "person.html").write_text("a person")
    seal(folder, house.desk.bank.private, lambda: b"")
    house.desk.add(folder)
    assert house.gate().opened is not None


def test_broken_log(house: House) -> None:
    """A gate does not open by a log that was cut short behind a checkpoint that was kept, or was changed."""
    house.archived()
    house.archived(house.record(seed=1))
    uses.supersede(house.desk.write, 1, None, "wrong")
    _, checkpoint = uses.supersede(house.desk.write, 0, None, "wrong")
    house.desk.forge("DELETE FROM entry WHERE idx = 3", "DELETE FROM checkpoint WHERE size = 4")
    assert house.gate().opened is not None
    with pytest.raises(SealFault, match="entries were dropped"):
        house.gate(since=house.desk.keep(checkpoint))
    house.desk.forge("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE idx = 0")
    with pytest.raises(SealFault):
        house.gate()


def test_nobody_trusted(house: House) -> None:
    """A gate without a key opens for nobody; a key from the archive is none."""
    house.archived()
    with pytest.raises(WrittenFault, match="nobody is trusted"):
        gate(house.model, str(house.policy), house.desk.place, Trusted())
    with pytest.raises(WrittenFault, match="proves nothing"):
        gate(house.model, str(house.policy), house.desk.place, Trusted((house.desk.place / "log.pub.pem",)))
