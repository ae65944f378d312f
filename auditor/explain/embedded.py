"""Sequences of whole numbers: a question about them, asked at the output of the Embedding layer.

There is no way between two codes, but there is one between the points that they are embedded at. What the columns of a
point earn is summed, so that it belongs to the step.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats
from auditor.errors import ModelFault, NotApplicable
from auditor.explain.explained import Explained, finite
from auditor.explain.question import Origin, Portion, Question
from auditor.model import Inputs

_OTHERWISE = "Shapley values and occlusion need no gradient"


@dataclass(frozen=True, eq=False)
class ExplainedAtEmbedding(Explained):
    """As the model gives it, where its inputs hold, beside its own, the points under the name of the layer."""

    layer: str = ""

    def values(self, inputs: Inputs) -> NDArray[np.float64]:
        """Of the tokens: the points beside them are those that they are embedded at."""
        return super().values({name: array for name, array in inputs.items() if name != self.layer})

    def gradient(self, inputs: Inputs, at: Literal["input", "embedding"] = "input") -> dict[str, Floats]:
        """By the points, and by each input of a float type."""
        own = {name: array for name, array in inputs.items() if name != self.layer}
        found = self.model.gradient(own, self.output, self.column, "embedding", np.asarray(inputs[self.layer]))
        return {name: finite(np.asarray(slope), "gradient") for name, slope in found.items()}


@dataclass(frozen=True, eq=False)
class EmbeddedQuestion(Question):
    """The same question; portions hold the points too, which take the place of the tokens among what can be moved."""

    asked: Question = dataclasses.field(kw_only=True)
    tokens: str = dataclasses.field(kw_only=True)
    layer: str = dataclasses.field(kw_only=True)
    width: int = dataclasses.field(kw_only=True)

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Every column of a point is the feature that the tokens are."""
        own = {name: origin for name, origin in self.asked.origins.items() if name != self.tokens}
        feature = self.asked.origins[self.tokens].feature
        return {self.layer: Origin(True, np.repeat(feature, self.width), np.zeros(self.width, dtype=bool)), **own}

    @property
    def fixed_type(self) -> str:
        """Nothing is left that cannot be differentiated by."""
        return ""

    def portions(self, points: int) -> Iterator[Portion]:
        """As those of the question, each with its points."""
        known: dict[int, Mapping[str, NDArray[Any]]] = {}
        for portion in self.asked.portions(points * self.width):
            if portion.length not in known:
                known[portion.length] = self._with_points(portion.against)
            inputs = self._with_points(portion.inputs)
            yield dataclasses.replace(portion, inputs=inputs, against=known[portion.length])

    def notes(self) -> tuple[str, ...]:
        """Where the credit comes from."""
        return (*self.asked.notes(), *told(self))

    def _with_points(self, inputs: Inputs) -> dict[str, NDArray[Any]]:
        points = self.explained.model.activations(inputs, self.layer)
        return {**inputs, self.layer: np.asarray(points)}


def refuse_whole_numbers(question: Question) -> None:
    """Raise NotApplicable where a feature is sent as a whole number: for libraries that know no embedding."""
    if question.fixed_type:
        what = f"the input '{question.fixed_type}' takes whole numbers, by which nothing can be differentiated"
        raise NotApplicable(f"{what}; {_OTHERWISE}, and expected gradients look at the embedding")


def differentiable(question: Question) -> Question:
    """The question itself, or, where a sequence is one of whole numbers, the same at its Embedding. One row is tried.

    Raises NotApplicable where whole numbers come any other way, and where the model cannot be differentiated there.
    """
    name = question.fixed_type
    if not name:
        _try(question, "its inputs")
        return question
    origin, explained = question.origins[name], question.explained
    ports = {port.name: port for port in explained.model.description.inputs}
    whole = [each for each in question.origins if "float" not in ports[each].dtype]
    layer = next((each for each in explained.model.description.layers if each.kind == "Embedding"), None)
    shape = layer.output_shape if layer else None
    if layer is None or shape is None or len(shape) != 2 or shape[1] is None or len(whole) > 1 or not origin.sequence:
        what = f"the input '{name}' takes whole numbers that do not go through one Embedding of one sequence"
        raise NotApplicable(f"{what}; {_OTHERWISE}")
    fields = {field.name: getattr(explained, field.name) for field in dataclasses.fields(explained)}
    at = ExplainedAtEmbedding(**fields, layer=layer.name)
    own = {field.name: getattr(question, field.name) for field in dataclasses.fields(question)} | {"explained": at}
    embedded = EmbeddedQuestion(**own, asked=question, tokens=name, layer=layer.name, width=shape[1])
    _try(embedded, f"the output of '{layer.name}'")
    return embedded


def told(question: Question) -> tuple[str, ...]:
    """That credit is at an Embedding, where it is."""
    if not isinstance(question, EmbeddedQuestion):
        return ()
    where = f"'{question.tokens}' takes whole numbers: credit is at the output of the Embedding layer"
    return (f"{where} '{question.layer}', summed over its width to each step.",)


def _try(question: Question, by: str) -> None:
    """One row, so that a model that cannot be differentiated says so before any work is done."""
    portion = next(question.portions(1), None)
    if portion is None:
        return
    try:
        question.explained.gradient({name: array[:1] for name, array in portion.inputs.items()})
    except ModelFault as fault:
        what = f"the model cannot be differentiated by {by} ({fault.problems[0].what})"
        raise NotApplicable(f"{what}; {_OTHERWISE}") from fault
