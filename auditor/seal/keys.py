"""Keys: Ed25519 in PKCS#8, made once, never overwritten, read only from where the user points to."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from auditor.errors import FileFault, WrittenFault
from auditor.sparing import without

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from securesystemslib.signer import Signer, SSlibKey


_MOST_BYTES = 64 * 2**10
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_MAKE = "Make a pair with `auditor keys new`."


@dataclass(frozen=True)
class KeyFiles:
    """A new pair: private key, and public key or certificate. fingerprint: SHA-256 of the public part's DER, in hex.

    Of a public key DER is the form SubjectPublicKeyInfo.
    """

    private: Path
    public: Path
    fingerprint: str


def new_keys(folder: Path, name: str, passphrase: bytes | None) -> KeyFiles:
    """Make `name.key.pem` (mode 0600, encrypted unless `passphrase` is None) and `name.pub.pem` in the folder.

    Raises WrittenFault where one of them exists already, the name is no plain name, or the passphrase is empty;
    FileFault where they cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    files = free(folder, name, passphrase, "pub")
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    save(files, private_pem(key, passphrase), public)
    return KeyFiles(*files, fingerprint(key.public_key()))


def free(folder: Path, name: str, passphrase: bytes | None, public: str) -> tuple[Path, Path]:
    """Where a new pair goes: `name.key.pem` and `name.<public>.pem`. Raises WrittenFault as `new_keys` does."""
    if not _NAME.fullmatch(name):
        raise WrittenFault(f"'{name}' cannot name a key", remedy="Use letters, digits, '.', '_' and '-'.")
    if passphrase is not None and not passphrase:
        raise WrittenFault("the passphrase is empty", remedy="Give one, or say --no-passphrase.")
    files = folder / f"{name}.key.pem", folder / f"{name}.{public}.pem"
    for file in files:
        if os.path.lexists(file):
            raise WrittenFault("this key exists already, and keys are never overwritten", where=str(file))
    return files


def private_pem(key: Ed25519PrivateKey | EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    """A private key in PKCS#8, encrypted unless `passphrase` is None."""
    from cryptography.hazmat.primitives import serialization as pem

    hidden = pem.NoEncryption() if passphrase is None else pem.BestAvailableEncryption(passphrase)
    return key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, hidden)


def save(files: tuple[Path, Path], private: bytes, public: bytes) -> None:
    """Write a pair, the private key for nobody else to read. Raises FileFault where it cannot be written."""
    folder = files[0].parent
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(files[0], private, 0o600)
        _create(files[1], public, 0o644)
    except OSError as error:
        for one in (*files, *new):
            with suppress(OSError):  # a key without its other half serves nobody, nor does an empty folder
                one.rmdir() if one in new else one.unlink()
        raise FileFault(f"the key cannot be written: {error.strerror}", where=str(folder)) from error


def signer(path: Path, passphrase: Callable[[], bytes]) -> Signer:
    """The signer of a private key: a file (PEM, or PKCS#12), or the URI of one in a hardware module (PKCS#11).

    `passphrase` is called only where the file is encrypted, and for the module's PIN. Raises FileFault where the file
    is no Ed25519 private key, WrittenFault where the passphrase is wrong.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner

    from auditor.seal.certificates import PKCS12, read_pkcs12
    from auditor.seal.hardware import hardware_signer, is_hardware

    if is_hardware(path):
        return cast("Signer", hardware_signer(path, passphrase, _named))  # it has what we use of a signer
    packed = path.suffix.lower() in PKCS12
    key = read_pkcs12(path, passphrase)[0] if packed else private_key(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise FileFault("this is no Ed25519 key", where=str(path), remedy=_MAKE)
    return CryptoSigner(key, _named(key.public_key()))


def private_key(path: Path, passphrase: Callable[[], bytes]) -> Any:
    """The private key in a PEM file, of whatever kind. Raises as `signer` does."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = read(path)
    encrypted = b"ENCRYPTED PRIVATE KEY" in data
    secret = passphrase() if encrypted else None
    try:
        return load_pem_private_key(data, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if encrypted:
            raise WrittenFault("the passphrase does not open this key", where=str(path)) from None
        raise FileFault("this is no private key in PEM form", where=str(path), remedy=_MAKE) from None


def public_key(path: Path) -> SSlibKey:
    """The public key in a file, its key id being its fingerprint. Raises FileFault where it is no such key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = read(path)
    if b"PRIVATE KEY" in data:
        raise FileFault("this is a private key", where=str(path), remedy="Give the public one, which ends in .pub.pem.")
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise FileFault("this is no public key in PEM form", where=str(path), remedy=_MAKE) from None
    if not isinstance(key, Ed25519PublicKey):
        raise FileFault("this is no Ed25519 key", where=str(path), remedy=_MAKE)
    return _named(key)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo in DER, as `openssl pkey -pubin -outform DER | sha256sum` gives it."""
    from cryptography.hazmat.primitives import serialization as pem

    return hashlib.sha256(key.public_bytes(pem.Encoding.DER, pem.PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read(path: Path) -> bytes:
    """The bytes of a key's file. Raises FileFault where it cannot be read, or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise FileFault(f"the key cannot be read: {error.strerror}", where=str(path)) from error
    except ValueError:  # of a name that holds a zero byte
        raise FileFault("this is no name of a file", where=repr(str(path))) from None
    if len(data) > _MOST_BYTES:
        raise FileFault("this is too large to be a key", where=str(path))
    return data


def _named(key: Ed25519PublicKey) -> SSlibKey:
    with without("pkcs11"):  # the library takes it for its own hardware keys, which we do not use, in 0.1 s
        from securesystemslib.signer import SSlibKey

    return SSlibKey.from_crypto(key, keyid=fingerprint(key))


def _create(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()  # half a key is worse than none
        raise
