"""Gates of recurrent layers."""

from __future__ import annotations

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.check import check
from auditor.checks.internals.states import at_work, trajectories
from auditor.checks.internals.traces import TRACES, Run, needed
from auditor.dataset import Floats
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


class Params(Frozen):
    """When a gate counts as saturated."""

    near: FiniteFloat = Field(
        default=0.05, gt=0, lt=0.5, description="How near to the end of its range a gate counts as saturated (of 1)."
    )


@check(
    quantities={
        "saturation": Meaning(
            title="Share of gate values that are saturated", better="lower", per="gate", low=0.0, high=1.0
        )
    },
    needs=(SCORES, TRACES),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The gates of the recurrent layers still move.

    Measures: for every LSTM and GRU layer and each of its gates, the share of values (rows, steps, units) that lie
    within 0.05 (by default) of an end of the gate's range: 0 or 1, or -1 or 1 for the candidate. The layer is run again
    outside the model, on what the model gives it. Shown besides: how far each gate is open and how units move, from
    step to step, in the rows with the highest and with the lowest scores.
    Why: a saturated gate is a switch that is stuck. Inputs then change nothing, training has stopped there, and inputs
    far from those of training are often the reason. A forget gate near 1 is memory, and no fault by itself.
    Blind to: whether what the gates let through is of use; layers with activations or states that it does not know,
    which are told.
    """
    found = needed(evidence)
    data = subject.test.take(found.rows)
    sampling = Sampling.of(data)
    stuck = {
        f"{run.name}: {gate}": _saturated(run, gate, params.near)
        for run in found.runs
        for gate in run.trace.gates
        if _ends(run, gate)
    }
    scores = evidence.finite(SCORES)[found.rows]
    return Measurement(
        quantities={"saturation": _quantity(sampling, stuck)},
        shown=(
            at_work(found.runs),
            *(drawn for run in found.runs for drawn in trajectories(run, scores, subject.smallest_cell)),
        ),
        sampled=found.sampled,
        notes=tuple(f"Layer {name} was left out: {why}." for name, why in found.skipped.items()),
    )


def _ends(run: Run, gate: str) -> tuple[float, float] | None:
    """The ends of a gate's range; None where it has none."""
    name = run.recurrence.squash if gate == "candidate" else run.recurrence.gate
    return {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(name)


def _saturated(run: Run, gate: str, near: float) -> Floats:
    """(rows,): the share of a row's values that are saturated; 0 where a row has no step."""
    low, high = _ends(run, gate) or (-np.inf, np.inf)
    values = run.trace.gates[gate]
    stuck = (values <= low + near) | (values >= high - near)  # False at masked steps, which are NaN
    steps = np.maximum(run.mask.sum(1), 1)
    return np.asarray(stuck.sum(axis=(1, 2)) / (steps * run.cell.units))


def _quantity(sampling: Sampling, stuck: dict[str, Floats]) -> Quantity:
    stats = [row_mean(share) for share in stuck.values()]
    parts = {name: _share(sampling, share, stat) for (name, share), stat in zip(stuck.items(), stats, strict=True)}
    return Quantity(parts=parts, correlation=sampling.correlation([stat.influence for stat in stats]))


def _share(sampling: Sampling, share: Floats, stat: Stat) -> Estimate:
    """Where all rows agree on none or all, the share of rows with a saturated value, which bounds that of values."""
    if share.max() == 0 or share.min() == 1:
        return sampling.rate(share > 0, np.ones(len(share), dtype=bool))
    return sampling.estimate(stat, n=len(share), method="mean over rows, by influence values")
