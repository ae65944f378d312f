"""What the surrogate shows: the tree, its rules, how its depth was chosen, where it differs from the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.surrogate.tree import DepthCurve, Leaf, Surrogate
from auditor.dataset import Floats, Integers
from auditor.measurement import Axis, Column, Lines, Node, Series, Shown, Table, Text, Tree
from auditor.subject import Subject

_MOST = 10  # leaves in the table of differences


@dataclass(frozen=True, eq=False)
class Told:
    """A tree and how it did on the rows it is judged on: their leaf, the model's and the tree's scores.

    alike: where both decide the same, None where nothing is decided.
    """

    subject: Subject
    tree: Surrogate
    curve: DepthCurve
    leaf: Integers
    model: Floats
    guess: Floats
    alike: NDArray[np.bool_] | None


def shown(told: Told) -> tuple[Shown, ...]:
    """Everything, in the order of a reader."""
    differences = _differences(told)
    return (_drawn(told), _rules(told), _depths(told), *([differences] if differences.rows else []))


def _score(told: Told, node: int) -> tuple[float, str]:
    """The number that stands for a node, and the words for a leaf."""
    mean = told.tree.values[node]
    if told.model.ndim == 2:
        top = int(mean.argmax())
        classes = told.subject.test.target.classes
        name = classes[top] if top < len(classes) else f"class {top}"
        return float(mean[top]), f"{name}: {mean[top]:.3g}"
    value, decision = float(mean[0]), told.subject.decision
    if decision is None:
        return value, f"{value:.4g}"
    side = "at or above" if value >= decision.threshold else "below"
    return value, f"{value:.3g}, {side} the threshold"


def _axis(told: Told) -> Axis:
    if told.model.ndim == 2:
        return Axis(title="Mean probability of the likeliest class", low=0, high=1)
    if told.subject.test.task == "regression":
        return Axis(title="Mean score", unit=told.subject.test.target.unit)
    return Axis(title="Mean score", low=0, high=1)


def _drawn(told: Told) -> Tree:
    def node(at: int) -> Node:
        (value, words), asked = _score(told, at), told.tree.question(at)
        if asked is None:
            return Node(text=words, value=value, n=told.tree.learnt_from(at))
        yes, no = node(asked.if_yes), node(asked.if_no)
        return Node(text=str(asked.yes), value=value, n=told.tree.learnt_from(at), yes=yes, no=no)

    return Tree(
        title="A tree that describes the model",
        caption="Questions in original units; the numbers are the model's mean score where a path ends. "
        "It describes the model only as well as its fidelity says.",
        root=node(0),
        value=_axis(told),
    )


def _rules(told: Told) -> Text:
    leaves = sorted(told.tree.leaves(), key=lambda leaf: -_score(told, leaf.node)[0])
    total = sum(leaf.n for leaf in leaves)
    lines = [
        f"{at}. {_path(leaf)}: {_score(told, leaf.node)[1]} ({leaf.n / total:.0%} of the rows)"
        for at, leaf in enumerate(leaves, start=1)
    ]
    return Text(
        title="The same tree as rules",
        caption="The highest scores first; exactly one rule holds for each row.",
        body="\n".join(lines),
    )


def _path(leaf: Leaf) -> str:
    return "If " + " and ".join(str(condition) for condition in leaf.path) if leaf.path else "Always"


def _depths(told: Told) -> Lines:
    curve = told.curve
    depth = tuple(float(d) for d in range(1, len(curve.mean) + 1))
    return Lines(
        title="How deep the tree needs to be",
        caption=f"Fidelity in five-fold cross-validation, with one standard error. The smallest depth within one "
        f"standard error of the best is taken: {curve.chosen}.",
        x=Axis(title="Depth of the tree"),
        y=Axis(title="Share of the score's variance that is explained", high=1),
        series=(
            Series(
                name="cross-validated",
                x=depth,
                y=curve.mean,
                low=tuple(m - e for m, e in zip(curve.mean, curve.error, strict=True)),
                high=tuple(m + e for m, e in zip(curve.mean, curve.error, strict=True)),
            ),
        ),
    )


def _differences(told: Told) -> Table:
    apart = np.abs(told.model - told.guess).reshape(len(told.leaf), -1).sum(axis=1) / told.model[:1].size
    rows, suppressed = [], 0
    for leaf in told.tree.leaves():
        here = told.leaf == leaf.node
        n = int(here.sum())
        if n < told.subject.smallest_cell:
            suppressed += n > 0
            continue
        other = None if told.alike is None else float((~told.alike[here]).mean())
        guess, words = _score(told, leaf.node)
        rows.append(
            (
                _path(leaf).removeprefix("If "),
                n,
                words if told.model.ndim == 2 else guess,
                float(apart[here].mean()),
                other,
            )
        )
    rows.sort(key=lambda row: -row[1] * row[3])
    caption = "The leaves that add most to the difference between tree and model come first."
    caption += f" The {_MOST} first of {len(rows)} are shown." if len(rows) > _MOST else ""
    caption += f" Leaves with fewer than {told.subject.smallest_cell} rows are suppressed." if suppressed else ""
    return Table(
        title="Where tree and model differ",
        caption=caption,
        columns=(
            Column(title="Rows for which"),
            Column(title="Rows", kind="count"),
            Column(title="The tree says", kind="text" if told.model.ndim == 2 else "number"),
            Column(title="Mean absolute difference from the model", kind="number"),
            Column(title="Decided otherwise", kind="percent"),
        ),
        rows=tuple(rows[:_MOST]),
    )
