"""Sign-offs: who may sign what, how they hang together, and how far the policy's rule is met."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sealing import no_passphrase
from signing import PEOPLE, RULE, people, sealed, signed

from auditor.app.signoff import Words, sign_off
from auditor.app.verify import verify
from auditor.errors import SealFault, WrittenFault
from auditor.policy import SignOff
from auditor.seal import envelope, keys, signoff
from auditor.seal.foureyes import _given
from auditor.seal.verify import Verified, unbroken

FIRST, SECOND = "sign-off-1.dsse.json", "sign-off-2.dsse.json"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def audit(tmp_path: Path, store: Path) -> Path:
    return sealed(tmp_path / "audit", store)


def told(found: Verified) -> tuple[str, ...]:
    assert found.asked is not None
    return found.asked.told


def wrong(audit: Path, store: Path) -> list[str]:
    with pytest.raises(SealFault) as caught:
        verify(audit, [], trust=store)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_four_eyes(audit: Path, store: Path) -> None:
    """A review and an approval by two people meet the rule; verifying tells each step."""
    before = verify(audit, [], trust=store)
    assert told(before) == ("0 of 2 sign-offs (0 of 1 reviewed, 0 of 1 approved)",)

    once = signed(audit, store, "rita", "reviewed", comment="With the caveat of section 4.")
    assert told(once) == ("1 of 2 sign-offs (1 of 1 reviewed, 0 of 1 approved)",)
    assert not (once.asked and once.asked.complete)

    twice = signed(audit, store, "carl", "approved")
    assert told(twice) == ("2 of 2 sign-offs (1 of 1 reviewed, 1 of 1 approved)",)
    assert twice.asked is not None
    assert twice.asked.complete
    assert [(one.file, one.name, one.role, one.meaning, one.comment) for one in twice.sign_offs] == [
        (FIRST, "Rita Reviewer", "validator", "reviewed", "With the caveat of section 4."),
        (SECOND, "Carl Chair", "approver", "approved", ""),
    ]


def test_segregation(tmp_path: Path, store: Path) -> None:
    """The model's owner, by role or by name, and who sealed do not count where the policy says so."""
    audit = sealed(tmp_path / "audit", store, owner="carl chair")
    signed(audit, store, "otto", "reviewed", "validator")
    found = signed(audit, store, "carl", "approved")

    assert told(found) == (
        "0 of 2 sign-offs (0 of 1 reviewed, 0 of 1 approved)",
        "sign-off-1.dsse.json does not count: Otto Owner has the role owner",
        "sign-off-2.dsse.json does not count: Carl Chair owns the model",
    )


def test_the_sealer_does_not_count(tmp_path: Path) -> None:
    """Who sealed may be let to sign off, but does not count where the policy bars it."""
    store = people(tmp_path / "people")
    store.write_text(store.read_text().replace("roles: [seal]", "roles: [seal, approver]"))
    audit = sealed(tmp_path / "audit", store)
    words = Words("Audit pipeline", "approver", "approved")
    found = sign_off(audit, words, store.with_name("pipeline.key.pem"), no_passphrase, store)

    assert told(found)[1:] == (f"{FIRST} does not count: Audit pipeline has the role seal",)


def test_nobody_counts_twice(tmp_path: Path) -> None:
    """One person's two signatures are one of two; without `distinct`, two of two; two keys do not make two people."""
    store = people(tmp_path / "people")
    audit = sealed(tmp_path / "audit", store)
    signed(audit, store, "rita", "reviewed")
    found = signed(audit, store, "rita", "approved")
    assert told(found) == (
        "1 of 2 sign-offs (1 of 1 reviewed, 1 of 1 approved)",
        "Rita Reviewer signed as both, and counts for one of them",
    )

    loose = sealed(tmp_path / "loose", store, RULE.model_copy(update={"distinct": False}))
    signed(loose, store, "rita", "reviewed")
    assert told(signed(loose, store, "rita", "approved"))[0].startswith("2 of 2 sign-offs")

    pairs = sealed(tmp_path / "pairs", store, SignOff(reviewed=2))
    signed(pairs, store, "rita", "reviewed")
    assert told(signed(pairs, store, "rita", "reviewed"))[0] == "1 of 2 sign-offs (1 of 2 reviewed)"

    vera = "holder: Vera Validator"  # another spelling of a name is no other person
    store.write_text(store.read_text().replace(vera, "holder: rita  REVIEWER"))
    spelled = sign_off(
        pairs, Words("Rita reviewer", "validator", "reviewed"), store.with_name("vera.key.pem"), no_passphrase, store
    )
    assert told(spelled)[0] == "1 of 2 sign-offs (1 of 2 reviewed)"


@pytest.mark.parametrize(
    ("needs", "reviewed", "approved", "given"),
    [
        ((1, 1), "a", "a", 1),
        ((1, 1), "ab", "a", 2),
        ((2, 1), "ab", "ab", 2),
        ((2, 1), "abc", "a", 3),
        ((0, 2), "ab", "a", 1),
    ],
)
def test_as_many_as_can_be(needs: tuple[int, int], reviewed: str, approved: str, given: int) -> None:
    """People who did both fill the places that are left, each of them one."""
    wanted = dict(zip(signoff.MEANINGS, needs, strict=True))
    there = dict(zip(signoff.MEANINGS, (set(reviewed), set(approved)), strict=True))

    assert _given(wanted, there, distinct=True) == given


def test_without_a_store(audit: Path, store: Path) -> None:
    """With keys alone, roles are not known, so that nothing counts under a rule that bars some."""
    signed(audit, store, "rita", "reviewed")
    public = [store.with_name(f"{name}.pub.pem") for name in PEOPLE]

    assert told(verify(audit, public)) == (
        "0 of 2 sign-offs (0 of 1 reviewed, 0 of 1 approved)",
        f"{FIRST} does not count: whose key it is, and what roles that person has, is not known without a trust store",
    )


def test_not_asked_for(tmp_path: Path, store: Path) -> None:
    """A policy that asks for nothing leaves nothing open; sign-offs are shown all the same."""
    audit = sealed(tmp_path / "audit", store, None)
    found = signed(audit, store, "vera", "reviewed")
    assert (found.asked, len(found.sign_offs)) == (None, 1)


@pytest.mark.parametrize(
    ("words", "key", "what"),
    [
        (Words("Carl Chair", "validator", "approved"), "carl", "validator is no role of Carl Chair"),
        (Words("Carl Chair", "approver", "approved"), "rita", "this is the key of Rita Reviewer, not of Carl Chair"),
        (Words("Eve", "approver", "approved"), "eve", "the trust store does not know this key"),
    ],
)
def test_refused(audit: Path, store: Path, words: Words, key: str, what: str) -> None:
    """Nobody signs in another's name, in a role that is not theirs, or with a key that nobody could check."""
    if key == "eve" and not store.with_name("eve.key.pem").exists():
        keys.new_keys(store.parent, "eve", None)
    with pytest.raises(WrittenFault, match=what):
        sign_off(audit, words, store.with_name(f"{key}.key.pem"), no_passphrase, store)
    assert not (audit / FIRST).exists()


def test_broken_is_not_signed(audit: Path, store: Path) -> None:
    """Nobody is led to sign what is broken."""
    (audit / "report.html").write_text("edited")
    with pytest.raises(SealFault):
        signed(audit, store, "rita", "reviewed")
    assert not (audit / FIRST).exists()


def _forged(audit: Path, store: Path, changes: dict[str, str]) -> None:
    """A sign-off by a trusted key over what is there, made without asking whether it may be."""
    said = {"name": "Vera Validator", "role": "validator", "meaning": "reviewed", "comment": ""}
    said |= {"signed": "2099-01-01T00:00:00+00:00"} | changes
    payload = signoff.statement_of({envelope.FILE: (audit / envelope.FILE).read_bytes()}, None, said)
    signer = keys.signer(store.with_name("vera.key.pem"), no_passphrase)
    (audit / FIRST).write_bytes(envelope.signed(payload, signer))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, "the key of Vera Validator was used at a time that lies in the future, 2099-01-01 00:00:00+00:00"),
        ({"signed": "2020-01-01T00:00:00+00:00"}, "is dated before the seal that it signs"),
        ({"signed": "yesterday"}, "does not tell its time"),
        ({"name": "Carl Chair"}, "names Carl Chair, and the key is Vera Validator's"),
        ({"role": "approver"}, "is signed as approver, which is no role of Vera Validator: validator"),
        ({"meaning": "liked"}, "says 'liked', which is no meaning of a sign-off"),
    ],
)
def test_forged(audit: Path, store: Path, changes: dict[str, str], what: str) -> None:
    """What a holder of a trusted key could write by other means is held to the same rules."""
    _forged(audit, store, changes)
    assert f"{FIRST}: {what}" in wrong(audit, store)


def test_chain(audit: Path, tmp_path: Path, store: Path) -> None:
    """A sign-off cannot be taken out, moved, or brought over from another audit."""
    signed(audit, store, "rita", "reviewed")
    signed(audit, store, "carl", "approved")
    gap = shutil.copytree(audit, tmp_path / "gap")
    (gap / FIRST).unlink()
    moved = shutil.copytree(gap, tmp_path / "moved")
    (moved / SECOND).rename(moved / FIRST)
    other = sealed(tmp_path / "other", store, owner="Otto Owner")
    shutil.copy(audit / FIRST, other / FIRST)
    odd = shutil.copytree(audit, tmp_path / "odd")
    (odd / SECOND).rename(odd / "sign-off-02.dsse.json")

    assert wrong(gap, store) == [f"{FIRST}: is missing, and {SECOND} is there"]
    assert wrong(moved, store) == [f"{FIRST}: does not sign what is there: seal.dsse.json"]
    assert wrong(other, store) == [f"{FIRST}: does not sign what is there: seal.dsse.json"]
    assert wrong(odd, store) == ["sign-off-02.dsse.json: is not covered by the seal"]


def test_every_byte(audit: Path, store: Path) -> None:
    """No byte of a sign-off can be changed unseen."""
    signed(audit, store, "rita", "reviewed")
    whole = (audit / FIRST).read_bytes()
    missed = []
    for at in range(0, len(whole), 9):
        (audit / FIRST).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            verify(audit, [], trust=store)
        except SealFault as fault:
            if all(problem.where == FIRST for problem in fault.problems):
                continue
        missed.append(at)
    assert missed == []


def test_rule_cannot_be_restated(audit: Path, store: Path) -> None:
    """A seal that states another rule than the record's policy is broken."""
    pipeline = store.with_name("pipeline.pub.pem")
    payload, _ = envelope.opened((audit / envelope.FILE).read_bytes(), [keys.public_key(pipeline)])
    statement = json.loads(payload)
    statement["predicate"]["policy"]["sign_off"]["approved"] = 0
    signer = keys.signer(store.with_name("pipeline.key.pem"), no_passphrase)
    (audit / envelope.FILE).write_bytes(envelope.signed(json.dumps(statement).encode(), signer))

    assert wrong(audit, store) == ["record.json: the sign-offs that its policy asks for are not those that were stated"]


def test_unbroken(audit: Path, store: Path) -> None:
    """What stores an audit can tell that it is whole without knowing whom to trust."""
    signed(audit, store, "rita", "reviewed")
    assert unbroken(audit) == []
    (audit / "report.html").write_text("edited")
    assert [str(problem) for problem in unbroken(audit)] == ["report.html: was changed after it was sealed"]
    (audit / FIRST).write_text("{}")
    with pytest.raises(SealFault, match="is no DSSE envelope"):
        unbroken(audit)
