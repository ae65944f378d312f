"""How well a group can be told from what the model takes in, or from what it has made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from auditor.checks.groups import Mask
from auditor.checks.summaries import summaries
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.kernels.auroc import auroc
from auditor.kernels.stat import Stat
from auditor.model import Layer
from auditor.subject import Subject

_RECENT = 3  # last steps that have a mean of their own
_FOLDS = 3
_TREES = 40
_TWICE = 2.0  # the variance over what it were with given trees: exact for a linear rule that has nothing to learn
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")


def inputs(subject: Subject, attributes: tuple[str, ...]) -> tuple[Floats, tuple[str, ...]]:
    """(rows, summaries) of the features that the model is given, but for the attributes themselves; and their names."""
    used = {column.feature for columns in subject.encoder.columns.values() for column in columns} - {*attributes}
    x, told = summaries(subject, subject.test, _RECENT)
    named = [f"{summary.name} {summary.level}".strip() for summary in told]
    features = [feature.name for feature in (*subject.test.features, *subject.test.static_features)]

    def kept(name: str) -> bool:
        of = [feature for feature in features if name == feature or name.startswith((f"{feature}:", f"{feature},"))]
        return not of or max(of, key=len) in used

    at = [i for i, summary in enumerate(told) if kept(summary.name)]
    return x[:, at], tuple(named[i] for i in at)


def recurrent(subject: Subject) -> Layer | None:
    """The last recurrent layer of the model's own list; None where it has none."""
    found = [layer for layer in subject.model.description.layers if layer.kind in _RECURRENT]
    return found[-1] if found else None


def hidden(subject: Subject, layer: Layer) -> Floats:
    """(rows, units) what a recurrent layer puts out at the last real step of each row."""
    pieces = []
    for rows in subject.chunks(subject.test):
        block = subject.block(subject.test, rows)
        state = np.asarray(subject.model.activations(subject.encoder.encode(block), layer.name), dtype=float)
        if state.ndim == 3:
            steps = block.mask.shape[1]
            last = steps - 1 - block.mask[:, ::-1].argmax(axis=1)
            at = last if state.shape[1] == steps else np.full(len(state), state.shape[1] - 1)
            state = state[np.arange(len(state)), at]
        pieces.append(state.reshape(len(state), -1))
    return np.concatenate(pieces)


def guessed(x: Floats, members: Mapping[str, Mask], codes: Integers, rng: np.random.Generator) -> dict[str, Stat]:
    """For each group, the area under the ROC curve of telling its rows from those of the other groups.

    Boosted trees are fitted to x (rows, columns) on two thirds of the clusters and judged on the rest, three times; the
    areas of the thirds are averaged (LeDell, Petersen and van der Laan 2015). Their variance is twice that which they
    had if the trees were given: each two thirds are held against one another twice, once from each side, so that where
    there is little to learn the thirds err together. members: group -> (rows,). codes: (rows,) clusters. Raises
    NotApplicable where no third has two groups.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    varying = [column for column in x.T if len(np.unique(column[np.isfinite(column)])) > 1]
    if not varying:
        raise NotApplicable("there is nothing that varies between rows")
    x, label = np.stack(varying, axis=1), np.full(len(x), -1)
    for code, rows in enumerate(members.values()):
        label[rows] = code
    known = label >= 0
    fold = rng.permutation(np.arange(int(codes.max(initial=0)) + 1) % _FOLDS)[codes]
    chance = np.full((len(x), len(members)), np.nan)
    seed = int(rng.integers(2**31))
    for third in range(_FOLDS):
        learn, judge = known & (fold != third), known & (fold == third)
        if len(np.unique(label[learn])) < 2 or not judge.any():
            continue
        model = HistGradientBoostingClassifier(
            max_iter=_TREES, max_leaf_nodes=15, min_samples_leaf=20, early_stopping=False, random_state=seed
        )
        with threadpool_limits(limits=1):  # threads that wait for one another on a busy machine take many times as long
            model.fit(x[learn], label[learn])
            chance[judge] = 0.0
            chance[np.ix_(judge, model.classes_)] = model.predict_proba(x[judge])
    return {name: _averaged(rows, chance[:, code], fold) for code, (name, rows) in enumerate(members.items())}


def strongest(x: Floats, names: tuple[str, ...], members: Mapping[str, Mask], most: int) -> dict[str, float]:
    """The summaries that alone tell some group from the others best: name -> area under the ROC curve, in 0.5..1."""
    known = np.logical_or.reduce(list(members.values()))
    found = {}
    for at, name in enumerate(names):
        rows = known & np.isfinite(x[:, at])
        areas = [auroc(own[rows], x[rows, at]).value for own in members.values() if 0 < own[rows].sum() < rows.sum()]
        found[name] = max((max(area, 1 - area) for area in areas), default=0.5)
    return {name: found[name] for name in sorted(found, key=lambda name: -found[name])[:most]}


def _averaged(member: Mask, chance: Floats, fold: Integers) -> Stat:
    told = np.isfinite(chance)
    thirds = [told & (fold == third) for third in range(_FOLDS)]
    usable = [rows for rows in thirds if 0 < member[rows].sum() < rows.sum()]
    if not usable:
        raise NotApplicable("too few independent rows to learn from some and judge on others")
    areas = [auroc(member[rows], chance[rows]).among(rows) for rows in usable]
    used = np.logical_or.reduce(usable)
    value = float(np.mean([area.value for area in areas]))
    influence = math.sqrt(_TWICE) * np.mean([area.influence for area in areas], axis=0)
    return Stat(value, influence, np.where(used, member.astype(int), -1))
