"""Gates, units and memory of recurrent layers against what was put into them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from measuring import judged, run
from recurrent import AS_TOLD, UNITS, RecurrentModel, recurrent_subject, weights
from subjects import make_subject, truth_of

from auditor.checks.internals.gates import measure as gates
from auditor.checks.internals.memory import measure as memory
from auditor.checks.internals.states import trajectories
from auditor.checks.internals.traces import TRACES
from auditor.checks.internals.units import measure as units
from auditor.errors import NotApplicable
from auditor.kernels.recurrent import Cell, lstm

IDLE = {"quantity": "dead", "at_most": 0.2}
STUCK = {"quantity": "saturation", "at_most": 0.5}


def values(measurement, quantity):
    return {part: estimate.value for part, estimate in measurement.quantities[quantity].parts.items()}


def changed(**pieces):
    return weights() | {f"lstm_cell/{name}": value for name, value in pieces.items()}


def test_gates_that_cannot_move_are_saturated():
    """A bias of 20 opens the gate for good: all its values are at the end, the others' are not."""
    bias = weights()["lstm_cell/bias"].copy()
    bias[:UNITS] = 20.0
    found = values(run(gates, recurrent_subject(changed(bias=bias))), "saturation")
    assert found["lstm: input"] == 1.0
    assert max(found["lstm: forget"], found["lstm: output"]) < 0.2


def test_saturated_gates_fail_and_sound_ones_pass():
    large = {name: 60 * value for name, value in weights().items()}
    assert judged(gates, recurrent_subject(large), STUCK) == "fail"
    assert judged(gates, recurrent_subject(), STUCK) == "pass"


def test_gates_that_never_saturate_pass():
    """No saturated value in any row is no lack of variance: Wilson's interval for none of so many rows."""
    found = run(gates, recurrent_subject(), near=1e-9).quantities["saturation"]
    assert 0 < len(found.parts)
    assert all(0 == part.value < part.interval(0.95).high < 0.05 for part in found.parts.values())


def test_gates_are_shown_by_step_for_high_and_low_scores():
    """Gates, states and cells, the last step at the right; none where a tenth of the rows could be a single person."""
    shown = run(gates, recurrent_subject()).shown
    maps = [one for one in shown if one.kind == "heatmap"]
    assert [one.columns[-1] for one in maps] == ["t-1", "t-1", "t-1"]
    assert [one.value.title for one in maps[1:]] == [
        "Difference of the mean state",
        "Difference of the mean cell state",
    ]
    assert [one.kind for one in run(gates, recurrent_subject(n=15)).shown] == ["table"]


def test_of_several_classes_rows_are_in_the_order_of_the_class_predicted():
    """As if that class's score were the only one."""
    layer = TRACES.produce(recurrent_subject(n=60)).runs[0]
    scores = np.random.default_rng(0).dirichlet(np.ones(3), len(layer.mask))
    shown = trajectories(layer, scores, 5)
    assert trajectories(layer, scores.max(1), 5) == shown != trajectories(layer, scores[:, -1], 5)


def test_short_histories_are_compared_as_far_as_they_go():
    """Where high scores have two steps only, the maps have two; where too few have any, there is none."""
    layer = TRACES.produce(recurrent_subject(n=60)).runs[0]
    scores = np.linspace(0, 1, len(layer.mask))
    mask = np.ones_like(layer.mask)
    mask[30:, :-2] = False
    assert {("t-2", "t-1")} == {one.columns for one in trajectories(dataclasses.replace(layer, mask=mask), scores, 5)}
    mask[30:] = False
    assert () == trajectories(dataclasses.replace(layer, mask=mask), scores, 5)


def test_dead_units_and_copies_are_counted():
    """Two units without any weight are dead; two with the weights of another are its copies."""
    kernel, recurrent, bias = (value.copy() for value in weights().values())
    for at in (0, 1):
        kernel[:, at::UNITS] = recurrent[:, at::UNITS] = bias[at::UNITS] = 0
    for at in (3, 4):
        kernel[:, at::UNITS], recurrent[:, at::UNITS], bias[at::UNITS] = (
            v[..., 2::UNITS] for v in (kernel, recurrent, bias)
        )
    found = run(units, recurrent_subject(changed(kernel=kernel, recurrent_kernel=recurrent, bias=bias)))
    assert values(found, "dead") == {"lstm": pytest.approx(2 / UNITS)}
    assert values(found, "copies") == {"lstm": pytest.approx(2 / UNITS)}
    assert (
        judged(units, recurrent_subject(changed(kernel=kernel, recurrent_kernel=recurrent, bias=bias)), IDLE) == "fail"
    )
    assert judged(units, recurrent_subject(), IDLE) == "pass"
    sound = run(units, recurrent_subject())
    assert values(sound, "dead") == values(sound, "copies") == {"lstm": 0.0}


def test_the_spectral_radius_is_that_of_the_candidate():
    recurrent = weights()["lstm_cell/recurrent_kernel"].copy()
    recurrent[:, 2 * UNITS : 3 * UNITS] = np.diag(np.arange(UNITS) - 4.0)
    found = run(units, recurrent_subject(changed(recurrent_kernel=recurrent)))
    assert values(found, "spectral_radius") == {"lstm": pytest.approx(4.0)}


def test_influence_of_a_linear_model_is_that_of_its_weights():
    """A model with equal weights on its last 3 steps has a third of its influence at each of them."""
    subject = make_subject(n=400, task="regression")
    lags = truth_of(subject).weights.shape[0]
    found = run(memory, subject, horizon=1)
    assert values(found, "beyond") == {"": pytest.approx(1 - 1 / lags, abs=0.02)}
    assert "zero from some step on" in found.unmeasured["half_life"]


@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_half_life_of_a_decay_that_is_known(rate):
    """Weights that fall by a constant factor a step have the half-life ln 2 / -ln of that factor."""
    subject = make_subject(n=400, task="regression")
    truth = truth_of(subject)
    steps = int(subject.test.lengths.max())
    falling = truth.weights[:1] * (rate ** np.arange(steps))[:, None, None]
    subject = dataclasses.replace(
        subject, model=dataclasses.replace(subject.model, truth=dataclasses.replace(truth, weights=falling))
    )
    estimate = run(memory, subject).quantities["half_life"].parts[""]
    assert estimate.value == pytest.approx(math.log(2) / -math.log(rate), rel=0.02)


def test_a_model_that_ignores_history_fails_and_its_twin_passes():
    """With the recurrent weights and the forget gate gone, nothing before the last step counts."""
    none = {
        "lstm_cell/kernel": weights()["lstm_cell/kernel"],
        "lstm_cell/recurrent_kernel": np.zeros((UNITS, 4 * UNITS)),
    }
    bias = weights()["lstm_cell/bias"].copy()
    bias[UNITS : 2 * UNITS] = -50.0
    limit = {"quantity": "beyond", "at_least": 0.1}
    assert judged(memory, recurrent_subject(none | {"lstm_cell/bias": bias}), limit) == "fail"
    assert judged(memory, recurrent_subject(), limit) == "pass"


def test_without_recurrent_layers_there_is_nothing_to_measure():
    """A model without an LSTM or GRU is told so; one whose activation is not known is named."""
    for check in (gates, units):
        with pytest.raises(NotApplicable, match="no LSTM or GRU layer"):
            run(check, make_subject(n=50))
        strange = dataclasses.replace(AS_TOLD, squash="swish")
        subject = dataclasses.replace(recurrent_subject(), model=RecurrentModel(weights(), (strange,)))
        with pytest.raises(NotApplicable, match="lstm: activation swish is not known here"):
            run(check, subject)


def test_cells_are_shown_as_they_are():
    """The difference of the mean cell state between the tenths of rows with the highest and the lowest scores."""
    subject = recurrent_subject(n=300)
    maps = [one for one in run(gates, subject).shown if one.kind == "heatmap"]
    kernel, recurrent, bias = weights().values()
    block = subject.test.block()
    inputs = subject.encoder.encode(block)
    cells = lstm(Cell(kernel, recurrent, bias), inputs["sequence"], block.mask).cell
    order = np.argsort(subject.score(block), kind="stable")
    last = cells[:, -1]  # rows end at the last step of a block that is padded on the left
    expected = last[order[-30:]].mean(0) - last[order[:30]].mean(0)
    assert maps[2].rows == tuple(f"unit {unit + 1}" for unit in range(UNITS))
    assert [line[-1] for line in maps[2].values] == pytest.approx(expected.tolist())
