"""Keys that never leave a hardware module: Ed25519 and P-256 through PKCS#11, named by a URI (RFC 7512)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from auditor.errors import FileFault, WrittenFault

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey

_SCHEME = "pkcs11:"
_FORM = "As in pkcs11:token=NAME;object=KEY?module-path=/usr/lib/softhsm/libsofthsm2.so"


def is_hardware(key: Path) -> bool:
    """Whether what was given as a key is a URI of this kind, and no file."""
    return str(key).startswith(_SCHEME)


@dataclass(frozen=True)
class ModuleKey:
    """A key in a module. label: of its private, its public part, and its certificate where the module holds one."""

    token: Any
    label: str
    pin: str

    def signature(self, data: bytes, mechanism: str) -> bytes:
        """What the module signs: EDDSA over a message, ECDSA over a digest. Raises FileFault where it refuses."""
        from pkcs11 import Mechanism, ObjectClass, PKCS11Error

        try:
            with self.token.open(user_pin=self.pin) as session:
                key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.label)
                return bytes(key.sign(data, mechanism=Mechanism[mechanism]))
        except PKCS11Error as error:
            raise FileFault(f"the module does not sign: {type(error).__name__}", where=self.label) from error

    def certificate(self) -> bytes:
        """Its certificate, in DER. Raises FileFault where the module holds none of that label."""
        from pkcs11 import Attribute, ObjectClass, PKCS11Error

        wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: self.label}
        try:
            with self.token.open(user_pin=self.pin) as session:
                found = next((bytes(one[Attribute.VALUE]) for one in session.get_objects(wanted)), None)
        except PKCS11Error as error:
            raise FileFault(f"the module cannot be read: {type(error).__name__}", where=self.label) from error
        if found is None:
            what = "the module holds no certificate with the label of this key"
            raise FileFault(what, where=self.label, remedy="Give it by --pdf-cert.")
        return found


@dataclass(frozen=True)
class HardwareSigner:
    """Signs inside of the module; as securesystemslib's signers, it has `sign` and `public_key`."""

    key: ModuleKey
    public_key: SSlibKey

    def sign(self, payload: bytes) -> Any:
        """The signature of the bytes. Raises FileFault where the module refuses."""
        from securesystemslib.signer import Signature

        return Signature(self.public_key.keyid, self.key.signature(payload, "EDDSA").hex())


def hardware_signer(key: Path, pin: Callable[[], bytes], named: Callable[[Any], SSlibKey]) -> HardwareSigner:
    """The signer of an Ed25519 key in a module. named: gives a public key its id. Raises as `module_key`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found, point = module_key(key, pin)
    if len(point) not in (32, 34):
        raise FileFault("this is no Ed25519 key", where=str(key))
    return HardwareSigner(found, named(Ed25519PublicKey.from_public_bytes(point[-32:])))


def module_key(key: Path, pin: Callable[[], bytes]) -> tuple[ModuleKey, bytes]:
    """A key in a module, and its public point as the module gives it.

    Raises WrittenFault where the URI or the PIN is wrong or the library is missing, FileFault where there is no such
    token or key.
    """
    token, label, module = _parts(str(key))
    if find_spec("pkcs11") is None:
        remedy = "Install it with the extra: pip install 'auditor[pkcs11]'."
        raise WrittenFault("what speaks to hardware modules is not installed", remedy=remedy)
    import pkcs11

    secret = pin().decode(errors="replace")
    try:
        found = pkcs11.lib(module).get_token(token_label=token)
        with found.open(user_pin=secret) as session:
            public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
            point = bytes(public[pkcs11.Attribute.EC_POINT])
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange):
        raise WrittenFault("the PIN does not open this token", where=token) from None
    except (pkcs11.PKCS11Error, RuntimeError, ValueError) as error:
        what = f"the key cannot be had from the module: {type(error).__name__}"
        raise FileFault(what, where=str(key), remedy=_FORM) from error
    return ModuleKey(found, label, secret), point


def _parts(uri: str) -> tuple[str, str, str]:
    """Token, object and module of a URI."""
    path, _, query = uri.removeprefix(_SCHEME).partition("?")
    given = {
        name: unquote(value)
        for part in (*path.split(";"), *query.split("&"))
        for name, _, value in [part.partition("=")]
    }
    if "pin-value" in given:
        raise WrittenFault(
            "a PIN in the command line could be read by others",
            remedy="Set AUDITOR_PASSPHRASE, or AUDITOR_PDF_PASSPHRASE.",
        )
    missing = [name for name in ("token", "object", "module-path") if not given.get(name)]
    if missing:
        raise WrittenFault(f"the key's URI does not name {', '.join(missing)}", where=uri, remedy=_FORM)
    return given["token"], given["object"], given["module-path"]
