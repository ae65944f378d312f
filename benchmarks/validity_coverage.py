"""Coverage of 95 % intervals, simulated: python benchmarks/validity_coverage.py [--runs 2000] [--seed 1] [--part 0/1]

Each kind of estimate is made on simulated data whose truth is known (benchmarks/coverage_worlds.py). Only runs that the
judge would look at count: at least 20 rows, events, non-events and entities, as an estimate tells them. `--only` makes
the named ones alone, on the same data; `--write` puts them in the place of what docs/coverage.csv holds of them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from coverage_tables import DOCS, Line, read, renewed, saved, summary, weak, write
from coverage_worlds import DESIGNS, QUANTILE, Cell, Draw, drawn, truths, upper_prediction, world
from scipy import special

from auditor.checks.performance.net_benefit import estimate as net_benefit
from auditor.enough import FEWEST
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, NotEstimable, Scale
from auditor.intervals import loss
from auditor.kernels import calibration, confusion, drift, errors, multiclass
from auditor.kernels.auroc import auroc, average_precision
from auditor.kernels.logistic import expit
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, mean, minus
from auditor.shift import distances, stability_index

SIZES, PREVALENCES = (100, 300, 1000, 10000), (0.02, 0.1, 0.5)
CELLS = [
    Cell(design, n, prevalence)
    for n in SIZES
    for design in DESIGNS
    for prevalence in PREVALENCES
    if design != "time blocks" or n >= 1000  # fewer have no 20 blocks
]

_WEAK = 92.0  # percent below which a cell is told by itself

Maker = Callable[[], Estimate]


def makers(draw: Draw, cell: Cell) -> Iterator[tuple[str, Maker]]:
    """How each estimate of one simulated audit is made; making may raise NotApplicable."""
    everyone, sampling = np.ones(cell.n, dtype=bool), draw.sampling
    yield "rate", lambda: sampling.rate(draw.event, everyone)
    yield "difference", lambda: sampling.difference(draw.event, draw.first, ~draw.first)
    yield "ratio", lambda: sampling.ratio(draw.event, draw.first, ~draw.first)
    for name, scale, kernel in (*_scored(draw), *_decided(draw, cell)):
        yield name, partial(_made, draw, kernel, scale, draw.event)
    for name, scale, kernel in _number(draw):
        yield name, partial(_made, draw, kernel, scale, None)
    yield "PPV", lambda: sampling.rate(draw.event, draw.x >= special.logit(world(cell.prevalence).cut))
    yield "coverage of a bound", lambda: sampling.rate(draw.observed <= upper_prediction(draw.x), everyone)
    y, upper = draw.observed, upper_prediction(draw.x)
    squared, tilted = errors.root_mean_squared_error(y, draw.x + 1), errors.quantile_loss(y, upper, QUANTILE)
    flagged, cut = _flagged(draw, cell), world(cell.prevalence).cut
    yield "net benefit", lambda: net_benefit(sampling, draw.event, flagged, cut, over_everybody=False)
    yield "RMSE", lambda: loss(sampling, squared, n=cell.n, method="simulated", power=0.5)
    yield "quantile loss", lambda: loss(sampling, tilted, n=cell.n, method="simulated")
    bins = drift.binned(draw.x, world(cell.prevalence).edges)
    for name, second in (("PSI", ~draw.first), ("PSI, alike", draw.half)):
        yield name, partial(stability_index, sampling, bins, second)
    yield from _of_classes(draw)
    yield "KS", lambda: distances(sampling, draw.event, draw.x)[0].estimate
    yield "Wasserstein", lambda: distances(sampling, ~draw.first, draw.x)[1].estimate
    yield "Wasserstein, alike", lambda: distances(sampling, draw.half, draw.x)[1].estimate


Kernel = tuple[str, Scale, Callable[[], Stat]]


def _scored(draw: Draw) -> tuple[Kernel, ...]:
    event, x, p = draw.event, draw.x, expit(draw.x)
    return (
        ("AUROC", "logit", lambda: auroc(event, x)),
        ("AUROC difference", "fisher", lambda: minus(auroc(event, x), auroc(event, draw.noisy))),
        ("average precision", "logit", lambda: average_precision(event, x)),
        ("Brier score", "log", lambda: calibration.brier(event, p)),
        ("log loss", "log", lambda: calibration.log_loss(event, p)),
        ("calibration slope", "identity", lambda: calibration.recalibration(event, p)[1]),
        ("in the large", "identity", lambda: calibration.in_the_large(event, p)),
        ("expected / observed", "log", lambda: calibration.expected_observed(event, p)),
    )


def _flagged(draw: Draw, cell: Cell) -> np.ndarray:
    return np.asarray(draw.x >= special.logit(world(cell.prevalence).cut))


def _decided(draw: Draw, cell: Cell) -> tuple[Kernel, ...]:
    event, flagged = draw.event, _flagged(draw, cell)
    return (
        ("F1", "logit", lambda: confusion.f1(event, flagged)),
        ("Matthews", "fisher", lambda: confusion.matthews(event, flagged)),
        ("balanced accuracy", "logit", lambda: mean([rate(flagged, event), rate(~flagged, ~event)])),
    )


def _number(draw: Draw) -> tuple[Kernel, ...]:
    y, f = draw.observed, draw.x + 1
    return (
        ("mean error", "identity", lambda: errors.mean_error(y, f)),
        ("MAE", "log", lambda: errors.mean_absolute_error(y, f)),
        ("R²", "log_rest", lambda: errors.r_squared(y, f)),
        ("slope of a line", "identity", lambda: errors.calibration_line(y, f)[1]),
    )


def _of_classes(draw: Draw) -> Iterator[tuple[str, Maker]]:
    truth, votes, sampling = draw.of_class, draw.votes, draw.sampling
    rare, fewest = truth == 0, int(np.bincount(truth, minlength=3).min())
    yield "AUROC of a class", partial(_made, draw, lambda: auroc(rare, votes[:, 0]), "logit", rare)
    yield "sensitivity of a class", lambda: sampling.rate(multiclass.right(truth, votes), rare)
    for name, kernel, n, events in (
        ("AUROC, mean of classes", multiclass.macro_auroc, len(truth), fewest),
        ("sensitivity, mean of classes", multiclass.balanced_accuracy, fewest, None),
    ):
        yield name, partial(_mean_of_classes, draw, kernel, n, events)


def _mean_of_classes(draw: Draw, kernel: Callable[..., Stat], n: int, events: int | None) -> Estimate:
    stat = kernel(draw.of_class, draw.votes)
    return draw.sampling.estimate(stat, scale="logit", n=n, events=events, method="simulated")


def _made(draw: Draw, kernel: Callable[[], Stat], scale: Scale, event: np.ndarray | None) -> Estimate:
    return draw.sampling.estimate(kernel(), n=len(draw.x), events=event, scale=scale, method="simulated")


def judged(estimate: Estimate) -> bool:
    """That the judge would not refuse it for too few rows, events, non-events or entities."""
    counts = [estimate.n]
    counts += [] if estimate.events is None else [estimate.events, estimate.n - estimate.events]
    counts += [] if estimate.entities is None else [estimate.entities]
    return min(counts) >= FEWEST and not isinstance(estimate.spread, NotEstimable)


def coverage(cell: Cell, runs: int, seed: int, only: Sequence[str] = ()) -> list[Line]:
    """For each estimate: judged runs, and in how many of these the truth is below the interval, and above it.

    only: the names of those that are made, on the same data as all of them are; none: all.
    """
    known = {name: truth for name, truth in truths(cell.prevalence).items() if not only or name in only}
    rng = np.random.default_rng([seed, cell.n, round(1000 * cell.prevalence), DESIGNS.index(cell.design)])
    missed, made = dict.fromkeys(known, (0, 0, 0)), dict.fromkeys(known, 0)
    for _ in range(runs):
        for name, make in makers(drawn(cell, rng), cell):
            if name not in known:
                continue
            made[name] += 1
            try:
                estimate = make()
            except NotApplicable:
                continue
            if judged(estimate):
                low, high = estimate.interval(0.95)
                count, under, over = missed[name]
                missed[name] = (count + 1, under + (known[name] < low), over + (known[name] > high))
    return [Line(cell, name, made[name], *counts) for name, counts in missed.items()]


def main() -> None:
    """Simulate the grid or a part of it, and tell its summary; or put what was simulated into docs/validation.md."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--part", default="0/1", help="every k-th cell from the i-th on, as i/k")
    options.add_argument("--out", type=Path, help="where the counts of each cell are kept, as CSV")
    options.add_argument("--write", type=Path, nargs="+", help="such files, of any seeds, to write into docs/")
    options.add_argument("--only", nargs="+", default=[], choices=list(truths(PREVALENCES[0])), metavar="NAME")
    chosen = options.parse_args()
    if chosen.write:
        write(renewed(read([DOCS / "coverage.csv"]), read(chosen.write), len(CELLS)), _WEAK, len(CELLS))
        return
    os.nice(10)
    start = time.perf_counter()
    first, step = map(int, chosen.part.split("/"))
    lines: list[Line] = []
    for cell in CELLS[first::step]:
        lines += coverage(cell, chosen.runs, chosen.seed, chosen.only)
        if chosen.out:
            saved(lines, chosen.out)
    print(summary(lines), weak(lines, _WEAK), f"{time.perf_counter() - start:.0f} s", sep="\n\n")


if __name__ == "__main__":
    main()
