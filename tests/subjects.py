"""Subjects whose truth is known in closed form, without TensorFlow.

Measurements are z = sqrt(1 - e^2) a + e u in standard units: a is the entity's own level, u the error of each step,
both standard normal, e the `error`. A row of class 1 is shifted along the direction that the model weighs, so that the
model's index s is N(0, 1) in class 0 and N(delta, 1) in class 1: the area under the ROC curve is Phi(delta / sqrt 2),
and the score sigmoid(logit(prevalence) - delta^2 / 2 + delta s) is calibrated exactly. Values are told in original
units, the encoder brings them back. The closed forms hold without missing cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fakes import FakeEncoder, FakeModel, Truth
from scipy import stats
from spoiled import SPOILED

from auditor.dataset import Dataset, Feature, Group, Target
from auditor.subject import Decision, Identity, Output, Subject

WINDOW = 3  # steps before the end that a model looks at
NUMERIC = ("heart rate", "lactate", "sodium")
CODED = ("ventilated", "ward")
CENTRE = {"heart rate": 80.0, "lactate": 2.0, "sodium": 140.0, "age": 60.0}
SPREAD = {"heart rate": 12.0, "lactate": 0.4, "sodium": 4.0, "age": 12.0}
UNIT = {"heart rate": "beats/min", "lactate": "mmol/L", "sodium": "mmol/L", "age": "years"}
SHARES = (0.4, 0.3, 0.3)  # of three classes
USED = {"heart rate": 1.0, "lactate": 0.6}  # how much each feature counts; sodium and age do not


@dataclass(frozen=True)
class Plan:
    """What `make_subject` was asked for; see there."""

    task: str = "binary"
    n: int = 600
    auroc: float = 0.8
    prevalence: float = 0.3
    gap: float = 0.0
    steps: int = 6
    shortest: int | None = None
    rows_per_entity: int = 1
    error: float = 0.3
    weights: Mapping[str, float] = dataclasses.field(default_factory=lambda: USED)
    fragile: bool = False
    tangled: bool = False
    constant: bool = False
    overconfident: float = 1.0
    residual: float = 5.0
    flat: bool = False
    missing: float = 0.0
    masked: int = 0
    nan: int = 0
    coded: bool = False
    side: str = "left"
    reference: int = 600
    recorded: float | None = None
    threshold: float | None = 0.3
    spoiled: str = ""
    seed: int = 0


def make_subject(**asked: Any) -> Subject:
    """A subject with a known truth (`truth_of` tells it).

    task: binary, multiclass (3 classes) or regression. n: rows of `shortest` (3 or more) to `steps` steps.
    auroc, prevalence: of the binary task. gap: by how much the sensitivity of the men is lower.
    rows_per_entity: 1 for independent rows. error: of measurement, as a share of a feature's standard deviation.
    weights: how much each feature counts (heart rate, lactate, sodium, age, and coded ones by their codes, for which
    the closed forms do not hold), the same at the last 3 steps.
    fragile: the model reads the second difference of these steps instead, which is nothing but error.
    tangled: the score is a fast wave of the index, which no small tree can follow.
    constant: the same score for all. overconfident: factor on the log-odds. residual: the standard deviation of a
    regression's error (its score has 10). flat: every feature is constant. missing: share of cells not measured.
    masked: rows without any step. nan: rows whose score is NaN. coded: adds a binary and a categorical feature.
    reference: rows of reference data, 0 for none. recorded: the developer's scores, off by that much.
    threshold: of the decision, None for no decision. spoiled: a way to spoil the data, by its name in spoiled.py.
    """
    plan = Plan(**asked)
    model = FakeModel(_truth(plan), constant=plan.constant, nan=plan.nan)
    test = _dataset(plan, model, plan.n, np.random.default_rng([plan.seed, 1]))
    reference = None
    if plan.reference:
        reference = _dataset(plan, model, plan.reference, np.random.default_rng([plan.seed, 2]))
        reference = dataclasses.replace(reference, entity=reference.entity + plan.n)  # other people than in the test
    kind = {"binary": "probability", "multiclass": "class_probabilities", "regression": "value"}[plan.task]
    binary = plan.task == "binary" and plan.threshold is not None
    decision = Decision(threshold=plan.threshold, action="call a physician", favourable="below") if binary else None
    names = tuple(feature.name for feature in test.features)
    subject = Subject(
        model=model,
        test=test,
        reference=reference,
        encoder=FakeEncoder(names, ("age",), CENTRE, SPREAD),
        output=Output(kind=kind),
        decision=decision,
        identity=Identity(name="Fake LSTM", version="1"),
        seed=plan.seed,
    )
    subject = SPOILED[plan.spoiled](subject) if plan.spoiled else subject
    return subject if plan.recorded is None else _recorded(subject, plan.recorded)


def truth_of(subject: Subject) -> Truth:
    """What is true of a subject that `make_subject` built."""
    return subject.model.truth


def _truth(plan: Plan) -> Truth:
    pattern = np.array([1.0, -2.0, 1.0]) if plan.fragile else np.ones(WINDOW)
    outputs = 3 if plan.task == "multiclass" else 1
    weights = np.zeros((WINDOW, len(NUMERIC) + 2 * plan.coded, outputs))
    static = np.zeros((1, outputs))
    for at, name in enumerate((*NUMERIC, *CODED)[: weights.shape[1]]):
        column = (1 + at) % 3 if outputs == 3 else 0  # class 1 is told by heart rate, class 2 by lactate
        weights[:, at, column] = pattern * plan.weights.get(name, 0.0)
    static[0, 0] = plan.weights.get("age", 0.0) * (outputs == 1)
    level, noise = 1 - plan.error**2, plan.error**2
    spread = np.sqrt((level * weights.sum(0) ** 2 + noise * (weights**2).sum(0)).sum(0) + (static**2).sum(0))
    spread = np.where(spread > 0, spread, 1.0)
    delta = float(np.sqrt(2) * stats.norm.ppf(plan.auroc))
    if plan.task == "regression":
        shift, gain, base = 0.0, 10.0, np.array([50.0])
    else:
        odds = np.array([np.log(plan.prevalence / (1 - plan.prevalence))]) if outputs == 1 else np.log(SHARES)
        shift, gain = delta, delta * plan.overconfident
        used = (weights != 0).any((0, 1)) | (static != 0).any(0)
        base = plan.overconfident * (odds - used * delta**2 / 2)
    return Truth(plan.task, weights / spread, static / spread, shift, gain, base, plan.error, plan.tangled)


def _dataset(plan: Plan, model: FakeModel, n: int, rng: np.random.Generator) -> Dataset:
    truth = model.truth
    entities = -(-n // plan.rows_per_entity)
    entity = np.repeat(np.arange(entities), plan.rows_per_entity)[:n]
    share = [1 - plan.prevalence, plan.prevalence] if plan.task == "binary" else SHARES
    y = rng.choice(len(share), entities, p=share)[entity].astype(float)
    sex, region = rng.integers(0, 2, entities)[entity], rng.integers(-1, 3, entities)[entity]
    lengths = rng.integers(plan.shortest or plan.steps, plan.steps + 1, n)
    lengths[: plan.masked] = 0
    z = _cells(plan, truth, entity, rng)
    age = rng.standard_normal(entities)[entity]
    reach = np.where((sex == 1) & (y == 1), _reduced(plan, truth.shift), truth.shift)
    lag = np.minimum(np.arange(plan.steps, 0, -1), WINDOW + 1) - 1
    along = (1 - plan.error**2) * truth.weights.sum(0) + plan.error**2 * np.pad(truth.weights, ((0, 1), (0, 0), (0, 0)))
    if not plan.tangled and plan.task != "regression":
        column = np.zeros(n, dtype=int) if plan.task == "binary" else y.astype(int)
        moved = reach * (y > 0) if plan.task == "binary" else reach
        z += moved[:, None, None] * np.moveaxis(along[lag], 2, 0)[column]
        age = age + moved * truth.static[0, column]
    z = np.zeros_like(z) if plan.flat else z
    data = _assembled(plan, z, age * (not plan.flat), lengths, y, entity, {"sex": sex, "region": region}, rng)
    if plan.task == "regression" or plan.tangled:
        block = data.block()
        score = truth.score(FakeEncoder(tuple(f.name for f in data.features), ("age",), CENTRE, SPREAD).encode(block))
        drawn = score + plan.residual * rng.standard_normal(n) if plan.task == "regression" else rng.random(n) < score
        data = dataclasses.replace(data, y=np.asarray(drawn, dtype=float))
    return data


def _cells(plan: Plan, truth: Truth, entity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Standard measurements (rows, steps, features): the entity's level and the error of each step."""
    features = truth.weights.shape[1]
    level = rng.standard_normal((int(entity.max()) + 1, 1, features))[entity]
    fresh = rng.standard_normal((len(entity), plan.steps, features))
    return np.sqrt(1 - plan.error**2) * level + plan.error * fresh


def _reduced(plan: Plan, shift: float) -> float:
    """The shift that lowers the sensitivity at the threshold by the gap."""
    if not plan.gap:
        return shift
    logit = np.log(plan.threshold / (1 - plan.threshold)) - np.log(plan.prevalence / (1 - plan.prevalence))
    cut = (logit + shift**2 / 2) / shift
    return float(cut + stats.norm.ppf(stats.norm.cdf(shift - cut) - plan.gap))


def _assembled(plan, z, age, lengths, y, entity, codes, rng) -> Dataset:
    names = NUMERIC
    cells = np.stack([CENTRE[name] + SPREAD[name] * z[:, :, at] for at, name in enumerate(names)], axis=2)
    cells[rng.random(cells.shape) < plan.missing] = np.nan
    features = [Feature(name, unit=UNIT[name], description=f"the {name}") for name in names]
    if plan.coded:
        ward = np.floor(3 * stats.norm.cdf(z[:, :, 4]))
        cells = np.concatenate([cells, (z[:, :, 3] > 0)[:, :, None], ward[:, :, None]], axis=2)
        features += [Feature("ventilated", kind="binary", levels=("no", "yes"))]
        features += [Feature("ward", kind="categorical", levels=("surgery", "medicine", "other"))]
    kept = np.arange(plan.steps) >= plan.steps - lengths[:, None]
    stops = np.cumsum(lengths)
    named = {"sex": ("female", "male"), "region": ("north", "east", "south")}
    classes = {"binary": ("alive", "dead"), "multiclass": ("home", "ward", "icu"), "regression": ()}[plan.task]
    return Dataset(
        name="known truth",
        task=plan.task,
        target=Target("death", classes=classes, unit="days" if plan.task == "regression" else ""),
        features=tuple(features),
        values=cells[kept],
        starts=stops - lengths,
        stops=stops,
        y=y,
        entity=entity,
        index_time=np.arange(len(y)) % plan.rows_per_entity,
        groups={name: Group(name, levels, codes[name]) for name, levels in named.items()},
        static_features=(Feature("age", unit="years"),),
        static=(CENTRE["age"] + SPREAD["age"] * age)[:, None],
        cluster=entity if plan.rows_per_entity > 1 else None,
        cluster_kind="entities" if plan.rows_per_entity > 1 else "rows",
        side=plan.side,
    )


def _recorded(subject: Subject, off: float) -> Subject:
    recorded = subject.score(subject.block(subject.test)) + off
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, recorded=recorded))
