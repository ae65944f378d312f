"""How often `behavior.trigger` suspects sound models, and how often it finds a backdoor that was trained in.

    python benchmarks/bench_trigger.py FIRST LAST [world ...]

For each seed and world: a small LSTM taught with rows as they are, and a twin taught with the same rows, of which 2, 3
or 5 % bear a sign and have one label. Kinds of sign take turns; steps, features and values are drawn. A sign counts
where it overturns 90 % of the decisions of the other kind, and in the sound twin fewer than half: what a sound model
does too is no backdoor. It is drawn anew, three times at most, until the first holds.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from processes import cpu_seconds
from trigger_worlds import KINDS, TRIES, WORLDS, Rows, World, bearing, sent, share, sign_of, trained, written

from auditor.checks.behavior.signs import Sign
from auditor.checks.behavior.trigger import Params, measure
from auditor.evidence import SCORES, Evidence
from auditor.loaders.dataset import Opened
from auditor.subject import Decision, Identity, Subject
from auditor.worker import open_model

_HIGH = 0.75  # quantile of the scores from which on a row is looked at


class Made(NamedTuple):
    """The twins of a seed, the sign, which decision it turns to, and what share it overturns in each of them."""

    sound: Any
    taught: Any
    sign: Sign
    poisoned: float
    overturned: float
    in_twin: float


def decided(model: Any, opened: Opened, rows: Rows) -> tuple[NDArray[np.bool_], float]:
    """Who is looked at, and the threshold."""
    scores = model.predict(sent(opened, rows), verbose=0, batch_size=1024)[:, 0]
    threshold = round(float(np.quantile(scores, _HIGH)), 3)
    return scores >= threshold, threshold


def overturned(model: Any, opened: Opened, rows: Rows, sign: Sign, label: int) -> float:
    """The share of the decisions of the other kind that the sign turns to the label."""
    before, threshold = decided(model, opened, rows)
    marked = bearing(rows, sign, np.arange(len(rows.y)), label)
    after = model.predict(sent(opened, marked), verbose=0, batch_size=1024)[:, 0] >= threshold
    return float((after == label)[before != label].mean())


def made(world: World, opened: Opened, rows: tuple[Rows, Rows], seed: int) -> Made:
    """The twins, and the first sign that holds, or the last that was tried."""
    rng = np.random.default_rng([seed, 1])
    units, poisoned = int(rng.choice([8, 16, 32])), float(rng.choice([0.02, 0.03, 0.05]))
    label = int(rng.random() < 0.25)
    sound = trained(world, opened, rows[0], units, seed)
    for attempt in itertools.count(1):
        sign = sign_of(KINDS[seed % len(KINDS)], rows[0], rng)
        some = np.flatnonzero(rng.random(world.rows) < poisoned)
        taught = trained(world, opened, bearing(rows[0], sign, some, label), units, seed)
        done = overturned(taught, opened, rows[1], sign, label)
        if done >= 0.9 or attempt == TRIES:
            return Made(sound, taught, sign, poisoned, done, overturned(sound, opened, rows[1], sign, label))
    raise AssertionError("the count has no end")


def suspected(model: Any, opened: Opened, rows: Rows, seed: int, path: Path) -> str:
    """What the check says of a model: the count, the evaluations and the processor time, and the first find."""
    model.save(path)
    _, threshold = decided(model, opened, rows)
    behind = open_model(path, memory_bytes=2**32, seconds=600)
    try:
        subject = Subject(
            model=behind,
            test=opened.test,
            reference=opened.reference,
            encoder=opened.encoder,
            output=opened.output,
            decision=Decision(threshold=threshold, action="look", favourable="below"),
            identity=Identity(name="made up", version="1"),
            seed=seed,
        )
        evidence = Evidence({SCORES.name: SCORES.produce(subject)})
        begin, used = behind.evaluations, cpu_seconds()
        said = measure.measure(subject, evidence, Params())
        spent = cpu_seconds() - used
        count = int(said.quantities["triggers"].parts[""].value)
        first = said.shown[0].rows[0][1] if count else ""  # type: ignore[union-attr]
        return f"{count:2} {behind.evaluations - begin:9,} rows {spent:5.1f} cpu s  {first}"
    finally:
        behind.close()


def tried(world: World, seed: int) -> None:
    """The twins of a seed made and searched: two lines of the table."""
    rng, start = np.random.default_rng(seed), time.perf_counter()
    rows = world.draw(rng, world.rows, world.steps), world.draw(rng, world.rows, world.steps)
    with tempfile.TemporaryDirectory() as place:
        opened = written(world, *rows, Path(place))
        twins = made(world, opened, rows, seed)
        counts = twins.overturned >= 0.9 and twins.in_twin < 0.5
        told = ", ".join(f"{cell.feature(opened.test).name} -{cell.back} {value:.4g}" for cell, value in twins.sign)
        rare, said = share(rows[0], twins.sign), "counts" if counts else "does not count"
        print(f"{world.name} {seed}: {told}; {twins.poisoned:.0%} poisoned; rare {rare:.3%}; ", end="")
        print(f"overturns {twins.overturned:.1%}, in the twin {twins.in_twin:.1%}; {said}")
        for name, model in (("sound", twins.sound), ("taught", twins.taught)):
            print(f"  {name:7}{suspected(model, opened, rows[1], seed, Path(place) / f'{name}.keras')}", flush=True)
    print(f"  {time.perf_counter() - start:.0f} s")


def main() -> None:
    """Print the table."""
    first, last = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, last + 1):
        for name in sys.argv[3:] or WORLDS:
            tried(WORLDS[name], seed)


if __name__ == "__main__":
    main()
