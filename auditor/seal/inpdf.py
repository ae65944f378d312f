"""The signatures in the report's PDF, held against the statements that name them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import Problem, SealFault
from auditor.names import same
from auditor.seal import folder
from auditor.seal.signoff import GROWING, InPdf, SignedOff
from auditor.seal.trust import Trust

if TYPE_CHECKING:
    from auditor.seal.pdfcheck import PdfSignature

_MOST_BYTES = 2**28


@dataclass(frozen=True)
class Judged:
    """The signatures that hold, what is wrong with the others, and what is to be noted."""

    signatures: tuple[PdfSignature, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def judged(
    file: Path, sealed: InPdf | None, signed: Sequence[SignedOff], trust: Trust, today: datetime.datetime
) -> Judged:
    """The signatures in the PDF. Where they cannot be judged here that is noted: the statements cover its bytes too."""
    stated = {one.pdf.field: one for one in signed if one.pdf}
    if sealed is None and not stated:
        return Judged()
    if not trust.certificates:
        return Judged(notes=(f"the signatures in {GROWING} were not judged: the trust store names no certificates",))
    if find_spec("pyhanko") is None:
        what = "what reads them is not installed: pip install 'auditor[pades]'"
        return Judged(notes=(f"the signatures in {GROWING} were not judged: {what}",))
    from auditor.seal.pdfcheck import checked

    try:
        found = checked(folder.bounded(file, _MOST_BYTES), trust, GROWING, today)
    except SealFault as fault:
        return Judged(problems=fault.problems)
    wrong = [*found.problems, *_unstated(found.signatures, sealed, stated)] if not found.problems else found.problems
    return Judged(found.signatures, tuple(wrong), found.notes)


def _unstated(there: Sequence[PdfSignature], sealed: InPdf | None, stated: dict[str, SignedOff]) -> Iterator[Problem]:
    """What statements and signatures say of each other that does not fit."""
    named = {field: (one.pdf.certificate, one.name) for field, one in stated.items() if one.pdf}
    if sealed:
        named[sealed.field] = (sealed.certificate, "")
    for one in there:
        certificate, name = named.pop(one.field, ("", ""))
        where = f"{GROWING}, signature {one.field}"
        if not certificate:
            yield Problem(where, "is named by no statement")
        elif certificate != one.certificate:
            yield Problem(where, "is by another certificate than the statement names")
        elif name and not same(name, one.name):
            yield Problem(where, f"is by {one.name}, and the sign-off is by {name}")
    yield from (Problem(f"{GROWING}, signature {field}", "was stated and is missing") for field in named)
