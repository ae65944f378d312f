"""One LSTM and one GRU layer in numpy, to read what their gates do. Scores always come from the model itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.stat import Floats


@dataclass(frozen=True, eq=False)
class Cell:
    """Weights of a layer of `u` units on `d` inputs, in Keras's order of gates, and how it is put together.

    kernel: (d, k u); recurrent: (u, k u); k = 4 for an LSTM (input, forget, candidate, output), 3 for a GRU (update,
    reset, candidate). bias: (k u,), (2, k u) for a GRU with `reset_after`, or None. gate, squash: names of the
    activations of the gates and of candidate and output.
    """

    kernel: Floats
    recurrent: Floats
    bias: Floats | None
    gate: str = "sigmoid"
    squash: str = "tanh"
    reset_after: bool = True
    backwards: bool = False

    @property
    def units(self) -> int:
        return len(self.recurrent)


@dataclass(frozen=True, eq=False)
class Trace:
    """What a layer went through, each (rows, steps, units), NaN at steps that the mask leaves out.

    gates: by name, after their activation. hidden: what the layer puts out at a step. cell: None for a GRU.
    """

    gates: Mapping[str, Floats]
    hidden: Floats
    cell: Floats | None


LSTM_GATES = ("input", "forget", "candidate", "output")
GRU_GATES = ("update", "reset", "candidate")

ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "sigmoid": lambda x: 0.5 * (1 + np.tanh(x / 2)),
        "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0.0, 1.0),
        "tanh": np.tanh,
        "relu": lambda x: np.maximum(x, 0.0),
        "linear": lambda x: x,
    }
)
"""Activations by the name that Keras gives them."""


def lstm(layer: Cell, inputs: Floats, mask: NDArray[np.bool_]) -> Trace:
    """Run an LSTM (Hochreiter and Schmidhuber 1997; with forget gates: Gers et al. 2000).

    inputs: (rows, steps, d); mask: (rows, steps), False where the state stays as it was. Raises KeyError for an
    activation that is not in `ACTIVATIONS`.
    """
    gate, squash = ACTIVATIONS[layer.gate], ACTIVATIONS[layer.squash]
    bias = 0.0 if layer.bias is None else layer.bias

    def step(x: Floats, h: Floats, c: Floats) -> tuple[list[Floats], Floats, Floats]:
        i, f, z, o = np.split(x @ layer.kernel + h @ layer.recurrent + bias, 4, axis=1)
        gates = [gate(i), gate(f), squash(z), gate(o)]
        c = gates[1] * c + gates[0] * gates[2]
        return gates, gates[3] * squash(c), c

    gates, hidden, cell = _run(layer, inputs, mask, step, LSTM_GATES)
    return Trace(gates, hidden, cell)


def gru(layer: Cell, inputs: Floats, mask: NDArray[np.bool_]) -> Trace:
    """Run a GRU (Cho et al. 2014), the reset gate before or after the recurrent product as `reset_after` says.

    Arguments and errors as for `lstm`.
    """
    gate, squash = ACTIVATIONS[layer.gate], ACTIVATIONS[layer.squash]
    outer, inner = _biases(layer)
    u = layer.units

    def step(x: Floats, h: Floats, unused: Floats) -> tuple[list[Floats], Floats, Floats]:
        given = x @ layer.kernel + outer
        opened = gate(given[:, : 2 * u] + h @ layer.recurrent[:, : 2 * u] + inner[: 2 * u])
        update, reset = opened[:, :u], opened[:, u:]
        last = layer.recurrent[:, 2 * u :]
        memory = reset * (h @ last + inner[2 * u :]) if layer.reset_after else (reset * h) @ last
        candidate = squash(given[:, 2 * u :] + memory)
        return [update, reset, candidate], update * h + (1 - update) * candidate, unused

    gates, hidden, _ = _run(layer, inputs, mask, step, GRU_GATES)
    return Trace(gates, hidden, None)


def _biases(layer: Cell) -> tuple[Floats, Floats]:
    zero = np.zeros(3 * layer.units)
    if layer.bias is None:
        return zero, zero
    return (layer.bias[0], layer.bias[1]) if layer.bias.ndim == 2 else (layer.bias, zero)


_Step = Callable[[Floats, Floats, Floats], tuple[list[Floats], Floats, Floats]]


def _run(
    layer: Cell, inputs: Floats, mask: NDArray[np.bool_], step: _Step, names: tuple[str, ...]
) -> tuple[dict[str, Floats], Floats, Floats]:
    rows, steps, _ = inputs.shape
    shape = (rows, steps, layer.units)
    gates = {name: np.full(shape, np.nan) for name in names}
    hidden, cell = np.full(shape, np.nan), np.full(shape, np.nan)
    h, c = np.zeros((rows, layer.units)), np.zeros((rows, layer.units))
    for at in range(steps)[:: -1 if layer.backwards else 1]:
        real = mask[:, at]
        opened, h[real], c[real] = step(inputs[real, at], h[real], c[real])
        for name, values in zip(names, opened, strict=True):
            gates[name][real, at] = values
        hidden[real, at], cell[real, at] = h[real], c[real]
    return gates, hidden, cell
