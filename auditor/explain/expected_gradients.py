"""Expected gradients: the credit that each cell earns on the straight way from a background to the row.

Aumann and Shapley (1974); integrated gradients, Sundararajan, Taly and Yan (2017); their mean over backgrounds, Erion
et al. (2021). By quadrature instead of random points: the integrand of a smooth model is smooth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auditor.dataset import Floats, Integers
from auditor.explain import quadrature
from auditor.explain.attribution import Attribution
from auditor.explain.embedded import differentiable
from auditor.explain.players import Players
from auditor.explain.quadrature import Rule
from auditor.explain.question import Portion, Question, rows_at_a_time
from auditor.explain.sheet import Sheet

METHOD = "expected gradients"
_NOISE = 5e-7  # of the explained number: what float32 cannot tell


@dataclass(frozen=True, eq=False)
class _Paid:
    """by_background: (rows, backgrounds, players). error: (rows,)."""

    by_background: Floats
    error: Floats


def expected_gradients(
    question: Question, players: Players, *, tolerance: float = 1e-6, largest: int = 240, keep: bool = False
) -> Attribution:
    """The mean over backgrounds of the integrated gradients, summed by player; adds up to score - base.

    tolerance: of the arithmetic, as a share of the sum of a row's absolute values. Where two rules, or the sums on all
    paths, which are known, show a larger error, a finer rule is taken, up to `largest` points on each path; what is
    still over is told in a note (a path that crosses a clip, a mask or a kink). keep: keep every background's share.

    Where the sequence is one of whole numbers, the way is between the points that they are embedded at (a note says
    so). Raises NotApplicable where it does not go through one Embedding.
    """
    question = differentiable(question)
    rules, count = quadrature.ladder(tolerance, largest), len(question.backgrounds)
    sheet = Sheet(question, players, keep=keep)
    numerical, over = np.zeros(len(question.rows)), np.zeros(len(question.rows))
    known: dict[int, Floats] = {}
    for portion in question.portions(len(rules[0]) * count):
        at = portion.rows
        if portion.length not in known:
            known[portion.length] = question.explained.values(portion.against)
        sheet.scores(at, question.explained.values(portion.inputs), float(known[portion.length].mean()))
        due = sheet.score[at][:, None] - known[portion.length]
        paid, over[at] = _refined(question, portion, players, rules, tolerance, due)
        numerical[at] = paid.error
        sheet.parts(at, paid.by_background)
    notes = (*question.notes(), *_told(over, numerical, sheet.values, len(rules[-1])))
    return sheet.attribution(METHOD, numerical=numerical, notes=notes)


def _refined(
    question: Question, portion: Portion, players: Players, rules: list[Rule], tolerance: float, due: Floats
) -> tuple[_Paid, Floats]:
    """Rule after rule for the rows that need it. Also who is over (1).

    due: (rows, backgrounds) what the values on each path must sum to.
    """
    paid = _integrated(question, portion, players, rules[0])
    parts, error = paid.by_background, _known(paid, due)
    floor = _NOISE * max(1.0, float(np.abs(due.mean(1)).max(initial=0.0)))
    for finer in rules[1:]:
        bad = np.flatnonzero(error > tolerance * np.abs(parts.mean(1)).sum(1) + floor)
        if not len(bad):
            break
        for some in _pieces(bad, question, portion, finer):
            again = _integrated(question, some, players, finer)
            here = np.searchsorted(portion.rows, some.rows)
            parts[here], error[here] = again.by_background, _known(again, due[here])
    over = error > tolerance * np.abs(parts.mean(1)).sum(1) + floor
    return _Paid(parts, error), over.astype(float)


def _pieces(bad: Integers, question: Question, portion: Portion, finer: Rule) -> Iterator[Portion]:
    each = rows_at_a_time(portion.against, len(finer) * len(question.backgrounds))
    for at in range(0, len(bad), each):
        some = bad[at : at + each]
        inputs = {name: array[some] for name, array in portion.inputs.items()}
        yield dataclasses.replace(portion, rows=portion.rows[some], inputs=inputs)


def _known(paid: _Paid, due: Floats) -> Floats:
    """The error by the two rules, or by what the sums on the paths are off, on average, whichever is larger.

    On smooth models and on models with kinks the latter was 0.8 to 2 times the true error in all cells.
    """
    return np.asarray(np.maximum(paid.error, np.abs(paid.by_background.sum(2) - due).mean(1)))


def _integrated(question: Question, portion: Portion, players: Players, rule: Rule) -> _Paid:
    """One rule on every path from a background to a row."""
    named = [name for name in portion.inputs if name in question.origins]
    apart = {name: portion.inputs[name][:, None] - portion.against[name][None] for name in named}
    both = np.stack([rule.weights, rule.coarse])
    mean = {name: np.zeros((2, *array.shape), array.dtype) for name, array in apart.items()}
    each = max(1, int(_POINTS // max(1, sum(array.nbytes for array in apart.values()))))
    for at in range(0, len(rule), each):
        points = rule.points[at : at + each]
        for name, slopes in _slopes(question, portion, apart, points).items():
            _add(mean[name], both[:, at : at + each].astype(slopes.dtype), slopes)
    earned = {name: mean[name][0] * apart[name] for name in named}
    missed = {name: (mean[name][0] - mean[name][1]) * apart[name] for name in named}
    scale, between = (_size(portion, cells) for cells in (earned, missed))
    parts = question.by_player(portion, players, earned)
    return _Paid(parts, quadrature.error(rule, scale, between))


def _add(mean: Floats, both: Floats, slopes: Floats) -> None:
    """Add slopes (points, ...) with both rules' weights (2, points), as much of them at a time as a processor keeps."""
    flat, total = slopes.reshape(len(slopes), -1), mean.reshape(2, -1)
    for at in range(0, flat.shape[1], _KEPT):
        total[:, at : at + _KEPT] += both @ flat[:, at : at + _KEPT]


def _size(portion: Portion, cells: dict[str, Floats]) -> Floats:
    """(rows,) the sum of absolute means over backgrounds."""
    return np.asarray(
        sum(np.abs(each.mean(1, dtype=float)).reshape(len(portion), -1).sum(1) for each in cells.values())
    )


_POINTS = 64 * 2**20  # bytes of gradients that are held at a time
_KEPT = 2**15  # numbers at each point


def _slopes(question: Question, portion: Portion, apart: dict[str, Floats], points: Floats) -> dict[str, Floats]:
    """Gradients at some points of every path: input -> (points, rows, backgrounds, ...)."""
    shape = (len(points), len(portion), len(question.backgrounds))
    sent = {}
    for name, array in portion.inputs.items():
        if name in apart:
            along = points.astype(apart[name].dtype).reshape(-1, *[1] * apart[name].ndim)
            made = np.multiply(along, apart[name][None])
            made += portion.against[name]
        else:
            made = np.broadcast_to(array[None, :, None], (*shape, *array.shape[1:]))
        sent[name] = made.reshape(int(np.prod(shape)), *array.shape[1:])
    found = question.explained.gradient(sent)
    return {name: found[name].reshape(*shape, *array.shape[2:]) for name, array in apart.items()}


def _told(over: Floats, numerical: Floats, values: Floats, largest: int) -> tuple[str, ...]:
    bad = over > 0
    if not bad.any():
        return ()
    size = np.maximum(np.abs(values[bad]).sum(1), numerical[bad])
    worst = float((numerical[bad] / np.maximum(size, np.finfo(float).tiny)).max())
    told = (
        f"For {int(bad.sum())} of {len(over)} rows the integral did not reach the tolerance with {largest} points on "
    )
    told += f"each path (largest error {worst:.2g} of the row's credit): "
    told += "the score is very steep on the way, or there are kinks, clips or masks."
    return (told,)
