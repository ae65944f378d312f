"""A model with one LSTM in numpy, whose weights a test chooses."""

from __future__ import annotations

import dataclasses

import numpy as np
from subjects import make_subject

from auditor.kernels.recurrent import Cell, lstm
from auditor.model import Description, Layer, Port, Recurrence
from auditor.subject import Subject

INPUTS, UNITS = 3, 6
AS_TOLD = Recurrence("LSTM", UNITS, "", "sigmoid", "tanh", reset_after=False, backwards=False)


def weights(seed: int = 0, scale: float = 0.5, forget: float = 1.0) -> dict[str, np.ndarray]:
    """Random ones; `forget` is the bias of the forget gate."""
    rng = np.random.default_rng(seed)
    bias = np.zeros(4 * UNITS)
    bias[UNITS : 2 * UNITS] = forget
    return {
        "lstm_cell/kernel": scale * rng.standard_normal((INPUTS, 4 * UNITS)),
        "lstm_cell/recurrent_kernel": scale * rng.standard_normal((UNITS, 4 * UNITS)),
        "lstm_cell/bias": bias,
    }


@dataclasses.dataclass(eq=False)
class RecurrentModel:
    """The logistic of the sum of the LSTM's last state. recurrences: what it tells of its layer."""

    own: dict[str, np.ndarray]
    recurrences: tuple[Recurrence, ...] = (AS_TOLD,)
    evaluations: int = 0

    @property
    def description(self) -> Description:
        return Description(
            file="fake.keras",
            sha256="0" * 64,
            bytes=1,
            format="keras-v3",
            keras_version="3",
            inputs=(Port("sequence", (None, INPUTS), "float32"), Port("mask", (None,), "float32")),
            outputs=(Port("output", (1,), "float64"),),
            layers=(Layer("lstm", "LSTM", (UNITS,), 1, self.recurrences), Layer("score", "Dense", (1,), UNITS)),
            parameters=1,
            nonfinite_weights=0,
            isolation=("none",),
            versions={},
        )

    def evaluate(self, inputs, batch=None):
        """The score; without a step it is that of an empty state."""
        self.evaluations += len(inputs["mask"])
        return {"output": self._score(np.asarray(inputs["sequence"], float), inputs["mask"])[:, None]}

    def _score(self, sequence, mask):
        kernel, recurrent, bias = self.own.values()
        states = lstm(Cell(kernel, recurrent, bias), sequence, np.asarray(mask) > 0).hidden
        real = np.asarray(mask) > 0
        last = real.shape[1] - 1 - real[:, ::-1].argmax(1)
        return 1 / (1 + np.exp(-np.nan_to_num(states[np.arange(len(last)), last]).sum(1)))

    def gradient(self, inputs, output, column=None, at="input"):
        """By differences."""
        sequence = np.asarray(inputs["sequence"], float)
        slope = np.zeros_like(sequence)
        for step, feature in np.ndindex(sequence.shape[1:]):
            moved = sequence.copy()
            moved[:, step, feature] += 1e-5
            slope[:, step, feature] = (
                self._score(moved, inputs["mask"]) - self._score(sequence, inputs["mask"])
            ) / 1e-5
        self.evaluations += len(sequence)
        return {name: np.zeros_like(array, float) for name, array in inputs.items()} | {"sequence": slope}

    def activations(self, inputs, layer, at="output"):
        self.evaluations += len(inputs["mask"])
        return inputs["sequence"] if at == "input" else inputs["mask"]

    def weights(self, layer):
        return self.own


def recurrent_subject(own=None, n=300, **asked) -> Subject:
    """Data of `make_subject`, and the model above."""
    return dataclasses.replace(make_subject(n=n, **asked), model=RecurrentModel(own or weights()))
