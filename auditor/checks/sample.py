"""Which rows a check that is costly looks at."""

from __future__ import annotations

import numpy as np

from auditor.dataset import Dataset, Integers
from auditor.measurement import Sampled


def sample(dataset: Dataset, most: int, rng: np.random.Generator) -> tuple[Integers, Sampled | None]:
    """At most about `most` rows, drawn by cluster so that a cluster is in or out as a whole; and what to say of it.

    Returns the row numbers in order, and None where every row is taken.
    """
    n = len(dataset)
    if n <= most:
        return np.arange(n), None
    codes = np.arange(n) if dataset.cluster is None else np.unique(dataset.cluster, return_inverse=True)[1]
    order = rng.permutation(int(codes.max()) + 1)
    sizes = np.bincount(codes)
    taken = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), most, side="right")))]
    rows = np.flatnonzero(np.isin(codes, taken))
    how = "at random" if dataset.cluster is None else f"at random, whole {dataset.cluster_kind}"
    return rows, Sampled(n=len(rows), of=n, how=how)
