"""A model in numpy that attends: its score is the logistic of a mean over steps, weighted by their place."""

from __future__ import annotations

import dataclasses

import numpy as np
from subjects import make_subject

from auditor.errors import ModelFault
from auditor.model import Description, Layer, Port
from auditor.subject import Subject

FEATURES = 3
SLOPES = np.array([0.8, 0.5, 0.0])  # by feature, in standard units


@dataclasses.dataclass(eq=False)
class AttendingModel:
    """A step k steps before the end is looked at `fall`^k as much as the last one. layers: how many it tells of.

    says: what it tells about where it looks: the truth, the mirror of it in time, or as much at padding as elsewhere.
    keys: places looked at, where they are not the steps. nan: the first rows of each call get NaN.
    """

    fall: float = 0.5
    says: str = "truth"
    layers: int = 1
    keys: int = 0
    nan: int = 0
    evaluations: int = 0

    @property
    def description(self) -> Description:
        return Description(
            file="fake.keras",
            sha256="0" * 64,
            bytes=1,
            format="keras-v3",
            keras_version="3",
            inputs=tuple(
                Port(n, s, "float32") for n, s in (("sequence", (None, FEATURES)), ("mask", (None,)), ("static", (1,)))
            ),
            outputs=(Port("output", (1,), "float64"),),
            layers=tuple(Layer(f"looks {at}", "MultiHeadAttention", (4,), 9, (), 2) for at in range(self.layers)),
            parameters=1,
            nonfinite_weights=0,
            isolation=("none",),
            versions={},
        )

    def evaluate(self, inputs, batch=None):
        self.evaluations += len(inputs["mask"])
        index = (self._weights(inputs) * (inputs["sequence"] @ SLOPES)).sum(1)
        index[: self.nan] = np.nan
        return {"output": (1 / (1 + np.exp(-3 * index)))[:, None]}

    def gradient(self, inputs, output, column=None, at="input"):
        score = self.evaluate(inputs)["output"]
        slope = 3 * score * (1 - score) * self._weights(inputs)
        return {"sequence": slope[..., None] * SLOPES, "mask": 0 * inputs["mask"], "static": 0 * inputs["static"]}

    def attention(self, inputs, layer):
        """Two heads whose mean is what every step looks at."""
        self.evaluations += len(inputs["mask"])
        if layer not in [each.name for each in self.description.layers]:
            raise ModelFault(f"the model has no layer '{layer}'")
        told, mask = self._weights(inputs), np.asarray(inputs["mask"]) > 0
        if self.says == "mirror":
            told = np.stack([np.where(real, row[::-1], 0) for row, real in zip(told, mask, strict=True)])
            told = told / np.maximum(told.sum(1, keepdims=True), 1e-12)
        elif self.says == "padding":
            told = np.full(told.shape, 1 / told.shape[1])
        heads = np.stack([1.5 * told, 0.5 * told], axis=1)
        weights = np.repeat(heads[:, :, None], told.shape[1], axis=2)
        return weights[..., : self.keys] if self.keys else weights

    def _weights(self, inputs):
        mask = np.asarray(inputs["mask"]) > 0
        back = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1] - 1
        weights = np.where(mask, self.fall ** np.maximum(back, 0), 0.0)
        return weights / np.maximum(weights.sum(1, keepdims=True), 1e-12)


def attending_subject(n=200, model=None, **asked) -> Subject:
    """Data of `make_subject` with rows of 3 to 8 steps (by default), and the model above."""
    asked = {"shortest": 3, "steps": 8, **asked}
    return dataclasses.replace(make_subject(n=n, **asked), model=model or AttendingModel())
