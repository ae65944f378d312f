"""Coverage of 95 % intervals, simulated: python benchmarks/validity_coverage.py [--runs 2000] [--seed 1] [--part 0/1]

Each kind of estimate is made on simulated data whose truth is known (benchmarks/coverage_truths.py). Only runs that the
judge would look at count: at least 20 rows, events, non-events and entities, as an estimate tells them. `--only` makes
the named ones alone, on the same data; `--write` puts them in the place of what docs/coverage.csv holds of them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
from coverage_tables import DOCS, Line, read, renewed, saved, summary, weak, write
from coverage_truths import truths
from coverage_worlds import DESIGNS, QUANTILE, Cell, Draw, drawn, upper_prediction, world
from scipy import special

from auditor.checks.performance.net_benefit import estimate as net_benefit
from auditor.enough import FEWEST
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, NotEstimable, Scale
from auditor.intervals import loss
from auditor.kernels import calibration, confusion, drift, errors, multiclass
from auditor.kernels.auroc import auroc, average_precision, gini
from auditor.kernels.logistic import expit
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, mean, minus
from auditor.sampling import Sampling
from auditor.shift import Apart, distances, stability_index

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
    yield from _of_classes(draw)
    yield "KS", lambda: distances(sampling, draw.event, draw.x)[0].estimate
    edges = world(cell.prevalence).edges
    for name, second in (("", ~draw.first), (", alike", draw.half), (", near", ~draw.near)):
        yield from _distances(sampling, draw.x, second, edges, name)
    if (whole := draw.whole) is not None:
        for name, x in ((", by entity", whole.x), (", alike by entity", whole.alike)):
            yield from _distances(whole.sampling, x, whole.second, edges, name)


def _distances(
    sampling: Sampling, x: np.ndarray, second: np.ndarray, edges: np.ndarray, name: str
) -> Iterator[tuple[str, Maker]]:
    yield f"PSI{name}", lambda: stability_index(sampling, drift.binned(x, edges), second)
    both = cache(partial(distances, sampling, second, x))
    if name:
        yield f"KS{name}", partial(_one, both, 0)
    yield f"Wasserstein{name}", partial(_one, both, 1)


def _one(both: Callable[[], tuple[Apart, Apart]], which: int) -> Estimate:
    return both()[which].estimate


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
    rare, said, vote, told = truth == 0, votes.argmax(axis=1) == 0, votes[:, 0], draw.chances[:, 0]
    kernels: tuple[Kernel, ...] = (
        ("AUROC", "logit", lambda: auroc(rare, vote)),
        ("Gini", "fisher", lambda: gini(rare, vote)),
        ("F1", "logit", lambda: confusion.f1(rare, said)),
        ("in the large", "identity", lambda: calibration.in_the_large(rare, told)),
        ("calibration slope", "identity", lambda: calibration.recalibration(rare, told)[1]),
        ("expected / observed", "log", lambda: calibration.expected_observed(rare, told)),
        ("Brier score", "log", lambda: calibration.brier(rare, told)),
    )
    for name, scale, kernel in kernels:
        yield f"{name} of a class", partial(_made, draw, kernel, scale, rare)
    yield "sensitivity of a class", lambda: sampling.rate(said, rare)
    yield "specificity of a class", lambda: sampling.rate(~said, ~rare)
    yield "PPV of a class", lambda: sampling.rate(rare, said)
    yield "NPV of a class", lambda: sampling.rate(~rare, ~said)
    yield "share predicted as a class", lambda: sampling.rate(said, np.ones(len(said), dtype=bool))
    yield "KS of a class", lambda: distances(sampling, rare, vote)[0].estimate
    yield from _over_classes(draw)


def _over_classes(draw: Draw) -> Iterator[tuple[str, Maker]]:
    truth, votes, chosen = draw.of_class, draw.votes, draw.votes.argmax(axis=1)
    fewest = int(np.bincount(truth, minlength=3).min())

    def plain(kernel: Callable[[np.ndarray, int], Stat]) -> Callable[[], Stat]:
        return lambda: mean([kernel(truth == code, code) for code in range(3)])

    def slope(of: np.ndarray, code: int) -> Stat:
        return calibration.recalibration(of, draw.chances[:, code])[1]

    def ratios() -> Stat:
        return calibration.mean_expected_observed([(truth == code, draw.chances[:, code]) for code in range(3)])

    means: tuple[tuple[str, Scale, Callable[[], Stat], int, int | None], ...] = (
        ("AUROC, mean", "logit", lambda: multiclass.macro_auroc(truth, votes), len(truth), fewest),
        ("sensitivity, mean", "logit", lambda: multiclass.balanced_accuracy(truth, votes), fewest, None),
        ("F1, mean", "logit", plain(lambda of, code: confusion.f1(of, chosen == code)), fewest, None),
        ("Matthews", "fisher", lambda: multiclass.multiclass_matthews(truth, chosen), len(truth), fewest),
        ("calibration slope, mean", "identity", plain(slope), len(truth), fewest),
        ("expected / observed, mean", "log", ratios, len(truth), fewest),
    )
    for name, scale, kernel, n, events in means:
        yield f"{name} of classes", partial(_mean_of_classes, draw, kernel, scale, n, events)


def _mean_of_classes(draw: Draw, kernel: Callable[[], Stat], scale: Scale, n: int, events: int | None) -> Estimate:
    found = draw.sampling.estimate(kernel(), scale=scale, n=n, events=events, method="simulated")
    if scale in ("logit", "fisher") or draw.sampling.codes is None:
        return found
    # As performance.calibration has it: the mean rests on the class that is in the fewest entities.
    fewest = min(draw.sampling.structure.contributing(draw.of_class == code) for code in range(3))
    return found.model_copy(update={"entities": fewest})


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
