"""Simultaneous coverage over many groups: python benchmarks/validity_joint.py [--runs 2000] [--seed 1] [--write]

No group differs from another, and a requirement says so. Every audit in which the judge lets any pair of groups fail is
a false alarm: with intervals widened by max-t, by Bonferroni, or not at all.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special
from written import replaced

from auditor.checks.bias.contrasts import ByGroup
from auditor.checks.bias.differences import difference_of_rates, difference_of_stats, of_stat, rates
from auditor.checks.groups import Compared
from auditor.judge import assess
from auditor.kernels.auroc import auroc
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.policy import Limit, Requirement, Statistics
from auditor.record import Documentation, Measured
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]
Floats = NDArray[np.floating]
DOC = Path(__file__).parent.parent / "docs" / "validation.md"
START, END = "<!-- joint: written by benchmarks/validity_joint.py -->", "<!-- joint: end -->"
GROUPS = (4, 6, 8)
DESIGNS: dict[str, int | None] = {  # how many entities
    "rows": None,
    "400 entities, each in one group": 400,
    "40 entities, each in every group": 40,
}
ROWS, PREVALENCE, FOUND = 2400, 0.25, 0.6  # FOUND: sensitivity, in every group
DISTANCE, SHARED = 1.2, 0.3  # of the scores of the outcomes; share of the score's variance that rows of an entity share
KINDS = ("difference of sensitivity", "difference of AUROC")
WIDENED: tuple[Literal["max-t", "bonferroni"], ...] = ("max-t", "bonferroni")


@dataclass(frozen=True, eq=False)
class Draw:
    """One simulated test set, in which the group (n,) means nothing."""

    sampling: Sampling
    event: Mask
    score: Floats
    group: NDArray[np.integer]


def drawn(design: str, groups: int, rng: np.random.Generator) -> Draw:
    """Groups and entities differ in size: the largest group has twice the rows of the smallest."""
    share = np.linspace(2.0, 1.0, groups)
    share /= share.sum()
    event, entities = rng.random(ROWS) < PREVALENCE, DESIGNS[design]
    if entities is None:
        sampling, group = Sampling(None, "rows", ROWS), rng.choice(groups, ROWS, p=share)
        return Draw(sampling, event, DISTANCE * event + rng.normal(size=ROWS), group)
    size = rng.gamma(4.0, size=entities)
    codes = np.unique(rng.choice(entities, ROWS, p=size / size.sum()), return_inverse=True)[1]
    sampling = Sampling(codes, "entities", int(codes.max()) + 1)
    common = rng.normal(size=sampling.clusters)[codes]
    group = rng.choice(groups, sampling.clusters, p=share)[codes]
    if "every" in design:
        group = rng.choice(groups, ROWS, p=share)
    own = np.sqrt(1 - SHARED) * rng.normal(size=ROWS)
    return Draw(sampling, event, DISTANCE * event + np.sqrt(SHARED) * common + own, group)


def differences(draw: Draw, kind: str) -> Quantity:
    """How all pairs of groups differ, as the checks of bias measure it."""
    found = ByGroup(draw.sampling, "pairs")
    groups = {f"group {code}": draw.group == code for code in range(int(draw.group.max()) + 1)}
    if kind == "difference of sensitivity":
        hit = draw.score >= DISTANCE - special.ndtri(FOUND)
        rows = {name: draw.event & members for name, members in groups.items()}
        found.add(Compared(rows, {}, {}), rates(draw.sampling, hit, "rows with the outcome"))
        gaps = found.gaps(difference_of_rates)
    else:
        area = of_stat(draw.sampling, lambda rows: auroc(draw.event[rows], draw.score[rows]), "", "logit", draw.event)
        found.add(Compared(groups, {}, {}), area)
        gaps = found.gaps(difference_of_stats(draw.sampling, ""))
    return Quantity(parts={}) if gaps is None else gaps


def failed(quantity: Quantity, multiplicity: Literal["max-t", "bonferroni"]) -> str:
    """The status of the requirement that no pair of groups differs: it never passes, and fails where it should not."""
    entry = Measured(
        check="simulated",
        params={},
        documentation=Documentation(title="", measures="", why="", blind_to=""),
        meanings={"difference": Meaning(title="Difference", better="target")},
        status="measured",
        measurement=Measurement(quantities={"difference": quantity}),
    )
    limit = Limit(quantity="difference", between=(0.0, 0.0))
    asked = Requirement(id="T-1", text="No pair differs.", check="simulated", severity="major", limit=limit)
    return assess(asked, "", entry, Statistics(multiplicity=multiplicity), 0).status


def alarms(design: str, groups: int, kind: str, runs: int, seed: int) -> dict[str, float]:
    """Percent of audits with a false alarm: of any pair after widening, and of any pair without; and of how many."""
    rng = np.random.default_rng([seed, groups, list(DESIGNS).index(design), KINDS.index(kind)])
    counts = dict.fromkeys((*WIDENED, "not widened"), 0)
    for _ in range(runs):
        quantity = differences(drawn(design, groups, rng), kind)
        for multiplicity in WIDENED:
            counts[multiplicity] += failed(quantity, multiplicity) == "fail"
        plain = [estimate.interval(0.95) for estimate in quantity.parts.values()]
        counts["not widened"] += any(low > 0 or high < 0 for low, high in plain)
    return {name: 100 * count / runs for name, count in counts.items()}


def table(runs: int, seed: int) -> Iterator[str]:
    """Every cell, in Markdown."""
    yield f"| what | rows from | groups | pairs | {' | '.join((*WIDENED, 'not widened'))} |"
    yield f"|---|---|---:|---:|{'---:|' * (len(WIDENED) + 1)}"
    for kind, design, groups in itertools.product(KINDS, DESIGNS, GROUPS):
        shares = " | ".join(f"{share:.1f} %" for share in alarms(design, groups, kind, runs, seed).values())
        yield f"| {kind} | {design} | {groups} | {groups * (groups - 1) // 2} | {shares} |"


def main() -> None:
    """Print the table, and with --write put it into docs/validation.md."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    os.nice(10)
    clock, lines = time.perf_counter(), []
    for line in table(chosen.runs, chosen.seed):
        print(line, flush=True)
        lines.append(line)
    print(f"\n{time.perf_counter() - clock:.0f} s")
    if chosen.write:
        command = f"`python benchmarks/validity_joint.py --runs {chosen.runs} --seed {chosen.seed}`:\n"
        replaced(DOC, START, END, "\n".join([command, *lines]))


if __name__ == "__main__":
    main()
