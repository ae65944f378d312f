"""Whether a classifier tells test from reference rows: a two-sample test that sees all features at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.data.ranking import area
from auditor.dataset import Floats
from auditor.estimate import Estimate
from auditor.kernels.auroc import auroc
from auditor.sampling import Sampling

_TREES = 50
Mask = NDArray[np.bool_]


def told_apart(x: Floats, is_test: Mask, sampling: Sampling, rng: np.random.Generator) -> Estimate | None:
    """The area under the ROC curve of boosted trees that tell test rows from the others by their summaries x (n, k).

    The trees are fitted on a random half of the clusters and judged on the other half, so that 0.5 is what chance gives
    and DeLong's interval holds (Lopez-Paz and Oquab 2017). Not cross-fitted: areas of several folds hang together, and
    the interval of their mean held 0.5 in 51 of 60 simulations without drift, this one in 283 of 300. None where a half
    lacks one of the two samples.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    order = rng.permutation(sampling.clusters) % 2 == 0
    held = order if sampling.codes is None else order[sampling.codes]
    if any(is_test[half].all() or not is_test[half].any() for half in (held, ~held)):
        return None
    seen = ~np.isnan(x[~held]).all(axis=0)
    trees = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=15,
        min_samples_leaf=max(20, len(x) // 200),
        max_features=min(1.0, 60 / max(1, int(seen.sum()))),
        early_stopping=False,
        random_state=int(rng.integers(2**31)),
    )
    with threadpool_limits(limits=1):  # threads that wait for one another on a busy machine take many times as long
        score = trees.fit(x[~held][:, seen], is_test[~held]).decision_function(x[held][:, seen])
    return area(sampling.only(held), is_test[held], auroc(is_test[held], score))
