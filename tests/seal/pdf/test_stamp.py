"""Time stamps on statements: what they prove of a key that was revoked or ran out later, and how they are faked."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest
from authority import Authority
from pdfsigning import wrong
from sealing import no_passphrase, short_reports
from signing import PEOPLE, sealed

from auditor.app.seal import seal
from auditor.app.signoff import Words, sign_off
from auditor.app.verify import verify
from auditor.errors import FileFault, SealFault
from auditor.seal import envelope, stamp
from auditor.seal.statement import read
from auditor.seal.trustfile import read_trust
from auditor.seal.verify import unbroken

STAMP, FIRST, FIRST_STAMP = "seal.dsse.tst", "sign-off-1.dsse.json", "sign-off-1.dsse.tst"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, store: Path, ca: Authority) -> Path:
    """Sealed and signed off by Rita, each with a time stamp; not to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        short_reports(patch)
        audit = sealed(tmp_path_factory.mktemp("stamped") / "audit", store, tsa=ca.tsa)
        words = Words(PEOPLE["rita"][0], "validator", "reviewed")
        sign_off(audit, words, store.with_name("rita.key.pem"), no_passphrase, store, tsa=ca.tsa)
    return audit


@pytest.fixture(scope="module")
def today(made: Path) -> datetime.datetime:
    """When it was sealed, as its stamp tells: tests of a slow machine may come much later."""
    sealed_at = read(envelope.unjudged((made / "seal.dsse.json").read_bytes())).predicate["sealed"]
    return datetime.datetime.fromisoformat(str(sealed_at))


@pytest.fixture
def stamped(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made, tmp_path / "audit"))


def later(store: Path, folder: Path, name: str, terms: str) -> Path:
    """A copy of the store, in which a person's key has these terms."""
    folder = Path(shutil.copytree(store.parent, folder))
    copy = folder / store.name
    before = f"public: {name}.pub.pem"
    copy.write_text(copy.read_text().replace(before, f"{before}, {terms}"))
    return copy


def test_proven(stamped: Path, store: Path) -> None:
    """Seal and sign-off are told to be of a proven time; without certificates of an authority, by their own clocks."""
    found = verify(stamped, [], trust=store)
    assert (found.proven, [one.proven for one in found.sign_offs], found.notes) == (True, [True], ())
    assert unbroken(stamped) == []

    keys = [store.with_name(f"{name}.pub.pem") for name in ("pipeline", "rita")]
    alone = verify(stamped, keys)
    why = "was not judged: the trust store names no certificates for time stamps"
    assert (alone.proven, alone.notes) == (False, (f"{STAMP} {why}", f"{FIRST_STAMP} {why}"))


def test_read_by_others(stamped: Path, store: Path) -> None:
    """OpenSSL finds the same, of the envelope as it is and of one that was changed."""
    root = store.with_name("root.cert.pem")
    command = ["openssl", "ts", "-verify", "-in", stamped / STAMP, "-token_in", "-CAfile", root, "-data"]
    both = [[*command, stamped / name] for name in ("seal.dsse.json", FIRST)]
    found = [subprocess.run(one, check=False, capture_output=True) for one in both]
    assert [one.returncode for one in found] == [0, 1], found


@pytest.mark.parametrize("name", ["pipeline", "rita"])
def test_revoked_later(today: datetime.datetime, stamped: Path, store: Path, tmp_path: Path, name: str) -> None:
    """A key revoked after the proven time verifies with a note; before it, or without the stamp, it does not."""
    after, before = today.date() + datetime.timedelta(days=2), today.date() - datetime.timedelta(days=2)
    envelope = {"pipeline": "seal.dsse.json", "rita": FIRST}[name]
    terms = "revoked: {{at: {}, reason: laptop stolen}}"
    kept = later(store, tmp_path / "kept", name, terms.format(after))
    holder = PEOPLE[name][0]
    told = f"the key of {holder} is revoked since {after}"

    assert verify(stamped, [], trust=kept).notes == (
        f"{told}; it was used on {today.date()}, which a time stamp proves",
    )
    lost = later(store, tmp_path / "lost", name, terms.format(before))
    assert f"{envelope}: the key of {holder} is revoked since {before}: laptop stolen" in wrong(stamped, lost)
    for one in (STAMP, FIRST_STAMP):
        (stamped / one).unlink()
    assert f"{envelope}: {told}: laptop stolen" in wrong(stamped, kept)


def test_run_out_later(
    today: datetime.datetime, stamped: Path, store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Years later the key and the authority's certificate have run out; what they stamped holds, with notes."""
    kept = read_trust(later(store, tmp_path / "kept", "pipeline", f"until: {today.date()}"))
    data, told = (stamped / "seal.dsse.json").read_bytes(), (stamped / STAMP).read_bytes()
    at, notes = stamp.used(today, data, told, kept, "seal.dsse.json", today.replace(year=2060))

    assert at.proven
    assert notes == [
        f"the certificate that signed {STAMP} ran out on 2045-01-01; it stamped on {today.date()}",
    ]


def test_taken_away(stamped: Path, store: Path) -> None:
    """The seal's stamp cannot be taken away or put there once somebody signed over it."""
    gone = (stamped / STAMP).read_bytes()
    (stamped / STAMP).unlink()
    assert wrong(stamped, store) == [f"{FIRST}: does not sign what is there: seal.dsse.json"]
    (stamped / STAMP).write_bytes(gone)
    (stamped / "sign-off-2.dsse.tst").write_bytes(gone)
    assert wrong(stamped, store) == ["sign-off-2.dsse.tst: is not covered by the seal"]


def test_of_another(today: datetime.datetime, stamped: Path, store: Path) -> None:
    """The stamp of another statement, of another time or by a stranger proves nothing, and is told."""
    data, own = (stamped / FIRST).read_bytes(), (stamped / FIRST_STAMP).read_bytes()
    trust, early = read_trust(store), today - datetime.timedelta(days=1)
    for token, told, what in (
        ((stamped / STAMP).read_bytes(), today, "does not hold: what it stamps was changed"),
        (own, early, f"and {FIRST} says {early.isoformat(sep=' ', timespec='seconds')}"),
        (b"no token", today, "cannot be read as a time stamp"),
        (b"0" * (stamp.MOST_BYTES + 1), today, "is larger than"),
    ):
        with pytest.raises(SealFault, match=what.replace("+", r"\+")):
            stamp.used(told, data, token, trust, FIRST, today)


def test_every_byte(today: datetime.datetime, stamped: Path, store: Path) -> None:
    """No byte of a token can be changed so that it still holds and says something else."""
    data, token = (stamped / FIRST).read_bytes(), (stamped / FIRST_STAMP).read_bytes()
    trust, whole = read_trust(store), list[object]()
    right = stamp.used(today, data, token, trust, FIRST, today)
    for at in range(0, len(token), 11):
        changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        try:
            whole.append(stamp.used(today, data, changed, trust, FIRST, today))
        except SealFault:
            continue
    assert set(map(repr, whole)) == {repr(right)}
    assert len(whole) < 5  # versions and unused names, which no signature covers


def test_not_had(audit: Path, store: Path, ca: Authority) -> None:
    """Where no time stamp can be had, nothing is sealed."""
    for address in (ca.tsa + "x", "http://127.0.0.1:9/"):
        with pytest.raises(FileFault, match="no time stamp can be had"):
            seal(audit, store.with_name("pipeline.key.pem"), no_passphrase, tsa=address)
    with pytest.raises(FileFault, match="the authority stamps"):
        stamp.stamped(b"", (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).isoformat(), ca.tsa)
    assert not (audit / "seal.dsse.json").exists()
