"""Expected directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.behavior.change import Trial, moved
from auditor.checks.behavior.change_charts import bars
from auditor.checks.behavior.expectation import Expectation, changes
from auditor.checks.behavior.stack import Draw
from auditor.checks.check import check
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen, Mover, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject

_ID = "behavior.direction"
_SMALL = 1e-3  # of the standard deviation of the scores: a change below it is taken as none
_PER = "expectation"


class Params(Frozen):
    """What is expected, and in how many rows it is tried."""

    expectations: tuple[Expectation, ...] = Field(
        min_length=1,
        max_length=30,
        description="Each names a feature, what more of it does to the score, and by what step it is tried, as "
        "in {feature: months in arrears, does: raises, step: 1} or {feature: sex, does: changes nothing}.",
    )
    rows: int = Field(default=1000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    features = {f.name: f for f in (*subject.test.static_features, *subject.test.features)}
    levels = [max(2, len(features[one.feature].levels)) for one in params.expectations if one.feature in features]
    return min(len(subject.test), params.rows) * sum(levels)


@check(
    quantities={
        "violations": Meaning(
            title="Share of rows whose score goes against the expectation", better="lower", per=_PER, low=0, high=1
        ),
        "violations_by_group": Meaning(
            title="Share of rows whose score goes against the expectation, by group",
            better="lower",
            per=f"{_PER} and group",
            low=0,
            high=1,
        ),
        "average": Meaning(title="Mean change of the score towards the expectation", better="higher", per=_PER),
        "worst": Meaning(
            title="Largest change against the expectation, in standard deviations of the scores",
            better="lower",
            per=_PER,
            low=0,
        ),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The score goes where those who know the matter expect it to go.

    Measures: for each expectation of the policy, such as that one more month in arrears never lowers the risk, real
    rows are scored again with a plausible step more of that feature, all else as it was: the share of rows whose score
    moves against the expectation (by more than a thousandth of the scores' standard deviation), overall and in every
    group, the mean change, and the worst of all. Where a feature is expected to change nothing, any change is against
    it.
    Why: a person who does worse in everything that matters and gets a better score cannot be given a reason; such a
    score has learned an accident of its data (metamorphic relations: Chen et al. 1998; Ribeiro et al. 2020).
    Blind to: steps of other sizes; changes of several features at once, as they come in life; whether what is expected
    is true, since sicker patients are also treated more.
    """
    if subject.test.task == "multiclass":
        raise NotApplicable("with several classes there is no one score that could rise or fall")
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    tried, refused = _tried(trial, params)
    if not tried:
        raise NotApplicable("; ".join(refused.values()))
    every, levels = np.ones(len(trial.data), dtype=bool), trial.levels[0]
    by_group = {
        f"{name}: {level}": trial.sampling.rate(one.against, rows)
        for name, one in tried.items()
        for level, rows in levels.rows.items()
    }
    small = {f"{name}: {level}": why for name in tried for level, why in levels.small.items()}
    violations = {name: trial.sampling.rate(one.against, every) for name, one in tried.items()}
    quantities = {
        "violations": Quantity(parts=violations, unmeasured=refused),
        "average": Quantity(parts={name: _mean(trial, one.towards) for name, one in tried.items()}, unmeasured=refused),
        "worst": Quantity(parts={name: one.worst() for name, one in tried.items()}, unmeasured=refused),
    }
    if by_group or small:
        quantities["violations_by_group"] = Quantity(parts=by_group, unmeasured=small | refused)
    return Measurement(
        quantities=quantities,
        unmeasured={} if by_group or small else {"violations_by_group": "the data declare no groups"},
        shown=(
            bars("Scores against the expectation", "Share of rows", "", violations),
            _worst({name: one for name, one in tried.items() if one.against.any()}),
        ),
        sampled=trial.sampled,
        notes=(*(f"Not tried: {why}." for why in refused.values()), *levels.notes),
    )


@dataclass(frozen=True, eq=False)
class Tried:
    """One expectation in every row. before: clean scores; towards: (rows,) change towards what is expected, the least
    where several were tried; spread: the standard deviation of the scores.
    """

    before: Floats
    towards: Floats
    spread: float

    @property
    def against(self) -> NDArray[np.bool_]:
        """(rows,): whether the score goes against the expectation."""
        return np.asarray(self.towards < -_SMALL * self.spread)

    def worst(self) -> Estimate:
        """The largest change against it."""
        value = max(0.0, -float(self.towards.min())) / self.spread
        return Estimate(value=value, n=len(self.towards), method="the worst of the rows tried", spread=Exact())


def _tried(trial: Trial, params: Params) -> tuple[dict[str, Tried], dict[str, str]]:
    tried, refused, spread = {}, {}, float(trial.before.std())
    for expected in dict.fromkeys(params.expectations):
        try:
            kinds = changes(trial.data, expected)
        except NotApplicable as nothing:
            refused[expected.name] = nothing.reason
            continue
        towards = []
        for after in trial.all_scores([Draw(one, (expected.name, number)) for number, one in enumerate(kinds)]):
            if expected.does == "changes nothing":
                towards.append(-moved(trial.before, after))
            else:
                towards.append((after - trial.before) * (1.0 if expected.does == "raises" else -1.0))
        tried[expected.name] = Tried(trial.before, np.min(towards, axis=0), spread)
    return tried, refused


def _mean(trial: Trial, change: Floats) -> Estimate:
    """The mean change; where no probability changes, at most the share that would (Wilson) can, by at most 1."""
    n = len(change)
    none = trial.sampling.rate(change != 0, np.ones(n, dtype=bool))
    if trial.data.task != "regression" and none.value == 0 and isinstance(none.spread, Wilson):
        spread = Mover(first_value=0.0, first=none.spread, second_value=0.0, second=none.spread)
        method = f"no score changed; {none.method} bound on the share that would"
        return Estimate(value=0.0, n=n, entities=none.entities, method=method, spread=spread)
    return trial.sampling.estimate(row_mean(change), n=n, method="mean of rows")


def _worst(tried: dict[str, Tried]) -> Table:
    """The worst row of each expectation, told by its scores alone: its values would tell who it is."""
    rows = []
    for name, one in tried.items():
        at = int(one.towards.argmin())
        rows.append((name, float(one.before[at]), -float(one.towards[at])))
    return Table(
        title="The worst example of each expectation",
        caption="The row whose score goes furthest against the expectation; its values are not shown, as they could "
        "tell who it is." + ("" if rows else " No row goes against any."),
        columns=(
            Column(title="Expectation"),
            Column(title="Score as it is", kind="number"),
            Column(title="Change against the expectation", kind="number"),
        ),
        rows=tuple(rows),
    )
