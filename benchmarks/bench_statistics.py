"""Time and memory of the checks that only count: python benchmarks/bench_statistics.py [rows ...]

All checks of performance, data and bias that fit no model and ask none, on simulated rows with four attributes, their
scores already computed; then the same figures by a bootstrap loop over scikit-learn and fairlearn, which must agree.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from typing import Any

import numpy as np

from auditor.checks import CATALOGUE
from auditor.dataset import Dataset, Feature, Group, Target
from auditor.errors import NotApplicable
from auditor.evidence import Evidence
from auditor.measurement import Measurement
from auditor.subject import Decision, Identity, Output, Subject

STEPS = 6
ATTRIBUTES = {"sex": 2, "region": 4, "age band": 5, "insurer": 3}
FAMILIES = ("performance", "data", "bias")
# These fit models or ask the audited one; they have a declared sample and a budget of their own.
OTHERS = {
    "performance.challenger": "fits two models",
    "performance.segments": "fits a tree",
    "data.drift": "fits a classifier that tells the two samples apart",
    "performance.history": "asks the model for scores of prefixes",
    "bias.counterfactual_flip": "asks the model for scores of changed rows",
    "bias.proxy": "fits models",
}
PARAMS: dict[str, dict[str, Any]] = {
    "performance.alerts": {"units_per_day": 24, "label": "ahead"},
    "performance.over_time": {"one_clock": True},
    "performance.migration": {"one_clock": True},
    "data.time_order": {"one_clock": True},
    "data.representativeness": {"attribute": "sex", "shares": {"level 0": 0.5, "level 1": 0.5}},
}
RESAMPLES, TIMED = 1000, 10  # what an interval takes; how many of them are timed


class NoModel:
    """Stands where a model is: asking it is an error."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a check that should only count asked the model for '{name}'")


class NoEncoder:
    """Stands where the transforms are."""

    columns: dict[str, Any] = {}
    width = STEPS


def data(rows: int, seed: int) -> tuple[Dataset, np.ndarray]:
    """A data set of two rows an entity, and scores that are near the truth."""
    rng = np.random.default_rng(seed)
    entity = np.arange(rows) // 2
    x = rng.normal(size=rows // 2 + 1)[entity] + rng.normal(size=rows)
    score = 1 / (1 + np.exp(1.5 - x))
    values = (x[:, None, None] + rng.normal(size=(rows, STEPS, 3))).reshape(rows * STEPS, 3)
    stops = STEPS * np.arange(1, rows + 1)
    groups = {
        name: Group(name, tuple(f"level {k}" for k in range(count)), rng.integers(0, count, rows // 2 + 1)[entity])
        for name, count in ATTRIBUTES.items()
    }
    made = Dataset(
        name="simulated",
        task="binary",
        target=Target("default", classes=("no", "yes")),
        features=tuple(Feature(name, unit="mmol/L", low=-50, high=50) for name in ("a", "b", "c")),
        values=values,
        starts=stops - STEPS,
        stops=stops,
        y=(rng.random(rows) < score).astype(float),
        entity=entity,
        index_time=np.arange(rows) % 2,
        groups=groups,
        recorded=score,
        cluster=entity,
        cluster_kind="entities",
    )
    return made, score


def audited(rows: int) -> tuple[Subject, Evidence]:
    """A subject without a model, and the evidence that it would have given."""
    (test, scores), (reference, others) = data(rows, 1), data(rows, 2)
    subject = Subject(
        model=NoModel(),  # type: ignore[arg-type]
        test=test,
        reference=reference,
        encoder=NoEncoder(),  # type: ignore[arg-type]
        output=Output(kind="probability"),
        decision=Decision(threshold=0.3, action="refuse", favourable="below"),
        identity=Identity(name="none", version="0"),
    )
    return subject, Evidence({"scores": scores, "reference scores": others, "forecasts": np.empty((rows, 0))})


def measured(subject: Subject, evidence: Evidence) -> tuple[dict[str, float], dict[str, Measurement]]:
    """Processor seconds of each check (of the bias family: for each attribute), and what it found."""
    seconds, found = {}, {}
    for name, check in CATALOGUE.items():
        if check.family not in FAMILIES or name in OTHERS:
            continue
        for attribute in ATTRIBUTES if check.family == "bias" else [""]:
            params = PARAMS.get(name, {"attribute": attribute} if attribute else {})
            key, start = f"{name} {attribute}".strip(), time.process_time()
            try:
                found[key] = check.measure(subject, evidence, check.params(**params))
            except NotApplicable as reason:
                print(f"  {key}: not applicable: {reason}")
            seconds[key] = time.process_time() - start
    return seconds, found


def loop(subject: Subject, evidence: Evidence, resamples: int) -> dict[str, float]:
    """The figures by scikit-learn and fairlearn, once for the data and once for each resample."""
    from fairlearn import metrics as fair
    from sklearn import metrics

    y, score = subject.test.y, evidence._produced["scores"]  # noqa: SLF001 - the loop stands beside the checks
    rng, figures = np.random.default_rng(0), {}
    for resample in range(resamples + 1):
        at = np.arange(len(y)) if resample == 0 else rng.integers(0, len(y), len(y))
        event, p, flagged = y[at], score[at], score[at] >= 0.3
        one = {
            "auroc": metrics.roc_auc_score(event, p),
            "average precision": metrics.average_precision_score(event, p),
            "brier": metrics.brier_score_loss(event, p),
            "log loss": metrics.log_loss(event, p),
            "f1": metrics.f1_score(event, flagged),
            "matthews": metrics.matthews_corrcoef(event, flagged),
        }
        rates = {
            "selected": fair.selection_rate,
            "sensitivity": fair.true_positive_rate,
            "alarms": fair.false_positive_rate,
        }
        for attribute, group in subject.test.groups.items():
            frame = fair.MetricFrame(metrics=rates, y_true=event, y_pred=flagged, sensitive_features=group.codes[at])
            for (level, name), value in frame.by_group.stack().items():
                one[f"{name} {attribute} level {level}"] = float(value)
        figures = figures or one
    return figures


def compare(subject: Subject, evidence: Evidence, found: dict[str, Measurement], ours: float) -> None:
    """The time of the loop against ours, and that both tell the same."""
    start = time.process_time()
    figures = loop(subject, evidence, TIMED)
    each = (time.process_time() - start) / (TIMED + 1)
    told = {
        "auroc": found["performance.discrimination"].quantities["auroc"].parts[""].value,
        "average precision": found["performance.discrimination"].quantities["average_precision"].parts[""].value,
        "brier": found["performance.calibration"].quantities["brier"].parts[""].value,
        "log loss": found["performance.calibration"].quantities["log_loss"].parts[""].value,
        "f1": found["performance.threshold"].quantities["f1"].parts[""].value,
        "matthews": found["performance.threshold"].quantities["mcc"].parts[""].value,
    }
    for attribute in ATTRIBUTES:
        for level, estimate in found[f"bias.equal_opportunity {attribute}"].quantities["sensitivity"].parts.items():
            told[f"sensitivity {attribute} {level}"] = estimate.value
    apart = max(abs(figures[name] - value) for name, value in told.items())
    print(f"  loop of {RESAMPLES} resamples: {each * RESAMPLES:.0f} s, {each * RESAMPLES / ours:.0f} times ours")
    print(f"  {len(told)} figures agree to {apart:.1e}")
    assert apart < 1e-9


def main() -> None:
    """30,000 and 1,000,000 rows, or those given."""
    os.nice(10)
    for rows in [int(text) for text in sys.argv[1:]] or [30_000, 1_000_000]:
        subject, evidence = audited(rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        seconds, found = measured(subject, evidence)
        wall = time.perf_counter() - start
        above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20
        total = sum(seconds.values())
        print(
            f"{rows} rows, {len(seconds)} runs of checks: {total:.1f} s of processor, {wall:.1f} s by the clock,"
            f" {above:.2f} GiB above the data"
        )
        for name, spent in sorted(seconds.items(), key=lambda item: -item[1])[:8]:
            print(f"  {spent:6.2f} s  {name}")
        if rows <= 100_000:
            compare(subject, evidence, found, total)


if __name__ == "__main__":
    main()
