"""Equal sequences, found by 64-bit digests of what each row holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.data.seen import Seen
from auditor.dataset import Floats

Digests = NDArray[np.uint64]
_CACHED = 2**15  # words at a time that stay in the processor's own memory
_NAN = np.uint64(0x7FF8000000000000)


def digests(seen: Seen) -> Digests:
    """(rows,) the digest of each row: its values step by step, counted from the last one, and its static values.

    Rows that hold the same have the same digest. Different ones have the same with a chance of 2^-64: for two of a
    million rows about 3 in 10^8.
    """
    lines = _combined(seen.data.values, salt=1)
    row = _mixed(seen.lengths.astype(np.uint64))
    for back in range(int(seen.lengths.max(initial=0))):
        at = seen.back(back)
        held = at >= 0
        row[held] += _mixed(lines[at[held]] ^ _word(back))
    if seen.data.static_features:
        row += _combined(seen.data.static, salt=2)
    return _mixed(row)


def among(words: Digests, others: Digests) -> NDArray[np.bool_]:
    """(words,) whether each is one of the others. Both are sorted first, since looking up in order is quick."""
    order, known = np.argsort(words), np.sort(others)
    at = np.minimum(np.searchsorted(known, words[order]), len(known) - 1)
    found = np.empty(len(words), dtype=bool)
    found[order] = known[at] == words[order]
    return found


def _combined(values: Floats, salt: int) -> Digests:
    """(rows,) of values (rows, columns); every NaN is the same, and so are 0 and -0."""
    total = np.full(len(values), salt, dtype=np.uint64)
    for at in range(values.shape[1]):
        column = values[:, at].astype(np.float64) + 0.0
        bits = np.where(np.isnan(column), _NAN, column.view(np.uint64))
        total += _mixed(bits ^ _word(2**20 * salt + at))
    return _mixed(total)


def _word(number: int) -> Digests:
    return _mixed(np.array([number], dtype=np.uint64))


def _mixed(words: Digests) -> Digests:
    """Every bit of the word in every bit of the answer (the finaliser of SplitMix64: Steele, Lea and Flood 2014)."""
    bits = np.asarray(words + np.uint64(0x9E3779B97F4A7C15))
    for at in range(0, len(bits), _CACHED):
        some = bits[at : at + _CACHED]
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            some ^= some >> np.uint64(shift)
            some *= np.uint64(factor)
        some ^= some >> np.uint64(31)
    return bits
