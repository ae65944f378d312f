"""Champion against challenger on the same rows: differences with paired intervals, from both models' scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.app import recorded
from auditor.app.again import Again, reopened
from auditor.app.opening import Progress
from auditor.checks.outcome import decided, positive
from auditor.dataset import Dataset, Floats
from auditor.errors import FileFault, NotApplicable, WrittenFault
from auditor.estimate import Estimate
from auditor.evidence import scores_of
from auditor.kernels import auroc, calibration, errors, multiclass
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, minus
from auditor.sampling import Sampling

METHOD = "paired: variance of the difference of both models' influence values"


@dataclass(frozen=True)
class Paired:
    """A measure of both models on the same rows. difference: second minus first."""

    title: str
    better: Literal["higher", "lower"]
    first: float
    second: float
    difference: Estimate


@dataclass(frozen=True, eq=False)
class Scored:
    """A model's scores of the test rows; act: (rows,) at or above its threshold, None where it declares none.

    files: digests of the data files.
    """

    files: frozenset[str]
    data: Dataset
    scores: Floats
    act: NDArray[np.bool_] | None


def paired(audits: Sequence[Path], models: Sequence[Path], data: Sequence[Path], progress: Progress) -> list[Paired]:
    """Score the test rows of two audits with their models again, and compare row by row.

    data: the dataset.yaml of each, or one that both were audited with. Raises WrittenFault where they are not two, or
    not what was audited; FileFault where the test rows are not the same, a score is not finite, or nothing is told.
    """
    if len(audits) != 2 or len(models) != 2 or len(data) not in (1, 2):
        raise WrittenFault("give two models, and one dataset.yaml or two", remedy="In the order of the two audits.")
    sides = [_scored(*one, progress) for one in zip(audits, models, (*data, data[0])[:2], strict=True)]
    first, second = sides
    _same_rows(first, second)
    try:
        return compared(first, second)
    except NotApplicable as error:
        raise FileFault(f"the two models cannot be compared: {error.reason}", where=str(data[0])) from error


def compared(first: Scored, second: Scored) -> list[Paired]:
    """What the task's usual measures of quality say of two models on the same rows.

    Raises NotApplicable where these cannot be measured, as with one outcome only, or rows of different weights.
    """
    sampling, n = Sampling.of(first.data), len(first.data)
    made = []
    for (title, better, one), (_, _, other) in zip(_measures(first), _measures(second), strict=True):
        if one is not None and other is not None:
            difference = sampling.estimate(minus(other, one), n=n, method=METHOD)
            made.append(Paired(title, better, one.value, other.value, difference))
    return made


Measure = tuple[str, Literal["higher", "lower"], Stat | None]


def _measures(side: Scored) -> Iterator[Measure]:
    data, scores = side.data, side.scores
    if data.task == "regression":
        yield "Root mean squared error", "lower", errors.root_mean_squared_error(data.y, scores)
        yield "Mean absolute error", "lower", errors.mean_absolute_error(data.y, scores)
    elif data.task == "multiclass":
        truth = data.y.astype(np.intp)
        yield "Log loss", "lower", multiclass.multiclass_log_loss(truth, scores)
        yield "Brier score", "lower", multiclass.multiclass_brier(truth, scores)
    else:
        event = positive(data)
        yield "Area under the ROC curve", "higher", auroc.auroc(event, scores)
        yield "Average precision", "higher", auroc.average_precision(event, scores)
        yield "Brier score", "lower", calibration.brier(event, scores)
        yield "Log loss", "lower", calibration.log_loss(event, scores)
        for title, rows, hit in (("Sensitivity", event, side.act), ("Specificity", ~event, _not(side.act))):
            yield f"{title} at the model's own threshold", "higher", None if hit is None else rate(hit, rows)


def _not(act: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    return None if act is None else ~act


def _scored(audit: Path, model: Path, data: Path, progress: Progress) -> Scored:
    if not audit.is_dir():
        remedy = "A record alone does not hold what an audit was made from."
        raise WrittenFault("this is no audit's folder", where=str(audit), remedy=remedy)
    with reopened(Again(audit, recorded.load(audit), model, data), progress) as (_, opened, subject):
        scores = scores_of(subject, subject.test)
        if not np.isfinite(scores).all():
            raise FileFault("the model's score is NaN or infinite for some rows", where=str(model))
        try:
            act = decided(subject, scores) if subject.test.task == "binary" else None
        except NotApplicable:
            act = None
        return Scored(frozenset(file.sha256 for file in opened.files), subject.test, scores, act)


def _same_rows(first: Scored, second: Scored) -> None:
    one, other = first.data, second.data
    same = first.files == second.files and one.task == other.task and len(one) == len(other)
    if not same or not all(np.array_equal(getattr(one, n), getattr(other, n)) for n in ("y", "entity", "index_time")):
        what = "the two audits do not have the same test rows in the same order"
        raise FileFault(what, remedy="Compare their records without models: the intervals are then unpaired.")
