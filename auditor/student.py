"""A small recurrent model that learns what another one says, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Link = Literal["logit", "softmax", "identity"]


@dataclass(frozen=True)
class Student:
    """One LSTM or GRU layer or several, then one linear layer on their last state and on what has no steps.

    epochs, seconds: it learns no longer than this; where the seconds end it, another machine may give another student.
    """

    kind: Literal["LSTM", "GRU"] = "GRU"
    units: int = 4
    layers: int = 1
    epochs: int = 40
    seconds: float = 60.0

    def __str__(self) -> str:
        units = " + ".join([str(self.units)] * self.layers)
        return f"{self.kind} of {units} unit{'s' if units != '1' else ''}"


@dataclass(frozen=True)
class Lesson:
    """unexplained: mean squared error, over the variance, of the rows held out; on the link's scale.

    ended: after which the best weights so far were kept.
    """

    epochs: int
    ended: Literal["no better", "epochs", "seconds"]
    unexplained: float
    parameters: int
