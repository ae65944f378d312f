"""A signature beside a model file (OpenSSF model signing, `model.sig`): what can be told without trusting anybody."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

_NAME = "model.sig"
_LARGEST = 2**20


def read_signature(model: Path, sha256: str) -> tuple[str, bool | None]:
    """What is known of the signature beside a model file, and whether it names this file; ("", None) without one.

    Only the statement inside is read. Who signed it is not verified: that takes a key that somebody trusts.
    """
    path = model.parent / _NAME
    if not path.is_file():
        return "", None
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        digests = _digests(json.loads(text)) if len(text) <= _LARGEST else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        digests = None
    if digests is None:
        return f"{_NAME} is there, and cannot be read", False
    if sha256 in digests:
        return f"{_NAME} is there and names this file by its digest; who signed it was not verified", True
    return f"{_NAME} is there, but what was signed is not this file", False


def _digests(bundle: Any) -> set[str]:
    """The SHA-256 digests of the files that the statement in a Sigstore bundle names."""
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"], validate=True))
    named = {str(one["digest"]) for one in statement["predicate"]["resources"] if one.get("algorithm") == "sha256"}
    return named | {str(one["digest"].get("sha256")) for one in statement["subject"]}
