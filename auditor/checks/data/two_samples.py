"""Whether a classifier tells test from reference rows: a two-sample test that sees all features at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.kernels.auroc import auroc
from auditor.kernels.stat import Stat, mean
from auditor.sampling import Sampling

_FOLDS = 3
_TREES = 30
Mask = NDArray[np.bool_]


def told_apart(x: Floats, is_test: Mask, sampling: Sampling, rng: np.random.Generator) -> Stat | None:
    """The area under the ROC curve of boosted trees that tell test rows from the others by their summaries x (n, k).

    Cross-fitted: whole clusters are scored by trees that were fitted without them, so that 0.5 is what chance gives
    (Lopez-Paz and Oquab 2017; Kim et al. 2021); the mean of the folds' areas. None where a fold lacks one of the two.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    fold = _folds(sampling, len(is_test), rng)
    if any(is_test[fold == k].all() or not is_test[fold == k].any() for k in range(_FOLDS)):
        return None
    seed, areas = int(rng.integers(2**31)), []
    for k in range(_FOLDS):
        held = fold == k
        seen = ~np.isnan(x[~held]).all(axis=0)
        trees = HistGradientBoostingClassifier(
            max_iter=_TREES,
            max_leaf_nodes=15,
            min_samples_leaf=max(20, len(x) // 200),
            max_features=min(1.0, 60 / max(1, int(seen.sum()))),
            early_stopping=False,
            random_state=seed,
        )
        with threadpool_limits(limits=1):  # threads that wait for one another on a busy machine take many times as long
            score = trees.fit(x[~held][:, seen], is_test[~held]).decision_function(x[held][:, seen])
        areas.append(auroc(is_test[held], score).among(held))
    return mean(areas)


def _folds(sampling: Sampling, n: int, rng: np.random.Generator) -> Integers:
    """(n,) the fold of each row; a cluster is in one fold."""
    order = rng.permutation(sampling.clusters) % _FOLDS
    return np.asarray(order if sampling.codes is None else order[sampling.codes])
