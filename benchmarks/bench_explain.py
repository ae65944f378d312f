"""Error against time of attributions, ours and of the libraries: python benchmarks/bench_explain.py [rows]

One model (6 steps, 6 features, LSTM(64) and LSTM(32)), one set of rows and 32 backgrounds, and everybody gets the model
through the same door. An error is the mean over rows of |values - reference| / |reference| (root sums of squares). The
reference of expected gradients is the rule with 240 points; that of Shapley values 16,000 pairs of coalitions and
plain regression, which is itself off by about 1 %.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Feature, Target
from auditor.evidence import scores_of
from auditor.explain import drawn
from auditor.explain.attribution import Attribution
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.coalitions import games
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.explained import Explained
from auditor.explain.libraries import kernel_shap, permutation_shap
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.shapley import shapley
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.subject import Identity, Output, Subject
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


def line(name: str, question: Question, make: Callable[[Question], Attribution], reference: Table) -> None:
    """Run, and print time a row, error, largest gap, and the share of the time that is the model's."""
    door: Any = question.explained.model
    make(Question(question.subject, question.data, question.rows[:1], question.backgrounds, question.explained))
    door.seconds, start = 0.0, time.perf_counter()
    found = make(question)
    seconds = time.perf_counter() - start
    show(name, seconds / len(found), off(found.values, reference), np.abs(found.gap).max(), door.seconds / seconds)


def show(name: str, seconds: float, error: float, gap: float, share: float) -> None:
    """One line of the table."""
    print(
        f"  {name:58} {1000 * seconds:10.2f} ms/row   error {error:8.1e}   gap {gap:8.1e}   in the model {share:4.0%}"
    )


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


def path_part(model: keras.Model, question: Question) -> None:
    """Expected gradients."""
    cells = Players.cells(question.data, question.steps)
    reference = expected_gradients(question, cells, tolerance=1e-14, largest=240).values
    print("Expected gradients of 36 cells")
    for tolerance in (1e-2, 1e-3, 1e-4, 1e-6):

        def ours(q: Question, tolerance: float = tolerance) -> Attribution:
            return expected_gradients(q, cells, tolerance=tolerance)

        line(f"auditor, tolerance {tolerance:g}", question, ours, reference)
    few = Question(question.subject, question.data, question.rows[:3], question.backgrounds, question.explained)
    for samples in (200, 2048, 24576):
        door: Any = question.explained.model
        door.seconds, start = 0.0, time.perf_counter()
        values = gradient_explainer(model, few, samples)
        seconds = (time.perf_counter() - start) / 3
        error = off(values, reference)
        show(f"shap.GradientExplainer, {samples} samples", seconds, error, np.nan, door.seconds / seconds / 3)
        print(f"  {'':45} {1000 * seconds * (error / 0.01) ** 2:8.0f} ms/row for 1 % (error falls as 1/sqrt of time)")


def exact_part(question: Question) -> None:
    """Exact Shapley values against the forward pass of as many rows."""
    players, door = Players.features(question.data, question.steps), question.explained.model
    shapley(question, players)
    made: Any = door
    made.seconds, before, start = 0.0, door.evaluations, time.perf_counter()
    shapley(question, players)
    seconds, rows = time.perf_counter() - start, door.evaluations - before
    share = made.seconds / seconds
    sent = np.random.default_rng(0).normal(size=(rows, 6, 6)).astype(np.float32)
    start = time.perf_counter()
    door.evaluate({"sequence": sent})
    bare = time.perf_counter() - start
    told = f"{seconds:.1f} s, a forward pass of {rows:,} rows {bare:.1f} s: {seconds / bare:.2f} × (goal 1.4)"
    print(f"Exact Shapley values of 6 features, {len(question.rows)} rows: {told}; in the model {share:.0%}")


def cells_part(question: Question) -> None:
    """Shapley values of cells."""
    cells = Players.cells(question.data, question.steps)
    game = next(games(question, cells, 1))
    members = drawn.draw(36, 16_000, np.random.default_rng(7))
    played = (game.play(members) - game.play(~members)) / 2
    reference = drawn.regressed(members, played, game.everyone[:, None] - game.nobody)[0].mean(1)
    print("Shapley values of 36 cells")
    for precision in (0.1, 0.05, 0.02):
        line(
            f"auditor, precision {precision:g}",
            question,
            lambda q, p=precision: shapley(q, cells, precision=p),
            reference,
        )
    for coalitions in (512, 2048, 4096):
        name = f"shap.KernelExplainer, {coalitions} coalitions"
        line(name, question, lambda q, c=coalitions: kernel_shap(q, cells, c), reference)
    line("shap.PermutationExplainer, 10 orders", question, lambda q: permutation_shap(q, cells, 10), reference)
    try:
        import shapiq
    except ImportError:
        print("  shapiq is not installed; it would be compared here")
        return
    for kind in ("KernelSHAP", "PermutationSamplingSV"):
        for budget in (512, 2048):
            second_library(shapiq, kind, budget, question, game, reference)


def second_library(shapiq: Any, kind: str, budget: int, question: Question, game: Any, reference: Table) -> None:
    """One of shapiq's approximators on the same game."""
    start, values = time.perf_counter(), []
    for row in range(len(game.portion)):
        approximator = getattr(shapiq.approximator, kind)(n=36, random_state=0)

        def gets(coalitions: Table, row: int = row) -> Table:
            played = game.play(np.atleast_2d(np.asarray(coalitions, dtype=bool)), np.array([row]))[0].mean(1)
            return np.asarray(played - game.nobody.mean())

        values.append(approximator.approximate(budget=budget, game=gets).get_n_order_values(1))
    seconds = (time.perf_counter() - start) / len(values)
    show(f"shapiq {kind}, {budget} coalitions", seconds, off(np.array(values), reference), np.nan, np.nan)


def long_part(folder: Path) -> None:
    """The size of an intensive-care model: 48 steps of 74 inputs."""
    x = np.random.default_rng(0).normal(size=(4000, 48, 74)).astype(np.float32)
    question = asked(trained(x, 64), x, 40, folder)
    cells = Players.cells(question.data, question.steps)
    expected_gradients(question, cells, tolerance=1e-3, largest=7)
    door: Any = question.explained.model
    door.seconds, start = 0.0, time.perf_counter()
    found = expected_gradients(question, cells, tolerance=1e-3, largest=7)
    seconds = time.perf_counter() - start
    share, each = door.seconds / seconds, len(found) / seconds
    print(f"LSTM(64), 48 × 74, 7 points on each path: {each:.0f} rows/s (goal 20), in the model {share:.0%}")
    door.model.close()


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rng = np.random.default_rng(0)
    x = (0.8 * rng.normal(size=(6000, 1, 6)) + 0.6 * rng.normal(size=(6000, 6, 6))).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        model = trained(x, 64, 32)
        question = asked(model, x, rows, Path(folder))
        parts = question.subject, question.data, question.backgrounds, question.explained

        def first(count: int) -> Question:
            return Question(parts[0], parts[1], np.arange(count), parts[2], parts[3])

        path_part(model, first(24))
        exact_part(question)
        cells_part(first(4))
        door: Any = question.explained.model
        door.model.close()
        long_part(Path(folder))


if __name__ == "__main__":
    main()
