"""The Merkle tree of RFC 6962 (Laurie, Langley, Kasper 2013): roots, and proofs of inclusion and of consistency.

A leaf's hash is SHA-256 of 0x00 and the entry's bytes, an inner node's of 0x01 and the hashes of its two halves; the
left half has as many leaves as the largest power of two below all of them. Hashes are 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256().digest()


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two halves."""
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """A tree that grows on its right: the roots of its complete subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, added: bytes) -> Frontier:
        """The tree with one more leaf, given by its hash."""
        peaks, size = [*self.peaks, added], self.size
        while size & 1:
            right, left = peaks.pop(), peaks.pop()
            peaks.append(node(left, right))
            size >>= 1
        return Frontier(self.size + 1, tuple(peaks))

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node(peak, root)
        return root


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Frontier()
    for one in leaves:
        tree = tree.grown(one)
    return tree.root


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree: the sibling of each node from it to the root (RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError("there is no such leaf")
    if len(leaves) == 1:
        return []
    k = _half(len(leaves))
    if index < k:
        return [*inclusion(leaves[:k], index), root(leaves[k:])]
    return [*inclusion(leaves[k:], index - k), root(leaves[:k])]


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree of the `first` leaves is the beginning of this one (RFC 6962, 2.1.2)."""
    if not 0 < first <= len(leaves):
        raise ValueError("there is no such earlier tree")
    return _consistency(leaves, first, whole=True)


def included(entry: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether a proof shows the leaf with hash `entry` at `index` in the tree of `size` leaves and root `head`."""
    if not 0 <= index < size:
        return False
    at, last, reached = index, size - 1, entry
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            reached = node(sibling, reached)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            reached = node(reached, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and reached == head


def consistent(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether a proof shows that the tree `first`, `old` (leaves, root) begins the tree `second`, `new`."""
    if first == second:
        return not proof and old == new
    if not 0 < first < second or not proof:
        return False
    path = [old, *proof] if first & (first - 1) == 0 else list(proof)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node(sibling, before), node(sibling, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old and after == new


def _consistency(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = _half(len(leaves))
    if first <= k:
        return [*_consistency(leaves[:k], first, whole=whole), root(leaves[k:])]
    return [*_consistency(leaves[k:], first - k, whole=False), root(leaves[:k])]


def _half(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
