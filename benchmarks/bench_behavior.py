"""Every check of behavior that a policy asks for: python benchmarks/bench_behavior.py [audit.yaml]

The model is compiled before. For each check: seconds, evaluations, the share of the time that the model itself takes,
and evaluations a second as a share of the bare door on all rows at once, encoded already. The door is measured against
the forward pass in bench_door.py. Processor time is that of this process and of the model's together: on a busy machine
it tells more than the clock, and there the share of the model is that of its process.
"""

from __future__ import annotations

import sys
import time
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
from auditor.model import Model
from auditor.subject import Subject
from auditor.worker import open_model

EXAMPLE = Path(__file__).parent.parent / "examples" / "uci_credit" / "audit.yaml"


class Timed:
    """A model that counts the seconds of its answers."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def _timed(self, verb: Any, *given: Any) -> Any:
        start = time.perf_counter()
        try:
            return verb(*given)
        finally:
            self.seconds += time.perf_counter() - start

    def evaluate(self, *given: Any) -> Any:
        """As the model's."""
        return self._timed(self.model.evaluate, *given)

    def gradient(self, *given: Any) -> Any:
        """As the model's."""
        return self._timed(self.model.gradient, *given)


class Cost(NamedTuple):
    """Of a check. seconds, cpu: of all; model, model_cpu: of that the model's; rows: evaluated."""

    seconds: float
    model: float
    cpu: float
    model_cpu: float
    rows: int


def behaves(jobs: tuple[Job, ...]) -> list[Job]:
    """Those of the family."""
    return [job for job in jobs if job.check.family == "behavior"]


def bare(subject: Subject) -> tuple[float, float]:
    """Rows a second, and a second of processor time, of the door on all test rows encoded before; the best of three."""
    inputs, best = subject.encoder.encode(subject.block(subject.test)), [0.0, 0.0]
    for _ in range(3):
        begin, used = time.perf_counter(), cpu_seconds()
        subject.model.evaluate(inputs)
        spent = time.perf_counter() - begin, cpu_seconds() - used
        best = [max(one, len(subject.test) / max(each, 0.01)) for one, each in zip(best, spent, strict=True)]
    return best[0], best[1]


def measured(subject: Subject, evidence: Evidence, job: Job, timed: Timed) -> tuple[Cost, str]:
    """What it took, and why there was no measurement."""
    timed.seconds, before, why = 0.0, subject.model.evaluations, ""
    begin, own, every = time.perf_counter(), time.process_time(), cpu_seconds()
    try:
        job.check.measure(subject, evidence, job.params)
    except NotApplicable as nothing:
        why = nothing.reason
    seconds, cpu = time.perf_counter() - begin, max(cpu_seconds() - every, 0.01)
    inside = max(0.0, cpu - (time.process_time() - own))
    return Cost(seconds, timed.seconds, cpu, inside, subject.model.evaluations - before), why


def line(name: str, cost: Cost, rate: tuple[float, float]) -> str:
    """A line of the table."""
    told = f"  {name:22} {cost.seconds:6.2f} s {cost.cpu:6.2f} cpu s {cost.rows:9,} rows"
    if not cost.rows:
        return told
    shares = cost.model / cost.seconds, cost.model_cpu / cost.cpu
    whole = cost.rows / cost.seconds / rate[0], cost.rows / cost.cpu / rate[1]
    return f"{told}  model {shares[0]:4.0%} {shares[1]:4.0%} cpu  of the bare door {whole[0]:4.0%} {whole[1]:4.0%} cpu"


def main() -> None:
    """Print the table."""
    order = ordered(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
    opened = open_dataset(order.data)
    model = open_model(order.model, memory_bytes=order.memory_bytes, seconds=900)
    try:
        timed = Timed(model)
        subject = subject_of(order, opened, cast(Model, timed))
        evidence = Evidence({need.name: need.produce(subject) for need in (SCORES, CALIBRATION_SCORES)})
        for rows in (1000, 100):  # the sizes of batches that functions are compiled for
            subject.score(subject.block(subject.test, np.arange(rows)))
        rate, total = bare(subject), np.zeros(5)
        print(f"{len(subject.test):,} test rows; bare door {rate[0]:,.0f} rows/s, {rate[1]:,.0f} rows/cpu s")
        print(model.door.reason)
        for job in behaves(plan(order.policy.policy, CATALOGUE)[0]):
            cost, why = measured(subject, evidence, job, timed)
            total += cost
            print(line(job.check.id, cost, rate), why, flush=True)
        print(line("all of them", Cost(total[0], total[1], total[2], total[3], int(total[4])), rate))
        print("  goals on the credit example: 15 s on 2 cores, 70 %")
    finally:
        model.close()


if __name__ == "__main__":
    main()
