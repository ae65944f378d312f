"""Error against time of attributions, ours and of the libraries: python benchmarks/bench_explain.py

One model (6 steps, 6 features, LSTM(64) and LSTM(32)), one set of rows and 32 backgrounds, and everybody gets the model
through the same door. An error is the mean over rows of |values - reference| / |reference| (root sums of squares). The
reference of expected gradients is Gauss's rule with 64 points; that of Shapley values 12,000 pairs of coalitions and
plain regression, which is itself off by about 1 %. Times are compared as processor time of all processes, which other
work on the machine disturbs less than time by the wall. A last table says which goals were reached.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from explaining import Cost, Goals, asked, cost_of, first, gradient_explainer, line, off, show, trained  # isort: skip
import keras
import numpy as np
from processes import Peak, resident

from auditor.explain import drawn
from auditor.explain.attribution import Attribution
from auditor.explain.coalitions import Game, games
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.libraries import kernel_shap, permutation_shap
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.shapley import shapley


def path_part(model: keras.Model, question: Question, goals: Goals) -> None:
    """Expected gradients."""
    cells = Players.cells(question.data, question.steps)
    reference = by_gauss(question)
    print("Expected gradients of 36 cells")

    def ours(tolerance: float) -> tuple[Attribution, Cost]:
        found, cost = cost_of(question, lambda: expected_gradients(question, cells, tolerance=tolerance))
        gap = float(np.abs(found.gap).max())
        show(f"auditor, tolerance {tolerance:g}", len(found), cost, off(found.values, reference), gap)
        return found, cost

    found, cheapest = min((ours(1e-2) for _ in range(3)), key=lambda made: made[1].cpu)
    for tolerance in (1e-3, 1e-4):
        ours(tolerance)
    whole, cost = ours(1e-6)
    few = first(question, 3)
    for samples in (2048, 24576):
        gradient_explainer(model, first(question, 1), 100)
        values, theirs = cost_of(few, lambda n=samples: gradient_explainer(model, few, n))
        error = off(values, reference)
        show(f"shap.GradientExplainer, {samples} samples", 3, theirs, error, np.nan)
    needed = (error / 0.01) ** 2 / 3
    ratio = needed * theirs.cpu / (cheapest.cpu / len(found))
    by_wall = needed * theirs.wall / (cheapest.wall / len(found))
    name = f"Expected gradients at 1 % error (ours {off(found.values, reference):.1e}) against shap.GradientExplainer"
    goals.add(name, ">= 100 x", f"{ratio:.0f} x", ratio >= 100)
    goals.add("  the same by the wall", ">= 100 x", f"{by_wall:.0f} x", by_wall >= 100)
    gap = float(np.abs(whole.gap).max())
    goals.add("Completeness at the default tolerance", "<= 1e-6", f"{gap:.1e}", gap <= 1e-6)
    shares(goals, cost)


def shares(goals: Goals, cost: Cost) -> None:
    """How much of the engine's time is evaluation of the model, by the clock around the door and by the processes."""
    goals.add("  share of the clock's time in the door's verbs", ">= 70 %", f"{cost.inside:.0%}", cost.inside >= 0.7)
    name = "  share of processor time in the model's process"
    goals.add(name, ">= 70 %", f"{cost.child:.0%}", cost.child >= 0.7)


def by_gauss(question: Question) -> Any:
    """Expected gradients of cells by 64 points on each path, without anything of ours but the door."""
    points, weights = np.polynomial.legendre.leggauss(64)
    subject, steps = question.subject, question.steps
    rows = subject.encoder.encode(question.data.block(question.rows))["sequence"]
    against = subject.encoder.encode(question.backgrounds.block(steps, steps))["sequence"]
    made = []
    for row in rows:
        path = (points[:, None, None, None] + 1) / 2 * (row - against) + against
        slopes = question.explained.gradient({"sequence": path.reshape(-1, *row.shape)})["sequence"]
        slopes = np.tensordot(weights / 2, slopes.reshape(path.shape), axes=1)
        made.append((slopes * (row - against)).mean(0).ravel())
    return np.array(made)


def exact_part(question: Question, goals: Goals) -> None:
    """Exact Shapley values against the forward pass of as many rows."""
    players, door = Players.features(question.data, question.steps), question.explained.model
    shapley(first(question, 20), players)
    before, peak = resident(os.getpid()), Peak(os.getpid())
    shapley(question, players)  # not timed: it may compile, and looking at memory takes a third of a processor
    grown = peak.stop() - before
    runs = [cost_of(question, lambda: shapley(question, players))[1] for _ in "12"]
    made = np.random.default_rng(0).normal(size=(runs[0].sent, 6, 6)).astype(np.float32)
    floor = [cost_of(question, lambda: door.evaluate({"sequence": made}))[1] for _ in "12"]
    cost, bare = (min(each, key=lambda one: one.cpu) for each in (runs, floor))
    print(
        f"Exact Shapley values of 6 features, {len(question.rows)} rows, {cost.sent:,} evaluations: {cost.wall:.1f} s"
    )
    name = f"Exact Shapley values of 6 features, {len(question.rows)} rows, against the bare forward pass"
    goals.add(name, "<= 1.4 x", f"{cost.cpu / bare.cpu:.2f} x", cost.cpu / bare.cpu <= 1.4)
    goals.add("  the same by the wall", "<= 1.4 x", f"{cost.wall / bare.wall:.2f} x", cost.wall / bare.wall <= 1.4)
    shares(goals, cost)
    sent = cost.sent * 36 * 4
    name = f"  memory added by it ({sent / 2**20:.0f} MB of inputs are built)"
    goals.add(name, "<= 160 MB", f"{grown / 2**20:.0f} MB", grown <= 160 * 2**20)


def cells_part(question: Question, goals: Goals) -> None:
    """Shapley values of cells."""
    cells = Players.cells(question.data, question.steps)
    game = next(games(question, cells, 1))
    members = drawn.draw(36, 12_000, np.random.default_rng(7))
    played = (game.play(members) - game.play(~members)) / 2
    reference = drawn.regressed(members, played, game.everyone[:, None] - game.nobody)[0].mean(1)
    print("Shapley values of 36 cells")
    ours = [
        line(f"auditor, precision {p:g}", question, lambda q, p=p: shapley(q, cells, precision=p), reference)
        for p in (0.1, 0.05, 0.02)
    ][-1]
    theirs = [
        line(f"shap.KernelExplainer, {c} coalitions", question, lambda q, c=c: kernel_shap(q, cells, c), reference)
        for c in (512, 2048, 4096)
    ][-1]
    line("shap.PermutationExplainer, 10 orders", question, lambda q: permutation_shap(q, cells, 10), reference)
    name = "Shapley values of 36 cells at 2 % error against shap.KernelExplainer"
    goals.add(name, ">= 3 x", f"{theirs / ours:.1f} x", theirs / ours >= 3)
    best = min(
        second_library(kind, options, budget, question, game, reference)
        for kind, options in _SECOND.items()
        for budget in (2048, 4096)
    )
    name = "  against shapiq, its best approximator here"
    goals.add(name, "a stretch", f"{best / ours:.1f} x", best / ours >= 1)


_SECOND: dict[str, dict[str, bool]] = {
    "KernelSHAP": {"pairing_trick": True},
    "kADDSHAP": {"pairing_trick": True},
    "PermutationSamplingSV": {},
    "StratifiedSamplingSV": {},
}
"""Approximators of shapiq, told to pair coalitions with their complements where they can."""


def second_library(
    kind: str, options: dict[str, bool], budget: int, question: Question, game: Game, reference: Any
) -> float:
    """One of shapiq's approximators on the same game; processor seconds a row at an error of 1 %, by 1/sqrt."""
    import shapiq

    def of_row(row: int) -> Any:
        approximator = getattr(shapiq.approximator, kind)(n=36, random_state=0, **options)

        def gets(coalitions: Any) -> Any:
            played = game.play(np.atleast_2d(np.asarray(coalitions, dtype=bool)), np.array([row]))[0].mean(1)
            return np.asarray(played - game.nobody.mean())

        return approximator.approximate(budget=budget, game=gets).get_n_order_values(1)

    of_row(0)
    rows = range(len(game.portion))
    values, cost = cost_of(question, lambda: np.array([of_row(row) for row in rows]))
    error, gap = off(values, reference), float(np.abs(values.sum(1) - game.everyone + game.nobody.mean()).max())
    show(f"shapiq {kind}, {budget} coalitions", len(values), cost, error, gap)
    return cost.cpu / len(values) * (error / 0.01) ** 2


def long_part(folder: Path, goals: Goals) -> None:
    """The size of an intensive-care model: 48 steps of 74 inputs."""
    x = np.random.default_rng(0).normal(size=(2000, 48, 74)).astype(np.float32)
    model = trained(x, 64)
    question = asked(model, x, 24, folder)
    cells = Players.cells(question.data, question.steps)
    expected_gradients(first(question, 8), cells, tolerance=1, largest=7)
    runs = [cost_of(question, lambda: expected_gradients(question, cells, tolerance=1e-3, largest=7))[1] for _ in "12"]
    best = min(runs, key=lambda cost: cost.cpu)
    floor = bare_gradients(model, x)
    each, paths = len(question.rows) / best.wall, best.sent / len(question.rows)
    print(f"LSTM(64), 48 × 74: {each:.1f} rows/s, {paths:.0f} evaluations a row, {best.cpu:.1f} s of processor time")
    print(f"  a traced gradient by itself, best batch: {floor:,.0f} gradients per second of one processor")
    goals.add("LSTM(64) of 48 × 74, 32 backgrounds, rows/s by the wall", ">= 20", f"{each:.1f}", each >= 20)
    busy = len(question.rows) / best.cpu
    goals.add("  rows per second of one processor's time", "", f"{busy:.1f}", busy >= 20)
    share = best.sent / best.cpu / floor
    name = "  share of bare gradients (traced, no door), by processor time"
    goals.add(name, ">= 70 %", f"{share:.0%}", share >= 0.7)
    shares(goals, best)
    question.explained.model.model.close()


def bare_gradients(model: keras.Model, x: Any) -> float:
    """Gradients per processor second of the traced function in this process, one batch after the other.

    At its best batch, and in its faster pass, as of two runs of the engine the faster counts.
    """
    import tensorflow as tf

    def slopes(rows: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(rows)
            answer = model(rows, training=False)[:, 0]
        return tape.gradient(answer, rows)

    traced = tf.function(slopes, autograph=False).get_concrete_function(tf.TensorSpec((None, *x.shape[1:])))
    best = 0.0
    for batch in (128, 256, 512, 1024):
        batches = [x[at : at + batch] for at in range(0, len(x) - batch + 1, batch)]
        traced(tf.constant(batches[0]))
        for _ in range(3):
            start = time.process_time()
            for rows in batches:
                traced(tf.constant(rows)).numpy()
            best = max(best, len(batches) * batch / (time.process_time() - start))
    return best


def main() -> None:
    rng, goals = np.random.default_rng(0), Goals()
    x = (0.8 * rng.normal(size=(6000, 1, 6)) + 0.6 * rng.normal(size=(6000, 6, 6))).astype(np.float32)
    print("load before:", *(f"{each:.1f}" for each in os.getloadavg()))
    with tempfile.TemporaryDirectory() as folder:
        model = trained(x, 64, 32)
        question = asked(model, x, 500, Path(folder))
        path_part(model, first(question, 24), goals)
        exact_part(question, goals)
        cells_part(first(question, 3), goals)
        question.explained.model.model.close()
        long_part(Path(folder), goals)
    goals.show()
    print("load after:", *(f"{each:.1f}" for each in os.getloadavg()))


if __name__ == "__main__":
    main()
