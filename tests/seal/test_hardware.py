"""Keys in a hardware module, played by SoftHSM."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from auditor.errors import WrittenFault
from auditor.seal import keys

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
URI = f"pkcs11:token=audit;object=seal?module-path={MODULE}"
_MISSING = next(
    (
        what
        for there, what in (
            (find_spec("pkcs11"), "the package python-pkcs11 is not installed"),
            (Path(MODULE).exists() and shutil.which("softhsm2-util"), "no SoftHSM here: apt-get install softhsm2"),
        )
        if not there
    ),
    "",
)


@pytest.mark.skipif(_MISSING != "", reason=_MISSING)
def test_signed_by_hardware() -> None:
    """Keys that never leave their module seal, and sign the PDF; a wrong PIN, token or label does not."""
    alone = Path(__file__).with_name("hsm_alone.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(alone)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "2 passed" in done.stdout


@pytest.mark.parametrize(
    ("uri", "what"),
    [
        ("pkcs11:token=audit", "the key's URI does not name object, module-path"),
        (f"{URI}&pin-value=5678", "a PIN in the command line could be read by others"),
    ],
)
def test_wrong_uri(uri: str, what: str) -> None:
    """A URI that says too little, or too much, is refused before the module is asked."""
    with pytest.raises(WrittenFault, match=what):
        keys.signer(Path(uri), lambda: b"5678")
