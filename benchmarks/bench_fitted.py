"""Checks that fit models, at their declared sample sizes: python benchmarks/bench_fitted.py [audit.yaml]

The challenger, the search for weak segments, the classifier that tells two samples apart, and the proxies of every
attribute, with default parameters, the audited model's scores computed before. Goal on the credit example: 30 s.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.app.opening import subject_of
from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.errors import NotApplicable
from auditor.evidence import REFERENCE_SCORES, SCORES, Evidence
from auditor.loaders.dataset import open_dataset
from auditor.subject import Subject
from auditor.worker import open_model

EXAMPLE = Path(__file__).parent.parent / "examples" / "uci_credit" / "audit.yaml"
FITTED = ("performance.challenger", "performance.segments", "data.drift", "bias.proxy")


def asked(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each check with its parameters: those of bias once for each attribute."""
    for name in FITTED:
        if name.startswith("bias."):
            yield from ((name, {"attribute": attribute}) for attribute in subject.test.groups)
        else:
            yield name, {}


def main() -> None:
    """Print the time of each by the clock and of the processors, and how many rows it took."""
    order = ordered(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
    opened = open_dataset(order.data)
    model = open_model(order.model, memory_bytes=order.memory_bytes, seconds=900)
    try:
        subject = subject_of(order, opened, model)
        evidence = Evidence({need.name: need.produce(subject) for need in (SCORES, REFERENCE_SCORES)})
        clock, cpu = 0.0, 0.0
        for name, params in asked(subject):
            check, began, used = CATALOGUE[name], time.perf_counter(), time.process_time()
            try:
                sampled = check.measure(subject, evidence, check.params.model_validate(params)).sampled
                told = f"{sampled.n:,} of {sampled.of:,} rows" if sampled else "all rows"
            except NotApplicable as reason:
                told = f"not applicable: {reason}"
            spent, own = time.perf_counter() - began, time.process_time() - used
            clock, cpu = clock + spent, cpu + own
            print(f"  {spent:6.2f} s {own:6.2f} cpu s  {name} {params.get('attribute', '')}  {told}", flush=True)
        print(f"{len(subject.test):,} test rows, all of them: {clock:.1f} s by the clock, {cpu:.1f} of the processors")
    finally:
        model.close()


if __name__ == "__main__":
    main()
