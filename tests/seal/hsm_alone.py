"""Sealing by a key in SoftHSM; run by test_hardware.py in a process of its own.

A module brings a copy of OpenSSL along, which can crash a process that has loaded others.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sealing import audit_folder

from auditor.app.seal import seal
from auditor.errors import FileFault, WrittenFault
from auditor.seal import keys
from auditor.seal.trust import Trust
from auditor.seal.verify import verify

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
URI = f"pkcs11:token=audit;object=seal?module-path={MODULE}"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A token with an Ed25519 key of the label `seal`; the module reads its settings once in a process."""
    from pkcs11 import Attribute, KeyType, Mechanism, lib
    from pkcs11.util.ec import encode_named_curve_parameters

    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        new = ["softhsm2-util", "--init-token", "--free", "--label", "audit", "--so-pin", "12345678", "--pin", "5678"]
        subprocess.run(new, check=True, capture_output=True)
        with lib(MODULE).get_token(token_label="audit").open(user_pin="5678", rw=True) as session:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}
            domain = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
            domain.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="seal")


@pytest.mark.usefixtures("token")
def test_sealed_by_hardware(tmp_path: Path) -> None:
    """A seal by a key that stays in its module verifies as any other; a wrong PIN or label does not sign."""
    audit = audit_folder(tmp_path / "audit")
    for uri, pin, fault, what in (
        (URI, b"0000", WrittenFault, "the PIN does not open this token"),
        (URI.replace("seal", "other"), b"5678", FileFault, "the key cannot be had from the module: NoSuchKey"),
        (URI.replace("=audit", "=other"), b"5678", FileFault, "the key cannot be had from the module: NoSuchToken"),
    ):
        with pytest.raises(fault, match=what):
            seal(audit, Path(uri), lambda pin=pin: pin)
    _, fingerprint = seal(audit, Path(URI), lambda: b"5678")

    public = keys.signer(Path(URI), lambda: b"5678").public_key
    assert verify(audit, Trust.of([public])).signer == fingerprint == public.keyid
