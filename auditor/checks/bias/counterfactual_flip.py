"""Counterfactual flips: what the model says if only the attribute were another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from auditor.checks.bias.charts import dots
from auditor.checks.bias.contrasts import measurement
from auditor.checks.check import check
from auditor.checks.groups import Mask
from auditor.checks.names import NameOf
from auditor.checks.sample import sample
from auditor.dataset import Block, Dataset, Feature, Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Mover, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Bars, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


class Params(Frozen):
    """Which input is changed, and in how many rows."""

    attribute: Annotated[str, NameOf("feature")] = Field(
        description="The feature that is the attribute and an input of the model, such as sex."
    )
    rows: int = Field(default=20_000, ge=100, description="At most about so many rows are scored again for each level.")


def _evaluations(subject: Subject, params: Params) -> int:
    try:
        levels = len(_input(subject, params.attribute).feature.levels)
    except NotApplicable:
        return 0
    return levels * min(len(subject.test), params.rows)


@check(
    quantities={
        "flipped": Meaning(
            title="Share of decisions that flip", better="lower", per="level that is set", low=0.0, high=1.0
        ),
        "score_change": Meaning(title="Mean change of the score", better="target", per="level that is set"),
        "score_change_size": Meaning(
            title="Mean size of the score's change", better="lower", per="level that is set", low=0.0
        ),
    },
    needs=(SCORES,),
    rows=_evaluations,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """A decision does not hang on the attribute alone.

    Measures: where the attribute is an input of the model, rows are scored again with it set to each other level, all
    else as it was: the share of decisions that flip, the mean change of the score, and the mean size of that change
    (of several classes, half the sum over them).
    Why: a decision that would have been another for the same history of another person is direct use of the attribute,
    which many laws forbid where it is protected, whatever groups look like on average.
    Blind to: what reaches the model through other inputs that differ with the attribute (see bias.proxy).
    """
    data, about = subject.test, _input(subject, params.attribute)
    picked, sampled = sample(data, params.rows, subject.rng("bias.counterfactual_flip", params.model_dump_json()))
    before = evidence.finite(SCORES)[picked]
    value = about.values(subject, picked)
    sampling = Sampling.of(data.take(picked))
    found: dict[str, dict[str, Estimate]] = {name: {} for name in ("flipped", "score_change", "score_change_size")}
    small: dict[str, str] = {}
    for code, level in enumerate(about.feature.levels):
        # Where a level is rare its own rows count too, which are not changed: or its size could be had by subtraction.
        rare = 0 < int((value == code).sum()) < subject.smallest_cell
        rows = np.isfinite(value) & ((value != code) | rare)
        if int(rows.sum()) < subject.smallest_cell:
            small[level] = f"fewer than {subject.smallest_cell} rows have another level; suppressed"
            continue
        after = np.concatenate([subject.score(block) for block in about.set_to(subject, picked, code)])
        for name, estimate in _estimates(subject, before, after, rows, sampling).items():
            found[name][level] = estimate
    told = {name: Quantity(parts=parts, unmeasured=small) if parts or small else None for name, parts in found.items()}
    absent = {name: _absent(name, subject) for name, parts in found.items() if not parts and not small}
    shown = measurement({n: q for n, q in told.items() if q}, _shown(found, params.attribute), (), absent)
    return shown.model_copy(update={"sampled": sampled})


@dataclass(frozen=True)
class Input:
    """A feature of the model: its place among the static ones or those of each step."""

    feature: Feature
    at: int
    static: bool

    def values(self, subject: Subject, picked: Integers) -> Floats:
        """(rows,) the code of each row, the last one measured where it may change; NaN where none is known."""
        data: Dataset = subject.test
        if self.static:
            return np.asarray(data.static[picked, self.at], dtype=float)
        pieces = []
        for rows in subject.chunks(data, picked):
            column = subject.block(data, rows).values[:, :, self.at]
            known = ~np.isnan(column)
            last = column.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
            pieces.append(np.where(known.any(axis=1), column[np.arange(len(column)), last], np.nan))
        return np.concatenate(pieces)

    def set_to(self, subject: Subject, picked: Integers, code: int) -> Iterator[Block]:
        """The rows in order, with every known value of the feature set to one level."""
        for rows in subject.chunks(subject.test, picked):
            block = subject.block(subject.test, rows)
            changed = (block.static if self.static else block.values).copy()
            column = changed[..., self.at]
            column[~np.isnan(column)] = code
            yield block.with_static(changed) if self.static else block.with_values(changed)


def _input(subject: Subject, name: str) -> Input:
    """Raises NotApplicable where the attribute is no input of the model that has levels."""
    used = {column.feature for columns in subject.encoder.columns.values() for column in columns}
    for features, static in ((subject.test.static_features, True), (subject.test.features, False)):
        for at, feature in enumerate(features):
            if feature.name == name and name in used:
                if len(feature.levels) < 2:
                    raise NotApplicable(f"'{name}' is a number, and has no other level to be set to")
                return Input(feature, at, static)
    raise NotApplicable(f"'{name}' is no input of the model, so that nothing hangs on it directly")


def _estimates(subject: Subject, before: Floats, after: Floats, rows: Mask, sampling: Sampling) -> dict[str, Estimate]:
    found = {}
    if subject.test.task == "multiclass":
        found["flipped"] = sampling.rate(before.argmax(axis=1) != after.argmax(axis=1), rows)
        size = np.abs(after - before).sum(axis=1) / 2
    else:
        if subject.decision is not None:
            cut = subject.decision.threshold
            found["flipped"] = sampling.rate((before >= cut) != (after >= cut), rows)
        found["score_change"] = _mean(after - before, rows, sampling, subject)
        size = np.abs(after - before)
    return found | {"score_change_size": _mean(size, rows, sampling, subject)}


def _mean(change: Floats, rows: Mask, sampling: Sampling, subject: Subject) -> Estimate:
    """The mean change; where not one probability changes, at most the share that would (Wilson) can by at most 1."""
    n = int(rows.sum())
    none = sampling.rate(change != 0, rows)
    if subject.test.task != "regression" and none.value == 0 and isinstance(none.spread, Wilson):
        spread = Mover(first_value=0.0, first=none.spread, second_value=0.0, second=none.spread)
        method = f"no score changed; {none.method} bound on the share that would"
        return Estimate(value=0.0, n=n, entities=none.entities, method=method, spread=spread)
    return sampling.estimate(row_mean(change[rows]), rows=rows, n=n, method="mean of rows")


def _absent(name: str, subject: Subject) -> str:
    return "the audit declares no decision threshold" if name == "flipped" else "defined for one score a row only"


def _shown(found: dict[str, dict[str, Estimate]], attribute: str) -> list[Bars]:
    says = {
        "flipped": (f"Decisions that flip with {attribute}", "Share of rows of another level whose decision flips."),
        "score_change": (f"Change of the score with {attribute}", "Above 0 the score rises when the level is set."),
    }
    return [
        dots(title, caption, title, {f"set to {level}": part for level, part in found[name].items()}, 0.0)
        for name, (title, caption) in says.items()
        if found[name]
    ]
