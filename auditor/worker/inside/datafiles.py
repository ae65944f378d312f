"""Read data files: PyArrow and NumPy meet the bytes of a stranger here, and nowhere else."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import AuditorError, WrittenFault
from auditor.loaders.dataset import build, parse_spec
from auditor.loaders.profile import profile
from auditor.loaders.tables import Raw
from auditor.worker.datawire import MOST_PROBLEMS, told
from auditor.worker.memory import array_in, lay_out
from auditor.worker.packing import Packer


class DataRequests:
    """One `answer` per header: the files one after the other, then what they hold, then its arrays."""

    def __init__(self) -> None:
        self._raws: list[Raw] = []
        self._packer = Packer()

    def answer(self, body: bytes, block: int | None) -> Mapping[str, Any]:
        """The reply to a header, with the descriptor of memory where one came along."""
        request = json.loads(body)
        match request["verb"]:
            case "take":
                self._raws.append(_raw(block, request["bytes"]))
                return {"handle": len(self._raws)}
            case "build":
                return self._build(request)
            case "look":
                return self._look(request)
            case _:
                return self._hand_over(block, request["bytes"])

    def _build(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        nothing: dict[str, Any] = {
            "test": None,
            "reference": None,
            "calibration": None,
            "notes": [],
            "arrays": [],
            "problems": [],
            "written": False,
        }
        raws, self._raws = self._raws, []
        try:
            built = build(*parse_spec(Path(request["path"]), request["text"].encode()), raws, request["entity"])
        except AuditorError as fault:
            return {**nothing, "problems": _problems(fault), "written": isinstance(fault, WrittenFault)}
        parts = {name: self._packer.plain(getattr(built, name)) for name in ("test", "reference", "calibration")}
        arrays = [{"shape": list(one.shape), "dtype": str(one.dtype)} for one in self._packer.arrays]
        return {**nothing, **parts, "notes": list(built.notes), "asked": built.asked, "arrays": arrays}

    def _look(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            found = profile(self._raws[0], request["name"], request["entity"])
        except AuditorError as fault:
            return {"profile": None, "problems": _problems(fault)}
        return {"profile": found.model_dump(mode="json"), "problems": []}

    def _hand_over(self, block: int | None, size: int) -> Mapping[str, Any]:
        memory = _mapped(block, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        arrays, self._packer = self._packer.arrays, Packer()
        slots, _ = lay_out(("", one.shape, str(one.dtype)) for one in arrays)
        for slot in slots:
            array_in(memory, slot)[...] = arrays.pop(0)  # given up at once: two copies of all would be too many
        return {"handle": 0}


def _problems(fault: AuditorError) -> list[dict[str, str]]:
    return [
        {"where": told(one.where), "what": told(one.what), "remedy": told(one.remedy)}
        for one in fault.problems[:MOST_PROBLEMS]
    ]


def _raw(fd: int | None, size: int) -> Raw:
    return _mapped(fd, size, mmap.MAP_PRIVATE, mmap.PROT_READ) if size else b""  # nothing cannot be mapped


def _mapped(fd: int | None, size: int, flags: int, access: int) -> mmap.mmap:
    if fd is None:
        raise RuntimeError("no memory was sent")
    try:
        return mmap.mmap(fd, size, flags=flags, prot=access)
    finally:
        os.close(fd)
