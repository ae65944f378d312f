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


def memory(size: int) -> int:
    """The descriptor of a new piece of anonymous memory that cannot shrink; 0 bytes grow by writing."""
    fd = os.memfd_create("auditor", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | (fcntl.F_SEAL_GROW if size else 0))
    return fd


def seal_content(fd: int) -> None:
    """From now on nobody can change what lies in a piece of memory. Raises OSError where somebody still could."""
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL)


def array_in(buffer: mmap.mmap, slot: Slot) -> NDArray[Any]:
    """The array in a slot of mapped memory."""
    flat = np.frombuffer(buffer, slot.dtype, math.prod(slot.shape), slot.offset)
    return flat.reshape(slot.shape)


class Block:
    """A mapped piece of anonymous memory."""

    def __init__(self, fd: int, size: int) -> None:
        self.fd, self.size = fd, size
        self._map = mmap.mmap(fd, size)

    @classmethod
    def made(cls, size: int) -> Block:
        """A new block, in the parent."""
        fd = memory(size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL)
        return cls(fd, size)

    def view(self, slot: Slot) -> NDArray[Any]:
        """The array in a slot; valid until the block is released."""
        return array_in(self._map, slot)

    def release(self) -> None:
        """Close the descriptor. The mapping goes with the last view of it."""
        os.close(self.fd)
        try:
            self._map.close()
        except BufferError:
            return  # a view is still alive; the mapping is freed together with it
