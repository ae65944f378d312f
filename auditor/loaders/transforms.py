"""The encoder: original units to model inputs, by the transforms that the specification declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Block, Floats
from auditor.errors import FileFault
from auditor.loaders.variables import Measured, Step
from auditor.subject import InputColumn

Mask = NDArray[np.bool_]
_TOGETHER = 2**18  # values at a time, which the processor's cache holds


@dataclass(frozen=True)
class Pipeline:
    """The transform of one variable: value columns and indicator columns out of an array of its values."""

    name: str
    steps: tuple[Step, ...]
    levels: tuple[str, ...] = ()
    codes: tuple[float, ...] = ()  # what the model is sent for each level; () where it is sent one-hot columns

    @staticmethod
    def of(spec: Measured) -> Pipeline:
        """As the specification says. A level that is not sent one-hot is sent as the number that stands in the file."""
        levels = spec.levels or {}
        one_hot = spec.has("one_hot")
        sent = [float(key) if not isinstance(key, str) else float(i) for i, key in enumerate(levels)]
        steps = tuple(_with_code(step, list(levels)) for step in spec.transform)
        return Pipeline(spec.name, steps, tuple(levels.values()), () if one_hot or not levels else tuple(sent))

    @cached_property
    def value_columns(self) -> tuple[InputColumn, ...]:
        if self.levels and not self.codes:
            return tuple(InputColumn(f"{self.name}: {level}", self.name, "level") for level in self.levels)
        return (InputColumn(self.name, self.name, "value"),)

    @cached_property
    def indicator_columns(self) -> tuple[InputColumn, ...]:
        kinds = [step.name.removesuffix("_indicator") for step in self.steps if step.name.endswith("_indicator")]
        return tuple(InputColumn(f"{self.name}: {kind}", self.name, "indicator") for kind in kinds)

    def values(self, given: Floats) -> Floats:
        """Value columns (..., columns) of `given` (...), whose last axis is time wherever forward_fill is declared."""
        x = np.array(given, dtype=float)
        for step in self.steps:
            x = _apply(step, x)
        if not self.levels:
            return x[..., None]
        if np.isin(x[~np.isnan(x)], np.arange(len(self.levels))).all():
            sent = np.array(self.codes)[:, None] if self.codes else np.eye(len(self.levels))
            refused = np.full((1, sent.shape[1]), np.nan)  # what a missing code becomes
            return np.asarray(np.vstack([sent, refused])[np.where(np.isnan(x), -1, x).astype(int)])
        raise FileFault(f"'{self.name}' holds a value that is the code of none of its {len(self.levels)} levels")

    def indicators(self, given: Floats) -> Floats:
        """Indicator columns (..., columns) of `given` (...): 1 where measured, or 1 where missing."""
        if not self.indicator_columns:
            return np.empty((*given.shape, 0))
        missing = np.isnan(given)
        flags = {"missing_indicator": missing, "measured_indicator": ~missing}
        return np.stack([flags[step.name] for step in self.steps if step.name in flags], axis=-1).astype(float)


@dataclass(frozen=True, eq=False)
class TableEncoder:
    """Transforms of features and statics, then padding: the `Encoder` of a described data set.

    width: steps of the sequence input. beside: a feature's indicators follow its values, instead of all values.
    """

    sequence: str
    features: tuple[Pipeline, ...]
    width: int | None
    padding: float
    beside: bool = False
    feature_axis: bool = True
    static: str | None = None
    statics: tuple[Pipeline, ...] = ()

    @cached_property
    def columns(self) -> Mapping[str, tuple[InputColumn, ...]]:
        """The columns of each model input, in order."""
        named = {self.sequence: _columns(self.features, self.beside)}
        return named | ({self.static: _columns(self.statics, self.beside)} if self.static else {})

    def encode(self, block: Block) -> dict[str, NDArray[Any]]:
        """Model inputs: input name -> float32 (rows, steps, columns) or (rows, columns).

        Raises FileFault naming the feature that is NaN or infinite in a real step after its transforms.
        """
        whole = bool(block.mask.all())  # then nothing is padded
        known = block.values if whole else np.where(block.mask[..., None], block.values, np.nan)
        sequence = _filled(self.features, known, self.beside)
        _refuse(sequence, block.mask, self.columns[self.sequence])
        if not whole:
            sequence[~block.mask] = self.padding
        made: dict[str, NDArray[Any]] = {self.sequence: sequence if self.feature_axis else sequence[..., 0]}
        if self.static:
            made[self.static] = _filled(self.statics, block.static, self.beside)
            _refuse(made[self.static], np.ones(len(block), dtype=bool), self.columns[self.static])
        return made


def _filled(pipelines: Sequence[Pipeline], given: Floats, beside: bool) -> NDArray[np.float32]:
    """The columns of all pipelines, (rows, ..., columns), of `given` (rows, ..., features), in the declared order.

    Some rows at a time, with each feature by itself: what lies apart in memory takes three times as long.
    """
    at = {key: i for i, key in enumerate(_order(pipelines, beside))}
    out = np.empty((*given.shape[:-1], len(at)), dtype=np.float32)
    each = max(1, _TOGETHER // max(1, given[:1].size))
    for begin in range(0, len(given), each):
        some = np.ascontiguousarray(np.moveaxis(given[begin : begin + each], -1, 0))
        made = np.empty((len(at), *some.shape[1:]), dtype=np.float32)
        for i, one in enumerate(pipelines):
            with np.errstate(over="ignore"):
                for kind, columns in (("value", one.values(some[i])), ("indicator", one.indicators(some[i]))):
                    for j in range(columns.shape[-1]):
                        made[at[i, kind, j]] = columns[..., j]
        out[begin : begin + each] = np.moveaxis(made, 0, -1)
    return out


_Key = tuple[int, str, int]  # which pipeline, values or indicators, which of them


def _order(pipelines: Sequence[Pipeline], beside: bool) -> list[_Key]:
    values = [[(i, "value", j) for j in range(len(one.value_columns))] for i, one in enumerate(pipelines)]
    flags = [[(i, "indicator", j) for j in range(len(one.indicator_columns))] for i, one in enumerate(pipelines)]
    parts = [part for pair in zip(values, flags, strict=True) for part in pair] if beside else [*values, *flags]
    return [key for part in parts for key in part]


def _columns(pipelines: Sequence[Pipeline], beside: bool) -> tuple[InputColumn, ...]:
    kinds = {
        "value": [one.value_columns for one in pipelines],
        "indicator": [one.indicator_columns for one in pipelines],
    }
    return tuple(kinds[kind][i][j] for i, kind, j in _order(pipelines, beside))


def _refuse(made: NDArray[np.float32], real: Mask, columns: Sequence[InputColumn]) -> None:
    finite = np.isfinite(made)
    if not finite.all() and (bad := ~finite & real[..., None]).any():
        per_column = bad.reshape(-1, bad.shape[-1]).sum(0)
        at = int(per_column.argmax())
        places = f"{per_column[at]} of {real.sum()} places"
        what = f"'{columns[at].feature}' is NaN or infinite after its transforms in {places}"
        raise FileFault(what, remedy="Declare what is to stand for a missing value: transform: [{impute: ...}].")


def _apply(step: Step, x: Floats) -> Floats:
    """The values after a step, in place wherever that can be: memory that is new takes longer than the sums."""
    name = step.name
    if name == "forward_fill":
        return _forward(x)
    if name == "impute":
        return np.where(np.isnan(x), float(step.impute or 0), x)
    if step.clip is not None:
        return np.clip(x, *step.clip, out=x)
    if name == "log1p":
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log1p(x, out=x)
    if step.standardise:
        x -= step.standardise.mean
        x /= step.standardise.std
    return x


def _forward(x: Floats) -> Floats:
    """Each missing value replaced by the last one measured before it on the last axis, if there is any."""
    last = np.maximum.accumulate(np.where(np.isnan(x), 0, np.arange(x.shape[-1])), axis=-1)
    first = np.arange(0, x.size, max(1, x.shape[-1])).reshape(*x.shape[:-1], 1)  # of each row, in memory
    return np.asarray(x.take(last + first))


def _with_code(step: Step, keys: list[Any]) -> Step:
    """An imputed level is imputed as its code."""
    return Step(impute=keys.index(step.impute)) if keys and step.name == "impute" else step
