"""SHAP and LIME as second opinions: other people's code on the same game, rows and backgrounds, through the same door.

Neither takes sequences of several inputs by itself. SHAP is given the game (which players are the row's) in place of
the rows; LIME, whose recurrent explainer knows steps and features, is given the sequence input alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from auditor.dataset import Floats
from auditor.errors import NotApplicable, WrittenFault
from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import Game, games
from auditor.explain.embedded import refuse_whole_numbers
from auditor.explain.players import Players, summed
from auditor.explain.question import Question
from auditor.explain.sheet import Sheet

Explain = Callable[[Game, int], Floats]
"""Values (p,) of one row of a game's portion."""


def kernel_shap(question: Question, players: Players, coalitions: int = 2048) -> Attribution:
    """Shapley values by shap.KernelExplainer (Lundberg and Lee 2017), from so many coalitions a row.

    Raises WrittenFault where shap is not installed.
    """
    shap = _imported("shap")

    def explain(game: Game, row: int) -> Floats:
        nobody = np.zeros((1, len(game.used)))
        explainer = shap.KernelExplainer(_gets(game, row), nobody)
        np.random.seed(question.seed)  # noqa: NPY002 - shap draws from numpy's global stream
        return _flat(explainer.shap_values(nobody + 1, nsamples=coalitions, l1_reg=False, silent=True))

    return _gathered(question, players, "shap.KernelExplainer", explain)


def permutation_shap(question: Question, players: Players, permutations: int = 10) -> Attribution:
    """Shapley values by shap.PermutationExplainer, from so many orders of the players and their reverses.

    Raises WrittenFault where shap is not installed.
    """
    shap = _imported("shap")

    def explain(game: Game, row: int) -> Floats:
        nobody = np.zeros((1, len(game.used)))
        explainer = shap.PermutationExplainer(_gets(game, row), nobody, seed=question.seed)
        needed = (2 * len(game.used) + 1) * permutations
        return _flat(explainer(nobody + 1, max_evals=needed, silent=True).values)

    return _gathered(question, players, "shap.PermutationExplainer", explain)


def lime(question: Question, players: Players, samples: int = 2000) -> Attribution:
    """Weights of a local linear model on binned cells: lime's RecurrentTabularExplainer (Ribeiro et al. 2016).

    The bins are those of the backgrounds; other inputs than the sequence stay the row's. Raises WrittenFault where lime
    is not installed, NotApplicable where an input takes whole numbers or the sequence has no axis of features.
    """
    refuse_whole_numbers(question)
    tabular = _imported("lime.lime_tabular")

    def explain(game: Game, row: int) -> Floats:
        name = next((n for n, origin in question.origins.items() if origin.sequence), "")
        if not name or game.portion.inputs[name].ndim != 3:
            raise NotApplicable("LIME's recurrent explainer needs an input of steps and features")
        against, own = game.portion.against[name], game.portion.inputs[name][row]
        _, steps, columns = against.shape
        maker = tabular.RecurrentTabularExplainer(
            against, mode="regression", feature_names=[str(c) for c in range(columns)], random_state=question.seed
        )

        def scores(made: Floats) -> Floats:
            sent = {
                key: made.astype(array.dtype) if key == name else np.repeat(array[row : row + 1], len(made), axis=0)
                for key, array in game.portion.inputs.items()
            }
            return question.explained.values(sent)

        told = maker.explain_instance(own[None], scores, num_features=steps * columns, num_samples=samples)
        weights = np.zeros(steps * columns)
        for cell, weight in told.local_exp[1]:
            weights[cell] = weight
        by_cell = weights.reshape(columns, steps).T.ravel()
        labels = game.labels[name].ravel()
        return summed(by_cell, np.where(labels < len(game.used), labels, -1), len(game.used))

    return _gathered(question, players, "LIME", explain, adds_up=False)


def _gets(game: Game, row: int) -> Callable[[Floats], Floats]:
    def gets(members: Floats) -> Floats:
        return np.asarray(game.play(np.asarray(members) > 0.5, np.array([row]))[0].mean(1))

    return gets


def _flat(values: Any) -> Floats:
    return cast(Floats, np.asarray(values, dtype=float).reshape(-1))


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        what = f"a second opinion needs the library {name.partition('.')[0]}, which is not installed"
        raise WrittenFault(what, remedy="pip install 'auditor[explain]'") from error


def _gathered(
    question: Question, players: Players, method: str, explain: Explain, *, adds_up: bool = True
) -> Attribution:
    sheet = Sheet(question, players)
    for game in games(question, players, 1):
        for row, at in enumerate(game.portion.rows):
            sheet.values[at, game.used] = explain(game, row)
        sheet.scores(game.portion.rows, game.everyone, float(game.nobody.mean()))
    return sheet.attribution(method, adds_up=adds_up, notes=question.notes())
