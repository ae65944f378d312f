"""Signed notes and checkpoints as the C2SP community writes them (signed-note, tlog-checkpoint), with Ed25519.

A checkpoint is a note of three lines: the log's origin, the number of its entries, the root in base64. After an empty
line follow the signatures: an em dash, the key's name (here the origin), base64 of the key's id and the signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import SealFault, WrittenFault

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signer

_ED25519 = b"\x01"
_MOST_CHARACTERS, _MOST_SIGNATURES = 100_000, 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Checkpoint:
    """What a log said of itself: its number of entries and the root over them. note: the text with its signatures."""

    origin: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Verifier:
    """A log's public key under the log's name. raw: the 32 bytes of RFC 8032."""

    name: str
    raw: bytes

    @classmethod
    def of(cls, name: str, key: Key) -> Verifier:
        """The verifier of a log from its public key, which is Ed25519."""
        return cls(name, bytes.fromhex(key.keyval["public"]))

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def line(self) -> str:
        """The key in one line, as tools of C2SP take it: name, id, key, joined by `+`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    def text(self, note: str) -> str:
        """The text of a note that this key signed. Raises SealFault where it did not."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        text, signatures = _parted(note)
        own = [raw for name, raw in signatures if name == self.name and raw[:4] == self.key_id]
        if not own:
            raise SealFault(f"is not signed by the key {self.line.rpartition('+')[0]}", where="checkpoint")
        try:
            for one in own:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(one[4:], text.encode())
        except InvalidSignature:
            raise SealFault("the signature does not verify", where="checkpoint") from None
        return text

    def checkpoint(self, note: str) -> Checkpoint:
        """The checkpoint in a note that this key signed. Raises SealFault where it is none of this log."""
        lines = self.text(note).split("\n")
        if len(lines) != 4 or lines[0] != self.name or not _SIZE.fullmatch(lines[1]):
            raise SealFault(f"is no checkpoint of the log {self.name}", where="checkpoint")
        return Checkpoint(self.name, int(lines[1]), hash_of(lines[2]), note)


def named(origin: str) -> str:
    """The origin, if it can name a log. Raises WrittenFault where it cannot."""
    if not _NAME.fullmatch(origin):
        remedy = "Use letters, digits and . _ / -, as in bank.example/model-audits."
        raise WrittenFault(f"'{origin}' cannot name a log", remedy=remedy)
    return origin


def signed(text: str, verifier: Verifier, signer: Signer) -> str:
    """A note: the text (which ends in a newline), signed."""
    raw = bytes.fromhex(signer.sign(text.encode()).signature)
    return f"{text}\n\u2014 {verifier.name} {base64.b64encode(verifier.key_id + raw).decode()}\n"


def head(size: int, root: bytes, verifier: Verifier, signer: Signer) -> str:
    """The signed checkpoint of a tree."""
    return signed(f"{verifier.name}\n{size}\n{base64.b64encode(root).decode()}\n", verifier, signer)


def hash_of(text: str) -> bytes:
    """A SHA-256 written in base64, in its one form. Raises SealFault where it is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or base64.b64encode(raw).decode() != text:
        raise SealFault("has a line that is no hash", where="checkpoint")
    return raw


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signatures (key's name, id and signature) of a note."""
    text, parted, last = note.rpartition("\n\n")
    lines = last.split("\n")
    if not parted or lines.pop() or len(note) > _MOST_CHARACTERS or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise SealFault("is no signed note", where="checkpoint")
    found = []
    for line in lines:
        dash, name, encoded = (*line.split(" "), "", "", "")[:3]
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if dash != "\u2014" or len(raw) <= 4 or line.count(" ") != 2:
            raise SealFault("has a line that is no signature", where="checkpoint")
        found.append((name, raw))
    return text + "\n", found
