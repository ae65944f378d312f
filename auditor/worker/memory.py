"""Blocks of memory that parent and child share. The parent makes them and fixes where each array lies.

A block is sealed against shrinking, so that a child cannot make the parent's reading of it fail.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64


@dataclass(frozen=True)
class Slot:
    """Where an array lies in a block. shape includes the axis of rows."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    offset: int

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def lay_out(arrays: Iterable[tuple[str, tuple[int, ...], str]], start: int = 0) -> tuple[list[Slot], int]:
    """Slots for arrays given as (name, shape, dtype), one after the other, and where the last ends."""
    slots = []
    for name, shape, dtype in arrays:
        slots.append(Slot(name, shape, dtype, start))
        start += -(-slots[-1].bytes // _ALIGNMENT) * _ALIGNMENT
    return slots, start


class Block:
    """A mapped piece of anonymous memory."""

    def __init__(self, fd: int, size: int) -> None:
        self.fd, self.size = fd, size
        self._map = mmap.mmap(fd, size)

    @classmethod
    def made(cls, size: int) -> Block:
        """A new block, in the parent."""
        fd = os.memfd_create("auditor", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        return cls(fd, size)

    def view(self, slot: Slot) -> NDArray[Any]:
        """The array in a slot; valid until the block is released."""
        flat = np.frombuffer(self._map, slot.dtype, math.prod(slot.shape), slot.offset)
        return flat.reshape(slot.shape)

    def release(self) -> None:
        """Close the descriptor. The mapping goes with the last view of it."""
        os.close(self.fd)
        try:
            self._map.close()
        except BufferError:
            return  # a view is still alive; the mapping is freed together with it
