"""A bank's statements through their whole life: made, signed, counted, found too broad, expired, forged."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from records import a_record
from ruamel.yaml import YAML

from auditor.app import freeze, people, recorded, stating
from auditor.checks import CATALOGUE
from auditor.errors import SealFault, WrittenFault
from auditor.loaders.policies import load_policy
from auditor.people import Bound
from auditor.policy import Policy
from auditor.record import Finding, Judged
from auditor.seal.keys import new_keys
from auditor.seal.trustfile import read_trust
from auditor.stated import attested, waived

POLICY = """policy: ours
version: 1
title: t
people: {signed: true, approvers: [head of risk], longest_days: 90, never_waived: [PERF-2]}
requirements:
  - {id: PERF-1, text: r, check: performance.discrimination, limit: {quantity: auroc, at_least: 0.7}, severity: major}
  - {id: PERF-2, text: r, check: performance.discrimination, limit: {quantity: auroc, at_least: 0.6}, severity: major}
  - {id: HUM-1, text: Stated., attest: {role: lead}, severity: major}
"""
AUDIT = """model: {file: model.keras, name: m, version: "1", owner: Otto}
data: dataset.yaml
policy: policy.yaml
waivers: waivers.yaml
attestations: attestations.yaml
"""
TODAY = datetime.datetime.now(datetime.UTC).date()
SOON = TODAY + datetime.timedelta(days=60)
LONG = TODAY + datetime.timedelta(days=91)


def nothing() -> bytes:
    raise AssertionError("the key has no passphrase")


@pytest.fixture
def bank(tmp_path: Path) -> SimpleNamespace:
    """An audit's files, two people with keys, and a trust store that knows them."""
    for name, text in {"policy.yaml": POLICY, "audit.yaml": AUDIT, "model.keras": "weights"}.items():
        (tmp_path / name).write_text(text)
    keys = {name: new_keys(tmp_path / "keys", name, None) for name in ("hanna", "lena", "mallory")}
    (tmp_path / "keys" / "trust.yaml").write_text(
        "trust: t\nkeys:\n"
        "  - {holder: Hanna, roles: [head of risk], public: hanna.pub.pem}\n"
        "  - {holder: Lena, roles: [lead], public: lena.pub.pem}\n"
    )
    return SimpleNamespace(
        folder=tmp_path, audit=tmp_path / "audit.yaml", keys=keys, policy=_policy(tmp_path), model=_model(tmp_path)
    )


def _policy(folder: Path) -> Policy:
    return load_policy("policy.yaml", CATALOGUE, folder).policy


def _model(folder: Path) -> str:
    return hashlib.sha256((folder / "model.keras").read_bytes()).hexdigest()


def held(bank: SimpleNamespace) -> people.Held:
    return people.Held(bank.policy, TODAY, read_trust(bank.folder / "keys"), "Otto")


def waive(bank: SimpleNamespace, by: str = "hanna", **changed: object) -> Path:
    said = {"requirement": "PERF-1", "approver": "Hanna", "role": "head of risk", "reason": "r", "expires": SOON}
    return stating.waive(bank.audit, {**said, **changed}, stating.Signing(bank.keys[by].private, nothing))


def attest(bank: SimpleNamespace, by: str = "lena", evidence: Path | None = None, **changed: object) -> Path:
    said = {"requirement": "HUM-1", "name": "Lena", "role": "lead", "statement": "s", "expires": SOON}
    return stating.attest(bank.audit, {**said, **changed}, evidence, stating.Signing(bank.keys[by].private, nothing))


def faults(bank: SimpleNamespace, read: object, file: Path) -> list[str]:
    with pytest.raises(WrittenFault) as caught:
        read(file, held(bank))  # type: ignore[operator]
    return [problem.what for problem in caught.value.problems]


def failed(bank: SimpleNamespace, *parts: str) -> Finding:
    judged = tuple(
        Judged(part=part, value=0.5, low=0.4, high=0.6, level=0.95, n=100, method="m", status="fail") for part in parts
    )
    return Finding(requirement=bank.policy.requirements[0], status="fail", reason="fails", judged=judged)


def test_a_signed_statement_counts(bank: SimpleNamespace) -> None:
    """Made by the commands, read with the trust store, it settles its requirement and names who signed."""
    (one,) = people.attestations(attest(bank), held(bank))
    assert one.verified.startswith("Lena, key ")
    assert "attested" == attested(bank.policy.requirements[2], one, Bound(model=bank.model), bank.policy, TODAY).status
    (waiver,) = people.waivers(waive(bank), held(bank), [one])
    assert "waived" == waived(failed(bank, ""), waiver, bank.model, bank.policy, TODAY).status


@pytest.mark.parametrize("field", ["statement", "role", "expires", "model_sha256"])
def test_a_statement_that_was_changed_is_told(bank: SimpleNamespace, field: str) -> None:
    """Whatever of it: nothing that is stated is outside of the signature."""
    file = attest(bank)
    old = {"statement": "statement: s", "role": "role: lead", "expires": str(SOON), "model_sha256": bank.model}
    new = {
        "statement": "statement: t",
        "role": "role: Lead",
        "expires": f"{SOON.year + 1}-01-01",
        "model_sha256": "ef" * 32,
    }
    file.write_text(file.read_text().replace(old[field], new[field]))
    assert "does not verify: the statement is not the one that was signed" in faults(bank, people.attestations, file)


def test_a_key_that_nobody_trusts_is_told(bank: SimpleNamespace) -> None:
    """And so is one of somebody else, or of somebody without the role."""
    (told,) = faults(bank, people.attestations, attest(bank, by="mallory"))
    assert told.startswith("was signed by a key that is not in the trust store")
    (bank.folder / "attestations.yaml").unlink()
    assert [
        "is by Hanna, and the statement is in the name of Lena",
        "is by Hanna, who has not the role 'lead' in the trust store",
    ] == faults(bank, people.attestations, attest(bank, by="hanna"))


def test_a_waiver_signature_is_none_for_an_attestation(bank: SimpleNamespace) -> None:
    """The kind of statement is signed too."""
    from auditor.people import Attestation, Waiver
    from auditor.seal.stated import holder

    (waiver,) = people.waivers(waive(bank), held(bank))
    twin = Attestation.model_construct(**{name: getattr(waiver, name) for name in Waiver.model_fields})
    object.__setattr__(twin, "name", "Hanna")
    object.__setattr__(twin, "date", TODAY)
    assert ("", ["does not verify: the statement is not the one that was signed"]) == holder(
        twin, read_trust(bank.folder / "keys"), TODAY
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"expires": LONG}, "this lasts 91 days; the policy allows 90"),
        ({"requirement": "PERF-2"}, "the policy lets nobody waive 'PERF-2'"),
        ({"role": "clerk"}, "'clerk' may not waive under this policy"),
    ],
)
def test_what_is_too_broad_is_refused(bank: SimpleNamespace, changed: dict[str, object], told: str) -> None:
    """Too long, for what nobody may waive, by whom the policy does not name: before it is written, and by hand."""
    with pytest.raises(WrittenFault, match=r"days|nobody|'clerk'"):
        waive(bank, **changed)
    file, ((field, new),) = waive(bank), changed.items()
    old = {"expires": str(SOON), "requirement": "PERF-1", "role": "head of risk"}[field]
    file.write_text(file.read_text().replace(old, str(new)))
    assert told in faults(bank, people.waivers, file)


def test_a_statement_that_would_stay_open_is_refused(bank: SimpleNamespace) -> None:
    """By another role than the policy asks for, or without the document that it requires."""
    with pytest.raises(WrittenFault, match="'clerk' cannot state this"):
        attest(bank, role="clerk")
    policy = bank.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("attest: {role: lead}", "attest: {role: lead, evidence: required}"))
    with pytest.raises(WrittenFault, match="requires a document"):
        attest(bank)
    assert hashlib.sha256(policy.read_bytes()).hexdigest() in attest(bank, evidence=policy).read_text()


def test_who_attests_does_not_waive(bank: SimpleNamespace) -> None:
    """Under `separate`, which is the rule unless a policy says otherwise."""
    (one,) = people.attestations(attest(bank), held(bank))
    named = one.model_copy(update={"name": "Hanna"})
    told = "'Hanna' attests in this audit, and may not waive in it too"
    with pytest.raises(WrittenFault, match=told):
        people.waivers(waive(bank), held(bank), [named])
    audit = bank.audit.read_text()
    bank.audit.write_text(audit.replace(", owner: Otto", ""))
    with pytest.raises(WrittenFault, match="the model's owner is not named"):
        waive(bank, requirement="PERF-2")
    bank.audit.write_text(audit)
    for by, why in {"LENA ": told.replace("Hanna", "LENA "), "otto": "'otto' owns the model"}.items():
        with pytest.raises(WrittenFault, match=why):  # told before it is written
            waive(bank, requirement="PERF-2", approver=by)
    with pytest.raises(WrittenFault, match="this is no statement: --approver a name has letters"):
        waive(bank, requirement="PERF-2", approver=" ")
    for reason, why in {"": "is empty", " ": "should say something, and is blank"}.items():
        with pytest.raises(WrittenFault, match=f"this is no statement: --reason {why}"):
            waive(bank, reason=reason)


def test_a_model_owner_of_the_trust_store_does_not_waive(bank: SimpleNamespace) -> None:
    """Where the audit file names a department as owner, too."""
    store, file = bank.folder / "keys" / "trust.yaml", waive(bank)
    store.write_text(store.read_text().replace("[head of risk]", "[head of risk, Model owner]"))
    with pytest.raises(WrittenFault, match="'Hanna' is a model owner in the trust store"):
        people.waivers(file, dataclasses.replace(held(bank), owner="Retail risk"))


def test_without_a_signature_nothing_counts(bank: SimpleNamespace) -> None:
    """Where the policy asks for them; nor where nobody can tell whose they are."""
    said = {"requirement": "HUM-1", "name": "Lena", "role": "lead", "statement": "s", "expires": SOON}
    with pytest.raises(WrittenFault, match="the policy counts signed statements alone"):
        stating.attest(bank.audit, said, None, stating.Signing(None, nothing))
    file = attest(bank)
    whole = YAML().load(file.read_text())
    del whole["attestations"][0]["signature"]
    YAML().dump(whole, file)
    assert ["the policy asks for a signature here"] == faults(bank, people.attestations, file)
    file.unlink()
    file = attest(bank)
    with pytest.raises(WrittenFault, match="whose key this is cannot be told"):
        people.attestations(file, people.Held(bank.policy, TODAY))


def test_what_no_run_would_count_is_not_written(bank: SimpleNamespace) -> None:
    """A statement that has ended, and one of somebody who waives in the same audit."""
    with pytest.raises(WrittenFault, match="it would have expired already, on 2001-01-01"):
        attest(bank, expires="2001-01-01")
    waive(bank)
    with pytest.raises(WrittenFault, match="'hanna' waives in this audit"):
        attest(bank, name="hanna")
    assert not (bank.folder / "attestations.yaml").exists()


@pytest.mark.parametrize(
    ("by", "name", "told"),
    [
        ("mallory", "Lena", "it was signed by a key that is not in the trust store"),
        (
            "hanna",
            "Lena",
            "it is by Hanna, and the statement is in the name of Lena; it is by Hanna, who has not the role",
        ),
        ("lena", "Lena", "the key of Lena is revoked since 2026-01-01: lost"),
    ],
)
def test_what_the_trust_store_does_not_allow_is_not_written(
    bank: SimpleNamespace, call: Any, by: str, name: str, told: str
) -> None:
    """Where the store is given; where it is not, the command says that nobody looked."""
    store, key = bank.folder / "keys" / "trust.yaml", bank.keys[by].private
    if "revoked" in told:
        store.write_text(
            store.read_text().replace("lena.pub.pem}", "lena.pub.pem, revoked: {at: 2026-01-01, reason: lost}}")
        )
    said = ["attest", bank.audit, "HUM-1", "--name", name, "--role", "lead", "--statement", "s", "--expires", SOON]
    done = call(*said, "--key", key, "--trust", store)
    assert (2, True, False) == (done.code, told in done.err, (bank.folder / "attestations.yaml").exists())
    assert f"{key}: no run would count this statement" in done.err
    assert "has for this person and role" in done.err
    done = call(*said, "--key", key)
    assert (0, True) == (done.code, "no trust store was given" in done.err)


def test_a_part_that_the_finding_has_not_is_not_waived(bank: SimpleNamespace, call: Any) -> None:
    """Where its record is given; where it is not, the command says that nobody looked."""
    base = a_record({"PERF-1": "fail"})
    facts = base.model.model_copy(update={"file": base.model.file.model_copy(update={"sha256": bank.model})})
    finding = failed(bank, "north \N{MINUS SIGN} south", "east")
    record = bank.folder / "record.json"
    record.write_bytes(recorded.written(base.model_copy(update={"model": facts, "findings": (finding,)}).sealed()))
    said = ["waive", bank.audit, "PERF-1", "--approver", "Hanna", "--role", "head of risk", "--reason", "r"]
    said += ["--expires", SOON, "--key", bank.keys["hanna"].private, "--part", "north - south", "--part"]
    done = call(*said, "eats", "--record", record)
    assert (2, f"auditor: {record}: PERF-1 has no part 'eats'\n    Did you mean 'east'?\n") == (done.code, done.err)
    assert not (bank.folder / "waivers.yaml").exists()
    assert "no audit was given by --record" in call(*said, "eats").err
    (bank.folder / "waivers.yaml").unlink()
    assert 0 == call(*said, "east", "--record", record).code
    (bank.folder / "waivers.yaml").unlink()
    (bank.folder / "model.keras").write_text("other weights")
    assert "the record is of another model file" in call(*said, "east", "--record", record).err


def test_a_part_that_no_finding_has_undoes_its_waiver(bank: SimpleNamespace) -> None:
    """Even beside the parts that failed: it is an error of the file, told at its place once it is known."""
    audit, findings = bank.audit, (failed(bank, "north"),)
    file = waive(bank, parts=("north", "nort"))
    (waiver,) = people.waivers(file, held(bank))
    found = waived(findings[0], waiver, bank.model, bank.policy, TODAY)
    assert ("fail", "fails (a waiver does not count: PERF-1 has no part 'nort')") == (found.status, found.reason)
    record = a_record({}).model_copy(update={"findings": (found,)})
    with pytest.raises(WrittenFault) as caught:
        people.refuse_misnamed(audit, record)
    line = 1 + file.read_text().splitlines().index("  - nort")
    assert [f"{file}:{line}:5: PERF-1 has no part 'nort'\n    Did you mean 'north'?"] == [
        *map(str, caught.value.problems)
    ]
    unmeasured = found.model_copy(update={"status": "error", "judged": ()})
    people.refuse_misnamed(audit, record.model_copy(update={"findings": (unmeasured,)}))


def test_a_waiver_covers_its_parts_and_its_model_alone(bank: SimpleNamespace) -> None:
    """What it does not cover stays as it was, and says why."""
    (waiver,) = people.waivers(waive(bank, parts=("north",)), held(bank))
    rules = bank.policy, TODAY
    assert "waived" == waived(failed(bank, "north"), waiver, bank.model, *rules).status
    pair = waiver.model_copy(update={"parts": ("north - south",)})  # as a keyboard has it
    assert "waived" == waived(failed(bank, "north \N{MINUS SIGN} south"), pair, bank.model, *rules).status
    wider = waived(failed(bank, "north", "south"), waiver, bank.model, *rules)
    assert ("fail", "fails (a waiver does not count: it is for north, and not for south)") == (
        wider.status,
        wider.reason,
    )
    other = waived(failed(bank, "north"), waiver, "1" * 64, *rules)
    assert "fails (a waiver does not count: it is for another model (its digest differs))" == other.reason


def test_another_policy_undoes_an_attestation(bank: SimpleNamespace) -> None:
    """It was made under the policy that was in force."""
    (one,) = people.attestations(attest(bank), held(bank))
    stricter = bank.policy.model_copy(update={"title": "other"})
    found = attested(bank.policy.requirements[2], one, Bound(model=bank.model), stricter, TODAY)
    assert ("open", "the statement was made under another policy (its digest differs)") == (found.status, found.reason)


def test_nothing_in_the_file_is_lost(bank: SimpleNamespace) -> None:
    """Comments and other entries stay; a second one for the same requirement is refused."""
    file = bank.folder / "waivers.yaml"
    file.write_text("# ours\nwaivers:\n  # why\n  - {requirement: PERF-2, reason: r}\n")
    waive(bank)
    text = file.read_text()
    assert [] == [kept for kept in ("# ours", "# why") if kept not in text]
    assert 2 == text.count("requirement:")
    with pytest.raises(WrittenFault, match="there is one for 'PERF-1' already"):
        waive(bank)
    assert text == file.read_text()


def test_a_frozen_policy_is_told_and_held(bank: SimpleNamespace) -> None:
    """When and by whom; a policy that was changed since is refused, and so is a key without the role or the store."""
    store = bank.folder / "keys" / "trust.yaml"
    store.write_text(store.read_text().replace("[head of risk]", "[head of risk, policy]"))
    policy = str(bank.folder / "policy.yaml")
    file, digest = freeze.freeze(policy, bank.keys["hanna"].private, nothing, bank.folder / "f.json")
    loaded = load_policy("policy.yaml", CATALOGUE, bank.folder)
    held = freeze.held(file, loaded, read_trust(store), "here")
    assert ("Hanna", digest, str(TODAY)) == (held.by, held.sha256, held.at[:10])
    with pytest.raises(WrittenFault, match="whose key froze the policy cannot be told"):
        freeze.held(file, loaded, None, "here")
    with pytest.raises(WrittenFault, match="a freeze is never overwritten"):
        freeze.freeze(policy, bank.keys["hanna"].private, nothing, file)
    other, _ = freeze.freeze(policy, bank.keys["lena"].private, nothing, bank.folder / "g.json")
    with pytest.raises(SealFault, match="Lena has not the role 'policy' in the trust store"):
        freeze.held(other, loaded, read_trust(store), "here")
    (bank.folder / "policy.yaml").write_text(POLICY.replace("at_least: 0.7", "at_least: 0.5"))
    changed = load_policy("policy.yaml", CATALOGUE, bank.folder)
    with pytest.raises(WrittenFault, match="the policy in force is not the one that was frozen"):
        freeze.held(file, changed, read_trust(store), "here")
    file.write_bytes(file.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(SealFault):
        freeze.held(file, loaded, read_trust(store), "here")
