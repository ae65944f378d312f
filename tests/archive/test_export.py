"""The static export, read by code of its own: tiles, bundles and checkpoint agree, and OCI blobs have their digests."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from archiving import Desk
from killing import FACTS

from auditor.app import archive as uses
from auditor.app import proofs
from auditor.archive import store
from auditor.seal import keys


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree(hashes: list[bytes]) -> bytes:
    """The root, by RFC 6962's definition."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:]))


def filled(desk: Desk, runs: int) -> None:
    signer = keys.signer(desk.log.private, bytes)
    with store.opened(desk.place).writing(signer) as writer:
        for _ in range(runs):
            writer.add("run", FACTS, {}, {})


def test_tiles(desk: Desk, tmp_path: Path) -> None:
    """Of 600 entries there are two full tiles and a part, a tile above them, and bundles that hash to the leaves."""
    filled(desk, 600)
    out = tmp_path / "out"
    proofs.export(desk.place, out)
    names = ["000", "001", "002.p/88"]
    level0 = b"".join((out / "tile/0" / name).read_bytes() for name in names)
    leaves = [level0[at : at + 32] for at in range(0, len(level0), 32)]

    assert {"0/000", "0/001", "0/002.p/88", "1/000.p/2"} == {
        path.relative_to(out / "tile").as_posix()
        for level in ("0", "1")
        for path in (out / "tile" / level).rglob("*")
        if path.is_file()
    }
    assert (out / "tile/1/000.p/2").read_bytes() == tree(leaves[:256]) + tree(leaves[256:512])
    bodies = []
    for name in names:
        bundle = (out / "tile/entries" / name).read_bytes()
        while bundle:
            length = int.from_bytes(bundle[:2])
            bodies.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
    assert leaves == [sha256(b"\0" + body) for body in bodies]
    checkpoint = (out / "checkpoint").read_text("utf-8")
    assert ["bank.example/audits", "600", base64.b64encode(tree(leaves)).decode()] == checkpoint.splitlines()[:3]
    verifier = store.opened(desk.place).verifier
    assert verifier.checkpoint(checkpoint).size == 600
    assert (out / "log.vkey").read_text().strip() == verifier.line


def test_layout(desk: Desk, tmp_path: Path) -> None:
    """Each audit is an OCI artifact whose layers are its files by name; what was removed is not there."""
    folder = desk.sealed()
    desk.add(folder)
    gone, _ = desk.add(desk.sealed("Removed"))
    uses.remove(desk.write, 1, [], "erasure")
    out = tmp_path / "out"
    count = proofs.export(desk.place, out)

    assert sum(path.is_file() for path in out.rglob("*")) == count
    for path in (out / "blobs/sha256").iterdir():
        assert sha256(path.read_bytes()).hex() == path.name
    index = json.loads((out / "index.json").read_text())
    (one,) = index["manifests"]
    manifest = json.loads((out / "blobs" / one["digest"].replace(":", "/")).read_bytes())
    layers = {layer["annotations"]["org.opencontainers.image.title"]: layer for layer in manifest["layers"]}
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == set(layers)
    for name, layer in layers.items():
        data = (out / "blobs" / layer["digest"].replace(":", "/")).read_bytes()
        assert ((folder / name).read_bytes(), len(data)) == (data, layer["size"])
    record = (gone.files or {})["record.json"].sha256
    assert not (out / "blobs/sha256" / record).exists()
    assert json.loads((out / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
