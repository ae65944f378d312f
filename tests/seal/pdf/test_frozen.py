"""Time stamps on frozen policies: when the limits were set, proven by somebody else than who set them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from authority import Authority
from sealing import no_passphrase

from auditor.app import freeze
from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.loaders.policies import load_policy
from auditor.policy import FrozenPolicy
from auditor.seal.trustfile import read_trust

AUDIT = {
    "audit.yaml": """\
model: {file: model.keras, name: m, version: "1"}
data: dataset.yaml
policy: baseline
frozen: f.json
""",
    "dataset.yaml": """\
dataset: tiny
task: binary
layout: wide
files: [{path: test.csv, split: test}]
features: [{name: a, columns: [a1, a2]}]
target: {column: y, positive: 1}
inputs: {sequence: {input: sequence, length: 2}}
output: {kind: probability}
""",
    "model.keras": "",
}
TODAY = datetime.datetime.now(datetime.UTC).date()


def test_stamped(store: Path, ca: Authority, tmp_path: Path) -> None:
    """The token lies beside the freeze; it goes with the audit, outlives the key, and holds for these bytes alone."""
    file, token = tmp_path / "f.json", tmp_path / "f.tst"
    key = store.with_name("carl.key.pem")
    freeze.freeze("baseline", key, no_passphrase, file, ca.tsa)

    def held(terms: str = "") -> FrozenPolicy:
        """By a store in which Carl may freeze policies, under these terms."""
        named = store.with_name("frozen.yaml")
        roles = f"roles: [policy], public: carl.pub.pem{terms}"
        named.write_text(store.read_text().replace("roles: [approver], public: carl.pub.pem", roles))
        return freeze.held(file, load_policy("baseline", CATALOGUE), read_trust(named), "here")

    tomorrow = TODAY + datetime.timedelta(days=1)
    lost = f", revoked: {{at: {tomorrow}, reason: stolen}}"
    assert ("Carl Chair", "Example time") == (held().by, held(lost).stamped_by)
    with pytest.raises(WrittenFault, match="a freeze is never overwritten"):
        freeze.freeze("baseline", key, no_passphrase, tmp_path / "f.json", ca.tsa)

    for name, text in AUDIT.items():
        (tmp_path / name).write_text(text)
    order = ordered(tmp_path / "audit.yaml", store.with_name("frozen.yaml"))
    assert "Example time" == (order.frozen and order.frozen.stamped_by)
    assert token.read_bytes() in [one.data for one in order.inputs if one.name == "inputs/policy.freeze.tst"]

    whole = token.read_bytes()
    token.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SealFault):
        held()
    token.unlink()
    assert "" == held().stamped_by
    with pytest.raises(SealFault, match="is revoked"):
        held(lost)


def test_no_stamp_no_freeze(store: Path, tmp_path: Path) -> None:
    """Where the authority does not answer, nothing is written."""
    with pytest.raises(FileFault, match="no time stamp can be had"):
        freeze.freeze("baseline", store.with_name("carl.key.pem"), no_passphrase, tmp_path / "f", "http://127.0.0.1:9/")
    assert [] == list(tmp_path.iterdir())
