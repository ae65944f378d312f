"""Throughput of the door against the bare forward pass: python benchmarks/bench_door.py [steps features]

The bare pass is the fastest of plain and XLA-compiled, over batch sizes 256 to 8192, on an array that lies in the same
process. Door and bare pass alternate, so that both see the same machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from auditor.model import Model
from auditor.worker import open_model

ROWS, ROUNDS = 30_000, 7
BATCHES = (256, 512, 1024, 2048, 4096, 8192)


def trained(x: NDArray[Any]) -> keras.Model:
    """LSTM(64), LSTM(32), Dense: trained shortly, so that its scores have the spread of a real model's."""
    keras.utils.set_random_seed(0)
    layers = [keras.Input(x.shape[1:], name="sequence"), keras.layers.LSTM(64, return_sequences=True)]
    model = keras.Sequential([*layers, keras.layers.LSTM(32), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x[:4096], x[:4096, -2:, :3].sum((1, 2)) > 0, batch_size=128, epochs=3, verbose=0)
    return model


def bare(model: keras.Model, x: NDArray[Any], batch: int, jit: bool) -> Callable[[], NDArray[Any]]:
    """The forward pass over all rows in this process, the last batch padded."""
    spec = tf.TensorSpec((batch, *x.shape[1:]), tf.float32)
    function = tf.function(lambda rows: model(rows, training=False), input_signature=[spec], jit_compile=jit)
    padded = np.concatenate([x, np.repeat(x[-1:], -len(x) % batch, axis=0)])

    def run() -> NDArray[Any]:
        pieces = [function(tf.constant(padded[at : at + batch])).numpy() for at in range(0, len(padded), batch)]
        return np.concatenate(pieces)[: len(x)]

    run()
    return run


def rate(run: Callable[[], object]) -> float:
    """Rows a second of one run."""
    start = time.perf_counter()
    run()
    return ROWS / (time.perf_counter() - start)


def compare(door: Model, model: keras.Model, x: NDArray[Any]) -> None:
    """Print the table."""
    candidates = {(batch, jit): bare(model, x, batch, jit) for batch in BATCHES for jit in (False, True)}
    passes = [{key: rate(run) for key, run in candidates.items()} for _ in range(3)]
    first = {key: max(one[key] for one in passes) for key in candidates}
    best = max(first, key=lambda key: first[key])
    for (batch, jit), value in first.items():
        print(f"  bare, batches of {batch:4}, {'XLA  ' if jit else 'plain'} {value:10,.0f} rows/s")
    start = time.perf_counter()
    scores = next(iter(door.evaluate({"sequence": x}).values()))
    print(f"  door, first call (tracing, trial, compiling) {time.perf_counter() - start:.1f} s; {door.door.reason}")
    pairs = [(rate(candidates[best]), rate(lambda: door.evaluate({"sequence": x}))) for _ in range(ROUNDS)]
    alone, through = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(d / b for b, d in pairs)
    reference = candidates[256, False]()
    print(f"  bare, best {best}: {alone:,.0f} rows/s; door: {through:,.0f} rows/s")
    print(f"  door / bare (median of {ROUNDS} alternating rounds): {ratio:.2f} (goal: 0.70)")
    print(f"  largest difference / spread of scores: {np.abs(scores - reference).max() / reference.std():.1e}")
    print(f"  model process: opened in {door.door.seconds_to_open:.1f} s, peak {door.door.peak_memory / 2**20:.0f} MiB")


def main() -> None:
    steps, features = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (6, 6)
    x = np.random.default_rng(0).normal(size=(ROWS, steps, features)).astype(np.float32)
    model = trained(x)
    print(f"{ROWS} × {steps} × {features} float32, LSTM(64) + LSTM(32) + Dense, {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        door = open_model(path, memory_bytes=4 * 2**30, seconds=600)
        compare(door, model, x)
        door.close()


if __name__ == "__main__":
    main()
