"""An archive as static files, for object storage or any web server: the log as C2SP tlog-tiles, the files as OCI blobs.

`checkpoint`, `tile/<level>/<n>` and `tile/entries/<n>` are what clients of transparency logs read. `oci-layout`,
`index.json` and `blobs/sha256/` are an OCI image layout (image-spec 1.1) with one artifact for each archived audit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from auditor.archive import entry as entries
from auditor.archive import merkle
from auditor.archive.entry import Entry
from auditor.archive.holdings import Holdings
from auditor.archive.store import KEY, Archive
from auditor.errors import SealFault

_WIDTH = 256
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EMPTY = "application/vnd.oci.empty.v1+json"
AUDIT = "application/vnd.auditor.audit.v1"


def static_files(archive: Archive) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Path -> bytes, of each static file, read when they are asked for. Removed files are not among them.

    Raises SealFault where the log is not what it signed.
    """
    with archive.reading() as log:
        checkpoint = log.latest()
        bodies = [body for _, body in log.bodies("idx < ?", checkpoint.size)]
    leaves = [merkle.leaf(body) for body in bodies]
    if merkle.root(leaves) != checkpoint.root:
        raise SealFault("the log does not have the root that it signed", where=str(archive.folder))
    yield "checkpoint", checkpoint.note.encode
    yield "log.vkey", (archive.verifier.line + "\n").encode
    yield KEY, (archive.folder / KEY).read_bytes
    for path, data in (*_tiles(leaves), *_bundles(bodies)):
        yield path, lambda data=data: data  # type: ignore[misc]
    yield from _layout(archive, Holdings.of(entries.read(index, body) for index, body in enumerate(bodies)))


def _tiles(leaves: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Tiles of each level: 256 hashes, the last tile fewer; a level's hashes are the roots of the full tiles below."""
    level = 0
    while leaves:
        parts = [leaves[at : at + _WIDTH] for at in range(0, len(leaves), _WIDTH)]
        for n, part in enumerate(parts):
            yield f"tile/{level}/{_numbered(n, len(part))}", b"".join(part)
        leaves = [merkle.root(part) for part in parts if len(part) == _WIDTH]
        level += 1


def _bundles(bodies: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """The entries, each after its length in two bytes, 256 to a bundle."""
    for n, at in enumerate(range(0, len(bodies), _WIDTH)):
        part = bodies[at : at + _WIDTH]
        yield f"tile/entries/{_numbered(n, len(part))}", b"".join(len(body).to_bytes(2) + body for body in part)


def _numbered(n: int, width: int) -> str:
    """A tile's place: the number in groups of three digits, all but the last after an x; `.p/<width>` where partial."""
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03}")
    return "/".join(groups) + (f".p/{width}" if width < _WIDTH else "")


def _layout(archive: Archive, holdings: Holdings) -> Iterator[tuple[str, Callable[[], bytes]]]:
    manifests = []
    made = {_digest(b"{}"): b"{}"}
    for entry in holdings.entries.values():
        gone = set(holdings.gone(entry.index))
        if entry.kind == "audit" and not gone:
            raw = json.dumps(_manifest(entry), sort_keys=True, separators=(",", ":")).encode()
            made[_digest(raw)] = raw
            name = {"org.opencontainers.image.ref.name": f"entry-{entry.index}"}
            manifests.append({**_descriptor(_MANIFEST, raw), "artifactType": AUDIT, "annotations": name})
    for sha256, raw in made.items():
        yield f"blobs/sha256/{sha256}", lambda raw=raw: raw  # type: ignore[misc]
    for sha256 in holdings.held.keys() - made.keys():
        yield f"blobs/sha256/{sha256}", lambda sha256=sha256: archive.blobs.read(sha256)  # type: ignore[misc]
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
    yield "index.json", json.dumps(index, indent=1).encode
    yield "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode


def _manifest(entry: Entry) -> dict[str, Any]:
    layers = [
        {
            "mediaType": "application/octet-stream",
            "digest": f"sha256:{kept.sha256}",
            "size": kept.bytes,
            "annotations": {"org.opencontainers.image.title": name},
        }
        for name, kept in sorted((entry.files or {}).items())
    ]
    return {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "artifactType": AUDIT,
        "config": _descriptor(_EMPTY, b"{}"),
        "layers": layers,
        "annotations": {"org.opencontainers.image.created": entry.added},
    }


def _descriptor(kind: str, raw: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{_digest(raw)}", "size": len(raw)}


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
