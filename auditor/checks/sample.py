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


def both_sampled(test: Sampled | None, reference: Sampled | None) -> Sampled | None:
    """What to say of a sample of the test rows and one of the reference rows; the numbers are those of the first.

    Where all test rows were taken, they are those of the reference. None where every row of both was.
    """
    if reference is None:
        return test
    if test is None:
        return reference.model_copy(update={"how": f"reference rows, {reference.how}; all test rows"})
    how = f"test rows, {test.how}; {reference.n:,} of {reference.of:,} reference rows, {reference.how}"
    return test.model_copy(update={"how": how})
