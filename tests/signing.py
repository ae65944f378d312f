"""People with keys, the trust store that knows them, and audits that ask for their sign-offs."""

from __future__ import annotations

from pathlib import Path

from records import a_record
from sealing import no_passphrase, written_folder

from auditor.app.seal import seal
from auditor.app.signoff import Words, sign_off
from auditor.policy import SignOff
from auditor.seal import keys
from auditor.seal.verify import Verified

PEOPLE = {
    "pipeline": ("Audit pipeline", "[seal]"),
    "vera": ("Vera Validator", "[validator]"),
    "rita": ("Rita Reviewer", "[validator, reviewer]"),
    "otto": ("Otto Owner", "[owner, validator]"),
    "carl": ("Carl Chair", "[approver]"),
}
RULE = SignOff.model_validate({"approved": 1, "reviewed": 1, "distinct": True, "not": ["owner", "seal"]})


def people(folder: Path) -> Path:
    """Keys of PEOPLE in the folder, as NAME.key.pem, and a trust store of them all; returns the store."""
    entries = []
    for name, (holder, roles) in PEOPLE.items():
        keys.new_keys(folder, name, None)
        entries.append(f"  - {{holder: {holder}, roles: {roles}, public: {name}.pub.pem}}\n")
    store = folder / "trust.yaml"
    store.write_text("trust: a bank\nkeys:\n" + "".join(entries))
    return store


def sealed(folder: Path, store: Path, rule: SignOff | None = RULE, owner: str = "", tsa: str = "") -> Path:
    """An audit whose policy asks for sign-offs, sealed by the pipeline."""
    record = a_record()
    policy = record.policy.model_copy(update={"sign_off": rule})
    identity = record.identity.model_copy(update={"owner": owner})
    written_folder(folder, record.model_copy(update={"policy": policy, "identity": identity}))
    seal(folder, store.with_name("pipeline.key.pem"), no_passphrase, tsa=tsa)
    return folder


def signed(audit: Path, store: Path, name: str, meaning: str, role: str = "", comment: str = "") -> Verified:
    """Somebody signs the audit off, in the first of that person's roles."""
    holder, roles = PEOPLE[name]
    words = Words(holder, role or roles.strip("[]").split(",")[0], meaning, comment)
    return sign_off(audit, words, store.with_name(f"{name}.key.pem"), no_passphrase, store)
