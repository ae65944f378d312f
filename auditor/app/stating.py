"""Statements of people, written for an audit: what only a person can state, and non-passes that somebody accepts.

They are added to the file that the audit file names, signed where a key is given; nothing in the file is lost.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from auditor import names, wording
from auditor.app import recorded
from auditor.app.order import ways_out
from auditor.app.people import NAME_OWNER
from auditor.checks import CATALOGUE
from auditor.errors import FileFault, Problem, WrittenFault
from auditor.loaders.policies import load_policy
from auditor.loaders.spec import AuditSpec
from auditor.people import DATASET, Attestation, Bound, Waiver
from auditor.policy import Attest, Policy
from auditor.stated import OWNERLESS, against_rules, joined_duty, no_parts
from auditor.yamlfile import nearest, read_yaml, validated

Secret = Callable[[], bytes]
Made = TypeVar("Made", Attestation, Waiver)


_NEEDED = ("approver", "name", "reason", "role", "statement")  # said to be empty, and not left out, where they are
_FLAGS = {"compensating_control": "control", "parts": "part"}


@dataclass(frozen=True)
class Signing:
    """How a statement is signed. key: None, not at all. trust: the store that says whose key it is, where known."""

    key: Path | None
    secret: Secret
    trust: Path | None = None


def attest(audit: Path, said: Mapping[str, Any], evidence: Path | None, signing: Signing) -> Path:
    """Add an attestation to the audit's file; returns it. said: the fields that a person gives.

    The digests of model, policy, evidence, and of what else the policy binds it to, are those of today. Raises
    WrittenFault where the policy asks for no such statement, another role or a document with it, the trust store does
    not let the key state it, or one stands there already; FileFault where a file cannot be read.
    """
    spec, policy = _asked(audit)
    asked = {one.id: one.attest for one in policy.requirements if one.attest}
    _known(str(said["requirement"]), list(asked))
    _as_asked(asked[str(said["requirement"])], str(said["role"]), evidence)
    bound: dict[str, Any] = {
        "date": _today(),
        "model_sha256": _sha256(audit.parent / spec.model.file),
        "policy_sha256": policy.digest(),
        **_tied(asked[str(said["requirement"])], audit.parent / spec.data, spec),
    }
    if evidence is not None:
        bound["evidence_sha256"] = _sha256(evidence)
    made = _made(Attestation, {**said, **bound})
    _counts(made.expires, policy, signing)
    if policy.people.separate and names.among(made.name, _named(audit, spec.waivers, "waivers", "approver")):
        what = f"'{made.name}' waives in this audit, or looks like who does, and may not attest in it too"
        raise WrittenFault(what, where=str(audit), remedy="Somebody else has to state it.")
    return _added(audit, spec.attestations, "attestations", made, signing)


def waive(audit: Path, said: Mapping[str, Any], signing: Signing, record: Path | None = None) -> Path:
    """Add a waiver to the audit's file; returns it. record: of the audit whose finding is waived, where it is at hand.

    Raises as `attest`, and where the policy allows no such waiver, the approver has another duty, or the record's
    finding has no part that the waiver names; FileFault for a record that is damaged.
    """
    spec, policy = _asked(audit)
    _known(str(said["requirement"]), [one.id for one in policy.requirements])
    made = _made(Waiver, {**said, "approved": _today(), "model_sha256": _sha256(audit.parent / spec.model.file)})
    _counts(made.expires, policy, signing)
    if record is not None:
        _about(made, record)
    if policy.people.separate and not spec.model.owner:
        raise WrittenFault(OWNERLESS, where=str(audit), remedy=NAME_OWNER)
    if why := joined_duty(made, policy, spec.model.owner, _named(audit, spec.attestations, "attestations", "name")):
        raise WrittenFault(why, where=str(audit), remedy="Somebody else has to accept it.")
    if why := against_rules(made, policy):
        raise WrittenFault(why, where=str(audit), remedy="The policy says under `people` who may waive what, how long.")
    return _added(audit, spec.waivers, "waivers", made, signing)


def _tied(asked: Attest, data: Path, spec: AuditSpec) -> dict[str, str]:
    """The digests of what the policy binds the statement to beside model and policy."""
    if not asked.bound_to:
        return {}
    about = Bound.of("", {DATASET: _sha256(data)}, spec.decision)
    return {f"{what}_sha256": getattr(about, what) for what in asked.bound_to if what != "policy"}


def _asked(audit: Path) -> tuple[AuditSpec, Policy]:
    marked = read_yaml(audit)
    spec = validated(AuditSpec, marked)
    if problems := ways_out(spec, marked):
        raise WrittenFault(problems)
    return spec, load_policy(spec.policy, CATALOGUE, audit.parent, marked.where("policy")).policy


def _named(audit: Path, written: str | None, key_name: str, field: str) -> list[str]:
    """Who states in a file of this audit, as far as it can be read: a run refuses what is wrong with it."""
    file = audit.parent / written if written else None
    given = read_yaml(file).data if file and file.exists() else None
    stated = given.get(key_name) if isinstance(given, dict) else None
    return [str(one[field]) for one in stated or () if isinstance(one, dict) and field in one]


def _about(made: Waiver, source: Path) -> None:
    """What the record's finding does not have cannot be waived of it."""
    record = recorded.load(source)
    if record.model.file.sha256 != made.model_sha256:
        raise WrittenFault("the record is of another model file", where=str(source), remedy="Name that of this model.")
    found = next((one for one in record.findings if one.requirement.id == made.requirement), None)
    if found is None:
        raise WrittenFault(f"the record has no finding of {made.requirement}", where=str(source))
    if problems := [Problem(str(source), what, remedy) for _, what, remedy in no_parts(found, made)]:
        raise WrittenFault(problems)


def _counts(expires: datetime.date, policy: Policy, signing: Signing) -> None:
    """What no run would count is refused before it is written."""
    if expires < _today():
        raise WrittenFault(f"it would have expired already, on {expires}", remedy="Give a day to come by --expires.")
    if policy.people.signed and signing.key is None:
        raise WrittenFault("the policy counts signed statements alone", remedy="Name the key by --key.")


def _as_asked(asked: Attest, role: str, evidence: Path | None) -> None:
    """What a run would leave open is refused before it is signed."""
    if role != asked.role:
        raise WrittenFault(f"'{role}' cannot state this", remedy=f"The policy asks for the {asked.role}.")
    if asked.evidence == "required" and evidence is None:
        raise WrittenFault("the policy requires a document with this statement", remedy="Name it by --evidence.")


def _known(requirement: str, known: list[str]) -> None:
    if requirement not in known:
        what = f"the policy has no requirement '{requirement}' that can be met this way"
        raise WrittenFault(what, remedy=nearest(requirement, known))


def _made(kind: type[Made], fields: Mapping[str, Any]) -> Made:
    try:
        return kind.model_validate({name: value for name, value in fields.items() if value or name in _NEEDED})
    except ValidationError as error:
        faults = error.errors(include_url=False)
        told = "; ".join(f"{_flag(str(one['loc'][0]))} {_said(one)}" for one in faults)
        raise WrittenFault(f"this is no statement: {told}") from None


def _said(fault: ErrorDetails) -> str:
    wanted = wording.expected(fault["type"], fault.get("ctx", {}), fault["msg"])
    if fault["type"] == "string_too_short":
        return "is empty"
    if wanted:
        return f"is to be {wanted}, {wording.instead(fault['type'], fault['input'])}"
    return fault["msg"].removeprefix("Value error, ")


def _flag(field: str) -> str:
    return f"--{_FLAGS.get(field, field)}"


def _signed(made: Made, signing: Signing) -> Made:
    """With its signature, if there is to be one. Raises WrittenFault where the trust store has not the key for it."""
    if signing.key is None:
        return made
    from auditor.seal import keys, stated
    from auditor.seal.trustfile import read_trust

    trust = read_trust(signing.trust) if signing.trust else None
    signed = made.model_copy(update={"signature": stated.sign(made, keys.signer(signing.key, signing.secret))})
    wrong = stated.holder(signed, trust, _today())[1]
    if wrong:
        told = "; ".join(what if what.startswith("the key") else f"it {what}" for what in wrong)
        remedy = "Sign with the key that the trust store has for this person and role, or have it entered there."
        raise WrittenFault(f"no run would count this statement: {told}", where=str(signing.key), remedy=remedy)
    return signed


def _added(audit: Path, named: str | None, key_name: str, made: Made, signing: Signing) -> Path:
    if named is None:
        remedy = f"Add the line `{key_name}: {key_name}.yaml` to it."
        raise WrittenFault(f"the audit file names no file of {key_name}", where=str(audit), remedy=remedy)
    file = audit.parent / named
    _refuse_twice(file, key_name, made.requirement)
    plain = _signed(made, signing).model_dump(mode="json", exclude_defaults=True)
    _replace(file, _with(file, key_name, plain))
    return file


def _refuse_twice(file: Path, key_name: str, requirement: str) -> None:
    if not file.exists():
        return
    marked = read_yaml(file)
    given = marked.data.get(key_name) if isinstance(marked.data, dict) else None
    for at, one in enumerate(given if isinstance(given, list) else ()):
        if isinstance(one, dict) and one.get("requirement") == requirement:
            where = marked.where(key_name, at)
            raise WrittenFault(f"there is one for '{requirement}' already", where=where, remedy="Remove it first.")


def _with(file: Path, key_name: str, plain: dict[str, Any]) -> bytes:
    """The file with one entry more; comments and order stay."""
    from ruamel.yaml import YAML

    yaml, stream = YAML(), io.BytesIO()
    yaml.allow_unicode, yaml.width, yaml.preserve_quotes = True, 100, True
    whole = yaml.load(file.read_bytes()) if file.exists() else None
    whole = whole if whole is not None else {}
    whole[key_name] = [*(whole.get(key_name) or ())] if not whole.get(key_name) else whole[key_name]
    whole[key_name].append(plain)
    yaml.dump(whole, stream)
    return stream.getvalue()


def _replace(file: Path, data: bytes) -> None:
    """Put the new file in the old one's place at once, so that a full disk loses nothing."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            new = Path(stream.name)
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
                new.chmod(file.stat().st_mode if file.exists() else 0o644)
                new.replace(file)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise FileFault(f"cannot be written: {error.strerror}", where=str(file)) from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileFault(f"cannot be read: {error.strerror}", where=str(path)) from error


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
