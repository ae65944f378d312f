"""Every check of behavior on the credit example: python benchmarks/bench_behavior.py [audit.yaml]

The model is compiled before. Seconds, evaluations, the share of the time that the model itself takes, and evaluations a
second as a share of the bare door on all rows at once, encoded already. The door is measured against the forward pass
in bench_door.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import scipy.special  # noqa: F401 - loaded here, so that the first check does not pay for it

from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.checks.check import Check
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.loaders.dataset import open_dataset
from auditor.model import Model
from auditor.subject import Identity, Subject
from auditor.worker import open_model

EXAMPLE = Path(__file__).parent.parent / "examples" / "uci_credit" / "audit.yaml"
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "behavior.direction": {"expectations": [{"feature": "repayment status", "does": "raises", "step": 1}]},
}


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


def checks() -> Iterator[Check]:
    """Those of the family."""
    return (check for check in CATALOGUE.values() if check.family == "behavior")


def bare(subject: Subject) -> float:
    """Rows a second of the door, on all test rows encoded before; the best of three."""
    inputs = subject.encoder.encode(subject.block(subject.test))
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        subject.model.evaluate(inputs)
        best = max(best, len(subject.test) / (time.perf_counter() - start))
    return best


def measured(subject: Subject, evidence: Evidence, check: Check, timed: Timed) -> tuple[float, float, int, str]:
    """Seconds, those of the model, evaluations, and why there was no measurement."""
    timed.seconds = 0.0
    start, before, why = time.perf_counter(), subject.model.evaluations, ""
    try:
        check.measure(subject, evidence, check.params.model_validate(PARAMS.get(check.id, {})))
    except NotApplicable as nothing:
        why = nothing.reason
    return time.perf_counter() - start, timed.seconds, subject.model.evaluations - before, why


def main() -> None:
    """Print the table."""
    order = ordered(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
    opened = open_dataset(order.data)
    model = open_model(order.model, memory_bytes=order.memory_bytes, seconds=900)
    timed = Timed(model)
    subject = Subject(
        model=cast(Model, timed),
        test=opened.test,
        reference=opened.reference,
        encoder=opened.encoder,
        output=opened.output,
        decision=order.spec.decision,
        identity=Identity.model_validate(order.spec.model.model_dump(exclude={"file"})),
    )
    evidence = Evidence({SCORES.name: SCORES.produce(subject)})
    rate, total = bare(subject), np.zeros(3)
    print(f"{len(subject.test):,} test rows; bare door {rate:,.0f} rows/s; {model.door.reason}")
    for check in checks():
        seconds, inside, rows, why = measured(subject, evidence, check, timed)
        total += seconds, inside, rows
        share = f"{inside / seconds:4.0%} in the model, {rows / seconds / rate:4.0%} of the bare door" if rows else ""
        print(f"  {check.id:24} {seconds:6.2f} s {rows:9,} rows {share} {why}")
    print(f"  {'all of them':24} {total[0]:6.2f} s {int(total[2]):9,} rows, {total[1] / total[0]:.0%} in the model")
    print("  goals on the credit example: 15 s on 2 cores, 70 %")
    model.close()


if __name__ == "__main__":
    main()
