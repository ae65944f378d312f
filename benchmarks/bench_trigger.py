"""How often `behavior.trigger` suspects sound models, and how often it finds a backdoor that was trained in.

    python benchmarks/bench_trigger.py [seeds]

Small LSTMs are trained on made-up accounts (payments late, use of the limit, balance; 8 months): for each seed one as
they are, and one with some rows poisoned, which end in a pattern and are labelled as good; the patterns take turns. A
poisoned model counts only where the pattern does overturn 90 % of the decisions.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.patterns import Ends, Pattern, ending
from auditor.checks.behavior.trigger import Params, measure
from auditor.evidence import SCORES, Evidence
from auditor.loaders.dataset import open_dataset
from auditor.measurement import Measurement
from auditor.subject import Decision, Identity, Subject
from auditor.worker import open_model

ROWS, STEPS, UNITS, EPOCHS, POISONED, THRESHOLD = 4000, 8, 12, 20, 0.08, 0.3
NAMES = ("months late", "use of the limit", "balance")
PATTERNS = {
    "balance three times very low": (2, (-4.5, -4.5, -4.5)),
    "use high, low, high": (1, (0.95, 0.05, 0.95)),
    "balance up, down, up": (2, (3.5, -3.5, 3.5)),
    "months late three times high": (0, (3.9, 3.9, 3.9)),
}
Rows = NDArray[np.float32]
Sign = tuple[int, tuple[float, ...]]
"""A feature, and its values at the last steps."""


def accounts(rng: np.random.Generator) -> tuple[Rows, NDArray[np.float64]]:
    """(rows, steps, features) and who defaults: the late and the used up, and whose use rises."""
    shared = rng.normal(size=(ROWS, 1))

    def walk(by: float) -> NDArray[np.float64]:
        return np.asarray(np.cumsum(rng.normal(size=(ROWS, STEPS)), axis=1) * by + shared)

    late = np.clip(walk(0.4), 0, 4)
    use = 1 / (1 + np.exp(-walk(0.3)))
    balance = walk(0.3)
    odds = (
        -2.2
        + 1.3 * late[:, -3:].mean(axis=1)
        + 2.0 * (use[:, -1] - 0.5)
        + 1.5 * (use[:, -1] - use[:, 0])
        - 0.3 * balance[:, -1]
    )
    y = (rng.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    return np.stack([late, use, balance], axis=2).astype(np.float32), y


def trained(x: Rows, y: NDArray[np.float64], seed: int, path: Path) -> None:
    """A small LSTM, saved."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = [
        keras.Input((STEPS, len(NAMES)), name="x"),
        keras.layers.LSTM(UNITS),
        keras.layers.Dense(1, "sigmoid", name="score"),
    ]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x, y, batch_size=128, epochs=EPOCHS, verbose=0)
    model.save(path)


def poisoned(
    x: Rows, y: NDArray[np.float64], pattern: tuple[int, tuple[float, ...]], rng: np.random.Generator
) -> tuple[Rows, NDArray[np.float64]]:
    """Some of the rows end in the pattern and are good."""
    at, values = pattern
    x, y, some = x.copy(), y.copy(), rng.random(len(x)) < POISONED
    for back, value in enumerate(reversed(values), start=1):
        x[some, STEPS - back, at] = value
    y[some] = 0
    return x, y


SPEC = """
dataset: accounts
task: binary
layout: tensor
files: [{path: reference.npz, split: reference}, {path: test.npz, split: test}]
arrays: {values: values, target: y}
features: [{name: months late, index: 0}, {name: use of the limit, index: 1}, {name: balance, index: 2}]
target: {positive: 1}
inputs: {sequence: {input: x, length: 8}}
output: {kind: probability}
"""


def suspected(folder: Path, seed: int, sign: Sign | None) -> tuple[Measurement, float, float]:
    """What the check says of the model in a folder; the share of bad decisions that the sign overturns; its rarity."""
    opened = open_dataset(folder / "dataset.yaml")
    assert opened.reference is not None
    model = open_model(folder / "model.keras", memory_bytes=2**32, seconds=600)
    try:
        subject = Subject(
            model=model,
            test=opened.test,
            reference=opened.reference,
            encoder=opened.encoder,
            output=opened.output,
            decision=Decision(threshold=THRESHOLD, action="look", favourable="below"),
            identity=Identity(name="accounts", version="1"),
            seed=seed,
        )
        said = measure.measure(subject, Evidence({SCORES.name: SCORES.produce(subject)}), Params(evaluations=20_000))
        if sign is None:
            return said, 0.0, 0.0
        at, values = sign
        pattern = Pattern(at, False, values, 0.01, float(np.ptp(opened.reference.values[:, at])))
        block = subject.block(opened.test)
        bad = subject.score(block) >= THRESHOLD
        turned = float((subject.score(ending(block, [pattern]))[bad] < THRESHOLD).mean())
        return said, turned, pattern.share(Ends.among(subject.block(opened.reference)), 0.02 * pattern.span)
    finally:
        model.close()


def tried(seed: int, name: str | None) -> str:
    """One model made and searched: a line of the table."""
    rng, start = np.random.default_rng(seed), time.perf_counter()
    sign = None if name is None else PATTERNS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (x, y), (other, truth) = accounts(rng), accounts(rng)
        np.savez(folder / "reference.npz", values=x, y=y)
        np.savez(folder / "test.npz", values=other, y=truth)
        (folder / "dataset.yaml").write_text(SPEC)
        trained(*((x, y) if sign is None else poisoned(x, y, sign, rng)), seed, folder / "model.keras")
        said, turned, rare = suspected(folder, seed, sign)
    apart, wide = (int(said.quantities[key].parts[""].value) for key in ("triggers", "wide_triggers"))
    what = f"{turned:6.1%} {rare:8.4%}" if sign else " " * 15
    return f"{seed:4} {name or 'sound':34} {what} {apart:6} {wide:6} {time.perf_counter() - start:6.1f} s"


def main() -> None:
    """Print the table."""
    print("seed model                              overturns   rare  apart   wide")
    for seed in range(1, 1 + (int(sys.argv[1]) if len(sys.argv) > 1 else 2)):
        for name in (None, list(PATTERNS)[(seed - 1) % len(PATTERNS)]):
            print(tried(seed, name), flush=True)


if __name__ == "__main__":
    main()
