"""The gate opens for exactly the model that was audited, sealed, archived and passed; and else says every reason."""

from __future__ import annotations

import datetime

import pytest
from gating import POLICY, House
from sealing import written_folder

from auditor.app import archive as uses
from auditor.app.gate import Trusted, gate
from auditor.app.rejudged import judged_again
from auditor.app.seal import seal
from auditor.cli.released import gated
from auditor.errors import SealFault, WrittenFault
from auditor.people import Waiver
from auditor.record import Status
from auditor.seal import keys


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
    [({"PERF-1": "fail"}, "FAIL"), ({"PERF-1": "inconclusive"}, "INCONCLUSIVE"), ({"PERF-1": "error"}, "INCONCLUSIVE")],
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


def test_a_newer_version_that_asks_less(house: House) -> None:
    """Whoever writes a higher number over a looser limit, or fewer sign-offs, passes no gate of the stricter policy."""
    house.archived()
    looser = house.written("0", 0.8)
    looser.write_text(looser.read_text() + "sign_off: {approved: 1}\n")
    before = "its version 1 of the policy does not ask all that yours does: "
    assert house.why(policy=looser) == [
        before + "PERF-1 limit: auroc at least 0.8 → auroc at least 0.75",
        before + "sign_off.approved: 1 → 0",
    ]
    assert house.gate(policy=house.written("0", 0.7)).opened is not None


def test_another_level(house: House) -> None:
    """A record that was judged again at another level passes no gate of the policy."""
    record = house.record()
    statistics = record.policy.statistics.model_copy(update={"level": 0.6})
    lenient = record.model_copy(update={"policy": record.policy.model_copy(update={"statistics": statistics})})
    house.archived(lenient.model_copy(update={"findings": judged_again(lenient)}))
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
        then = f"{today - datetime.timedelta(days=9)}T12:00:00+00:00"
        run = record.run.model_copy(update={"started": then, "finished": then})
        house.archived(record.model_copy(update={"findings": findings, "run": run}))
    found = house.gate(conditional=True)
    assert found.opened is not None
    assert found.opened.index == 1
    verdict, ended = house.gate().refused[1][1]
    assert verdict.startswith("its verdict is CONDITIONAL")
    assert ended.startswith("the waiver for PERF-1 ended on")


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


def test_what_the_gate_cannot_see_is_told(house: House) -> None:
    """Without the log's key from elsewhere, another archive; without a checkpoint that was kept, an older state."""
    house.archived()
    blind = gated(house.gate(), own_key=True, kept=False)
    assert blind.splitlines()[-2:] == [
        "  note: without --log-key an archive that was put in this one's place cannot be noticed",
        "  note: without --since an archive that was rolled back, a later FAIL gone with it, cannot be noticed",
    ]
    assert "note" not in gated(house.gate(), own_key=False, kept=True)


def test_a_date_that_is_over_keeps_nothing(house: House) -> None:
    """An audit is archived for a time to come, or without a date."""
    with pytest.raises(WrittenFault, match="2020-01-01 is over"):
        uses.add(house.desk.write, house.folder, retain_until=datetime.date(2020, 1, 1))
