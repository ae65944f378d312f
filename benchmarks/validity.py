"""How often a shipped policy is wrong: python benchmarks/validity.py [--runs 40] [--seed 1 2] [--write]

Whole policies on sound models (false alarms, inconclusive findings, coverage), faults of practical size planted at
several n (found or not), and findings by the distance of the truth from the limit. --write puts the tables into
docs/validation.md. Several seeds are run one after the other, --runs audits each, and told together. With
OMP_NUM_THREADS=1, or the processes wait for one another's threads.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path

from validity_worlds import FAULTS, SOUND, SPOILED, TRUTH, world
from written import replaced

from auditor.checks import CATALOGUE
from auditor.engine import Budget, plan, run_checks
from auditor.judge import judge
from auditor.loaders.policies import load_policy
from auditor.people import Bound
from auditor.policy import Policy
from auditor.record import Finding
from auditor.subject import Subject
from auditor.verdict import verdict

DOC = Path(__file__).parent.parent / "docs" / "validation.md"
START, END = "<!-- policies: written by benchmarks/validity.py -->", "<!-- policies: end -->"
POLICIES = ("finance/credit-default", "medical/icu-risk")
SIZES = (500, 2000)
DESIGNS = {"500 people": (500, 1), "2000 people": (2000, 1), "500 people, 4 rows each": (2000, 4)}  # rows, rows each
NEAR = {  # requirement -> what is varied, its values, and the truth of the quantity
    "PERF-1": ("auroc", (0.65, 0.67, 0.70, 0.73, 0.75, 0.80), lambda value: value),
    "PERF-2": ("overconfident", (1.6, 1.4, 1.25, 1.1, 1.0), lambda value: 1 / value),
    "FAIR-SEX": ("gap", (0.0, 0.05, 0.10, 0.15, 0.20, 0.30), lambda value: value),
}
NEAR_SIZES = (500, 2000, 5000)
STATUSES = ("pass", "inconclusive", "fail")


class Quiet:
    """Nobody waits for these audits."""

    def begin(self, name: str, at: int, of: int) -> None: ...

    def end(self, name: str, status: str, seconds: float) -> None: ...


def audited(subject: Subject, policy: Policy) -> tuple[Finding, ...]:
    """The findings of every requirement that a check tests; what it covered is in `judged`."""
    jobs, keys = plan(policy, CATALOGUE)
    measured, _ = run_checks(subject, jobs, Budget(10**9, 60.0), Quiet())
    return judge(policy, measured, keys, bound=Bound(model=""), today=datetime.date(2000, 1, 1))


def narrowed(policy: Policy, only: tuple[str, ...] = ()) -> Policy:
    """The policy without what people attest; of some requirements only, where named."""
    kept = tuple(r for r in policy.measured() if not only or r.id in only)
    return policy.model_copy(update={"requirements": kept})


def of_runs(runs: int, seeds: Sequence[int], beyond: int = 0) -> list[int]:
    """The random seed of each world: as many runs of every seed."""
    return [seed * 100_003 + beyond + run for seed in seeds for run in range(runs)]


def sound(name: str, worlds: list[int], pool: Executor) -> Iterator[str]:
    """Whole audits of sound models: false alarms of each design, and what became of each requirement."""
    policy = narrowed(load_policy(name, CATALOGUE).policy)
    yield f"\n### `{name}` on sound models\n"
    yield from ("| test data | audits | any finding fails | verdict FAIL |", "|---|---:|---:|---:|")
    audits: dict[str, list[tuple[Finding, ...]]] = {}
    for words, (n, each) in DESIGNS.items():
        task = partial(one_sound, policy, n, each)
        audits[words] = found = list(pool.map(task, worlds))
        alarms = sum(any(finding.status == "fail" for finding in findings) for findings in found)
        fails = sum(verdict(findings)[0] == "FAIL" for findings in found)
        yield f"| {words} | {len(worlds)} | {_share(alarms, len(worlds))} | {_share(fails, len(worlds))} |"
    head = " | ".join(f"{words} | holds" for words in DESIGNS)
    yield "\nPass / inconclusive / fail, and how many intervals of parts hold the truth, where it is known.\n"
    yield f"| requirement | check | {head} |"
    yield f"|---|---|{'---:|' * 2 * len(DESIGNS)}"
    for at, requirement in enumerate(policy.requirements):
        cells = [_cell([findings[at] for findings in found]) for found in audits.values()]
        yield f"| {requirement.id} | `{requirement.check}` | {' | '.join(cells)} |"


def one_sound(policy: Policy, n: int, each: int, seed: int) -> tuple[Finding, ...]:
    """The findings about one sound model."""
    return audited(world(n, seed, SPOILED["split by time"], rows_per_entity=each), policy)


def _cell(findings: list[Finding]) -> str:
    count = Counter(finding.status for finding in findings)
    if count["not_applicable"] == len(findings):
        return "not applicable | –"
    held = [holds for finding in findings for holds in _held(finding)]
    shares = " / ".join(_share(count[status], len(findings)) for status in STATUSES)
    return f"{shares} | {_share(sum(held), len(held)) if held else '–'}"


def _held(finding: Finding) -> list[bool]:
    """Whether the interval of each part, as it is printed, holds the truth, where the truth is known."""
    limit = finding.requirement.limit
    if limit is None or limit.quantity not in TRUTH:
        return []
    truth = TRUTH[limit.quantity]
    return [
        (part.low is None or part.low <= truth) and (part.high is None or truth <= part.high) for part in finding.judged
    ]


def power(worlds: list[int], pool: Executor) -> Iterator[str]:
    """Planted faults: how often what must find them fails."""
    policy = load_policy(POLICIES[0], CATALOGUE).policy
    yield from ("\n### Planted faults\n", f"| fault | found by | {' | '.join(f'n = {n}' for n in SIZES)} |")
    yield f"|---|---|{'---:|' * len(SIZES)}"
    for at, fault in enumerate(FAULTS):
        some = narrowed(policy, fault.finds)
        shares = []
        for n in SIZES:
            found = sum(pool.map(partial(one_fault, at, some, n), worlds))
            shares.append(_share(found, len(worlds)))
        yield f"| {fault.name} | `{some.requirements[0].check}` | {' | '.join(shares)} |"


def one_fault(at: int, policy: Policy, n: int, seed: int) -> bool:
    """Whether a fault is found in one world."""
    fault = FAULTS[at]
    return any(finding.status == "fail" for finding in audited(world(n, seed, fault.spoil, **fault.asked), policy))


def distances(worlds: list[int], pool: Executor) -> Iterator[str]:
    """Findings where the truth is near a limit, inside and outside. The blockers are judged as a family."""
    policy = narrowed(load_policy(POLICIES[0], CATALOGUE).policy, tuple(NEAR))
    yield "\n### By the distance of the truth from the limit\n"
    yield "Pass / inconclusive / fail; where the truth is on the limit or inside it, a fail is a false alarm.\n"
    yield f"| requirement | limit | truth | {' | '.join(f'n = {n}' for n in NEAR_SIZES)} |"
    yield f"|---|---|---:|{'---:|' * len(NEAR_SIZES)}"
    for requirement in policy.requirements:
        name, values, truth = NEAR[requirement.id]
        limit = requirement.limit
        told = (
            "" if limit is None else f"{limit.low:g} or more" if limit.high is None else f"{limit.low} to {limit.high}"
        )
        for value in values:
            cells = []
            for n in NEAR_SIZES:
                count = Counter(pool.map(partial(one_near, policy, requirement.id, n, name, value), worlds))
                cells.append(" / ".join(_share(count[status], len(worlds)) for status in STATUSES))
            yield f"| {requirement.id} | {told} | {truth(value):.3g} | {' | '.join(cells)} |"


def one_near(policy: Policy, identifier: str, n: int, name: str, value: float, seed: int) -> str:
    """The status of one requirement in one world."""
    findings = audited(world(n, seed, reference=0, **{name: value}), policy)
    return next(finding.status for finding in findings if finding.requirement.id == identifier)


def _share(hits: int, of: int) -> str:
    return f"{100 * hits / of:.0f} %"


def main() -> None:
    """Print the tables, and with --write put them into docs/validation.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    runs, seeds = given.runs, given.seed
    clock, lines = time.monotonic(), []
    with ProcessPoolExecutor(given.jobs) as pool:
        parts = [sound(name, of_runs(runs, seeds), pool) for name in POLICIES]
        parts += [power(of_runs(2 * runs, seeds, 50_000), pool), distances(of_runs(2 * runs, seeds, 70_000), pool)]
        for line in itertools.chain.from_iterable(parts):
            print(line, flush=True)
            lines.append(line)
    print(f"\n{time.monotonic() - clock:.0f} s; the sound model is {dict(SOUND)}")
    if given.write:
        command = f"`OMP_NUM_THREADS=1 python benchmarks/validity.py --runs {runs} --seed {' '.join(map(str, seeds))}`"
        replaced(DOC, START, END, "\n".join([command, *lines]))


if __name__ == "__main__":
    main()
