"""Where the model looks: the weights of its attention layers, step by step. Not what moves the score.

A step that is looked at may change nothing, and a recurrent layer before the attention carries what happened earlier
into the states that are looked at (Jain and Wallace 2019). So the values have no sign and add up to no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.explain.attribution import Attribution
from auditor.explain.players import Players
from auditor.explain.question import Portion, Question
from auditor.model import Layer

METHOD = "attention"


@dataclass(frozen=True, eq=False)
class Looked:
    """at: each step's share of the weights, without sign. at_padding: (rows,) the share that falls on padded steps."""

    at: Attribution
    at_padding: Floats


def attending(question: Question) -> tuple[Layer, ...]:
    """The attention layers of the model's own, in the order in which the model lists them."""
    return tuple(layer for layer in question.explained.model.description.layers if layer.heads)


def attention(question: Question, layers: Sequence[Layer], queries: Literal["all", "last"] = "all") -> Looked:
    """The mean over heads and over the real query steps (or of the last one only) of the weights of a layer.

    Several layers: attention rollout (Abnar and Zuidema 2020), half of each layer's output being taken as its input.

    Raises NotApplicable where a layer's keys are not the steps of the sequence, and, for several layers, where its
    queries are not either.
    """
    model, rows = question.explained.model, len(question.rows)
    players = Players.parts(question.data, question.steps, question.steps)
    values, padding, score = np.zeros((rows, len(players))), np.zeros(rows), np.zeros(rows)
    start, heads = model.evaluations, max(layer.heads for layer in layers)
    for portion in question.portions(heads * question.steps):
        score[portion.rows] = question.explained.values(portion.inputs)
        if not portion.length:
            continue  # a row without a step looks at nothing
        share = _rolled(question, portion, layers)
        share = share[:, -1 if queries == "last" else slice(None)]
        share = share if share.ndim == 2 else share.mean(1)
        values[portion.rows, question.steps - portion.length : question.steps] = share[:, portion.real]
        padding[portion.rows] = np.maximum(0.0, share.sum(1) - share[:, portion.real].sum(1))
    credit = Attribution(
        method=METHOD,
        unit="share of attention",
        players=players,
        values=values,
        present=question.present(players),
        score=score,
        base=np.zeros(rows),
        evaluations=model.evaluations - start,
        adds_up=False,
        notes=("Weights of attention have no sign: they tell where the model looked, not what moved the score.",),
    )
    return Looked(credit, padding)


def _rolled(question: Question, portion: Portion, layers: Sequence[Layer]) -> Floats:
    """(rows, real query steps, key steps), averaged over heads and carried through the layers."""
    steps = question.subject.encoder.width or question.steps
    found = [_weights(question, portion, layer, steps) for layer in layers]
    if len(found) == 1:
        (one,) = found
        return np.asarray(one[:, portion.real] if one.shape[1] == steps else one)
    together = np.eye(steps)[None]
    for layer, weights in zip(layers, found, strict=True):
        if weights.shape[1] != steps:
            raise NotApplicable(f"the queries of the layer '{layer.name}' are not the steps of the sequence")
        together = (weights + np.eye(steps)) / 2 @ together
    return np.asarray(together[:, portion.real])


def _weights(question: Question, portion: Portion, layer: Layer, steps: int) -> Floats:
    every = np.asarray(question.explained.model.attention(portion.inputs, layer.name), dtype=float)
    weights = np.asarray(every.mean(1))
    if weights.shape[2] != steps:
        told = f"the layer '{layer.name}' looks at {weights.shape[2]} places, and a row has {steps} steps"
        raise NotApplicable(f"{told}: which step a weight belongs to is not known")
    return weights
