"""What is audited: model, test data, reference data, decision, identity, seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat

from auditor.dataset import Block, Dataset, Floats, Integers
from auditor.errors import FileFault
from auditor.estimate import Frozen
from auditor.model import Inputs, Model

OutputKind = Literal["probability", "logit", "class_probabilities", "class_logits", "value"]
_BLOCK_BYTES = 64 * 2**20
_PROBED = 1000  # rows on which the kind of output is tried before anything else
_ENOUGH = 100  # rows that tell a logit from a probability
_ROUNDING, _SUM = 1e-5, 1e-2  # half precision sums to 1 within less than that


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


class Output(Frozen):
    """What the model's output means. name: which output, where the model has several."""

    kind: OutputKind
    name: str = ""
    per: Literal["row"] = "row"


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
        outputs = self.model.evaluate(self.encoder.encode(block), batch)
        name = self.output.name or next(iter(outputs))
        return _as_score(np.asarray(outputs[name], dtype=float), self.output.kind)

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


def _as_score(raw: NDArray[np.float64], kind: OutputKind) -> Floats:
    if kind in ("class_probabilities", "class_logits"):
        return _softmax(raw) if kind == "class_logits" else _probabilities(raw, kind)
    flat = raw.reshape(len(raw), -1)
    if flat.shape[1] == 2 and kind == "probability":
        return _probabilities(flat, kind)[:, 1]
    if flat.shape[1] != 1:
        raise FileFault(f"the output has {flat.shape[1]} columns, but its kind '{kind}' means one number a row")
    if kind == "logit" and len(flat) >= _ENOUGH and ((flat > 0) & (flat < 1)).all():
        what = f"the output is declared '{kind}', but all of {len(flat)} rows get a number between 0 and 1"
        raise FileFault(what, remedy="Declare output: {kind: probability} in the data specification.")
    if kind == "probability":
        return _probabilities(flat, kind)[:, 0]
    return 0.5 * (1 + np.tanh(flat[:, 0] / 2)) if kind == "logit" else flat[:, 0]


def _probabilities(raw: NDArray[np.float64], kind: OutputKind) -> Floats:
    """Rows that are not finite are let through; to be counted elsewhere."""
    known = raw[np.isfinite(raw).all(axis=tuple(range(1, raw.ndim)))]
    outside = ((known < -_ROUNDING) | (known > 1 + _ROUNDING)).any(axis=tuple(range(1, raw.ndim)))
    if outside.any():
        what = (
            f"the output is declared '{kind}', but {int(outside.sum())} of {len(raw)} rows get numbers outside 0 to 1"
        )
        other = kind.replace("probability", "logit").replace("probabilities", "logits")
        remedy = f"Declare output: {{kind: {other}}} in the data specification, if that is what the model gives."
        raise FileFault(f"{what} (from {known.min():g} to {known.max():g})", remedy=remedy)
    if raw.ndim == 2 and raw.shape[1] > 1 and (np.abs(known.sum(axis=1) - 1) > _SUM).any():
        what = f"the output is declared '{kind}', but the columns do not sum to 1"
        raise FileFault(what, remedy="Outputs of several labels, which do not exclude one another, are not supported.")
    return raw


def _softmax(raw: NDArray[np.float64]) -> Floats:
    shifted = np.exp(raw - raw.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True))
