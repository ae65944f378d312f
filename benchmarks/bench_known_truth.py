"""Do attributions of trained models point at the cells that matter? python benchmarks/bench_known_truth.py

Behind it a seed, and steps and features, if others are wanted: `... 77 12 4`. Autoregressive noise, by default of 8
steps and 6 features; the outcome depends on the sum of some cells only: few features at the middle steps, few steps of
the middle features, or a box whose place differs from row to row and is raised or lowered (after Ismail et al. 2020,
and Crabbé and van der Schaar 2021). An LSTM(24) is trained on 6,000 rows; 40 others are explained against 16. AUROC and
average precision of the sizes of credit against the cells that matter, means over rows, beside chance. What the model
has not learned, no method can show: its own AUROC stands in the heading.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from explaining import asked, first  # isort: skip
import keras
import numpy as np

from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.gradients import gradient_times_input, rescaled_in_time, smooth_grad
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players
from auditor.explain.shapley import shapley
from auditor.kernels.auroc import auroc, average_precision

ROWS = 40
SHAPE = (8, 6)  # steps, features
METHODS = {
    "expected gradients": expected_gradients,
    "Shapley values": lambda question, cells: shapley(question, cells, precision=0.1),
    "occlusion": occlusion,
    "gradient × input": gradient_times_input,
    "SmoothGrad": smooth_grad,
    "temporal saliency rescaling": lambda question, cells: rescaled_in_time(question),
}


def made(kind: str, rng: np.random.Generator, rows: int, shape: tuple[int, int] = SHAPE) -> tuple[Any, Any, Any]:
    """Values, outcomes, and the cells that count: (rows, steps, features)."""
    steps, features = shape
    noise = rng.standard_normal((rows, steps + 10, features))
    x = np.zeros_like(noise)
    for step in range(1, steps + 10):
        x[:, step] = noise[:, step] + 0.3 * x[:, step - 1]
    x, counts = x[:, 10:], np.zeros((rows, steps, features), dtype=bool)
    if kind == "rare feature":
        counts[:, steps // 4 : steps - steps // 4, 1] = True
    elif kind == "rare time":
        counts[:, 5 * steps // 8, 1 : features - 1] = True
    else:
        corners = rng.integers(0, steps - 2, rows), rng.integers(0, features - 2, rows)
        for row, (step, feature) in enumerate(zip(*corners, strict=True)):
            counts[row, step : step + 3, feature : feature + 3] = True
        y = rng.integers(0, 2, rows)
        return (x + counts * (3 * y[:, None, None] - 1.5)).astype(np.float32), y, counts
    odds = 2 * (counts * x).sum((1, 2))
    return x.astype(np.float32), rng.random(rows) < 1 / (1 + np.exp(-odds)), counts


def main() -> None:
    """Print one table a kind."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    shape = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else SHAPE
    for kind in ("rare feature", "rare time", "moving box"):
        x, y, counts = made(kind, np.random.default_rng(seed), 7000, shape)
        keras.utils.set_random_seed(seed)
        layers = [keras.Input(shape, name="sequence"), keras.layers.LSTM(24)]
        model = keras.Sequential([*layers, keras.layers.Dense(1, "sigmoid")])
        model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
        model.fit(x[1000:], y[1000:], batch_size=64, epochs=6, verbose=0)
        quality = auroc(y[:1000] > 0, model.predict(x[:1000], verbose=0).ravel()).value
        with tempfile.TemporaryDirectory() as folder:
            question = first(asked(model, x[:1000], ROWS, Path(folder)), ROWS)
            truth = counts[:ROWS].reshape(ROWS, -1)
            print(f"{kind}: AUROC of the model {quality:.3f}; chance 0.5 and {truth.mean():.3f}; seed {seed}, {shape}")
            for name, method in METHODS.items():
                found = np.abs(method(question, Players.cells(question.data, shape[0])).on_grid()).reshape(ROWS, -1)
                area = np.mean([auroc(t, row).value for t, row in zip(truth, found, strict=True)])
                precision = np.mean([average_precision(t, row).value for t, row in zip(truth, found, strict=True)])
                print(f"  {name:28} AUROC {area:.3f}   average precision {precision:.3f}", flush=True)
            question.explained.model.model.close()


if __name__ == "__main__":
    main()
