"""Signing a sealed audit off: a person's statement over the seal, added to the folder."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from auditor.app.pdf import PdfKey, approved
from auditor.app.seal import finish, now, publish
from auditor.app.verify import trusted
from auditor.app.whole import alone
from auditor.errors import WrittenFault
from auditor.names import same
from auditor.seal import folder, keys, signoff, stamp
from auditor.seal.envelope import signed
from auditor.seal.pdfcheck import checked
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


def sign_off(
    audit: Path,
    words: Words,
    key: Path,
    passphrase: Callable[[], bytes],
    trust: Path,
    pdf: PdfKey | None = None,
    tsa: str = "",
) -> Verified:
    """Add the next sign-off to a sealed folder; returns what verifying it says now.

    pdf: what signs `report.pdf` as well, where given; tsa: the address of the authority that stamps it, where given.
    Raises SealFault where seal or an earlier sign-off is broken: nobody is to sign that; WrittenFault where the trust
    store does not know the key, as that person's and for that role; FileFault where no time stamp can be had, or the
    disk does not take it.
    """
    store = trusted(audit, [], trust)
    with alone(audit):
        finished, sealed = finish(audit), verify(audit, store)
        if finished and _said(sealed) == words:
            return sealed  # who signed was killed before the end, and asks again
        signer = keys.signer(outside(key, audit), passphrase)
        _entitled(words, signer.public_key.keyid, store, key)
        files = folder.contents(audit).files
        chain = signoff.chain(files)
        previous = {name: files[name].read_bytes() for name in signoff.signs(files, chain[-1])}
        told: dict[str, Any] = {**asdict(words), "signed": now()}
        grown = approved(audit, pdf, len(chain), words.name, _shown(told)) if pdf else None
        if grown and pdf:
            _trusted(grown.data, store, pdf)
            told["pdf"] = grown.told
        report = grown.subject if grown else _report(files, sealed.statement)
        data = signed(signoff.statement_of(previous, report, told), signer)
        token = stamp.stamped(data, told["signed"], tsa) if tsa else b""
        publish(audit / signoff.file_name(len(chain)), data, token, grown)
        return verify(audit, store)


def _said(found: Verified) -> Words | None:
    """What the last sign-off says."""
    last = found.sign_offs[-1] if found.sign_offs else None
    return Words(last.name, last.role, last.meaning, last.comment) if last else None


def _shown(told: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of the visible block: name, time and meaning, as 21 CFR 11.50 asks."""
    first = f"{told['meaning'].capitalize()} by {told['name']}, {told['role']}"
    comment = (f"“{told['comment']}”",) if told["comment"] else ()
    return (first, f"{told['signed']} (by the signer’s clock)", *comment)


def _entitled(words: Words, fingerprint: str, trust: Trust, key: Path) -> None:
    if fingerprint not in [one.key.keyid for one in trust.keys]:
        what = f"the trust store does not know this key, {fingerprint}"
        raise WrittenFault(
            what, where=str(key), remedy="Have it entered: without that, nobody can verify the sign-off."
        )
    holder = trust.named(fingerprint)
    if not same(words.name, holder.holder):
        raise WrittenFault(f"this is the key of {holder.holder}, not of {words.name}", where=str(key))
    if not holder.may(words.role):
        remedy = nearest(words.role, sorted(holder.roles))
        raise WrittenFault(f"{words.role} is no role of {holder.holder}", where=str(key), remedy=remedy)


def _trusted(data: bytes, trust: Trust, pdf: PdfKey) -> None:
    """Raise WrittenFault where nobody could verify the PDF afterwards: nothing is written yet."""
    today = datetime.datetime.now(datetime.UTC)
    if trust.certificates and (wrong := checked(data, trust, signoff.GROWING, today).problems):
        what = "; ".join(f"{one.where} {one.what}" for one in wrong)
        remedy = "Sign with a certificate that the trust store knows, or have its authority entered there."
        raise WrittenFault(f"with this certificate {what}", where=str(pdf.key), remedy=remedy)


def _report(files: dict[str, Path], sealed: Statement | None) -> Subject | None:
    if sealed is None or signoff.GROWING not in (subject.name for subject in sealed.files):
        return None
    return Subject("report", signoff.GROWING, *folder.digest(files[signoff.GROWING]))
