"""Coverage of 95 % intervals, simulated: python benchmarks/validity_coverage.py [--runs 500] [--seed 1] [--write]

A score x is normal, a little apart in two groups; the outcome has P(event | x) = expit(a + 0.8 x) exactly, so the truth
of every estimate is an integral over x. Rows of an entity share a part of x, and, by a Gaussian copula, a part of the
outcome. Only runs that the judge would look at count: at least 20 rows, events, non-events and entities, as an estimate
tells them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from auditor.errors import NotApplicable
from auditor.estimate import Estimate, NotEstimable
from auditor.judge import FEWEST
from auditor.kernels.auroc import auroc
from auditor.kernels.calibration import brier, recalibration
from auditor.kernels.logistic import expit
from auditor.sampling import Sampling

Floats = NDArray[np.floating]
Truth = dict[str, float]

DOC = Path(__file__).parent.parent / "docs" / "validation.md"
START, END = "<!-- coverage: written by benchmarks/validity_coverage.py -->", "<!-- coverage: end -->"
SIZES, PREVALENCES = (100, 250, 1000, 5000), (0.02, 0.1, 0.3, 0.5)
DESIGNS = ("rows", "entities of 5", "30 entities")
SLOPE, SPREAD, APART = 0.8, 1.2, 0.5  # calibration slope; standard deviation of x; distance of the groups' means
SHARED_SCORE, SHARED_OUTCOME = 0.5, 0.3  # correlation within an entity
NAMES = ("rate", "difference", "AUROC", "Brier score", "calibration slope")
FEWEST_RUNS = 100  # judged runs below which a cell shows no coverage


@dataclass(frozen=True)
class Cell:
    """One line of the table."""

    design: str
    n: int
    prevalence: float


def populations(prevalence: float) -> tuple[float, float, Truth]:
    """Mean of x, intercept a, and the truth of every estimate, by integration."""
    mean = float(special.logit(prevalence))
    x = np.linspace(mean - 9 * SPREAD, mean + 9 * SPREAD, 6001)
    groups = [np.exp(-0.5 * ((x - mean + side * APART / 2) / SPREAD) ** 2) for side in (-1, 1)]
    first, second = (group / group.sum() for group in groups)
    weight = (first + second) / 2
    a = float(optimize.brentq(lambda a: weight @ expit(a + SLOPE * x) - prevalence, -20, 20))
    p, score = expit(a + SLOPE * x), expit(x)
    case, control = weight * p / prevalence, weight * (1 - p) / (1 - prevalence)
    truth = {
        "rate": prevalence,
        "difference": float((first - second) @ p),
        "AUROC": float(case @ (np.cumsum(control) - control / 2)),
        "Brier score": float(weight @ (p * (1 - score) ** 2 + (1 - p) * score**2)),
        "calibration slope": SLOPE,
    }
    return mean, a, truth


def sampled(cell: Cell, rng: np.random.Generator) -> Sampling:
    """Which entity each row belongs to; entities differ in size."""
    if cell.design == "rows":
        return Sampling(None, "rows", cell.n)
    entities = cell.n // 5 if cell.design == "entities of 5" else 30
    share = rng.gamma(4.0, size=entities)
    codes = np.unique(rng.choice(entities, cell.n, p=share / share.sum()), return_inverse=True)[1]
    return Sampling(codes, "entities", int(codes.max()) + 1)


def drawn(sampling: Sampling, n: int, mean: float, a: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Group, outcome and x of n rows."""

    def correlated(share: float) -> Floats:
        if sampling.codes is None:
            return rng.normal(size=n)
        common = rng.normal(size=sampling.clusters)[sampling.codes]
        return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * rng.normal(size=n))

    first = rng.random(n) < 0.5
    x = mean + np.where(first, APART / 2, -APART / 2) + SPREAD * correlated(SHARED_SCORE)
    event = special.ndtr(correlated(SHARED_OUTCOME)) < expit(a + SLOPE * x)
    return first, event, x


def estimates(cell: Cell, mean: float, a: float, rng: np.random.Generator) -> Iterator[tuple[str, Estimate]]:
    """Every estimate of one simulated audit that can be formed."""
    sampling = sampled(cell, rng)
    first, event, x = drawn(sampling, cell.n, mean, a, rng)
    score, events = expit(x), int(event.sum())
    everyone = np.ones(cell.n, dtype=bool)
    yield "rate", sampling.rate(event, everyone)
    yield "difference", sampling.difference(event, first, ~first)
    yield "Brier score", sampling.estimate(brier(event, score), n=cell.n, events=events, scale="log", method="mean")
    try:
        area, (_, slope) = auroc(event, score), recalibration(event, score)
    except NotApplicable:
        return
    yield "AUROC", sampling.estimate(area, n=cell.n, events=events, scale="logit", method="DeLong")
    yield "calibration slope", sampling.estimate(slope, n=cell.n, events=events, method="sandwich")


def judged(estimate: Estimate) -> bool:
    """That the judge would not refuse it for too few rows, events, non-events or entities."""
    counts = [estimate.n]
    counts += [] if estimate.events is None else [estimate.events, estimate.n - estimate.events]
    counts += [] if estimate.entities is None else [estimate.entities]
    return min(counts) >= FEWEST and not isinstance(estimate.spread, NotEstimable)


def coverage(cell: Cell, runs: int, seed: int) -> dict[str, tuple[float, int]]:
    """For each estimate, the share of judged runs whose interval holds the truth, and how many were judged."""
    mean, a, truth = populations(cell.prevalence)
    rng = np.random.default_rng([seed, cell.n, round(1000 * cell.prevalence), DESIGNS.index(cell.design)])
    held: dict[str, list[bool]] = {name: [] for name in NAMES}
    for _ in range(runs):
        for name, estimate in estimates(cell, mean, a, rng):
            if judged(estimate):
                low, high = estimate.interval(0.95)
                held[name].append(low <= truth[name] <= high)
    return {name: (float(np.mean(inside)) if inside else np.nan, len(inside)) for name, inside in held.items()}


def shown(share: float, judged_runs: int, runs: int) -> str:
    """A cell of the table; the share of judged runs stands beside it where it is not all."""
    if judged_runs < FEWEST_RUNS:
        return "–"
    part = "" if judged_runs == runs else f" ({100 * judged_runs / runs:.0f} %)"
    return f"{100 * share:.1f}{part}"


def table(results: dict[Cell, dict[str, tuple[float, int]]], runs: int) -> str:
    """The results in Markdown, with their mean and minimum."""
    lines = [
        "| rows from | n | prevalence | " + " | ".join(NAMES) + " |",
        "|---|---:|---:" + "|---:" * len(NAMES) + "|",
    ]
    for cell, result in results.items():
        cells = " | ".join(shown(*result[name], runs) for name in NAMES)
        lines.append(f"| {cell.design} | {cell.n} | {cell.prevalence:.0%} | {cells} |")
    for word, of in (("mean", np.mean), ("minimum", np.min)):
        enough = {name: [r[name][0] for r in results.values() if r[name][1] >= FEWEST_RUNS] for name in NAMES}
        lines.append(f"| **{word}** | | | " + " | ".join(f"**{100 * of(enough[name]):.1f}**" for name in NAMES) + " |")
    return "\n".join(lines)


def main() -> None:
    """Simulate the grid, print the table, and write it into docs/validation.md where asked."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", action="store_true", help="write the table into docs/validation.md")
    chosen = options.parse_args()
    os.nice(10)
    start = time.perf_counter()
    cells = [Cell(design, n, prevalence) for design in DESIGNS for n in SIZES for prevalence in PREVALENCES]
    results = {cell: coverage(cell, chosen.runs, chosen.seed) for cell in cells}
    command = f"python benchmarks/validity_coverage.py --runs {chosen.runs} --seed {chosen.seed}"
    text = f"`{command}`: {chosen.runs} runs a cell.\n\n{table(results, chosen.runs)}"
    print(text, f"\n\n{time.perf_counter() - start:.0f} s")
    if chosen.write:
        before, _, rest = DOC.read_text(encoding="utf-8").partition(START)
        after = rest.partition(END)[2]
        DOC.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
