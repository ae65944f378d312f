"""Authorities on loopback: certificates, their state (OCSP, CRL) and time stamps, by Certomancer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from asn1crypto import pem
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

PEOPLE = {
    "pipeline": "Audit pipeline",
    "rita": "Rita Reviewer",
    "carl": "Carl Chair",
    "gone": "Gone Grete",
    "late": "Late Lars",
}
_ENTITIES = {"root": "Root CA", "interm": "Intermediate CA", "tsa": "Time stamps", "ocsp": "OCSP", **PEOPLE}


@dataclass(frozen=True)
class Authority:
    """Where it answers, and the folder with NAME.key.pem and NAME.cert.pem (with the intermediate authority's)."""

    address: str
    folder: Path

    @property
    def tsa(self) -> str:
        return f"{self.address}/audit/tsa/tsa"


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Serves until the block ends. `gone` is revoked; the certificate of `late` has run out."""
    for name in _ENTITIES:
        key = ec.generate_private_key(ec.SECP256R1())
        kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / f"{name}.key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *kind))
    with make_server("127.0.0.1", 0, None, handler_class=_Silent) as server:  # type: ignore[arg-type]
        address = f"http://127.0.0.1:{server.server_port}"
        config = CertomancerConfig.from_yaml(_config(address), key_search_dir=str(folder))
        audit = config.get_pki_arch(ArchLabel("audit"))
        for name in (*PEOPLE, "root", "tsa"):
            chain = [name, "interm"] if name in PEOPLE else [name]
            ders = [audit.get_cert(CertLabel(one)).dump() for one in chain]
            (folder / f"{name}.cert.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in ders))
        server.set_app(Animator(AnimatorArchStore({ArchLabel("audit"): audit}), with_web_ui=False))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Authority(address, folder)
        finally:
            server.shutdown()
            thread.join()


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """The tests' output is for what fails."""


def _config(address: str) -> str:
    keys = ", ".join(f"{name}: {{path: {name}.key.pem}}" for name in _ENTITIES)
    entities = "\n".join(f"      {name}: {{common-name: {told}}}" for name, told in _ENTITIES.items())
    people = "\n".join(_person(name) for name in PEOPLE)
    return f"""\
external-url-prefix: "{address}"
keysets:
  k: {{path-prefix: ".", keys: {{{keys}}}}}
pki-architectures:
  audit:
    keyset: k
    entity-defaults: {{country-name: DE, organization-name: Example}}
    entities:
{entities}
    certs:
      root:
        subject: root
        subject-key: root
        issuer: root
        authority-key: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2050-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca, params: {{crl-repo: root}}}}]
      interm:
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca, params: {{max-path-len: 0, crl-repo: root, ocsp-service: interm}}}}]
      ocsp:
        issuer: interm
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        profiles: [ocsp-responder]
      tsa:
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
          - {{id: crl_distribution_points, smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}}}
{people}
    services:
      ocsp: {{interm: {{for-issuer: interm, responder-cert: ocsp}}}}
      crl-repo: {{root: {{for-issuer: root, simulated-update-schedule: "P30D"}}}}
      time-stamping: {{tsa: {{signing-cert: tsa}}}}
"""


def _person(name: str) -> str:
    until = "2026-01-01" if name == "late" else "2045-01-01"
    revoked = (
        "\n        revocation: {revoked-since: '2026-02-01T00:00:00+0000', reason: key_compromise}"
        if name == "gone"
        else ""
    )
    return f"""\
      {name}:
        issuer: interm
        validity: {{valid-from: "2025-01-01T00:00:00+0000", valid-to: "{until}T00:00:00+0000"}}
        profiles: [digsig-commitment]
        extensions:
          - id: authority_information_access
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [interm]}}}}{revoked}"""
