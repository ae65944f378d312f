"""Keys that never leave a hardware module: Ed25519 through PKCS#11, named by a URI (RFC 7512)."""

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
class HardwareSigner:
    """Signs inside of the module; as securesystemslib's signers, it has `sign` and `public_key`."""

    token: Any
    label: str
    pin: str
    public_key: SSlibKey

    def sign(self, payload: bytes) -> Any:
        """The signature of the bytes. Raises FileFault where the module refuses."""
        from pkcs11 import Mechanism, ObjectClass, PKCS11Error
        from securesystemslib.signer import Signature

        try:
            with self.token.open(user_pin=self.pin) as session:
                key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.label)
                return Signature(self.public_key.keyid, key.sign(payload, mechanism=Mechanism.EDDSA).hex())
        except PKCS11Error as error:
            raise FileFault(f"the module does not sign: {type(error).__name__}", where=self.label) from error


def hardware_signer(key: Path, pin: Callable[[], bytes], named: Callable[[Any], SSlibKey]) -> HardwareSigner:
    """The signer of a key in a module. named: gives a public key its id.

    Raises WrittenFault where the URI or the PIN is wrong or the library is missing, FileFault where there is no such
    token or key, or it is no Ed25519 key.
    """
    token, label, module = _parts(str(key))
    if find_spec("pkcs11") is None:
        remedy = "Install it with the extra: pip install 'auditor[pkcs11]'."
        raise WrittenFault("what speaks to hardware modules is not installed", remedy=remedy)
    import pkcs11
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    secret = pin().decode(errors="replace")
    try:
        found = pkcs11.lib(module).get_token(token_label=token)
        with found.open(user_pin=secret) as session:
            public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
            point = bytes(public[pkcs11.Attribute.EC_POINT])
        made = Ed25519PublicKey.from_public_bytes(point[-32:]) if len(point) in (32, 34) else None
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange):
        raise WrittenFault("the PIN does not open this token", where=token) from None
    except (pkcs11.PKCS11Error, RuntimeError, ValueError) as error:
        what = f"the key cannot be had from the module: {type(error).__name__}"
        raise FileFault(what, where=str(key), remedy=_FORM) from error
    if made is None:
        raise FileFault("this is no Ed25519 key", where=str(key))
    return HardwareSigner(found, label, secret, named(made))


def _parts(uri: str) -> tuple[str, str, str]:
    """Token, object and module of a URI."""
    path, _, query = uri.removeprefix(_SCHEME).partition("?")
    given = {
        name: unquote(value)
        for part in (*path.split(";"), *query.split("&"))
        for name, _, value in [part.partition("=")]
    }
    if "pin-value" in given:
        raise WrittenFault("a PIN in the command line could be read by others", remedy="Set AUDITOR_PASSPHRASE.")
    missing = [name for name in ("token", "object", "module-path") if not given.get(name)]
    if missing:
        raise WrittenFault(f"the key's URI does not name {', '.join(missing)}", where=uri, remedy=_FORM)
    return given["token"], given["object"], given["module-path"]
