"""What somebody who starts has to know, the gravest first: it stands on the terminal, and in no file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.app.start.plan import Plan
from auditor.app.start.roles import BY_NAME
from auditor.errors import WrittenFault
from auditor.loaders.dataset import Opened
from auditor.output import OutputKind

_FAR = 30.0  # no logit: a probability so near to 0 or 1 is the same to a float32


def far(made: Plan, out: NDArray[np.floating[Any]], kind: OutputKind) -> Iterator[str]:
    """Scores that no logit reaches. Raises WrittenFault where the column of classes was taken for its values alone."""
    finite = out[np.isfinite(out)]  # others are a finding of the audit
    if kind not in ("logit", "class_logits") or float(np.abs(finite).max(initial=0)) <= _FAR:
        return
    seen = f"the scores of {len(out)} rows lie from {finite.min():.4g} to {finite.max():.4g}, where no logits lie"
    if made.target.why not in ("", BY_NAME):
        what = f"{seen}: the model predicts a number, and '{made.target.value}' ({made.target.why}) is none"
        raise WrittenFault(what, remedy="Name the column that the model predicts by --target.")
    yield (
        f"{seen[0].upper()}{seen[1:]}: the model predicts a number and not '{made.target.value}' (then name its column "
        "by --target), or its transforms are missing in dataset.yaml."
    )


def guesses(made: Plan) -> str:
    """What was guessed of the columns, with the flag that would tell each."""
    found = [("--entity", made.entity), ("--time", made.time), ("--target", made.target)]
    said = [f"{flag} {one.value} ({one.why})" for flag, one in found if one and one.why]
    if made.entity is None and made.layout.value != "tensor":
        said.insert(
            0, "no entity, so that all lines are one series (no column is called as one; --entity COLUMN tells it)"
        )
    said += ["the features (--feature COLUMN, once for each)"] if made.features.why else []
    return f"Guessed were: {', '.join(said)}." if said else "Nothing was guessed of entity, time, target and features."


def classes(made: Plan) -> Iterator[str]:
    """The order of classes, which no file tells; numbers from 0 on are the outputs' own."""
    levels = made.classes
    if made.task.value == "multiclass" and levels != tuple(range(len(levels))):
        yield (
            f"The classes stand in {made.order} ({', '.join(map(str, levels))}), which may not be that of the model's "
            "outputs. Put them into the order of your training code under `target` in dataset.yaml."
        )


def constant(out: NDArray[np.floating[Any]]) -> Iterator[str]:
    """That all rows have one score."""
    if len(out) > 1 and bool(np.allclose(out, out[0], rtol=1e-5, atol=1e-9)):
        yield (
            f"The model gives all of {len(out)} rows the same score, as one does that was trained on values of another "
            "scale. Until its transforms stand in dataset.yaml, the audit will tell little more than this."
        )


def replicated(
    opened: Opened, rows: NDArray[np.intp], out: NDArray[np.floating[Any]], kind: OutputKind
) -> Iterator[str]:
    """Whether the scores are those that the developer recorded, which alone shows that data and model fit."""
    recorded = opened.test.recorded
    if recorded is None:
        yield "The features go into the model unscaled. Write the transforms of your training code into dataset.yaml."
        return
    scores = out
    if kind == "logit":
        scores = 1 / (1 + np.exp(-out))
    if kind == "class_logits":
        grown = np.exp(out - out.max(-1, keepdims=True))
        scores = grown / grown.sum(-1, keepdims=True)
    off = float(np.abs(scores.reshape(len(rows), -1) - recorded[rows].reshape(len(rows), -1)).max())
    if off <= opened.test.recorded_tolerance:
        yield f"The scores are those that were recorded (of {len(rows)} rows, to {off:.2g}): data and model fit."
    else:
        yield (
            f"The scores are NOT those that were recorded: they differ by up to {off:.2g} in {len(rows)} rows. The "
            "features go into the model unscaled, or in the wrong order; until this is mended in dataset.yaml, every "
            "number of the report is about another model than yours."
        )


def small(made: Plan, opened: Opened) -> Iterator[str]:
    """How many rows there are, and of what."""
    reference = "no reference rows" if opened.reference is None else f"{len(opened.reference):,} reference rows"
    yield f"{len(opened.test):,} test rows, {reference}; {made.task.value}, layout {made.layout.value}."
