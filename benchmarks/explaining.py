"""What bench_explain.py measures with: models, questions about them, and a door that is timed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
from numpy.typing import NDArray
from processes import cpu_seconds

from auditor.dataset import Dataset, Feature, Target
from auditor.evidence import scores_of
from auditor.explain.attribution import Attribution
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.explained import Explained
from auditor.explain.question import Question
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.output import Output
from auditor.subject import Identity, Subject
from auditor.worker import open_model

BACKGROUNDS = 32
Table = NDArray[Any]


@dataclass
class Timed:
    """A model that counts the seconds spent in it."""

    model: Any
    seconds: float = 0.0

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.model, name)
        if name not in ("evaluate", "gradient"):
            return verb

        def timed(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            answer = verb(*given, **named)
            self.seconds += time.perf_counter() - start
            return answer

        return timed


@dataclass(frozen=True)
class Cost:
    """Of a run: wall and processor seconds (of all processes), and rows sent.

    inside: the share of wall time in the door's verbs. child: the share of processor time in the model's process.
    """

    wall: float
    cpu: float
    inside: float
    child: float
    sent: int


@dataclass
class Goals:
    """What was to be reached."""

    lines: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, name: str, goal: str, measured: str, reached: bool) -> None:
        self.lines.append((name, goal, measured, "reached" if reached else "MISSED"))

    def show(self) -> None:
        print(f"\n{'':66} {'goal':>12} {'measured':>12}")
        for name, goal, measured, word in self.lines:
            print(f"{name:66} {goal:>12} {measured:>12}  {word}")


def cost_of(question: Question, work: Callable[[], Any]) -> tuple[Any, Cost]:
    """What the work gives, and what it cost."""
    door: Any = question.explained.model
    before, door.seconds = door.evaluations, 0.0
    cpu, own, start = cpu_seconds(), time.process_time(), time.perf_counter()
    made = work()
    wall, own, cpu = time.perf_counter() - start, time.process_time() - own, cpu_seconds() - cpu
    return made, Cost(wall, cpu, door.seconds / wall, max(0.0, 1 - own / max(cpu, 1e-9)), door.evaluations - before)


def trained(x: Table, *layers: int) -> keras.Model:
    """A recurrent model of these widths, trained for some seconds on something with interactions in it."""
    odds = x[:, -3:, 0].sum(1) + 0.8 * x[:, -2:, 1].sum(1) + x[:, -1, 2] * x[:, -2, 3] - 1
    y = np.random.default_rng(1).random(len(x)) < 1 / (1 + np.exp(-odds))
    keras.utils.set_random_seed(0)
    recurrent = [keras.layers.LSTM(w, return_sequences=w is not layers[-1]) for w in layers]
    model = keras.Sequential([keras.Input(x.shape[1:], name="sequence"), *recurrent, keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x[:4000], y[:4000], batch_size=128, epochs=4 if x.shape[1] < 10 else 1, verbose=0)
    return model


def asked(model: keras.Model, x: Table, rows: int, folder: Path) -> Question:
    """The question about the first rows, the model behind the door."""
    path = folder / f"{x.shape[1]}.keras"
    model.save(path)
    door = Timed(open_model(path, memory_bytes=4 * 2**30, seconds=3600))
    n, steps, columns = x.shape
    features = tuple(Feature(f"x{i}") for i in range(columns))
    starts = np.arange(n) * steps
    about = {"name": "made", "task": "binary", "target": Target("y"), "features": features, "groups": {}}
    zeros = np.zeros(n)
    data = Dataset(
        **about, values=x.reshape(-1, columns).astype(float), starts=starts, stops=starts + steps, y=zeros,
        entity=np.arange(n), index_time=zeros,
    )  # fmt: skip
    encoder = TableEncoder("sequence", tuple(Pipeline(f.name, ()) for f in features), steps, padding=0.0)
    identity = Identity(name="LSTM", version="1")
    subject = Subject(door, data, data, encoder, Output(kind="probability"), None, identity)
    against = Backgrounds.drawn(data, scores_of(subject, data), BACKGROUNDS, np.random.default_rng(0))
    return Question(subject, data, np.arange(rows), against, Explained.of(subject))


def first(question: Question, count: int) -> Question:
    """The same, about the first rows only."""
    subject, data, backgrounds, explained = (
        question.subject,
        question.data,
        question.backgrounds,
        question.explained,
    )
    return Question(subject, data, np.arange(count), backgrounds, explained)


def line(name: str, question: Question, make: Callable[[Question], Attribution], reference: Table) -> float:
    """Run twice, and print what the second took; gives processor seconds a row at an error of 1 %, by 1/sqrt."""
    make(first(question, 1))
    found, cost = cost_of(question, lambda: make(question))
    error = off(found.values, reference)
    show(name, len(found), cost, error, float(np.abs(found.gap).max()))
    return cost.cpu / len(found) * (error / 0.01) ** 2


def show(name: str, rows: int, cost: Cost, error: float, gap: float) -> None:
    """One line of a table."""
    wall, cpu, sent = 1000 * cost.wall / rows, 1000 * cost.cpu / rows, cost.sent / rows
    each = f"{wall:9.2f} ms/row  cpu {cpu:9.2f}  {sent:10,.0f} evaluations"
    print(f"  {name:44} {each}  error {error:7.1e}  gap {gap:7.1e}  in the model {cost.inside:4.0%}", flush=True)


def off(values: Table, reference: Table) -> float:
    """The mean relative error over rows."""
    reference = reference[: len(values)]
    return float(np.mean(np.linalg.norm(values - reference, axis=1) / np.linalg.norm(reference, axis=1)))


def gradient_explainer(model: keras.Model, question: Question, samples: int) -> Table:
    """shap.GradientExplainer, its gradients taken through the door in large batches."""
    import shap

    against = question.subject.encoder.encode(question.backgrounds.block(question.steps, question.steps))["sequence"]
    inside = shap.GradientExplainer(model, against, batch_size=8192).explainer
    whole = inside.run
    inside.run = lambda out, inputs, x: (
        whole(out, inputs, x) if out is inside.model else [question.explained.gradient({"sequence": x[0]})["sequence"]]
    )
    rows = question.subject.encoder.encode(question.data.block(question.rows))["sequence"]
    return np.asarray(inside.shap_values(rows, nsamples=samples, rseed=0)).reshape(len(rows), -1)
