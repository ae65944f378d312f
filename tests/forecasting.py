"""A regression that predicts three quantiles at each of two horizons, and ways to get them wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import stats

from auditor.dataset import Dataset
from auditor.model import Port
from auditor.output import Forecast, Output
from auditor.subject import Subject

LEVELS = (0.1, 0.5, 0.9)
HORIZONS = (1, 6)  # the error is `residual` at the first, and twice that at the second
RESIDUAL = 5.0


def forecasting(subject: Subject, narrow: float = 1.0, crossed: float = 0.0) -> Subject:
    """Sound: quantiles of the error that was drawn. narrow: factor on their distance; crossed: share of rows where the
    outer two change places. Other tasks are left as they are.
    """
    if subject.test.task != "regression":
        return subject

    class Forecasts(type(subject.model)):  # type: ignore[misc]
        @property
        def description(self):
            return dataclasses.replace(super().description, outputs=(Port("output", (6,), "float64"),))

        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            away = narrow * RESIDUAL * stats.norm.ppf(LEVELS)
            columns = np.concatenate([score + away, score + 2 * away], axis=1)
            swapped = np.modf(np.abs(score[:, 0]) * 1000)[0] < crossed
            columns[swapped] = columns[swapped][:, [2, 1, 0, 3, 4, 5]]
            return {"output": columns}

        def randomised(self, layers, seed):
            return Forecasts(**vars(super().randomised(layers, seed)))

    def with_targets(data: Dataset, seed: int) -> Dataset:
        score = subject.score(subject.block(data))
        later = score + 2 * RESIDUAL * np.random.default_rng(seed).standard_normal(len(data))
        return dataclasses.replace(data, targets=np.stack([data.y, later], axis=1), horizons=("1", "6"))

    declared = [Forecast(horizon=h, quantile=q, primary=(h, q) == (1, 0.5)) for h in HORIZONS for q in LEVELS]
    return dataclasses.replace(
        subject,
        model=Forecasts(**vars(subject.model)),
        test=with_targets(subject.test, 8),
        reference=None if subject.reference is None else with_targets(subject.reference, 9),
        output=Output(kind="value", forecasts=tuple(declared)),
    )


def too_narrow(subject: Subject) -> Subject:
    """Ranges are half as wide as they should be."""
    return forecasting(subject, narrow=0.5)


def crossing(subject: Subject) -> Subject:
    """In a tenth of the rows the outer quantiles have changed places."""
    return forecasting(subject, crossed=0.1)
