"""The number that is explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats
from auditor.errors import FileFault, WrittenFault
from auditor.model import Inputs, Model
from auditor.subject import Subject

UNITS = {
    "probability": "probability",
    "class_probabilities": "probability",
    "logit": "log-odds",
    "class_logits": "log-odds",
}


@dataclass(frozen=True, eq=False)
class Explained:
    """One column of one of the model's outputs, as the model gives it: no link is put over it; the primary forecast.

    So a model that gives log-odds is explained in log-odds, on which its effects add up best. unit: of the number.
    """

    model: Model
    output: str
    column: int | None
    unit: str

    @classmethod
    def of(cls, subject: Subject, column: int | None = None) -> Explained:
        """The output that the subject declares. column: the class, where the output has one column a class.

        Raises WrittenFault where the output has several columns and none, or one that it does not have, is named.
        """
        ports = {port.name: port for port in subject.model.description.outputs}
        name, chosen = subject.output.read(next(iter(ports)))
        column = column if chosen is None else chosen
        width = ports[name].shape[-1] if ports[name].shape else 1
        if width == 1:
            return cls(subject.model, name, None, _unit(subject))
        if column is None and subject.output.kind == "probability" and width == 2:
            column = 1
        if column is None or (width is not None and not 0 <= column < width):
            what = f"the output '{name}' has {width} columns, and column {column} of it was to be explained"
            raise WrittenFault(what, remedy="name the class that is to be explained")
        return cls(subject.model, name, column, _unit(subject))

    def values(self, inputs: Inputs) -> NDArray[np.float64]:
        """(rows,) float64. Raises FileFault where the model answers with NaN or infinity for any row."""
        answer = np.asarray(self.model.evaluate(inputs)[self.output], dtype=float)
        flat = answer.reshape(len(answer), -1)[:, self.column or 0]
        return finite(flat, "score")

    def gradient(self, inputs: Inputs, at: Literal["input", "embedding"] = "input") -> dict[str, Floats]:
        """Its derivative by each input of a float type: input name -> (rows, ...)."""
        found = self.model.gradient(inputs, self.output, self.column, at)
        return {name: finite(np.asarray(gradient), "gradient") for name, gradient in found.items()}


def _unit(subject: Subject) -> str:
    return UNITS.get(subject.output.kind, subject.test.target.unit)


def finite(answer: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    """The answer (rows, ...). Raises FileFault with the count of rows for which it is NaN or infinite."""
    if not np.isfinite(answer).all():
        bad = int((~np.isfinite(answer.reshape(len(answer), -1)).all(1)).sum())
        raise FileFault(f"the model's {what} is NaN or infinite for {bad} of {len(answer)} rows")
    return answer
