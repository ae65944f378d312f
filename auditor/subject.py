"""What is audited: model, test data, reference and calibration data, decision, identity, seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from pydantic import FiniteFloat

from auditor.dataset import Block, Dataset, Floats, Integers
from auditor.errors import FileFault
from auditor.estimate import Frozen
from auditor.model import Inputs, Model
from auditor.output import Output, OutputKind

__all__ = ["Decision", "Encoder", "Identity", "InputColumn", "Output", "OutputKind", "Subject", "check_output"]

_BLOCK_BYTES = 64 * 2**20
_PROBED = 1000  # rows on which the kind of output is tried before anything else


class Identity(Frozen):
    """Who the model is, in its owner's words."""

    name: str
    version: str
    owner: str = ""
    intended_use: str = ""
    population: str = ""
    materiality: Literal["high", "medium", "low", ""] = ""


class Decision(Frozen):
    """The only place of an operating threshold. favourable: the side of the threshold that is good for the person."""

    threshold: FiniteFloat
    action: str
    favourable: Literal["above", "below"]


@dataclass(frozen=True)
class InputColumn:
    """A column of a model input and the original feature that it was made from."""

    name: str
    feature: str
    role: Literal["value", "indicator", "level"] = "value"


class Encoder(Protocol):
    """Original units to model inputs; the padding follows the transforms, so a padded cell is never transformed."""

    @property
    def columns(self) -> Mapping[str, tuple[InputColumn, ...]]:
        """The columns of each model input."""
        ...

    @property
    def width(self) -> int | None:
        """Steps of the model's sequence input, None where any length will do."""
        ...

    def encode(self, block: Block) -> Inputs:
        """Model inputs of the rows of a block: input name -> (rows, ...) float32."""
        ...


@dataclass(frozen=True, eq=False)
class Subject:
    """Everything that a check may look at. It is complete when it exists, and never changes.

    calibration: rows that are declared to be neither, for what has to be tuned on rows that the model has not seen.
    smallest_cell: groups with fewer rows than this are shown as suppressed and never judged.
    """

    model: Model
    test: Dataset
    reference: Dataset | None
    encoder: Encoder
    output: Output
    decision: Decision | None
    identity: Identity
    seed: int = 0
    smallest_cell: int = 10
    calibration: Dataset | None = None

    def block(self, dataset: Dataset, rows: Integers | slice | None = None) -> Block:
        """Rows of a data set, padded as this model sees them."""
        return dataset.block(rows, self.encoder.width)

    def chunks(self, dataset: Dataset, rows: Integers | None = None) -> list[Integers]:
        """The rows (default: all) in order, cut into pieces whose blocks stay below a fixed number of bytes."""
        pick = np.arange(len(dataset)) if rows is None else rows
        width = self.encoder.width or int(dataset.lengths.max(initial=1))
        each = max(1, _BLOCK_BYTES // (8 * width * max(1, len(dataset.features))))
        return [pick[at : at + each] for at in range(0, len(pick), each)]

    def score(self, block: Block, batch: int | None = None) -> Floats:
        """Scores of the rows of a block, float64: (rows,) the probability of the positive class or the predicted value;
        (rows, classes) class probabilities.

        Raises FileFault where the model answers with NaN or infinity for any row.
        """
        scores = self.raw_score(block, batch)
        if not np.isfinite(scores).all():
            bad = int((~np.isfinite(scores.reshape(len(scores), -1)).all(1)).sum())
            raise FileFault(f"the model's score is NaN or infinite for {bad} of {len(scores)} rows")
        return scores

    def raw_score(self, block: Block, batch: int | None = None) -> Floats:
        """As `score`, but NaN and infinity are let through (to be counted)."""
        return self.output.score(self.model.evaluate(self.encoder.encode(block), batch))

    def served(self, block: Block, batch: int) -> Floats:
        """As `score`, of a plain call of the model, in which nobody says that this is no training."""
        return self.output.score(self.model.served(self.encoder.encode(block), batch))

    @property
    def training(self) -> tuple[str, ...]:
        """The layers that the model's file calls as in training, whatever whoever calls it wants."""
        artifact = self.model.description.artifact
        return artifact.training if artifact else ()

    def forecasts(self, block: Block) -> Floats:
        """All forecasts of the rows of a block: (rows, forecasts) float64, NaN and infinity let through."""
        return self.output.all(self.model.evaluate(self.encoder.encode(block)))

    def rng(self, *key: object) -> np.random.Generator:
        """A random stream that depends on the audit's seed and the key only (check id, parameters), never on order."""
        text = "\x1f".join(map(str, (self.seed, *key)))
        return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))


def check_output(subject: Subject) -> None:
    """Raise FileFault where the first test rows show that the output is not of the kind that is declared."""
    rows = np.arange(min(len(subject.test), _PROBED))
    scores, classes = subject.raw_score(subject.block(subject.test, rows)), subject.test.target.classes
    if scores.ndim == 2 and scores.shape[1] != len(classes):
        what = f"the data declare {len(classes)} classes ({', '.join(classes)}), the model gives {scores.shape[1]}"
        raise FileFault(what, remedy="List the classes of the target in the order of the model's outputs.")
