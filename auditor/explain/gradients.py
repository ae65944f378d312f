"""Saliency from gradients at the row itself: no background, no promise that values add up.

Model inputs are standardised as a rule, so that an input of zero is about the average and gradient × input is what the
model would lose, to first order, if the cell were average.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from auditor.dataset import Floats
from auditor.explain.attribution import Attribution
from auditor.explain.embedded import differentiable, told
from auditor.explain.players import NOBODY, Players
from auditor.explain.question import Portion, Question
from auditor.explain.sheet import Sheet

Saliency = Callable[[Portion], tuple[Floats, Floats | None]]
"""Values (n, players) of the rows of a portion, and their standard errors where something is drawn."""


def gradient_times_input(question: Question, players: Players) -> Attribution:
    """Derivative times value of each cell (Shrikumar et al. 2016), summed by player.

    Here and below, a sequence of whole numbers is looked at where the Embedding layer puts it out, summed over its
    width; a note says so. Raises NotApplicable where whole numbers come any other way.
    """
    question = differentiable(question)

    def saliency(portion: Portion) -> tuple[Floats, None]:
        return question.by_player(portion, players, _products(question, portion.inputs)), None

    return _gathered(question, players, "gradient × input", saliency)


def smooth_grad(question: Question, players: Players, samples: int = 32, noise: float = 0.1) -> Attribution:
    """The mean gradient around the row, times the row's values (Smilkov et al. 2017), with the error of the mean.

    samples: draws, in pairs of opposite noise. noise: its standard deviation in those of the backgrounds' columns.
    """
    question = differentiable(question)

    def saliency(portion: Portion) -> tuple[Floats, Floats]:
        made = [_around(question, portion, players, noise, pair) for pair in range(max(2, samples // 2))]
        return np.mean(made, axis=0), np.std(made, axis=0, ddof=1) / np.sqrt(len(made))

    return _gathered(question, players, "SmoothGrad", saliency)


def rescaled_in_time(question: Question) -> Attribution:
    """Temporal saliency rescaling of gradient × input (Ismail, Gunady, Corrada Bravo and Feizi 2020), by cell.

    A step counts by how much the whole saliency changes when the step is taken from the mean background, a feature in
    it by how much it changes when that cell alone is; the value of a cell is their product, so that it has no sign.
    Features are looked at in steps that count more than the average step.
    """
    question = differentiable(question)
    players = Players.cells(question.data, question.steps)

    def saliency(portion: Portion) -> tuple[Floats, None]:
        at_first = question.by_player(portion, players, _products(question, portion.inputs))
        changed = _changes(question, portion, players, at_first)
        steps, features = question.steps, len(question.data.features)
        values = np.zeros_like(at_first)
        of_step = np.zeros((len(portion), steps))
        for step in range(steps - portion.length, steps):
            of_step[:, step] = changed(players.sequence[step])
        counts = of_step.sum(1) / max(1, portion.length)
        for step in range(steps - portion.length, steps):
            if (of_step[:, step] < counts).all():
                continue
            for cell in players.sequence[step, :features]:
                values[:, cell] = of_step[:, step] * changed(np.array([cell])) * (of_step[:, step] >= counts)
        for static in players.static:
            values[:, static] = changed(np.array([static]))
        return values, None

    return _gathered(question, players, "temporal saliency rescaling", saliency)


def _changes(question: Question, portion: Portion, players: Players, at_first: Floats) -> Callable[[Floats], Floats]:
    """A function from players to how much the saliency changes when their cells are the backgrounds' mean: (n,)."""
    labels = question.players_of(portion, players)

    def changed(gone: Floats) -> Floats:
        inputs = {
            name: np.where(np.isin(labels[name], gone), portion.against[name].mean(0).astype(array.dtype), array)
            for name, array in portion.inputs.items()
        }
        after = question.by_player(portion, players, _products(question, inputs))
        return np.asarray(np.abs(after - at_first).sum(1))

    return changed


def _products(question: Question, inputs: Mapping[str, Floats]) -> dict[str, Floats]:
    slopes = question.explained.gradient(inputs)
    return {name: slopes[name] * inputs[name] for name in question.origins}


def _around(question: Question, portion: Portion, players: Players, noise: float, pair: int) -> Floats:
    """The mean of two gradients at opposite noise, times the row's values. Each row has noise of its own."""
    labels = question.players_of(portion, players)
    moved: dict[str, Floats] = {}
    for name, array in portion.inputs.items():
        if name in question.origins:
            draw = _noise(question, portion, name, pair)
            spread = portion.against[name].std(0)
            moved[name] = (noise * spread * draw * (labels[name] != NOBODY)).astype(array.dtype)
    slopes = []
    for sign in (1, -1):
        sent = {name: array + sign * moved[name] if name in moved else array for name, array in portion.inputs.items()}
        slopes.append(question.explained.gradient(sent))
    earned = {name: (slopes[0][name] + slopes[1][name]) / 2 * portion.inputs[name] for name in moved}
    return question.by_player(portion, players, earned)


def _noise(question: Question, portion: Portion, name: str, pair: int) -> Floats:
    shape = portion.inputs[name].shape[1:]
    return np.stack([question.rng("smooth", name, pair, int(row)).standard_normal(shape) for row in portion.rows])


def _gathered(question: Question, players: Players, method: str, saliency: Saliency) -> Attribution:
    sheet = Sheet(question, players)
    drawn = np.zeros_like(sheet.values)
    for portion in question.portions(1):
        sheet.scores(portion.rows, question.explained.values(portion.inputs), 0.0)
        sheet.values[portion.rows], error = saliency(portion)
        if error is not None:
            drawn[portion.rows] = error
    return sheet.attribution(method, sampling=drawn if drawn.any() else None, adds_up=False, notes=told(question))
