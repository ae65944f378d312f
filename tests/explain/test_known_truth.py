"""Series whose causes are known: every method ranks the cells that count above the others, far better than chance.

White-box targets after Crabbé and van der Schaar (Dynamask, 2021): autoregressive noise, and a score that is made of
the squares of some cells only: few features at all middle steps ("rare feature"), or few steps of all middle features
("rare time"). Nothing is learned, so that no method can blame the model.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asking import Formula, asked_of, sequences
from fakes import FakeEncoder
from subjects import make_subject

from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.gradients import gradient_times_input, rescaled_in_time, smooth_grad
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players
from auditor.explain.shapley import shapley
from auditor.kernels.auroc import auroc, average_precision

STEPS, FEATURES, ROWS = 8, 6, 12
METHODS = {
    "expected gradients": expected_gradients,
    "Shapley values": lambda question, cells: shapley(question, cells, precision=0.1),
    "occlusion": occlusion,
    "gradient × input": gradient_times_input,
    "SmoothGrad": smooth_grad,
    "temporal saliency rescaling": lambda question, cells: rescaled_in_time(question),
}


def rare(kind: str) -> np.ndarray:
    """(steps, features) the cells that count."""
    counts = np.zeros((STEPS, FEATURES), dtype=bool)
    if kind == "feature":
        counts[2:6, 1] = True
    else:
        counts[5, 1:5] = True
    return counts


def asked(kind: str, seed: int):
    """A question about the white box, and the truth."""
    rng, counts = np.random.default_rng(seed), rare(kind)
    noise = rng.standard_normal((120, STEPS + 20, FEATURES))
    x = np.zeros_like(noise)
    for step in range(3, STEPS + 20):
        x[:, step] = noise[:, step] - 0.25 * x[:, step - 1] - 0.1 * x[:, step - 2] - 0.05 * x[:, step - 3]
    x = x[:, 20:] + 1
    data = sequences(x)
    like = make_subject(n=4, reference=4, task="regression")
    truth = like.model.truth

    def value(sequence, mask, static):
        return (counts * sequence**2).sum((1, 2))

    def slopes(sequence, mask, static):
        return 2 * counts * sequence, np.zeros_like(static)

    names = tuple(feature.name for feature in data.features)
    subject = dataclasses.replace(
        like,
        model=Formula(truth, value=value, slopes=slopes),
        test=data,
        reference=data,
        encoder=FakeEncoder(names, (), {}, {}, STEPS),
    )
    return asked_of(subject, 16, ROWS), counts


@pytest.mark.parametrize("kind", ["feature", "time"])
@pytest.mark.parametrize("method", METHODS)
def test_cells_that_count_are_ranked_first(kind, method):
    """AUROC and AUPRC against the truth, the mean over rows; chance is 0.5 and the share of cells that count."""
    question, counts = asked(kind, seed=3)
    found = METHODS[method](question, Players.cells(question.data, question.steps))
    size = np.abs(found.on_grid()).reshape(ROWS, -1)
    truth = counts.ravel()
    areas = [auroc(truth, row).value for row in size]
    precisions = [average_precision(truth, row).value for row in size]
    least = 0.8 if method == "temporal saliency rescaling" else 0.95  # it leaves out steps below the average step
    assert np.mean(areas) > least, (np.mean(areas), "chance 0.5")
    assert np.mean(precisions) > least - 0.1 > 5 * truth.mean(), (np.mean(precisions), f"chance {truth.mean():.2f}")
