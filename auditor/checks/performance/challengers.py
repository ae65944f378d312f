"""Simple models of summaries: a regression and boosted trees of scikit-learn, with settings fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from auditor.dataset import Dataset, Floats, Task

_TREES = 60
CHALLENGERS: Mapping[Task, tuple[str, str]] = MappingProxyType(
    {
        "binary": ("logistic regression", "boosted trees"),
        "multiclass": ("logistic regression", "boosted trees"),
        "regression": ("ridge regression", "boosted trees"),
    }
)


def fitted(learn: Dataset, x: Floats, held: Floats, seed: int) -> dict[str, Floats]:
    """The scores that each challenger, fitted on summaries x (rows, summaries), gives to `held` (others, summaries).

    (others,) the probability of the outcome or the value; (others, classes) probabilities, 0 for a class that `learn`
    lacks. Summaries that are never measured, or always the same, are left out.
    """
    from threadpoolctl import threadpool_limits

    measured = ~np.isnan(x)
    low = np.where(measured, x, np.inf).min(axis=0)
    high = np.where(measured, x, -np.inf).max(axis=0)
    told = (low < high) | (measured.any(axis=0) & ~measured.all(axis=0))
    if not told.any():
        x, held, told = np.zeros((len(x), 1)), np.zeros((len(held), 1)), np.ones(1, dtype=bool)
    names = CHALLENGERS[learn.task]
    models = (_regression(learn.task, seed), _trees(learn.task, len(x), seed))
    with threadpool_limits(limits=1):  # threads that wait for one another on a busy machine take many times as long
        return {
            name: _scores(model.fit(x[:, told], _target(learn)), learn, held[:, told])
            for name, model in zip(names, models, strict=True)
        }


def _target(learn: Dataset) -> Floats:
    return learn.y if learn.task == "regression" else learn.y.astype(np.intp)


def _scores(model: Any, learn: Dataset, held: Floats) -> Floats:
    if learn.task == "regression":
        return np.asarray(model.predict(held), dtype=float)
    given = np.asarray(model.predict_proba(held), dtype=float)
    every = np.zeros((len(held), max(2, len(learn.target.classes))))
    every[:, model.classes_] = given
    return every[:, 1] if learn.task == "binary" else every


def _regression(task: Task, seed: int) -> Any:
    """Gaps filled with the median and flagged. For outcomes, summaries by rank, on which odds are nearer linear."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer, StandardScaler

    filled = SimpleImputer(strategy="median", add_indicator=True)
    if task == "regression":
        return make_pipeline(filled, StandardScaler(), Ridge())
    ranked = QuantileTransformer(n_quantiles=100, output_distribution="normal", subsample=None, random_state=seed)
    return make_pipeline(filled, ranked, StandardScaler(), LogisticRegression(solver="newton-cholesky"))


def _trees(task: Task, rows: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    smallest = max(20, rows // 200)
    return kind(
        max_iter=_TREES,
        learning_rate=0.1,
        max_leaf_nodes=15,
        min_samples_leaf=smallest,
        early_stopping=False,
        random_state=seed,
    )
