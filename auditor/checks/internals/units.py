"""Units and weights of recurrent layers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from auditor.checks.check import check
from auditor.checks.internals.traces import TRACES, Run, needed
from auditor.dataset import Floats
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.kernels.recurrent import GRU_GATES, LSTM_GATES
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject


class Params(Frozen):
    """When a unit counts as dead, or as a copy."""

    dead: FiniteFloat = Field(
        default=0.01, gt=0, lt=1, description="A unit is dead that moves less than this part of the liveliest unit."
    )
    alike: FiniteFloat = Field(
        default=0.99, gt=0, lt=1, description="A unit is a copy whose correlation with an earlier one is at least this."
    )


@check(
    quantities={
        "dead": Meaning(title="Share of units that are dead", better="lower", per="layer", low=0.0, high=1.0),
        "copies": Meaning(title="Share of units that copy another", better="lower", per="layer", low=0.0, high=1.0),
        "spectral_radius": Meaning(
            title="Spectral radius of the recurrent weights", better="target", per="layer", low=0.0
        ),
    },
    needs=(TRACES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The units of the recurrent layers are alive and differ.

    Measures: for every LSTM and GRU layer the share of units whose state hardly moves over rows and steps, the share
    whose state goes along with that of an earlier unit (correlation, either sign), and the spectral radius of the
    recurrent weights of the candidate. Shown besides: how the weights and biases of each gate are spread.
    Why: dead and copied units are size without use, a sign of failed or of needlessly large training, and make
    explanations of single units worthless. A large radius means that small changes of the state can grow from step to
    step.
    Blind to: whether the living units do anything of use; units that differ only on rows that are not in the test data.
    The radius leaves the gates out, which may damp what it would let grow.
    """
    found = needed(evidence)
    dead, copies, radius = {}, {}, {}
    for run in found.runs:
        states = run.trace.hidden[run.mask]
        lifeless = _dead(states, params.dead)
        dead[run.name] = _of_layer(float(lifeless.mean()), run)
        copies[run.name] = _of_layer(_copies(states[:, ~lifeless], params.alike) / run.cell.units, run)
        radius[run.name] = _of_layer(_radius(run), run)
    return Measurement(
        quantities={
            "dead": Quantity(parts=dead),
            "copies": Quantity(parts=copies),
            "spectral_radius": Quantity(parts=radius),
        },
        shown=(_weights(found.runs),),
        sampled=found.sampled,
        notes=tuple(f"Layer {name} was left out: {why}." for name, why in found.skipped.items()),
    )


def _of_layer(value: float, run: Run) -> Estimate:
    return Estimate(value=value, n=run.cell.units, method="a property of the layer on these rows", spread=Exact())


def _dead(states: Floats, part: float) -> NDArray[np.bool_]:
    """(units,): whether a unit moves less than this part of the one that moves most."""
    spread = states.std(axis=0) if len(states) else np.zeros(states.shape[1])
    return np.asarray(spread <= part * spread.max())


def _copies(states: Floats, alike: float) -> int:
    """How many units go along with a unit before them."""
    if states.shape[1] < 2 or len(states) < 3:
        return 0
    correlation = np.abs(np.corrcoef(states, rowvar=False))
    return int((np.tril(correlation, -1) >= alike).any(axis=1).sum())


def _radius(run: Run) -> float:
    """The largest absolute eigenvalue of the candidate's recurrent weights."""
    return float(np.abs(np.linalg.eigvals(_by_gate(run)["candidate"][1])).max())


def _by_gate(run: Run) -> dict[str, tuple[Floats, Floats, Floats]]:
    """For each gate: the weights on inputs, on the state, and the biases (none: empty)."""
    names = LSTM_GATES if run.recurrence.kind == "LSTM" else GRU_GATES
    number, cell = len(names), run.cell
    bias = np.zeros((1, 0)) if cell.bias is None else np.atleast_2d(cell.bias)
    pieces = [np.split(whole, number, axis=1) for whole in (cell.kernel, cell.recurrent)]
    biases = np.split(bias, number, axis=1) if bias.size else [np.zeros(0)] * number
    return {name: (pieces[0][at], pieces[1][at], biases[at].ravel()) for at, name in enumerate(names)}


def _weights(runs: tuple[Run, ...]) -> Table:
    rows = []
    for run in runs:
        for gate, kinds in _by_gate(run).items():
            for kind, values in zip(("inputs", "state", "bias"), kinds, strict=True):
                if values.size:
                    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
                    rows.append((run.name, gate, kind, values.size, low, middle, high, float(np.abs(values).max())))
    return Table(
        title="How weights and biases are spread",
        caption="By gate, for what comes from the inputs, from the layer's own state, and the biases. A largest weight "
        "far beyond the 95 % point rests on few examples; a positive bias of the forget gate keeps memory.",
        columns=(
            Column(title="Layer"),
            Column(title="Gate"),
            Column(title="Weights of"),
            Column(title="Number", kind="count"),
            Column(title="5 %", kind="number"),
            Column(title="Median", kind="number"),
            Column(title="95 %", kind="number"),
            Column(title="Largest (absolute)", kind="number"),
        ),
        rows=tuple(rows),
    )
