"""Keys: protected, never overwritten, never taken for something else."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.errors import FileFault, WrittenFault
from auditor.seal import certificates, keys


def test_files(tmp_path: Path) -> None:
    """The private key is encrypted and for its owner only, also where the umask is open."""
    pair = keys.new_keys(tmp_path / "keys", "bank", b"correct horse")

    assert pair.private.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    assert stat.S_IMODE(pair.private.parent.stat().st_mode) == 0o700
    assert pair.public.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")
    assert keys.public_key(pair.public).keyid == pair.fingerprint


def test_passphrase(tmp_path: Path) -> None:
    """Only the passphrase opens it."""
    pair = keys.new_keys(tmp_path, "bank", b"correct horse")

    assert keys.signer(pair.private, lambda: b"correct horse").public_key.keyid == pair.fingerprint
    for wrong in (b"wrong", b""):
        with pytest.raises(WrittenFault, match="the passphrase does not open this key"):
            keys.signer(pair.private, lambda secret=wrong: secret)


def test_no_empty_passphrase(tmp_path: Path) -> None:
    """An empty passphrase is not a passphrase."""
    with pytest.raises(WrittenFault, match="the passphrase is empty"):
        keys.new_keys(tmp_path, "bank", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["key.pem", "pub.pem"])
def test_never_overwritten(tmp_path: Path, ending: str) -> None:
    """Where one file of the pair exists, even as a broken link, nothing is written."""
    file = tmp_path / f"bank.{ending}"
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(WrittenFault, match="keys are never overwritten"):
        keys.new_keys(tmp_path, "bank", None)
    assert [one.name for one in tmp_path.iterdir()] == [f"bank.{ending}"]


@pytest.mark.parametrize("name", ["", "../bank", "a/b", ".hidden", "a b", "x" * 101])
def test_names(tmp_path: Path, name: str) -> None:
    """A key's name is a plain name."""
    with pytest.raises(WrittenFault, match="cannot name a key"):
        keys.new_keys(tmp_path, name, None)


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second half of a pair finds no room, nothing is left of the first, nor of the folder."""
    sync, called = os.fsync, list[int]()

    def full(descriptor: int) -> None:
        called.append(descriptor)
        if len(called) % 2 == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    for folder, left in ((tmp_path / "a" / "b", []), (tmp_path, [])):
        with pytest.raises(FileFault, match="No space left on device"):
            keys.new_keys(folder, "k", None)
        assert [*tmp_path.iterdir()] == left


def test_other_files(tmp_path: Path) -> None:
    """What is no Ed25519 key of the right half is refused by name."""
    pair = keys.new_keys(tmp_path, "bank", None)
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ec.key").write_bytes(
        other.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    )
    (tmp_path / "ec.pub").write_bytes(
        other.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "text").write_text("no key")
    told = {
        pair.private: "this is a private key",
        tmp_path / "ec.pub": "this is no Ed25519 key",
        tmp_path / "text": "this is no public key in PEM form",
        tmp_path / "absent": "the key cannot be read: No such file or directory",
        tmp_path / "zero\0": "this is no name of a file",
    }
    for path, what in told.items():
        with pytest.raises(FileFault) as caught:
            keys.public_key(path)
        assert caught.value.problems[0].what == what
    for path in (pair.public, tmp_path / "text", tmp_path / "ec.key"):
        with pytest.raises(FileFault):
            keys.signer(path, lambda: b"")


def test_a_certificate_of_no_version(tmp_path: Path) -> None:
    """A certificate that is damaged in any byte is another one or none, told as that."""
    file = tmp_path / "x.cert.der"
    whole = certificates.read_certificate(certificates.new_certificate(tmp_path, "x", "X", None).public)
    for at in range(0, len(whole), 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with contextlib.suppress(FileFault):
            certificates.read_certificate(file)
    version = whole.index(b"\xa0\x03\x02\x01\x02") + 4
    file.write_bytes(whole[:version] + b"\x7f" + whole[version + 1 :])
    with pytest.raises(FileFault, match="this is no certificate"):
        certificates.read_certificate(file)
