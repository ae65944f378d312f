"""Trees and proofs against RFC 6962's known roots, all small trees, and proofs that are wrong in one place."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.archive import merkle

# Entries and roots that the reference implementation of RFC 6962 (Certificate Transparency) tests itself with.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf(b"%d" % i) for i in range(41)]


def test_known_roots() -> None:
    """The roots of the first 1 to 8 entries are the published ones; of none, the hash of nothing."""
    leaves = [merkle.leaf(bytes.fromhex(entry)) for entry in ENTRIES]

    assert ROOTS == [merkle.root(leaves[:n]).hex() for n in range(1, 9)]
    assert hashlib.sha256(b"").digest() == merkle.root([])


@pytest.mark.parametrize("size", range(1, 41))
def test_inclusion(size: int) -> None:
    """Each leaf is proved at its own place, and neither at another, nor another leaf, nor in a tree of another size."""
    leaves = LEAVES[:size]
    head = merkle.root(leaves)
    for index in range(size):
        proof = merkle.inclusion(leaves, index)
        shown = [i for i in range(-1, size + 2) if merkle.included(leaves[index], i, size, proof, head)]
        assert shown == [index]
        assert not merkle.included(LEAVES[40], index, size, proof, head)
        assert not merkle.included(leaves[index], index, size, [*proof, head], head)
        assert not (proof and merkle.included(leaves[index], index, size, proof[:-1], head))


@pytest.mark.parametrize("size", range(1, 41))
def test_consistency(size: int) -> None:
    """Each earlier tree is proved to be the beginning of the later one, and no other tree is."""
    leaves = LEAVES[:size]
    head = merkle.root(leaves)
    for first in range(1, size + 1):
        proof = merkle.consistency(leaves, first)
        old = merkle.root(leaves[:first])
        shown = [n for n in range(-1, size + 2) if merkle.consistent(n, size, proof, old, head)]
        assert shown == [first]
        rewritten = merkle.root([LEAVES[40], *leaves[1:first]])
        assert not merkle.consistent(first, size, proof, rewritten, head)
        assert not merkle.consistent(first, size, [*proof, head], old, head)


@pytest.mark.parametrize("index", [-1, 3])
def test_no_such_leaf(index: int) -> None:
    """A proof is only made of what is in the tree."""
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion(LEAVES[:3], index)
    with pytest.raises(ValueError, match="no such earlier tree"):
        merkle.consistency(LEAVES[:3], index + 1 if index > 0 else 0)


@given(st.integers(1, 300), st.data())
def test_changed_proofs(size: int, data: st.DataObject) -> None:
    """A proof with one changed bit proves nothing."""
    leaves = [merkle.leaf(b"%d" % i) for i in range(size)]
    head = merkle.root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(leaves, index)
    assert merkle.included(leaves[index], index, size, proof, head)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = (int.from_bytes(proof[at]) ^ (1 << bit)).to_bytes(32)
        assert not merkle.included(leaves[index], index, size, [*proof[:at], changed, *proof[at + 1 :]], head)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_grown(entries: list[bytes]) -> None:
    """A tree that grew leaf by leaf has the root that the definition gives."""
    leaves = [merkle.leaf(entry) for entry in entries]

    def defined(part: list[bytes]) -> bytes:
        if len(part) < 2:
            return part[0] if part else merkle.EMPTY
        k = max(2**i for i in range(7) if 2**i < len(part))
        return merkle.node(defined(part[:k]), defined(part[k:]))

    assert defined(leaves) == merkle.root(leaves)
