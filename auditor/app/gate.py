"""The release gate: whether an archived audit lets exactly this model through, and if not, every reason why."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.app import recorded
from auditor.app.verify import trusted
from auditor.archive import store
from auditor.archive.check import check
from auditor.archive.entry import Entry
from auditor.archive.gathered import RESTRICTED
from auditor.archive.holdings import Holdings
from auditor.archive.note import Checkpoint, Verifier
from auditor.archive.receipt import checkpoint_in
from auditor.archive.store import Archive
from auditor.archive.unpacked import unpacked
from auditor.checks import CATALOGUE
from auditor.errors import AuditorError, SealFault
from auditor.loaders.changes import changes
from auditor.loaders.policies import load_policy
from auditor.policy import Policy
from auditor.record import Record
from auditor.seal import folder, keys
from auditor.seal.trust import Trust
from auditor.seal.verify import Verified, examine

_UNFAVOURABLE = ("FAIL", "INCONCLUSIVE")


@dataclass(frozen=True)
class Trusted:
    """What the one who guards the gate relies on, none of it from the archive.

    keys, trust: who may seal. log_key, since: the log's public key, and a checkpoint of it that was kept (None: the
    archive's own word is taken for what it holds).
    """

    keys: tuple[Path, ...] = ()
    trust: Path | None = None
    log_key: Path | None = None
    since: Path | None = None


@dataclass(frozen=True)
class Gated:
    """The answer. opened: the entry that lets the model through, None where none does.

    refused: each audit of the model that does not, with every reason; the newest first. notes: what to know besides.
    """

    opened: Entry | None
    refused: tuple[tuple[Entry, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    checkpoint: Checkpoint | None


def gate(model: Path, policy: str, place: Path, by: Trusted, *, conditional: bool = False) -> Gated:
    """Look for an audit that lets a model's file through. conditional: CONDITIONAL is enough.

    Raises WrittenFault for a faulty policy or where nobody is trusted, SealFault where the archive's log is broken.
    """
    asked = load_policy(policy, CATALOGUE).policy
    archive = store.opened(place)
    trust = trusted(place, by.keys, by.trust)
    checkpoint, held = _held(archive, by)
    digest = folder.sha256(model)
    about = [e for e in reversed(held.entries.values()) if e.facts is not None and e.facts.model == digest]
    refused: list[tuple[Entry, tuple[str, ...]]] = []
    opened = None
    for entry in (one for one in about if one.kind == "audit"):
        reasons = tuple(_Candidate(archive, held, entry, asked).reasons(trust, model, conditional=conditional))
        if not reasons:
            opened = entry
            break
        refused.append((entry, reasons))
    return Gated(opened, tuple(refused), tuple(_notes(about, held, opened, asked)), checkpoint)


def _held(archive: Archive, by: Trusted) -> tuple[Checkpoint | None, Holdings]:
    """What the log says, after all of it was verified."""
    origin = archive.verifier.name
    verifier = archive.verifier if by.log_key is None else Verifier.of(origin, keys.public_key(by.log_key))
    since = None
    if by.since is not None:
        since = checkpoint_in(folder.bounded(by.since, 10**6).decode(errors="replace"), verifier)
    found = check(archive, verifier, since, files=False)
    if found.problems:
        raise SealFault(found.problems)
    return found.latest, Holdings.of(found.said)


@dataclass(frozen=True)
class _Candidate:
    """An archived audit of the model."""

    archive: Archive
    held: Holdings
    entry: Entry
    asked: Policy

    def reasons(self, trust: Trust, model: Path, *, conditional: bool) -> Iterator[str]:
        """Why it does not let the model through."""
        for by in self.held.overruled(self.entry):
            yield f"it was {'withdrawn' if by.by is None else f'superseded by entry {by.by}'}: {by.reason}"
        if gone := self.held.gone(self.entry.index):
            yield f"{len(gone)} of its files were removed, so that its seal cannot be verified"
            return
        with tempfile.TemporaryDirectory(prefix="auditor-gate-") as named:
            try:
                audit = self._unpacked(Path(named))
                # What is about single people may be left out of an archive on purpose.
                left_out = {name for name in self.entry.left_out or () if name.startswith(RESTRICTED)}
                yield from _broken(examine(audit, trust, model=model, left_out=left_out))
                record = recorded.load(audit)
            except AuditorError as fault:
                yield from (str(problem) for problem in fault.problems)
                return
            except OSError as error:
                yield f"its files cannot be laid out: {error.strerror}"
                return
        yield from _not_asked(record, self.asked)
        if record.verdict != "PASS" and not (conditional and record.verdict == "CONDITIONAL"):
            yield f"its verdict is {record.verdict}: {record.because}"
        yield from _over(record, datetime.datetime.now(datetime.UTC).date())

    def _unpacked(self, place: Path) -> Path:
        for name, data in unpacked(self.archive, self.held, self.entry):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        return place


def _broken(verified: Verified) -> Iterator[str]:
    """What is wrong with seal and sign-offs, and which of those that the policy asks for are missing."""
    yield from (f"{problem.where}: {problem.what}" for problem in verified.problems)
    if verified.asked is not None and not verified.asked.complete:
        yield from verified.asked.told


def _not_asked(record: Record, asked: Policy) -> Iterator[str]:
    """How the policy that the audit was judged by is not the one that is asked for, or a newer version of it."""
    judged = record.policy
    if judged.name != asked.policy:
        yield f"it was judged by the policy {judged.name}, not by {asked.policy}"
        return
    if judged.version != str(asked.version):
        ours, theirs = _version(str(asked.version)), _version(judged.version)
        if ours is None or theirs is None or theirs < ours:
            yield f"it was judged by version {judged.version} of the policy; {asked.version} or newer is asked for"
        else:
            yield from _less(record, asked)
        return
    if {f.requirement.id: f.requirement for f in record.findings} != {one.id: one for one in asked.requirements}:
        yield f"its version {judged.version} of the policy has other requirements than yours"
    rules = (judged.statistics, judged.sign_off, judged.people)
    if rules != (asked.statistics, asked.sign_off, asked.people):
        yield "it was judged by another level, or other rules for groups, people or sign-offs, than the policy has"


def _less(record: Record, asked: Policy) -> Iterator[str]:
    """What a newer version asks less of than yours, or otherwise: a higher number alone must open nothing."""
    judged = record.policy
    parts = {key: getattr(judged, key) for key in ("statistics", "people", "sign_off")}
    parts["requirements"] = tuple(finding.requirement for finding in record.findings)
    for one in changes(asked, asked.model_copy(update=parts)):
        if one.kind != "tighter" and one.key != "text":
            what = " ".join(filter(None, (one.requirement, one.key)))
            how = f"{one.before or '(nothing)'} → {one.after or '(nothing)'}"
            yield f"its version {judged.version} of the policy does not ask all that yours does: {what}: {how}"


def _version(text: str) -> tuple[int, ...] | None:
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


def _over(record: Record, today: datetime.date) -> Iterator[str]:
    """What it rests on, and that has ended."""
    for finding in record.findings:
        for what, stated in (("waiver", finding.waiver), ("statement", finding.attestation)):
            if stated is not None and stated.expires < today:
                yield f"the {what} for {finding.requirement.id} ended on {stated.expires}"


def _notes(about: Iterable[Entry], held: Holdings, opened: Entry | None, asked: Policy) -> Iterator[str]:
    for entry in about:
        facts = entry.facts
        later = facts is not None and facts.policy == asked.policy and (opened is None or entry.index > opened.index)
        if later and facts is not None and facts.verdict in _UNFAVOURABLE and entry.index not in held.superseded:
            what = "a run of this model" if entry.kind == "run" else "an audit of this model"
            yield f"entry {entry.index}: {what} ended with {facts.verdict}, policy version {facts.policy_version}"
