"""List what an HDF5 file holds, without reading its numbers. Whether that is in order is for the parent to say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.worker.inside.refusals import Refusal, damaged
from auditor.worker.wire import LONGEST_CONFIG, LONGEST_TRAINING, MOST_STORED, printable

_MOST_STRANGE, _DEEPEST = 20, 24
_FILTERS = {1, 2, 3}  # deflate, shuffle, Fletcher's checksum; any other may load a library
_LONGEST_PATH = 300
_SIGNATURE, _START = b"\x89HDF\r\n\x1a\n", 64
_SAVE = "load it where it was made, and save it again from Keras"


def listed(path: Path, member: str) -> dict[str, Any]:
    """What `wire.Listed` says of a file, or of a member of a zip archive. Raises Refusal where it is damaged."""
    import h5py

    try:
        if member:
            with zipfile.ZipFile(path) as archive:
                source: Any = io.BytesIO(archive.read(member))
            _check_whole(source.getvalue()[:_START], len(source.getvalue()))
        else:
            source = path
            with path.open("rb") as file:
                _check_whole(file.read(_START), path.stat().st_size)
        with h5py.File(source, "r") as file:
            config, version = _text(file, "model_config"), _text(file, "keras_version")
            training = _text(file, "training_config")
            found = list(_found(file))
    except Refusal:
        raise
    except Exception as error:  # the library raises nearly anything for a file that is not whole
        raise damaged(error) from error
    if config is not None and len(config) > LONGEST_CONFIG:
        raise Refusal(f"the architecture takes {len(config):,} characters; at most {LONGEST_CONFIG:,} are read")
    if training is not None and len(training) > LONGEST_TRAINING:
        what = f"what it was trained with takes {len(training):,} characters; at most {LONGEST_TRAINING:,} are read"
        raise Refusal(what)
    stored = [one for one in found if "what" not in one]
    strange = [one for one in found if "what" in one]
    return {
        "config": config,
        "training": training,
        "keras_version": printable(version or "unknown"),
        "stored": stored[:MOST_STORED],
        "strange": strange[:_MOST_STRANGE],
    }


def _check_whole(start: bytes, size: int) -> None:
    """The first byte and the last are HDF5's own, as the superblock tells (HDF5 File Format, II.A)."""
    if not start.startswith(_SIGNATURE):
        raise Refusal("the weights do not begin as HDF5 does: something else lies before them", _SAVE)
    version = start[8]
    width = start[9 if version >= 2 else 13]
    base = {0: 24, 1: 28}.get(version, 12)
    places = [int.from_bytes(start[at : at + width], "little") for at in (base, base + 2 * width)]
    if len(start) == _START and places != [0, size] and places[0] + places[1] <= size:
        raise Refusal(f"something lies around the weights: they take {places[1]:,} of {size:,} bytes", _SAVE)


def _text(file: Any, name: str) -> str | None:
    value = file.attrs.get(name)
    text = value.decode("utf-8") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return None
    text.encode("utf-8")  # raises where it holds half a character, which no reply can carry
    return text


def _found(file: Any) -> Iterator[dict[str, Any]]:
    import h5py

    seen, waiting = {_address(file)}, [("", file, 0)]
    count = 0
    while waiting:
        prefix, group, depth = waiting.pop()
        for name in group:
            count += 1
            path = f"{prefix}{name}"
            if count > MOST_STORED or depth > _DEEPEST or len(path) > _LONGEST_PATH:
                yield _strange(path, "many" if count > MOST_STORED else "deep")
                return
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                yield _strange(path, "link")
                continue
            item = group[name]
            if _address(item) in seen:
                yield _strange(path, "twice")
                continue
            seen.add(_address(item))
            if isinstance(item, h5py.Group):
                waiting.append((f"{path}/", item, depth + 1))
            else:
                yield _numbers(path, item) if isinstance(item, h5py.Dataset) else _strange(path, "kind")


def _address(item: Any) -> int:
    import h5py

    return int(h5py.h5o.get_info(item.id).addr)


def _numbers(path: str, item: Any) -> dict[str, Any]:
    plan = item.id.get_create_plist()
    filters = [plan.get_filter(i)[0] for i in range(plan.get_nfilters())]
    if item.external:
        return _strange(path, "external")
    if item.is_virtual:
        return _strange(path, "virtual")
    if not set(filters) <= _FILTERS:
        return _strange(path, "filter")
    if item.shape is None or item.dtype.kind not in "fiub":
        return _strange(path, "type")
    stored = int(item.id.get_storage_size())
    shape = list(map(int, item.shape))
    return {"path": printable(path), "shape": shape, "dtype": str(item.dtype), "bytes": stored, "packed": bool(filters)}


def _strange(path: str, what: str) -> dict[str, Any]:
    return {"path": printable(path), "what": what}
