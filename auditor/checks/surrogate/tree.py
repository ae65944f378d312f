"""A regression tree that stands in for the model: fitted, cut to the depth that it can prove, told in words."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.checks.summaries import Summary
from auditor.dataset import Floats, Integers

_FOLDS = 5


@dataclass(frozen=True)
class Condition:
    """What a path asks of one summary: above `low`, at most `high`. missing: rows where it was not measured belong."""

    summary: Summary
    low: float = -math.inf
    high: float = math.inf
    missing: bool = False

    def and_also(self, other: Condition) -> Condition:
        """Both this and a further condition on the same summary."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Condition(self.summary, low, high, self.missing and other.missing)

    def __str__(self) -> str:
        name, unit = self.summary.name, f" {self.summary.unit}" if self.summary.unit else ""
        if self.summary.level:
            told = f"{name}: {self.summary.level}" if self.low > -math.inf else f"{name}: not {self.summary.level}"
        else:
            bounds = [f"above {_short(self.low)}{unit}"] if self.low > -math.inf else []
            bounds += [f"at most {_short(self.high)}{unit}"] if self.high < math.inf else []
            told = f"{name} {' and '.join(bounds)}"
        return told + (" or not measured" if self.missing else "")


def _short(number: float) -> str:
    """Four digits, and no exponent where a person would write none."""
    return f"{number:.0f}" if 1e4 <= abs(number) < 1e9 else f"{number:.4g}"


@dataclass(frozen=True)
class Leaf:
    """A leaf of the cut tree. n: rows that it was learnt from."""

    node: int
    path: tuple[Condition, ...]
    n: int


@dataclass(frozen=True)
class Question:
    """What a node asks: what holds for yes and for no, and the nodes that these lead to."""

    yes: Condition
    no: Condition
    if_yes: int
    if_no: int


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A tree as fitted by scikit-learn, cut at `depth`; below it nothing is asked.

    values: (nodes, outputs) mean score at each node. depths: (nodes,). gaps: summaries with missing values.
    """

    names: tuple[Summary, ...]
    fitted: Any
    depth: int
    values: Floats
    depths: Integers
    gaps: NDArray[np.bool_]

    def leaf_of(self, x: Floats) -> Integers:
        """The leaf of the cut tree that each row (rows, summaries) falls into."""
        return np.asarray(_cut(self.fitted.tree_, self.depths, self.depth)[self.fitted.apply(x)])

    def scores(self, x: Floats) -> Floats:
        """(rows, outputs)."""
        return np.asarray(self.values[self.leaf_of(x)])

    def learnt_from(self, node: int) -> int:
        """How many rows the node was learnt from."""
        return int(self.fitted.tree_.n_node_samples[node])

    def question(self, node: int) -> Question | None:
        """None for a leaf of the cut tree. A level is asked for by what it is, a number by what it is at most."""
        tree = self.fitted.tree_
        if tree.children_left[node] < 0 or self.depths[node] >= self.depth:
            return None
        column, at = int(tree.feature[node]), float(tree.threshold[node])
        gaps, left_has_gaps = bool(self.gaps[column]), bool(tree.missing_go_to_left[node])
        low = Condition(self.names[column], high=at, missing=gaps and left_has_gaps)
        high = Condition(self.names[column], low=at, missing=gaps and not left_has_gaps)
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        return Question(high, low, right, left) if self.names[column].level else Question(low, high, left, right)

    def leaves(self) -> list[Leaf]:
        """From the root on, yes before no."""
        return list(self._below(0, {}))

    def _below(self, node: int, path: dict[Summary, Condition]) -> Iterator[Leaf]:
        asked = self.question(node)
        if asked is None:
            yield Leaf(node, tuple(path.values()), self.learnt_from(node))
            return
        for condition, child in ((asked.yes, asked.if_yes), (asked.no, asked.if_no)):
            known = path.get(condition.summary)
            both = condition if known is None else known.and_also(condition)
            yield from self._below(child, {**path, condition.summary: both})


@dataclass(frozen=True)
class DepthCurve:
    """Fidelity by cross-validation at depths 1, 2, ...: mean and standard error over the folds; the chosen depth."""

    mean: tuple[float, ...]
    error: tuple[float, ...]
    chosen: int


def fit(
    x: Floats, y: Floats, names: tuple[Summary, ...], fold: Integers, *, deepest: int, smallest: int, seed: int
) -> tuple[Surrogate, DepthCurve]:
    """Learn the scores y (rows, outputs) from summaries x (rows, summaries).

    fold: (rows,) fold of each row, by cluster. The depth is the smallest whose cross-validated R² is within one
    standard error of the best (Breiman, Friedman, Olshen and Stone 1984). A tree cut at a depth is the tree grown to
    it, so that one fit a fold gives all depths. All are learnt side by side: scikit-learn lets go of Python's lock.
    """
    spread = float(((y - y.mean(axis=0)) ** 2).sum(axis=1).mean())
    learnt_from = [slice(None), *(fold != k for k in range(_FOLDS))]
    with ThreadPoolExecutor(min(len(learnt_from), os.cpu_count() or 1)) as threads:
        fitted, *others = threads.map(lambda rows: _grow(x[rows], y[rows], deepest, smallest, seed), learnt_from)
    r2 = np.empty((_FOLDS, deepest))
    for k, grown in enumerate(others):
        held = fold == k
        at = grown.apply(x[held])
        for depth in range(1, deepest + 1):
            told = _values(grown)[_cut(grown.tree_, _depths(grown.tree_), depth)[at]]
            r2[k, depth - 1] = 1 - float(((y[held] - told) ** 2).sum(axis=1).mean()) / spread
    mean, error = r2.mean(axis=0), r2.std(axis=0, ddof=1) / math.sqrt(_FOLDS)
    best = int(mean.argmax())
    chosen = 1 + int(np.argmax(mean >= mean[best] - error[best]))
    gaps = np.asarray(np.isnan(x).any(axis=0))
    surrogate = Surrogate(names, fitted, chosen, _values(fitted), _depths(fitted.tree_), gaps)
    return surrogate, DepthCurve(tuple(mean.tolist()), tuple(error.tolist()), chosen)


def regrown(tree: Surrogate, x: Floats, y: Floats, smallest: int, seed: int) -> Surrogate:
    """A tree as deep as another, learnt from other rows of the same summaries."""
    fitted = _grow(x, y, tree.depth, smallest, seed)
    return Surrogate(tree.names, fitted, tree.depth, _values(fitted), _depths(fitted.tree_), tree.gaps)


def folds(clusters: Integers, rng: np.random.Generator) -> Integers:
    """A fold for each row, (rows,) in 0..4: clusters are shared out evenly and never split."""
    distinct, codes = np.unique(clusters, return_inverse=True)
    place = np.empty(len(distinct), dtype=np.intp)
    place[rng.permutation(len(distinct))] = np.arange(len(distinct)) % _FOLDS
    return np.asarray(place[codes])


def _grow(x: Floats, y: Floats, deepest: int, smallest: int, seed: int) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(max_depth=deepest, min_samples_leaf=smallest, random_state=seed).fit(x, y)


def _values(fitted: Any) -> Floats:
    return np.asarray(fitted.tree_.value[:, :, 0])


def _depths(tree: Any) -> Integers:
    depth = np.zeros(tree.node_count, dtype=np.intp)
    for node in range(tree.node_count):  # children come after their parent
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depth[child] = depth[node] + 1
    return depth


def _cut(tree: Any, depths: Integers, deepest: int) -> Integers:
    """For each node the node that stands for it when the tree is cut at a depth: itself or an ancestor."""
    stands = np.arange(tree.node_count)
    for node in range(tree.node_count):
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0 and depths[child] > deepest:
                stands[child] = stands[node]
    return stands
