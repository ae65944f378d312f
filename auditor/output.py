"""What the model's outputs mean, and the numbers that checks read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt

from auditor.dataset import Floats
from auditor.errors import FileFault
from auditor.spread import Frozen

OutputKind = Literal["probability", "logit", "class_probabilities", "class_logits", "value"]
Horizon = NonNegativeInt | Annotated[str, Field(min_length=1)]
_ENOUGH = 100  # rows that tell a logit from a probability
_ROUNDING, _SUM = 1e-5, 1e-2  # half precision sums to 1 within less than that
_MEDIAN = 0.5


class Forecast(Frozen):
    """One of several numbers that a regression model predicts for a row.

    output: which of the model's outputs holds it; empty, where that is told once for all. horizon: lines ahead, or a
    name. quantile: the probability whose quantile is predicted; None: the value itself. primary: this one is what every
    check that asks for one number takes.
    """

    output: str = ""
    horizon: Horizon | None = None
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    primary: bool = False

    @property
    def label(self) -> str:
        """The horizon as text, empty where there is none."""
        return "" if self.horizon is None else str(self.horizon)

    @property
    def central(self) -> bool:
        """Whether it says what to expect: the value, or the median."""
        return self.quantile in (None, _MEDIAN)


class Output(Frozen):
    """What the model's output means. name: which output, where the model has several.

    forecasts: what each column is, where a regression model gives several; those of one output in its columns' order.
    """

    kind: OutputKind
    name: str = ""
    per: Literal["row"] = "row"
    forecasts: tuple[Forecast, ...] = ()

    def score(self, outputs: Mapping[str, NDArray[np.floating]]) -> Floats:
        """What the checks take, float64: (rows,), or (rows, classes) probabilities; of several forecasts the primary.

        Raises FileFault where the outputs are not of the kind that is declared.
        """
        if self.forecasts:
            return np.asarray(self.all(outputs)[:, self.primary])
        name = self.name or next(iter(outputs))
        return _as_score(np.asarray(outputs[name], dtype=float), self.kind)

    def all(self, outputs: Mapping[str, NDArray[np.floating]]) -> Floats:
        """(rows, forecasts) float64, in the order in which they are declared.

        Raises FileFault where an output is missing, or has another number of columns than there are forecasts for it.
        """
        found = []
        for at in range(len(self.forecasts)):
            name, column = self.place(at, next(iter(outputs)))
            found.append(self._columns(outputs, name)[:, column])
        return np.stack(found, axis=1)

    @property
    def primary(self) -> int:
        """Which forecast is the primary one."""
        return next((at for at, one in enumerate(self.forecasts) if one.primary), 0)

    def read(self, first: str) -> tuple[str, int | None]:
        """The output that `score` reads, and its column where forecasts say it. first: the model's first output."""
        return self.place(self.primary, first) if self.forecasts else (self.name or first, None)

    def place(self, at: int, first: str) -> tuple[str, int]:
        """The output and the column that hold a forecast. first: the model's first output, which needs no name."""
        names = [one.output or self.name or first for one in self.forecasts]
        return names[at], names[:at].count(names[at])

    def _columns(self, outputs: Mapping[str, NDArray[np.floating]], name: str) -> NDArray[np.float64]:
        declared = sum((one.output or self.name or next(iter(outputs))) == name for one in self.forecasts)
        if name not in outputs:
            what = f"the model has no output '{name}'; its outputs are {', '.join(outputs)}"
            raise FileFault(what, remedy="Correct output: forecasts in the data specification.")
        raw = np.asarray(outputs[name], dtype=float)
        if raw.ndim != 2:
            what = f"the output '{name}' has {raw.ndim} axes, and forecasts stand in columns (rows, forecasts)"
            raise FileFault(what, remedy="End the model with a layer that flattens this output.")
        if raw.shape[1] != declared:
            what = f"the output '{name}' has {raw.shape[1]} columns, and {declared} forecasts are declared for it"
            raise FileFault(what, remedy="List one forecast a column, in the columns' order.")
        return raw


def _as_score(raw: NDArray[np.float64], kind: OutputKind) -> Floats:
    if kind in ("class_probabilities", "class_logits"):
        return _softmax(raw) if kind == "class_logits" else _probabilities(raw, kind)
    flat = raw.reshape(len(raw), -1)
    if flat.shape[1] == 2 and kind == "probability":
        return _probabilities(flat, kind)[:, 1]
    if flat.shape[1] != 1:
        what = f"the output has {flat.shape[1]} columns, but its kind '{kind}' means one number a row"
        remedy = "Say what each column is: output: {kind: value, forecasts: [...]}." if kind == "value" else ""
        raise FileFault(what, remedy=remedy)
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
