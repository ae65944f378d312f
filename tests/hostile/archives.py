"""Hostile archives: names, links, sizes, two ways to read one file."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from hostile.building import CORPUS, Hostile, archive, hostile, sound_texts


def _members(name: str, says: str, change: Callable[[list[tuple[str | zipfile.ZipInfo, bytes]]], None]) -> None:
    def build(folder: Path) -> Path:
        members: list[tuple[str | zipfile.ZipInfo, bytes]] = list(sound_texts().items())
        change(members)
        return archive(folder / "model.keras", members)

    CORPUS.append(Hostile(name, build, says))


def _raw(name: str, says: str, change: Callable[[bytearray], bytes | bytearray]) -> None:
    def build(folder: Path) -> Path:
        path = archive(folder / "model.keras", sound_texts())
        path.write_bytes(change(bytearray(path.read_bytes())))
        return path

    CORPUS.append(Hostile(name, build, says))


def _link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def _packed(name: str, how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = how
    return entry


_members("traversal", "leads out of it", lambda m: m.append(("../../evil", b"x")))
_members("traversal by backslash", "leads out of it", lambda m: m.append(("..\\evil", b"x")))
_members("absolute name", "absolute name", lambda m: m.append(("/etc/cron.d/evil", b"x")))
_members("name on a drive", "absolute name", lambda m: m.append(("C:evil", b"x")))
_members("a vocabulary beside", "could feed files to its layers", lambda m: m.append(("assets/vocabulary.txt", b"a")))
_members("a pickle beside", "could feed files to its layers", lambda m: m.append(("state.pkl", b"\x80\x04N.")))
_members("too many members", "a Keras model has 3", lambda m: m.extend((f"x{i}", b"") for i in range(40)))
_members("a link", "is a link", lambda m: m.__setitem__(1, (_link("config.json"), b"/etc/passwd")))
_members(
    "bomb", "a bomb", lambda m: m.__setitem__(2, (_packed("model.weights.h5", zipfile.ZIP_DEFLATED), bytes(2**24)))
)
_members(
    "packed otherwise",
    "packed in a way",
    lambda m: m.__setitem__(1, (_packed("config.json", zipfile.ZIP_BZIP2), m[1][1])),
)
_members("no weights", "has no model.weights.h5", lambda m: m.__delitem__(2))
_members("a huge configuration", "at most", lambda m: m.__setitem__(1, ("config.json", b" " * (2**24 + 1))))
_END = 22  # bytes of the record that ends an archive


def _second_directory(raw: bytearray) -> bytearray:
    """A second archive behind the first: one reader takes the first, another the last."""
    return raw + raw[raw.rindex(b"PK\x01\x02") :]


def _patched(marker: bytes, offset: int, form: str, value: int) -> Callable[[bytearray], bytearray]:
    def change(raw: bytearray) -> bytearray:
        struct.pack_into(form, raw, raw.rindex(marker) + offset, value)
        return raw

    return change


def _other_name(raw: bytearray) -> bytearray:
    at = raw.rindex(b"model.weights.h5", 0, raw.index(b"PK\x01\x02"))
    raw[at : at + 5] = b"Model"
    return raw


def _both_checksums(raw: bytearray) -> bytearray:
    return _patched(b"PK\x01\x02", 16, "<I", 7)(_patched(b"PK\x03\x04", 14, "<I", 7)(raw))


def _between(raw: bytearray) -> bytearray:
    """Nine bytes after the first file; all places behind them are told as they are then."""
    foreign, second = b"#!/bin/sh", raw.index(b"PK\x03\x04", 1)
    entry = raw.index(b"PK\x01\x02")
    while (entry := raw.find(b"PK\x01\x02", entry + 1)) >= 0:
        struct.pack_into("<I", raw, entry + 42, struct.unpack_from("<I", raw, entry + 42)[0] + len(foreign))
    struct.pack_into("<I", raw, len(raw) - 6, struct.unpack_from("<I", raw, len(raw) - 6)[0] + len(foreign))
    return raw[:second] + foreign + raw[second:]


_raw("cut off", "damaged or cut off", lambda raw: raw[: len(raw) // 2])
_raw("bytes behind", "damaged or cut off", lambda raw: raw + b"#!/bin/sh")
_raw("a comment", "damaged or cut off", lambda raw: raw[:-2] + b"\x04\x00evil")
_raw("a second archive behind", "damaged or cut off", _second_directory)
_raw("a name that differs", "damaged or cut off", _other_name)
_raw("encrypted", "encrypted", _patched(b"PK\x01\x02", 8, "<H", 1))
_raw("a size that is a lie", "", _patched(b"PK\x01\x02", 24, "<I", 2**31))
_raw("a wrong checksum", "'model.weights.h5' is told in two ways", _patched(b"PK\x01\x02", 16, "<I", 7))
_raw("another checksum in front", "'model.weights.h5' is told in two ways", _patched(b"PK\x03\x04", 14, "<I", 7))
_raw("another size in front", "'model.weights.h5' is told in two ways", _patched(b"PK\x03\x04", 22, "<I", 7))
_raw("both wrong", "damaged or cut off", _both_checksums)
_raw("bytes between", "something lies before 'config.json'", _between)
_raw("members that overlap", "", _patched(b"PK\x01\x02", 42, "<I", 0))
_raw("a directory elsewhere", "damaged or cut off", _patched(b"PK\x05\x06", 16, "<I", 0))


@hostile("more than once")
def a_name_twice(folder: Path) -> Path:
    """The first is sound, the second would be read."""
    other = "config.jsoN"
    path = archive(folder / "model.keras", [*sound_texts().items(), (other, b"{}")])
    path.write_bytes(path.read_bytes().replace(other.encode(), b"config.json"))
    return path
