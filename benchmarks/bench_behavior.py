"""Every check of behavior that a policy asks for: python benchmarks/bench_behavior.py [audit.yaml]

The model is compiled, and its gradient traced, before. Each check and the bare door take turns, so that both see the
same machine. The bare door is sent inputs that are encoded already, without anything done to what comes back. Two
shares are told, of processor time (this process's and the model's together): what the check's evaluations take in the
bare door of the same kind (slopes as slopes of as many rows a call, small batches on purpose as batches of that size,
all else all test rows at once), and what as many scores take, all test rows at once, whatever the check needs. Shares
are told over all checks, and over those that ask the model at all. The door is measured against the forward pass in
bench_door.py.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import scipy.stats  # noqa: F401 - loaded here, so that the first check does not pay for it: judging needs it anyway
from processes import cpu_seconds

from auditor.app.opening import subject_of
from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.engine import Job, plan
from auditor.errors import NotApplicable
from auditor.evidence import CALIBRATION_SCORES, SCORES, Evidence
from auditor.loaders.dataset import open_dataset
from auditor.model import Inputs, Model
from auditor.subject import Subject
from auditor.worker import open_model

EXAMPLE = Path(__file__).parent.parent / "examples" / "uci_credit" / "audit.yaml"
_ENOUGH, _FEWEST, _MOST = 1.0, 3, 12  # processor seconds that a check is measured for, and how often it is run


class Kind(NamedTuple):
    """Calls of the model. batch: as the caller fixes it, else None; rows: of a call for slopes, else None."""

    output: str | None = None
    batch: int | None = None
    rows: int | None = None


class Counted:
    """A model that counts the rows of each kind of call."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rows: Counter[Kind] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def evaluate(self, inputs: Inputs, batch: int | None = None) -> Any:
        """As the model's."""
        self.rows[Kind(batch=batch)] += _rows(inputs)
        return self.model.evaluate(inputs, batch)

    def gradient(self, inputs: Inputs, output: str, column: int | None = None) -> Any:
        """As the model's."""
        self.rows[Kind(output, rows=_rows(inputs))] += _rows(inputs)
        return self.model.gradient(inputs, output, column)


class Cost(NamedTuple):
    """Of a check: seconds by the clock, processor time, of it the model's; and that of the bare door, for the same."""

    rows: int
    seconds: float
    cpu: float
    model: float
    alike: float
    plain: float


def _rows(inputs: Inputs) -> int:
    return len(next(iter(inputs.values())))


def bare(model: Model, inputs: Inputs, kind: Kind, rows: int) -> float:
    """Processor time a row of the bare door, from at least so many rows."""
    some = {name: array[: kind.rows or (1024 if kind.batch else None)] for name, array in inputs.items()}
    each, used = _rows(some), cpu_seconds()
    times = -(-max(rows, 2000) // each)
    for _ in range(times):
        if kind.output is None:
            model.evaluate(some, kind.batch)
        else:
            model.gradient(some, kind.output, 0)
    return (cpu_seconds() - used) / (times * each)


def run(subject: Subject, evidence: Evidence, job: Job, counted: Counted, inputs: Inputs) -> tuple[Cost, str]:
    """What it took once and what the bare door took right after; and why there was no measurement."""
    counted.rows.clear()
    why, begin, own, every = "", time.perf_counter(), time.process_time(), cpu_seconds()
    try:
        job.check.measure(subject, evidence, job.params)
    except NotApplicable as nothing:
        why = nothing.reason
    seconds, mine, cpu = time.perf_counter() - begin, time.process_time() - own, cpu_seconds() - every
    rows: Mapping[Kind, int] = dict(counted.rows)
    alike = {kind: bare(counted.model, inputs, kind, number) * number for kind, number in rows.items()}
    total = sum(rows.values())
    plain = alike[Kind()] if [*rows] == [Kind()] else total and bare(counted.model, inputs, Kind(), total) * total
    return Cost(total, seconds, cpu, max(0.0, cpu - mine), sum(alike.values()), plain), why


def measured(subject: Subject, evidence: Evidence, job: Job, counted: Counted, inputs: Inputs) -> tuple[Cost, str]:
    """The mean of several times, more where it is quick: processor time is told in hundredths of a second."""
    costs = [run(subject, evidence, job, counted, inputs)]
    while len(costs) < _MOST and costs[0][0].rows:
        if len(costs) >= _FEWEST and sum(cost.cpu for cost, _ in costs) >= _ENOUGH:
            break
        costs.append(run(subject, evidence, job, counted, inputs))
    mean = np.mean([cost for cost, _ in costs], axis=0)
    return Cost(costs[0][0].rows, *map(float, mean[1:])), costs[0][1]


def line(name: str, cost: Cost) -> str:
    """A line of the table."""
    told = f"  {name:22} {cost.rows:9,} rows {cost.seconds:6.2f} s {cost.cpu:6.2f} cpu s"
    if not cost.rows:
        return told
    shares = (part / cost.cpu for part in (cost.model, cost.alike, cost.plain))
    return told + "  of it the model {:4.0%}; the bare door: same kind {:4.0%}, plain {:4.0%}".format(*shares)


def main() -> None:
    """Print the table."""
    order = ordered(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
    opened = open_dataset(order.data)
    model = open_model(order.model, memory_bytes=order.memory_bytes, seconds=900)
    try:
        counted = Counted(model)
        subject = subject_of(order, opened, cast(Model, counted))
        evidence = Evidence({need.name: need.produce(subject) for need in (SCORES, CALIBRATION_SCORES)})
        inputs = subject.encoder.encode(subject.block(subject.test))
        for kind in (Kind(), Kind(rows=1000), Kind(rows=100)):  # the sizes that functions are compiled for
            bare(model, inputs, kind, 1)
        bare(model, inputs, Kind(model.description.outputs[0].name, rows=500), 1)
        print(f"{len(subject.test):,} test rows; {model.door.reason}")
        total, asking = np.zeros(len(Cost._fields)), np.zeros(len(Cost._fields))
        for job in (job for job in plan(order.policy.policy, CATALOGUE)[0] if job.check.family == "behavior"):
            cost, why = measured(subject, evidence, job, counted, inputs)
            total += cost
            asking += cost if cost.rows else 0
            print(line(job.check.id, cost), why, flush=True)
        for name, sums in (("all of them", total), ("those that ask", asking)):
            print(line(name, Cost(int(sums[0]), *map(float, sums[1:]))))
        print("  goals on the credit example: 15 s on 2 cores, 70 % of the bare door of the same kind")
    finally:
        model.close()


if __name__ == "__main__":
    main()
