"""Shapley values against a direct count over all orders, closed forms, and their own standard errors."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from asking import additive, additive_slopes, asked_of, formula, recurrent, recurrent_slopes, sent
from subjects import make_subject

from auditor.explain import question as asking
from auditor.explain.coalitions import games
from auditor.explain.drawn import draw, regressed, solved
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.players import Players
from auditor.explain.shapley import all_played, every_coalition, shapley, weights


def by_orders(question, row, groups):
    """Each player's mean rise over all orders of joining and all backgrounds. groups: the cells of each player."""
    inputs, against = sent(question)
    model = question.subject.model

    def score(who):
        mixed = {name: array.copy() for name, array in against[row].items()}
        for player in who:
            for name, cells in groups[player]:
                mixed[name][:, cells] = inputs[name][row][cells]
        return model.evaluate(mixed)["output"].mean()

    values = np.zeros(len(groups))
    orders = list(itertools.permutations(range(len(groups))))
    for order in orders:
        for place, player in enumerate(order):
            values[player] += score(order[: place + 1]) - score(order[:place])
    return values / len(orders)


def feature_groups(side, length, steps):
    """The cells of the three features in the real steps, and of the static one."""
    real = slice(steps - length, steps) if side == "left" else slice(0, length)
    groups = []
    for feature in range(3):
        cells = np.zeros((steps, 3), dtype=bool)
        cells[real, feature] = True
        groups.append([("sequence", cells)])
    return [*groups, [("static", np.ones(1, dtype=bool))]]


@pytest.mark.parametrize("side", ["left", "right"])
def test_features_agree_with_a_count_over_all_orders(side):
    """Exact to 1e-9, in ragged rows with interactions, padding left alone."""
    question = formula(recurrent, recurrent_slopes, shortest=2, side=side, rows=6, count=4)
    found = shapley(question, Players.features(question.data, question.steps))
    for row in range(6):
        length = int(question.lengths[row])
        np.testing.assert_allclose(
            found.values[row], by_orders(question, row, feature_groups(side, length, question.steps)), atol=1e-9
        )
    assert np.abs(found.gap).max() < 1e-9
    assert found.sampling is None


def test_parts_of_the_history_agree_with_a_count_over_all_orders():
    """All features in a part of the history are one player."""
    question = formula(recurrent, recurrent_slopes, rows=3, count=3)
    found = shapley(question, Players.parts(question.data, question.steps, 3))
    assert found.players.names == ("steps 5-6 from the end", "steps 3-4 from the end", "last 2 steps", "age")
    groups = []
    for part in range(3):
        cells = np.zeros((6, 3), dtype=bool)
        cells[2 * part : 2 * part + 2] = True
        groups.append([("sequence", cells)])
    groups.append([("static", np.ones(1, dtype=bool))])
    for row in range(3):
        np.testing.assert_allclose(found.values[row], by_orders(question, row, groups), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_any_game_agrees_with_its_definition(seed):
    """A game of 5 players drawn at random: the weighted sum over coalitions is the mean over all orders."""
    gets = np.random.default_rng(seed).standard_normal(32)
    everyone = every_coalition(5)
    expected = np.zeros(5)
    for order in itertools.permutations(range(5)):
        bits = 0
        for player in order:
            expected[player] += gets[bits | 1 << player] - gets[bits]
            bits |= 1 << player
    np.testing.assert_allclose(weights(everyone) @ gets, expected / 120, atol=1e-12)


def test_without_interactions_both_definitions_agree():
    """In an additive model Shapley values of cells, drawn or not, are what expected gradients integrate to."""
    question = formula(additive, additive_slopes, shortest=3, rows=8)
    cells = Players.cells(question.data, question.steps)
    path = expected_gradients(question, cells, tolerance=1e-10)
    game = shapley(question, cells)  # 19 players: drawn
    np.testing.assert_allclose(game.values, path.values, atol=1e-8)
    assert game.sampling.max() < 1e-8
    assert game.notes[:-1] == path.notes[:-1]


def test_drawn_coalitions_agree_with_all_of_them(monkeypatch):
    """13 players that interact: the error is within what was asked and told, and more precision costs more."""
    from auditor.explain import shapley as module

    question = formula(recurrent, recurrent_slopes, rows=6, count=4, steps=6, shortest=4)
    players = Players.cells(question.data, question.steps, 4)
    assert len(players) == 13
    monkeypatch.setattr(module, "FEW", 13)
    exact = shapley(question, players)
    monkeypatch.setattr(module, "FEW", 12)
    cost = []
    for precision in (0.2, 0.02):
        found = shapley(question, players, precision=precision)
        error, size = (np.sqrt((each**2).sum(1)) for each in (found.values - exact.values, exact.values))
        assert (error <= 2.5 * precision * size).all()
        assert np.median(error) <= 2 * np.median(np.sqrt((found.sampling**2).sum(1)))
        np.testing.assert_allclose(found.gap, 0, atol=1e-9)
        cost.append(found.evaluations)
    assert cost[0] < cost[1]


def test_what_is_not_precise_enough_is_told():
    """A limit on the pairs is kept, and the rows that are left short are counted."""
    question = formula(recurrent, recurrent_slopes, rows=4, count=4)
    found = shapley(question, Players.cells(question.data, question.steps), precision=1e-4, largest=64)
    assert found.notes == ("For 4 of 4 rows 64 pairs of coalitions did not reach a precision of 0.0001.",)


def test_standard_error_of_the_drawing():
    """Over many seeds the error told is the spread of the values (the jackknife says rather more)."""
    question = formula(recurrent, recurrent_slopes, rows=2, count=2)
    cells = Players.cells(question.data, question.steps)
    found = [shapley(dataclasses.replace(question, seed=seed), cells, precision=1e-6, largest=64) for seed in range(40)]
    spread = np.std([each.values for each in found], axis=0, ddof=1)
    told = np.sqrt(np.mean([each.sampling**2 for each in found], axis=0))
    assert 0.8 < np.median(told / spread) < 1.8


def test_backgrounds_share_and_memory(monkeypatch):
    """Every background's share is kept where asked; tiny blocks change nothing but the last bits."""
    question = formula(recurrent, recurrent_slopes, shortest=1, rows=8, count=5)
    players = Players.features(question.data, question.steps)
    whole = shapley(question, players, keep=True)
    np.testing.assert_allclose(whole.by_background.mean(1), whole.values, atol=1e-12)
    monkeypatch.setattr(asking, "_BYTES", 1)
    np.testing.assert_allclose(shapley(question, players).values, whole.values, atol=1e-12)


def test_nothing_to_share():
    """A row without a step, a row that is its own background, features that never vary: zeros, and nothing breaks."""
    question = asked_of(make_subject(task="regression", n=20, masked=3, reference=30))
    found = shapley(question, Players.features(question.data, question.steps))
    assert not found.values[:3, :3].any()
    subject = make_subject(n=30, flat=True)
    question = asked_of(dataclasses.replace(subject, reference=subject.test))
    for players in (Players.features(question.data, question.steps), Players.cells(question.data, question.steps)):
        found = shapley(question, players)
        assert np.abs(found.values).max() < 1e-15
        assert found.notes == ()


def test_evaluations_are_those_that_are_needed():
    """2^p - 2 coalitions a row, each against every background, the row once, the backgrounds once."""
    question = formula(recurrent, recurrent_slopes, rows=10, count=4)
    found = shapley(question, Players.features(question.data, question.steps))
    assert found.evaluations == 10 * (14 * 4 + 1) + 4
    game = next(games(question, Players.features(question.data, question.steps), 1))
    assert all_played(game).parts.shape == (len(game.portion), 4, 4)


def test_a_guess_learns_effects_of_one_and_of_three():
    """A game made of them is guessed to the last digits from few pairs, where the regression alone is far off."""
    rng = np.random.default_rng(0)
    single, (i, j, k) = np.append(rng.standard_normal(4), np.zeros(10)), (0, 1, 2)

    def half(members):
        signs = 2.0 * members - 1
        return signs @ single + 3 * signs[:, i] * signs[:, j] * signs[:, k]

    members = draw(14, 200, rng)
    due = np.array([[2 * half(np.ones((1, 14)))[0]]])
    expected = 2 * single
    expected[[i, j, k]] += 2 * 3 / 3
    found, told = solved(members, half(members)[None, :, None], due, precision=0.1)
    alone, _ = regressed(members, half(members)[None, :, None], due)
    error, plain = (np.abs(each[0, 0] - expected).max() for each in (found, alone))
    assert error < plain / 20
    assert error < 5 * np.abs(told).max()
