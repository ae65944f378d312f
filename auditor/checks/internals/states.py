"""What the checks of recurrent layers show: gates at work, and units from step to step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.checks.internals.traces import Run
from auditor.dataset import Floats, Integers
from auditor.measurement import Axis, Column, Heatmap, Table

_STEPS = 48  # last steps drawn
_UNITS = 40  # units drawn


def at_work(runs: Sequence[Run]) -> Table:
    """How far each gate is open, over all rows, steps and units."""
    rows = [(run.name, gate, *_spread(values)) for run in runs for gate, values in run.trace.gates.items()]
    return Table(
        title="Where the gates stand",
        caption="Over all rows, steps and units. A gate whose 5 % and 95 % points lie together hardly reacts.",
        columns=(
            Column(title="Layer"),
            Column(title="Gate"),
            Column(title="Mean", kind="number"),
            Column(title="5 % of values below", kind="number"),
            Column(title="95 % of values below", kind="number"),
        ),
        rows=tuple(rows),
    )


def trajectories(run: Run, scores: Floats, smallest: int) -> tuple[Heatmap, ...]:
    """Gates (mean over units), units (hidden state) and cells by step, in the rows with highest and lowest scores.

    Means over a tenth of the rows, at least `smallest`, and as far back as so many of both have a step; with several
    classes by the score of the class predicted, which other checks explain. Nothing is shown where there are too few.
    """
    number = max(smallest, len(scores) // 10)
    if len(scores) < 2 * number:
        return ()
    order = np.argsort(scores if scores.ndim == 1 else scores.max(1), kind="stable")
    extremes = {"lowest": order[:number], "highest": order[-number:]}
    most = min(_reach(run, rows, smallest) for rows in extremes.values())
    if not most:
        return ()
    gates = {
        f"{gate}, {end} scores": np.nanmean(_back(run, v, rows, most), axis=1)
        for gate, v in run.trace.gates.items()
        for end, rows in extremes.items()
    }
    spread = np.nanstd(run.trace.hidden, axis=(0, 1))
    units = np.sort(np.argsort(-spread, kind="stable")[:_UNITS])

    def apart(states: Floats) -> dict[str, Floats]:
        moved = _back(run, states, extremes["highest"], most) - _back(run, states, extremes["lowest"], most)
        return {f"unit {unit + 1}": moved[:, unit] for unit in units}

    cells = () if run.trace.cell is None else (_cells(run, apart(run.trace.cell)),)
    return (
        _map(
            f"{run.name}: how far gates are open",
            "Mean over units; t-1 is the last step. Where a line has one colour, the gate does not react to time.",
            gates,
            Axis(title="Mean of the gate"),
        ),
        _map(
            f"{run.name}: what tells high scores from low ones",
            "Mean state of each unit in the tenth of rows with the highest scores, minus that in the lowest tenth. The "
            "steps at which colours begin are those from which the layer holds what makes the difference.",
            apart(run.trace.hidden),
            Axis(title="Difference of the mean state"),
            diverging=True,
        ),
        *cells,
    )


def of_row(run: Run, row: int) -> tuple[Heatmap, ...]:
    """Gates (mean over units), hidden state and cells by step of one row, for those who may see the row.

    Nothing where the layer took in no step of it.
    """
    if not run.mask[row].any():
        return ()
    own = np.array([row])
    most = _reach(run, own, 1)
    gates = {gate: _back(run, values, own, most).mean(axis=1) for gate, values in run.trace.gates.items()}
    hidden = _back(run, run.trace.hidden, own, most)
    units = np.sort(np.argsort(-np.ptp(hidden, axis=0), kind="stable")[:_UNITS])
    fewer = "" if len(units) == hidden.shape[1] else f" Of {hidden.shape[1]} units those {_UNITS} that moved most."
    state, cell = "What each unit passes on", "What each unit keeps, whether or not its output gate lets it out"
    told = [(f"{run.name}: hidden state", state, hidden)]
    if run.trace.cell is not None:
        told.append((f"{run.name}: cell state", cell, _back(run, run.trace.cell, own, most)))
    caption = (
        "Mean over units; t-1 is the last step. Light to dark is shut to open; where the colour changes, the row's "
    )
    return (
        _map(
            f"{run.name}: gates",
            caption + "values made the layer take in, keep or forget.",
            gates,
            Axis(title="Mean of the gate"),
        ),
        *(
            _map(
                title,
                f"{words}, step by step. A unit that keeps its colour to the right remembers.{fewer}",
                {f"unit {unit + 1}": values[:, unit] for unit in units},
                Axis(title="State"),
                diverging=True,
            )
            for title, words, values in told
        ),
    )


def _cells(run: Run, moved: dict[str, Floats]) -> Heatmap:
    """Of an LSTM: what its output gates have not let out yet is in here too."""
    return _map(
        f"{run.name}: what the cells hold of high and low scores",
        "Mean cell state of each unit in the rows with the highest scores, minus that in those with the lowest. Colour "
        "here, at a step where the state above has none, is memory that the output gate holds back.",
        moved,
        Axis(title="Difference of the mean cell state"),
        diverging=True,
    )


def _spread(values: Floats) -> tuple[float, float, float]:
    real = values[~np.isnan(values)]
    low, high = np.quantile(real, [0.05, 0.95])
    return float(real.mean()), float(low), float(high)


def _reach(run: Run, rows: Integers, least: int) -> int:
    """How many steps, the last one included, the layer took in of so many of the rows; what is shown, at most."""
    taken = np.sort(run.mask[rows].sum(1))
    return min(_STEPS, int(taken[-least])) if len(taken) >= least else 0


def _back(run: Run, values: Floats, rows: Integers, most: int) -> Floats:
    """(most, units): mean over rows at each number of steps before the row's last one that the layer took in."""
    mask = run.mask[rows]
    lag = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1] - 1
    return np.stack([values[rows][mask & (lag == k)].mean(axis=0) for k in range(most)])


def _map(title: str, caption: str, lines: dict[str, Floats], value: Axis, *, diverging: bool = False) -> Heatmap:
    steps = len(next(iter(lines.values())))
    return Heatmap(
        title=title,
        caption=caption,
        rows=tuple(lines),
        columns=tuple(f"t-{k + 1}" for k in reversed(range(steps))),
        values=tuple(tuple(float(one) for one in line[::-1]) for line in lines.values()),
        value=value,
        row_title="",
        column_title="Steps before the end",
        diverging=diverging,
    )
