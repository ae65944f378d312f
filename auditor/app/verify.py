"""Verifying the seal of an audit's folder with the keys that the user trusts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from auditor.errors import WrittenFault
from auditor.seal import keys as key_files
from auditor.seal.verify import Verified
from auditor.seal.verify import verify as verified


def verify(audit: Path, keys: Iterable[Path], model: Path | None = None, data: Iterable[Path] = ()) -> Verified:
    """As `seal.verify`, the keys being files.

    Raises WrittenFault for a key that lies in the folder (it would vouch for itself), FileFault for what is no public
    key, SealFault for everything that is broken.
    """
    allowed = []
    for key in keys:
        if key.resolve().is_relative_to(audit.resolve()):
            remedy = "Use the copy that you were given by another way."
            raise WrittenFault("a key from the audited folder proves nothing", where=str(key), remedy=remedy)
        allowed.append(key_files.public_key(key))
    return verified(audit, allowed, model=model, data=data)
