"""What is told of a seal that holds: who sealed and signed off what, when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from auditor.cli.terminal import counted, one_line

if TYPE_CHECKING:
    from auditor.seal.pdfcheck import Checked, PdfSignature
    from auditor.seal.signoff import SignedOff
    from auditor.seal.verify import Verified


def sealed(verified: Verified) -> str:
    """Who sealed what, who signed it off, and what is to be noted; a line each."""
    return "\n".join(["the seal holds", *(f"  {head:9} {one_line(text)}" for head, text in _lines(verified))])


def signed_pdf(checked: Checked) -> str:
    """Who signed a PDF file, and what is to be noted; a line each."""
    lines = [("", f"{one.field}: {_in_pdf(one)}") for one in checked.signatures]
    lines += [("note", note) for note in checked.notes]
    return "\n".join(["the signatures hold", *(f"  {head:9} {one_line(text)}" for head, text in lines)])


def _lines(verified: Verified) -> Iterator[tuple[str, str]]:
    statement = verified.statement
    if statement is None:
        return
    stated: dict[str, Any] = dict(statement.predicate)
    if verified.by:
        yield "sealed by", verified.by
    yield "key", verified.signer
    yield "sealed", f"{verified.sealed} ({_proof('sealer', proven=verified.proven)})"
    yield "verdict", f"{stated.get('verdict')}: {stated.get('because')}"
    yield "model", _named(stated.get("model"))
    yield from (("", f"sha256 {subject.sha256} {subject.name}") for subject in statement.of("model"))
    yield "policy", _named(stated.get("policy"))
    yield "covers", f"{counted(len(statement.files), 'file', 'files')} in this folder, byte for byte"
    yield from (("same", name) for name in verified.compared)
    yield from (("PDF", f"{one.field}: {_in_pdf(one)}") for one in verified.pdf)
    for one in verified.sign_offs:
        yield from _signed(one, known=bool(verified.by))
    yield from (("sign-offs", told) for told in (verified.asked.told if verified.asked else ()))
    yield from (("note", note) for note in verified.notes)


def _signed(one: SignedOff, *, known: bool) -> Iterator[tuple[str, str]]:
    """Name, meaning and time, as 21 CFR 11.50 asks to have them shown."""
    whose = "" if known else " (as the statement says: no trust store names the key's holder)"
    yield one.meaning, f"{one.name}, {one.role}, {one.at} ({_proof('signer', proven=one.proven)}){whose}"
    if one.comment:
        yield "", f"“{one.comment}”"
    yield "", f"key {one.signer}"


def _in_pdf(one: PdfSignature) -> str:
    proof = _proof("signer", proven=one.proven)
    return f"{'sealed' if one.certifies else 'signed'} by {one.name}, {one.at.isoformat()}, {proof}"


def _proof(whose: str, *, proven: bool) -> str:
    return "which a time stamp proves" if proven else f"by the {whose}'s clock"


def _named(thing: Any) -> str:
    return f"{thing.get('name')}, version {thing.get('version')}" if isinstance(thing, dict) else "not stated"
