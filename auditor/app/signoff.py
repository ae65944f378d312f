"""Signing a sealed audit off: a person's statement over the seal, added to the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from auditor.app.seal import now, write
from auditor.app.verify import trusted
from auditor.errors import WrittenFault
from auditor.seal import folder, keys, signoff
from auditor.seal.envelope import signed
from auditor.seal.statement import Statement, Subject
from auditor.seal.trust import Trust, outside
from auditor.seal.verify import Verified, verify
from auditor.yamlfile import nearest


@dataclass(frozen=True)
class Words:
    """What a person says by signing. meaning: `reviewed` or `approved`."""

    name: str
    role: str
    meaning: str
    comment: str = ""


def sign_off(audit: Path, words: Words, key: Path, passphrase: Callable[[], bytes], trust: Path) -> Verified:
    """Add the next sign-off to a sealed folder; returns what verifying it says now.

    Raises SealFault where seal or an earlier sign-off is broken: nobody is to sign that; WrittenFault where the trust
    store does not know the key, as that person's and for that role; FileFault where the disk does not take it.
    """
    store = trusted(audit, [], trust)
    sealed = verify(audit, store)
    signer = keys.signer(outside(key, audit), passphrase)
    _entitled(words, signer.public_key.keyid, store, key)
    files = folder.contents(audit).files
    chain = signoff.chain(files)
    previous = {name: files[name].read_bytes() for name in chain}
    told = {**asdict(words), "signed": now()}
    payload = signoff.statement_of(previous, _report(files, sealed.statement), told)
    write(audit / signoff.file_name(len(chain)), signed(payload, signer))
    return verify(audit, store)


def _entitled(words: Words, fingerprint: str, trust: Trust, key: Path) -> None:
    if fingerprint not in [one.key.keyid for one in trust.keys]:
        what = f"the trust store does not know this key, {fingerprint}"
        raise WrittenFault(
            what, where=str(key), remedy="Have it entered: without that, nobody can verify the sign-off."
        )
    holder = trust.named(fingerprint)
    if words.name != holder.holder:
        raise WrittenFault(f"this is the key of {holder.holder}, not of {words.name}", where=str(key))
    if not holder.may(words.role):
        remedy = nearest(words.role, sorted(holder.roles))
        raise WrittenFault(f"{words.role} is no role of {holder.holder}", where=str(key), remedy=remedy)


def _report(files: dict[str, Path], sealed: Statement | None) -> Subject | None:
    if sealed is None or signoff.GROWING not in (subject.name for subject in sealed.files):
        return None
    return Subject("report", signoff.GROWING, *folder.digest(files[signoff.GROWING]))
