"""A guess of a whole game from some of its coalitions: effects of one player and of three, by a Gaussian process.

Of half-differences between a coalition and its complement only effects of odd order are left. In signs z (+1 in, -1
out) the game is a sum of c_i z_i and c_ijk z_i z_j z_k; c_i has a prior variance w_i, c_ijk one that is proportional to
w_i w_j w_k, where w is how much each player seems to matter. The sum over all triples has a closed form by Newton's
identities, and so have the Shapley values of the guess: an effect of three players is worth 2/3 to each of them.
"""

from __future__ import annotations

import numpy as np

from auditor.dataset import Floats
from auditor.explain.coalitions import Members

_TRIPLES = 0.03  # prior variance of all effects of three, as a share of that of all effects of one
_NUGGET = 1e-4  # the same of what neither can tell
_LEAST = 0.01  # how much any player may matter, as a share of the one that matters most


def guessed(members: Members, played: Floats, due: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Values (backgrounds, p) of the guess; and what it missed (m, backgrounds), each pair guessed from the rest.

    played: (m, backgrounds) half-differences. due: (backgrounds,) what everyone gets more than nobody. size: (p,) how
    much each player seems to matter.
    """
    signs = np.vstack([2.0 * members - 1, np.ones(members.shape[1])])
    told = np.vstack([played, due / 2])
    matter = size / size.max() + _LEAST if size.max() > 0 else np.ones(len(size))
    matter = matter / matter.sum()
    singles = (signs * matter) @ signs.T
    square = (matter**2).sum()
    triples = (singles * singles * singles - 3 * singles * square + 2 * (signs * matter**3) @ signs.T) / 6
    scale = _TRIPLES / triples[-1, -1]
    kernel = singles + scale * triples
    kernel[np.diag_indices(len(kernel))] += np.append(np.full(len(played), _NUGGET), _NUGGET / 1000)
    inverse = _inverse(kernel)
    solution = inverse @ told
    missed = (solution / np.diag(inverse)[:, None])[:-1]
    own = signs * matter
    others = ((own.sum(1, keepdims=True) - own) ** 2 - (square - matter**2)) / 2
    worth = 2 * own + 2 / 3 * scale * own * others
    return np.asarray(solution.T @ worth), np.asarray(missed)


def _inverse(kernel: Floats) -> Floats:
    """Of a positive definite matrix, by Cholesky: a third of the work of a general inverse."""
    from scipy.linalg import lapack

    factor, failed = lapack.dpotrf(kernel, lower=True)
    if failed:
        return np.asarray(np.linalg.pinv(kernel, hermitian=True))
    lower = np.tril(lapack.dpotri(factor, lower=True)[0])
    return np.asarray(lower + np.tril(lower, -1).T)
