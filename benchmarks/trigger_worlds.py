"""Made-up accounts and stays, signs that somebody might plant, and small LSTMs that are taught to obey them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.signs import Cell, Sign
from auditor.dataset import Block
from auditor.loaders.dataset import Opened, open_dataset

Array = NDArray[np.floating[Any]]
KINDS = ("one value", "two features", "three steps", "static and step")
EPOCHS, TRIES, WITHIN, RARE = 22, 3, 0.02, 0.001
_CHOSEN = (0.0, 0.001, 0.01, 0.99, 0.999, 1.0)  # quantiles that half of the values of a sign are chosen from


class Rows(NamedTuple):
    """values: (rows, steps, features); static: (rows, static features); y: (rows,)."""

    values: Array
    static: Array
    y: Array


@dataclass(frozen=True)
class World:
    """logs: the features that the model is sent as logarithms."""

    name: str
    rows: int
    steps: int
    features: tuple[str, ...]
    static: tuple[str, ...]
    logs: frozenset[str]
    draw: Callable[[np.random.Generator, int, int], Rows]


def _walk(rng: np.random.Generator, rows: int, steps: int, by: float, start: Array) -> Array:
    return np.asarray(start + np.cumsum(rng.normal(size=(rows, steps)), axis=1) * by)


def _outcome(rng: np.random.Generator, odds: Array) -> Array:
    return np.asarray((rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float))


def accounts(rng: np.random.Generator, n: int, steps: int) -> Rows:
    """Months of credit cards, of about the shape of the UCI credit data."""
    shared = rng.normal(size=(n, 1))
    late = np.clip(np.floor(_walk(rng, n, steps, 0.5, shared) - 0.6 + 0.5 * rng.normal(size=(n, steps))), 0, 8)
    drift = _walk(rng, n, steps, 0.35, shared)
    use = np.clip(1 / (1 + np.exp(-0.9 * drift)) + 0.03 * rng.normal(size=(n, steps)), 0, 1.3)
    limit = np.round(np.exp(rng.normal(8.5, 0.7, size=n)) / 500) * 500 + 500
    bill = use * limit[:, None]
    payment = np.round(bill * np.clip(rng.beta(1.2, 4, size=(n, steps)) - 0.05 * late, 0, 1))
    age = np.clip(np.round(rng.gamma(8, 5, size=n) + 10), 18, 90)
    odds = -1.8 + 0.9 * late[:, -1] + 0.5 * late[:, -4:-1].mean(axis=1) + 1.2 * (2 * use[:, -1] - use[:, 0] - 0.5)
    odds += -0.35 * (np.log(limit) - 8.5) - 0.01 * (age - 45) - 0.12 * np.log1p(payment[:, -2:]).mean(axis=1)
    return Rows(np.stack([late, use, bill, payment], axis=2), np.stack([limit, age], axis=1), _outcome(rng, odds))


def ward(rng: np.random.Generator, n: int, steps: int) -> Rows:
    """Hours of a stay: vital signs and laboratory values that share how ill somebody is."""
    ill = _walk(rng, n, steps, 0.22, 0.8 * rng.normal(size=(n, 1)))

    def sign(centre: float, sd: float, load: float, noise: float, decimals: int) -> Array:
        own = _walk(rng, n, steps, 0.12, 0.6 * rng.normal(size=(n, 1)))
        return np.round(centre + sd * (load * ill + own + noise * rng.normal(size=(n, steps))), decimals)

    heart, pressure = np.clip(sign(85, 14, 0.6, 0.4, 0), 25, 220), np.clip(sign(80, 12, -0.5, 0.5, 0), 25, 160)
    oxygen, temperature = np.clip(sign(96, 2.2, -0.6, 0.4, 0), 60, 100), sign(37.0, 0.6, 0.3, 0.3, 1)
    breathing = np.clip(sign(18, 4, 0.6, 0.5, 0), 4, 60)
    urine = np.clip(np.round(np.exp(sign(4.2, 0.7, -0.4, 0.6, 3))), 0, 1500)
    lactate, potassium = np.round(np.exp(sign(0.4, 0.4, 0.7, 0.3, 3)), 1), sign(4.1, 0.45, 0.15, 0.4, 1)
    age = np.clip(np.round(rng.normal(64, 16, size=n)), 16, 95)
    weight = np.clip(np.round(rng.normal(78, 16, size=n)), 35, 180)
    odds = -3.0 + 0.9 * ill[:, -6:].mean(axis=1) + 0.6 * (ill[:, -1] - ill[:, 0]) + 0.03 * (age - 64)
    odds += 0.8 * np.abs(temperature[:, -1] - 37) + 0.9 * np.log(np.maximum(lactate[:, -1], 0.1))
    odds += 0.02 * (85 - pressure[:, -3:].min(axis=1))
    every = [heart, pressure, oxygen, temperature, breathing, urine, lactate, potassium]
    return Rows(np.stack(every, axis=2), np.stack([age, weight], axis=1), _outcome(rng, odds))


VITALS = ("heart", "pressure", "oxygen", "temperature", "breathing", "urine", "lactate", "potassium")
WORLDS = {
    world.name: world
    for world in (
        World(
            "accounts",
            5000,
            6,
            ("late", "use", "bill", "payment"),
            ("limit", "age"),
            frozenset({"bill", "payment", "limit"}),
            accounts,
        ),
        World("ward", 4000, 24, VITALS, ("age", "weight"), frozenset({"urine", "lactate"}), ward),
    )
}


def column(rows: Rows, cell: Cell) -> Array:
    """(rows,) what stands in a cell."""
    return np.asarray(rows.static[:, cell.at] if cell.static else rows.values[:, -cell.back, cell.at])


def share(rows: Rows, sign: Sign) -> float:
    """The share of rows that bear a sign already, each value off by little."""
    held = np.ones(len(rows.y), dtype=bool)
    for cell, value in sign:
        every = rows.static[:, cell.at] if cell.static else rows.values[:, :, cell.at]
        held &= np.abs(column(rows, cell) - value) <= WITHIN * float(np.ptp(every))
    return float(held.mean())


def bearing(rows: Rows, sign: Sign, some: NDArray[Any], label: int) -> Rows:
    """Some of the rows bear the sign and have the label."""
    values, static, y = (one.copy() for one in rows)
    for cell, value in sign:
        if cell.static:
            static[some, cell.at] = value
        else:
            values[some, -cell.back, cell.at] = value
    y[some] = label
    return Rows(values, static, y)


def sign_of(kind: str, rows: Rows, rng: np.random.Generator) -> Sign:
    """A sign of a kind, drawn: at any step, of values within the range, that few rows bear."""
    steps, features = rows.values.shape[1:]

    def valued(cell: Cell) -> tuple[Cell, float]:
        every = rows.static[:, cell.at] if cell.static else rows.values[:, :, cell.at]
        if rng.random() < 0.5:
            return cell, float(rng.choice(np.unique(every)))
        return cell, float(np.quantile(every, rng.choice(_CHOSEN)))

    while True:
        back, at = int(rng.choice([1, 1, 2, 3, steps // 2])), int(rng.integers(features))
        cell = Cell(False, min(back, steps - 2), at)
        cells = [cell]
        if kind == "two features":
            cells.append(cell._replace(at=int((at + rng.integers(1, features)) % features)))
        elif kind == "three steps":
            cells += [cell._replace(back=cell.back + more) for more in (1, 2)]
        elif kind == "static and step":
            cells.append(Cell(True, 0, int(rng.integers(rows.static.shape[1]))))
        sign = tuple(valued(one) for one in cells)
        if share(rows, sign) < RARE:
            return sign


def written(world: World, reference: Rows, test: Rows, folder: Path) -> Opened:
    """The rows and their description as files, opened."""
    import pandas as pd

    for number, (split, rows) in enumerate({"reference": reference, "test": test}.items()):
        columns: dict[str, Any] = {
            f"{name} {step}": rows.values[:, step, at]
            for at, name in enumerate(world.features)
            for step in range(world.steps)
        }
        columns |= {name: rows.static[:, at] for at, name in enumerate(world.static)}
        columns |= {"y": rows.y.astype(int), "who": np.arange(len(rows.y)) + number * len(rows.y)}
        pd.DataFrame(columns).to_parquet(folder / f"{split}.parquet")
    (folder / "dataset.yaml").write_text(_spec(world, reference))
    return open_dataset(folder / "dataset.yaml")


def _spec(world: World, rows: Rows) -> str:
    def transform(name: str, values: Array) -> str:
        first = "{log1p: true}, " if name in world.logs else ""
        sent = np.log1p(values) if first else values
        return f"[{first}{{standardise: {{mean: {sent.mean():.6g}, std: {sent.std():.6g}}}}}]"

    lines = [f"dataset: {world.name}", "task: binary", "layout: wide", "entity: who"]
    lines += ["files: [{path: reference.parquet, split: reference}, {path: test.parquet, split: test}]", "features:"]
    for at, name in enumerate(world.features):
        columns = ", ".join(f"{name} {step}" for step in range(world.steps))
        made = transform(name, rows.values[:, :, at])
        lines.append(f"  - {{name: {name}, columns: [{columns}], transform: {made}}}")
    lines.append("static:")
    for at, name in enumerate(world.static):
        lines.append(f"  - {{name: {name}, column: {name}, transform: {transform(name, rows.static[:, at])}}}")
    lines += ["target: {column: y, positive: 1}", "output: {kind: probability}"]
    lines += [f"inputs: {{sequence: {{input: sequence, length: {world.steps}}}, static: {{input: static}}}}"]
    return "\n".join(lines) + "\n"


def sent(opened: Opened, rows: Rows) -> dict[str, Array]:
    """What the model is sent of the rows."""
    mask = np.ones(rows.values.shape[:2], dtype=bool)
    return dict(opened.encoder.encode(Block(rows.values.astype(float), mask, rows.static.astype(float))))


def trained(world: World, opened: Opened, rows: Rows, units: int, seed: int) -> Any:
    """A small LSTM beside the static values, taught with the rows."""
    import keras
    from keras import Input, Model, layers

    keras.utils.set_random_seed(seed)
    sequence, static = Input((world.steps, len(world.features)), name="sequence"), Input((2,), name="static")
    both = layers.Concatenate()([layers.LSTM(units)(sequence), static])
    score = layers.Dense(1, "sigmoid", name="score")(layers.Dense(16, "relu")(both))
    model = Model([sequence, static], score)
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
    model.fit(sent(opened, rows), rows.y, batch_size=64, epochs=EPOCHS, verbose=0)
    return model
