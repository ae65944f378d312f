"""Receipts: proof that an entry is in the log, for somebody who has the log's public key and nothing else.

The form is C2SP's tlog-proof: the entry's index, the hashes on its way to the root, the checkpoint. The entry's own
bytes are the `extra` line; the proof covers them, for their hash is the leaf that is proved.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from auditor.archive import entry as entries
from auditor.archive import merkle
from auditor.archive.entry import Entry
from auditor.archive.note import Checkpoint, Verifier, hash_of
from auditor.archive.store import Archive
from auditor.errors import SealFault, WrittenFault

SUFFIX = ".tlog-proof"
_FIRST = "c2sp.org/tlog-proof@v1"
_WHERE = "receipt"


@dataclass(frozen=True)
class Receipt:
    """An entry that was in the log when the checkpoint was signed."""

    entry: Entry
    checkpoint: Checkpoint


def made(archive: Archive, index: int) -> str:
    """The receipt of an entry, in the log's latest checkpoint. Raises WrittenFault where there is no such entry."""
    with archive.reading() as log:
        checkpoint = log.latest()
        if not 0 <= index < checkpoint.size:
            raise WrittenFault(f"there is no entry {index}; the log has {checkpoint.size}", where=str(archive.folder))
        bodies = [body for _, body in log.bodies("idx = ?", index)]
        leaves = log.leaves(checkpoint.size)
    if merkle.root(leaves) != checkpoint.root or [leaves[index]] != [*map(merkle.leaf, bodies)]:
        remedy = "See what `auditor archive verify` says."
        raise SealFault("the log does not have the root that it signed", where=str(archive.folder), remedy=remedy)
    proof = [base64.b64encode(one).decode() for one in merkle.inclusion(leaves, index)]
    extra = base64.b64encode(bodies[0]).decode()
    return "\n".join([_FIRST, f"extra {extra}", f"index {index}", *proof, "", checkpoint.note])


def read(text: str, verifier: Verifier) -> Receipt:
    """What a receipt proves. Raises SealFault where it does not."""
    lines, parted, note = text.partition("\n\n")
    first, extra, index, *proof = (*lines.split("\n"), "", "", "")[: max(3, lines.count("\n") + 1)]
    number = index.removeprefix("index ")
    if not parted or first != _FIRST or not extra.startswith("extra ") or f"index {number}" != index:
        raise SealFault(f"is no receipt: it does not have the form {_FIRST}", where=_WHERE)
    if not number.isdecimal() or not number.isascii() or len(number) > 18 or str(int(number)) != number:
        raise SealFault("names no entry", where=_WHERE)
    body = _decoded(extra.removeprefix("extra "))
    checkpoint = verifier.checkpoint(note)
    path = [hash_of(line) for line in proof]
    if not merkle.included(merkle.leaf(body), int(number), checkpoint.size, path, checkpoint.root):
        raise SealFault("does not prove that the entry is in the log", where=_WHERE)
    return Receipt(entries.read(int(number), body), checkpoint)


def checkpoint_in(text: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint in a file that somebody kept: a checkpoint, or a receipt, which ends with one."""
    if text.startswith(_FIRST):
        return read(text, verifier).checkpoint
    return verifier.checkpoint(text)


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise SealFault("does not hold an entry", where=_WHERE)
    return raw
