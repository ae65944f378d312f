"""Every check of behavior on the credit example: python benchmarks/bench_behavior.py [audit.yaml]

The model is compiled before. Seconds, evaluations, and evaluations a second as a share of the bare door on rows that
are encoded already. The door itself is measured against the forward pass in bench_door.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.checks.check import Check
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.loaders.dataset import open_dataset
from auditor.subject import Identity, Subject
from auditor.worker import open_model

EXAMPLE = Path(__file__).parent.parent / "examples" / "uci_credit" / "audit.yaml"
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "behavior.direction": {"expectations": [{"feature": "repayment status", "does": "raises", "step": 1}]},
}


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


def measured(subject: Subject, evidence: Evidence, check: Check) -> tuple[float, int, str]:
    """Seconds, evaluations, and why there was no measurement."""
    start, before, why = time.perf_counter(), subject.model.evaluations, ""
    try:
        check.measure(subject, evidence, check.params.model_validate(PARAMS.get(check.id, {})))
    except NotApplicable as nothing:
        why = nothing.reason
    return time.perf_counter() - start, subject.model.evaluations - before, why


def main() -> None:
    """Print the table."""
    order = ordered(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
    opened = open_dataset(order.data)
    model = open_model(order.model, memory_bytes=order.memory_bytes, seconds=900)
    subject = Subject(
        model=model,
        test=opened.test,
        reference=opened.reference,
        encoder=opened.encoder,
        output=opened.output,
        decision=order.spec.decision,
        identity=Identity.model_validate(order.spec.model.model_dump(exclude={"file"})),
    )
    evidence = Evidence({SCORES.name: SCORES.produce(subject)})
    rate, total = bare(subject), np.zeros(2)
    print(f"{len(subject.test):,} test rows; bare door {rate:,.0f} rows/s; {model.door.reason}")
    for check in checks():
        seconds, rows, why = measured(subject, evidence, check)
        total += seconds, rows
        share = f"{rows / seconds / rate:6.0%} of the bare door" if rows else ""
        print(f"  {check.id:24} {seconds:6.2f} s {rows:9,} rows {share} {why}")
    print(f"  {'all of them':24} {total[0]:6.2f} s {int(total[1]):9,} rows (goal: 15 s on 2 cores)")
    model.close()


if __name__ == "__main__":
    main()
