"""A model and an encoder in numpy that do what the protocols ask: the logistic of weighted sums over the last steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pupils import Pupil

from auditor.artifact import Artifact, Member, ModelFile, Part
from auditor.dataset import Block
from auditor.model import Description, Door, Inputs, Layer, Port
from auditor.subject import InputColumn


@dataclass(frozen=True, eq=False)
class Truth:
    """The model's formula in standard units: base + gain * (index of last steps and static values), then the link.

    weights: (lags, features, outputs), lag 0 the last real step; static: (static features, outputs): an index has
    standard deviation 1. shift: delta, how far the index of its own class is moved. error: standard deviation of the
    error of measurement of every numeric feature.
    """

    task: str
    weights: np.ndarray
    static: np.ndarray
    shift: float
    gain: float
    base: np.ndarray
    error: float
    tangled: bool = False

    def index(self, inputs: Inputs) -> np.ndarray:
        """(rows, outputs)."""
        sequence, weights = np.asarray(inputs["sequence"], float), self.per_step(np.asarray(inputs["mask"]) > 0)
        return np.einsum("nsf,nsfo->no", sequence, weights) + np.asarray(inputs["static"], float) @ self.static

    def per_step(self, mask: np.ndarray) -> np.ndarray:
        """The weights of each cell of padded rows: (rows, steps, features, outputs)."""
        from_end = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1] * mask
        padded = np.concatenate([np.zeros_like(self.weights[:1]), self.weights, np.zeros_like(self.weights[:1])])
        return padded[np.minimum(from_end, len(padded) - 1)]

    def score(self, inputs: Inputs) -> np.ndarray:
        """Probabilities (rows,) or (rows, classes), or values (rows,)."""
        index = self.index(inputs)
        linear = self.base + (2.5 * np.sin(8 * index) if self.tangled else self.gain * index)
        if self.task == "regression":
            return linear[:, 0]
        if self.task == "binary":
            return 1 / (1 + np.exp(np.clip(-linear[:, 0], -_FAR, _FAR)))
        odds = np.exp(np.clip(linear, -_FAR, _FAR))
        return odds / odds.sum(1, keepdims=True)


_FAR = 700.0  # log-odds beyond which a number of 64 bits knows no probability
FILE = ModelFile("fake.keras", "0" * 64, 1, "keras-v3")
SOUND = Artifact(FILE, "3", "2026-01-01", (Member("config.json", 1, "1" * 64),), (Part("linear", "Dense"),), 0, ())


@dataclass(eq=False)
class FakeModel:
    """Answers as the truth says. constant: one score for all; nan: the first rows of each call get NaN."""

    truth: Truth
    constant: bool = False
    nan: int = 0
    evaluations: int = 0
    artifact: Artifact | None = SOUND

    @property
    def description(self) -> Description:
        """Made up, but of the right form."""
        _, features, outputs = self.truth.weights.shape
        ports = [("sequence", (None, features)), ("mask", (None,)), ("static", (len(self.truth.static),))]
        return Description(
            file="fake.keras",
            sha256="0" * 64,
            bytes=1,
            format="keras-v3",
            keras_version="3",
            inputs=tuple(Port(name, shape, "float32") for name, shape in ports),
            outputs=(Port("output", (outputs,), "float64"),),
            layers=(Layer("linear", "Dense", (outputs,), self.truth.weights.size),),
            parameters=self.truth.weights.size,
            nonfinite_weights=0,
            isolation=("none",),
            versions={"numpy": np.__version__},
            artifact=self._sized(),
        )

    def _sized(self) -> Artifact | None:
        """What the file would hold, with as many numbers as the formula has parameters (and those planted)."""
        extra = self.truth.weights.size
        return self.artifact and dataclasses.replace(self.artifact, numbers=self.artifact.numbers + extra)

    @property
    def door(self) -> Door:
        """Made up as well."""
        return Door(False, "a fake", None, 1, 0.0, 0)

    def evaluate(self, inputs: Inputs, batch: int | None = None) -> dict[str, np.ndarray]:
        """The scores under the name `output`."""
        score = self.truth.score(inputs)
        self.evaluations += len(score)
        if self.constant:
            score = np.broadcast_to(1 / score.shape[1] if score.ndim == 2 else 0.4, score.shape).copy()
        score[: self.nan] = np.nan
        return {"output": score.reshape(len(score), -1)}

    def gradient(
        self, inputs: Inputs, output: str, column: int | None = None, at: str = "input"
    ) -> dict[str, np.ndarray]:
        """Of the formula; of a class, that of the softmax; nothing where the score is constant."""
        score = self.truth.score(inputs)
        odds = score if score.ndim == 2 else score[:, None]
        at = column or 0
        if self.truth.task == "regression":
            slope = np.ones_like(odds)
        elif self.truth.task == "binary":
            slope = odds * (1 - odds)
        else:
            slope = odds[:, [at]] * ((np.arange(odds.shape[1]) == at) - odds)
        wave = 20 * np.cos(8 * self.truth.index(inputs)) if self.truth.tangled else self.truth.gain
        slope = slope * wave * (not self.constant)
        weights = self.truth.per_step(np.asarray(inputs["mask"]) > 0)
        self.evaluations += len(score)
        return {
            "sequence": np.einsum("no,nsfo->nsf", slope, weights),
            "mask": np.zeros_like(inputs["mask"]),
            "static": slope @ self.truth.static.T,
        }

    def activations(self, inputs: Inputs, layer: str) -> np.ndarray:
        """The index, whatever the layer."""
        self.evaluations += len(inputs["static"])
        return self.truth.index(inputs)

    def weights(self, layer: str) -> dict[str, np.ndarray]:
        """Those of the formula."""
        return {"kernel": self.truth.weights, "static": self.truth.static}

    def randomised(self, layers: Any, seed: int) -> FakeModel:
        """The same formula with other weights."""
        drawn = np.random.default_rng(seed).standard_normal(self.truth.weights.shape)
        return FakeModel(dataclasses.replace(self.truth, weights=drawn / np.sqrt(drawn[..., 0].size)))

    def distil(self, inputs: Inputs, output: str, link: str, spec: Any, seed: int) -> tuple[Pupil, Any]:
        """A regression that sees as many steps as it has units."""
        scores = self.evaluate(inputs)["output"]
        pupil = Pupil(spec, link, output)
        return pupil, pupil.learn(inputs, scores)

    def close(self) -> None:
        """Nothing to give up."""


@dataclass(frozen=True)
class FakeEncoder:
    """Standardises, fills what was not measured with the mean, pads with 0, and tells the real steps in `mask`."""

    sequence: tuple[str, ...]
    static: tuple[str, ...]
    centre: Mapping[str, float]
    spread: Mapping[str, float]
    width: int | None = None

    @property
    def columns(self) -> Mapping[str, tuple[InputColumn, ...]]:
        """One column a feature."""
        return {
            "sequence": tuple(InputColumn(name, name) for name in self.sequence),
            "mask": (),
            "static": tuple(InputColumn(name, name) for name in self.static),
        }

    def encode(self, block: Block) -> dict[str, np.ndarray]:
        """The three inputs."""
        return {
            "sequence": np.nan_to_num(self._standard(block.values, self.sequence)),
            "mask": block.mask.astype(float),
            "static": self._standard(block.static, self.static),
        }

    def _standard(self, values: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        centre = np.array([self.centre.get(name, 0.0) for name in names])
        spread = np.array([self.spread.get(name, 1.0) for name in names])
        return (values - centre) / spread
