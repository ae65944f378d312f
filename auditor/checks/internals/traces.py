"""What the recurrent layers of a model go through, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.sample import sample
from auditor.dataset import Dataset, Integers
from auditor.errors import NotApplicable
from auditor.evidence import Evidence, Need
from auditor.kernels.recurrent import ACTIVATIONS, Cell, Trace, gru, lstm
from auditor.measurement import Sampled
from auditor.model import Inputs, Layer, Model, Recurrence
from auditor.subject import Subject

_ROWS = 500  # enough for shares and correlations of units
_VALUES = 2**26  # of one trace: rows × steps × units × what is kept of each


@dataclass(frozen=True, eq=False)
class Run:
    """One recurrence of a layer on some rows. name: the layer's, and the direction where there are two.

    mask: (rows, steps), the steps that the layer took in.
    """

    name: str
    recurrence: Recurrence
    cell: Cell
    trace: Trace
    mask: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Runs:
    """Every recurrence on the same rows of the test data. skipped: layer -> why it could not be looked into."""

    rows: Integers
    sampled: Sampled | None
    runs: tuple[Run, ...]
    skipped: dict[str, str]


def needed(evidence: Evidence) -> Runs:
    """The traces. Raises NotApplicable, with the reasons, where no layer could be looked into."""
    found = evidence[TRACES]
    if not found.runs:
        why = "; ".join(f"{name}: {reason}" for name, reason in found.skipped.items())
        raise NotApplicable("the model has no LSTM or GRU layer that can be looked into" + (why and f" ({why})"))
    return found


def runs_of(model: Model, layer: Layer, inputs: Inputs) -> tuple[Run, ...]:
    """The recurrences of one layer, run in numpy on what the model gives the layer.

    Raises KeyError for an activation that `kernels.recurrent` does not know.
    """
    given = np.asarray(model.activations(inputs, layer.name, at="input"), dtype=float)
    mask = np.asarray(model.activations(inputs, layer.name, at="mask")) > 0
    weights = model.weights(layer.name)
    found = []
    for one in layer.recurrences:
        cell = _cell(one, weights)
        trace = (lstm if one.kind == "LSTM" else gru)(cell, given, mask)
        direction = "" if len(layer.recurrences) == 1 else f" ({'backward' if one.backwards else 'forward'})"
        found.append(Run(layer.name + direction, one, cell, trace, mask))
    return tuple(found)


def _cell(one: Recurrence, weights: dict[str, NDArray[np.floating]]) -> Cell:
    own = {
        name.rsplit("/", 1)[-1]: np.asarray(w, dtype=float)
        for name, w in weights.items()
        if name.startswith(one.prefix)
    }
    return Cell(
        kernel=own["kernel"],
        recurrent=own["recurrent_kernel"],
        bias=own.get("bias"),
        gate=one.gate,
        squash=one.squash,
        reset_after=one.reset_after,
        backwards=one.backwards,
    )


def _produce(subject: Subject) -> Runs:
    rows, sampled = sample(subject.test, _most(subject), subject.rng("recurrent traces"))
    return Runs(rows, sampled, *traced(subject, subject.test, rows))


def traced(subject: Subject, data: Dataset, rows: Integers) -> tuple[tuple[Run, ...], dict[str, str]]:
    """Every recurrence on some rows, and the layers that could not be looked into with the reason."""
    inputs = subject.encoder.encode(subject.block(data, rows))
    runs: list[Run] = []
    skipped: dict[str, str] = {}
    for layer in subject.model.description.layers:
        strange = {name for one in layer.recurrences for name in (one.gate, one.squash)} - set(ACTIVATIONS)
        if strange:
            skipped[layer.name] = f"activation {', '.join(sorted(strange))} is not known here"
        elif layer.recurrences:
            runs.extend(runs_of(subject.model, layer, inputs))
        elif layer.kind in ("LSTM", "GRU", "Bidirectional", "RNN", "ConvLSTM1D", "ConvLSTM2D"):
            skipped[layer.name] = f"a {layer.kind} of a kind that is not run again here"
    return tuple(runs), skipped


def _most(subject: Subject) -> int:
    """So many rows that the traces of the widest layer stay within bounds."""
    steps = subject.encoder.width or int(subject.test.lengths.max(initial=1))
    layers = subject.model.description.layers
    units = max((one.units for layer in layers for one in layer.recurrences), default=1)
    return max(1, min(_ROWS, _VALUES // (6 * steps * units)))


def _rows(subject: Subject) -> int:
    """The model runs twice for each recurrent layer: to what the layer takes in, and to its mask."""
    layers = sum(bool(layer.recurrences) for layer in subject.model.description.layers)
    return 2 * layers * min(_most(subject), len(subject.test))


TRACES: Need[Runs] = Need("recurrent traces", _produce, _rows)
