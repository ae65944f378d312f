"""Signed notes: the published vector, and every change of a checkpoint refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from auditor.archive.note import Verifier, head, named, signed
from auditor.errors import SealFault, WrittenFault

# The pair of keys and the note with which the package `note` of the Go project tests itself.
SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
LINE = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT + "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def of(name: str, secret: bytes = SECRET) -> tuple[Verifier, CryptoSigner]:
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(secret))
    return Verifier.of(name, signer.public_key), signer


def test_published_vector() -> None:
    """Key id, key line and note are those that Go's implementation publishes."""
    verifier, signer = of("PeterNeumann")

    assert (LINE, NOTE, TEXT) == (verifier.line, signed(TEXT, verifier, signer), verifier.text(NOTE))


def test_checkpoint() -> None:
    """A checkpoint says origin, size and root; a second signature, of a witness, does not disturb it."""
    verifier, signer = of("bank.example/log")
    other, witness = of("witness.example", b"w" * 32)
    note = head(7, b"r" * 32, verifier, signer)
    both = note + signed(verifier.text(note), other, witness).rpartition("\n\n")[2]

    for one in (note, both):
        read = verifier.checkpoint(one)
        assert ("bank.example/log", 7, b"r" * 32, one) == (read.origin, read.size, read.root, read.note)


def test_changed_anywhere() -> None:
    """No character of a checkpoint can be changed, left out or added."""
    verifier, signer = of("bank.example/log")
    note = head(7, b"r" * 32, verifier, signer)
    changed = {note[:i] + other + note[i + 1 :] for i in range(len(note)) for other in ("", "0", "A", "\n", " ")}
    changed |= {note + extra for extra in ("\n", "x", " ")}
    for one in changed - {note}:
        with pytest.raises(SealFault):
            verifier.checkpoint(one)


@pytest.mark.parametrize("text", ["bank.example/log\n07\n", "other.example\n7\n", "bank.example/log\n7\nx\n"])
def test_no_checkpoint(text: str) -> None:
    """A note that the log signed, but that is no checkpoint of it, is refused."""
    verifier, signer = of("bank.example/log")
    with pytest.raises(SealFault):
        verifier.checkpoint(signed(text + base64.b64encode(b"r" * 32).decode() + "\n", verifier, signer))


@pytest.mark.parametrize("origin", ["", "with space", "a+b", "line\nline", "é", "/x"])
def test_names(origin: str) -> None:
    """What would break a note cannot name a log."""
    with pytest.raises(WrittenFault, match="cannot name a log"):
        named(origin)
