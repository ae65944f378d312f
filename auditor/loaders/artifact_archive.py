"""A .keras file as a zip archive: its structure is held to what Keras writes, before anything is unpacked.

Two programs may see different files in one archive (a second directory, a name twice, a name that differs between the
directory and the file). What is read here must be what Keras reads, so everything that could be read in two ways is
refused.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from auditor.artifact import Member
from auditor.errors import ModelFault

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
NAMES = (CONFIG, METADATA, WEIGHTS)
LARGEST_TEXT = {CONFIG: 16 * 2**20, METADATA: 2**16}
_LARGEST_WEIGHTS = 4 * 2**30
_MOST_INFLATED = 100  # times the packed size; Keras packs nothing, and trained weights do not shrink
_MOST_MEMBERS = 16
_LARGEST_DIRECTORY = 2**16
_END = struct.Struct("<4s4H2IH")  # the record that ends a zip archive (APPNOTE 4.3.16)
_HEADER = struct.Struct("<4s5H3I2H")  # before each file (APPNOTE 4.3.7)
_SIZES = struct.Struct("<2H2Q")  # in a header, of a file that may be large (APPNOTE 4.5.3)
_UNTOLD = 0xFFFFFFFF  # told in the extra field
_MOST_EXTRA, _LARGEST_FOOTER = 64, 24
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_PLAIN, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_PIECE = 2**20
_SAVE = 'save the whole model from Keras with model.save("model.keras")'
_DAMAGED = "copy it again from where it was made, or save it again"


def read_archive(path: Path) -> tuple[dict[str, bytes], tuple[Member, ...]]:
    """The texts of the archive (configuration, metadata) by name, and all its members with their digests.

    Raises ModelFault where it is damaged, holds anything else than a Keras model, or unpacks to more than it should.
    """
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_names([entry.filename for entry in entries])
            for entry in entries:
                _check_entry(entry)
            _check_order(entries, archive.start_dir)
            _check_headers(path, entries, archive.start_dir)
            texts = {name: archive.read(name) for name in LARGEST_TEXT}
            members = tuple(_member(archive, entry) for entry in entries)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        struct.error,
    ) as error:
        raise damaged(error) from error
    return texts, members


def damaged(error: Exception | str) -> ModelFault:
    """The fault of a file that is not whole."""
    return ModelFault(f"the file is damaged or cut off ({error})", remedy=_DAMAGED)


def _check_end(path: Path) -> None:
    """One archive, from the first byte to the last, with a small directory right before its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END.size))
        end = file.read(_END.size)
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise damaged("the archive does not end where it should")
    _, disk, first_disk, here, entries, length, start, comment = _END.unpack(end)
    if comment or disk or first_disk or here != entries or start + length != size - _END.size:
        raise damaged("the archive's directory does not fit the file")
    if entries > _MOST_MEMBERS or length > _LARGEST_DIRECTORY:
        raise ModelFault(f"the archive holds {entries:,} files; a Keras model has {len(NAMES)}", remedy=_SAVE)


def _check_names(names: list[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or name[1:2] == ":":
            raise ModelFault(f"the archive holds a file with an absolute name, {name!r}", remedy=_SAVE)
        if ".." in parts:
            raise ModelFault(f"the archive holds a file whose name leads out of it, {name!r}", remedy=_SAVE)
        if names.count(name) > 1:
            raise ModelFault(f"the archive holds {name!r} more than once", remedy=_SAVE)
    if missing := [name for name in NAMES if name not in names]:
        raise ModelFault(f"the archive has no {', '.join(missing)}, so it is no Keras model", remedy=_SAVE)
    if extra := [name for name in names if name not in NAMES]:
        told = ", ".join(map(repr, extra[:3]))
        what = f"the archive holds {told}, which is not needed to run a model and could feed files to its layers"
        raise ModelFault(what, remedy="save the model without such files and without layers that keep vocabularies")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ModelFault(f"{entry.filename!r} in the archive is a link", remedy=_SAVE)
    if entry.flag_bits & _ENCRYPTED:
        raise ModelFault(f"{entry.filename!r} in the archive is encrypted", remedy=_SAVE)
    if entry.compress_type not in (_PLAIN, _DEFLATED):
        raise ModelFault(f"{entry.filename!r} in the archive is packed in a way that Keras does not use", remedy=_SAVE)
    most = LARGEST_TEXT.get(entry.filename, _LARGEST_WEIGHTS)
    if entry.file_size > most:
        raise ModelFault(f"{entry.filename!r} unpacks to {entry.file_size:,} bytes; at most {most:,} are read")
    if entry.file_size > _MOST_INFLATED * max(entry.compress_size, 1):
        what = f"{entry.filename!r} unpacks from {entry.compress_size:,} bytes to {entry.file_size:,}: a bomb"
        raise ModelFault(what, remedy=_SAVE)


def _check_order(entries: list[zipfile.ZipInfo], directory: int) -> None:
    """No byte of the archive belongs to two files."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in ordered[1:]] + [directory]
    for entry, end in zip(ordered, ends, strict=True):
        if entry.header_offset + entry.compress_size > end:
            raise ModelFault(f"{entry.filename!r} in the archive overlaps another file", remedy=_SAVE)


def _check_headers(path: Path, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Each file is told in front of it as it is in the directory, and nothing lies before, between or behind them."""
    at, loose = 0, 0
    with path.open("rb") as file:
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if not 0 <= entry.header_offset - at <= loose:
                raise ModelFault(f"something lies before {entry.filename!r} in the archive", remedy=_SAVE)
            at = _end_of(file, entry)
            loose = _LARGEST_FOOTER if entry.flag_bits & _SIZES_FOLLOW else 0
    if not 0 <= directory - at <= loose:
        raise ModelFault("something lies behind the last file in the archive", remedy=_SAVE)


def _end_of(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where a file ends. Raises ModelFault where its header says something else than the directory."""
    file.seek(entry.header_offset)
    _, _, flags, how, _, _, checksum, packed, unpacked, name, extra = _HEADER.unpack(file.read(_HEADER.size))
    field = file.read(name + extra)[name:]
    if packed == unpacked == _UNTOLD and len(field) >= _SIZES.size:
        _, _, unpacked, packed = _SIZES.unpack(field[: _SIZES.size])
    told, known = (checksum, packed, unpacked), (entry.CRC, entry.compress_size, entry.file_size)
    same = told == known or (flags & _SIZES_FOLLOW and told == (0, 0, 0))
    if not same or (flags, how) != (entry.flag_bits, entry.compress_type) or extra > _MOST_EXTRA:
        raise ModelFault(f"{entry.filename!r} is told in two ways in the archive", remedy=_SAVE)
    end: int = entry.header_offset + _HEADER.size + name + extra + entry.compress_size
    return end


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    """Read to its end, so that its checksum is verified."""
    digest, count = hashlib.sha256(), 0
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            count += len(piece)
    if count != entry.file_size:
        raise damaged(f"{entry.filename} has {count} bytes, not {entry.file_size}")
    return Member(entry.filename, count, digest.hexdigest())
