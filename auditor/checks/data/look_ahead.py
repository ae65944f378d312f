"""Look-ahead: a feature that knows the outcome."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.data.known import Known, known, positions, when
from auditor.checks.data.parts import together
from auditor.checks.data.ranking import area, named
from auditor.checks.data.seen import Seen
from auditor.checks.performance.charts import dots
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.kernels.auroc import auroc
from auditor.kernels.stat import Stat, minus
from auditor.measurement import Axis, Bars, Heatmap, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_DRAWN = 24
Mask = NDArray[np.bool_]


class Params(Frozen):
    """None: every feature is looked at."""


Ranked = dict[str, tuple[Estimate, Floats]]


@check(
    quantities={
        "alone": Meaning(
            title="Area under the ROC curve of one feature alone",
            better="lower",
            per="feature and step",
            low=0.0,
            high=1.0,
        ),
        "jump": Meaning(
            title="Area of a feature at the last step less its area one step before",
            better="lower",
            per="feature",
            low=-1.0,
            high=1.0,
        ),
        "explained": Meaning(
            title="Share of the target's variance that a line through one feature explains",
            better="lower",
            per="feature and step",
            low=0.0,
            high=1.0,
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """No feature knows the outcome before it happens.

    Measures: how well each feature alone ranks the rows by their outcome, from its last value known at each of the last
    twelve steps and 16, 32, ... steps before the last (of more than 100,000 rows, and of several classes, at fewer;
    0.5: not at all, 1: perfectly, in either direction; a row in which it was never measured takes the median); and how
    much better it is at the last step than one step before. Levels of a category are ordered by how often rows of them
    have the outcome: in each half of the entities by what the other half says. Where the target is a number, the
    outcome is to lie above its median; and how much of its variance a line through the feature explains.
    Why: a feature that is recorded because of the outcome, or after it, makes a model that works on paper only. Such a
    feature is much better than any honest one, and often only at the last step.
    Blind to: leaks spread over several features; leaks at a single step between those; leaks in a feature that is
    seldom measured, or in whether it was measured (data.missing shows that); features that are rightly as good as
    that.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    events, rare = _events(subject)
    seen = Seen.of(subject, data)
    order = subject.rng("data.look_ahead", "halves").permutation(sampling.clusters) % 2 == 0
    half = order if sampling.codes is None else order[sampling.codes]
    backs = positions(int(seen.lengths.max(initial=0)), len(data))
    if len(events) > 1:
        backs = backs[:2]
    alone: Ranked = {}
    jump: Ranked = {}
    explained: Ranked = {}
    earlier: dict[str, Stat] = {}
    for one in known(seen, backs):
        for name, event in events.items():
            values = _filled(one, event, half)
            stat = _folded(event, values)
            if data.task == "regression":
                explained[one.name] = _explained(sampling, values, data.y)
            prefix = f"{name}: " if name else ""
            alone[prefix + one.name] = area(sampling, event, stat), stat.influence
            key = prefix + one.feature.name
            if one.back == 1:
                earlier[key] = stat
            elif one.back == 0 and key in earlier:
                rise = minus(stat, earlier[key])
                jump[key] = _rise(sampling, event, rise), rise.influence
    if not alone:
        raise NotApplicable("the data have no feature with a step")
    said = {"alone": alone, "jump": jump, "explained": explained}
    why = {"jump": "no feature has two steps", "explained": "the target is an outcome, not a number"}
    quantities = {name: together(sampling, parts, rare) for name, parts in said.items() if parts}
    return Measurement(
        quantities=quantities,
        unmeasured={name: why[name] for name, parts in said.items() if not parts},
        shown=_shown(quantities, backs),
    )


def _events(subject: Subject) -> tuple[dict[str, Mask], dict[str, str]]:
    """Name of the outcome (empty where there is one only) -> which rows have it; and those too rare, with why."""
    data = subject.test
    if data.task == "multiclass":
        events = {name: np.asarray(data.y == code) for code, name in enumerate(data.target.classes)}
    else:
        events = {"": np.asarray(data.y > np.median(data.y) if data.task == "regression" else data.y == 1)}
    few = f"fewer than {subject.smallest_cell} rows have this outcome, or have it not; suppressed"
    least = {name: min(int(event.sum()), int((~event).sum())) for name, event in events.items()}
    rare = {name: few for name, rows in least.items() if rows < subject.smallest_cell}
    if len(rare) == len(events):
        raise NotApplicable(few)
    return {name: event for name, event in events.items() if name not in rare}, rare


def _filled(one: Known, event: Mask, half: Mask) -> Floats:
    """Numbers to rank the rows by. half: (rows,) which of the two halves of the entities a row is in."""
    values = one.values
    measured = ~np.isnan(values)
    if one.feature.kind == "categorical":
        codes = np.where(measured, values, -1).astype(np.intp) + 1
        return np.where(half, _rates(codes, event, ~half)[codes], _rates(codes, event, half)[codes])
    middle = float(np.median(values[measured])) if measured.any() else 0.0
    return np.where(measured, values, middle)


def _rates(codes: Integers, event: Mask, rows: Mask) -> Floats:
    """(codes,) how often some rows of each code have the outcome; of a code that none of them has, as often as all."""
    most = int(codes.max(initial=0)) + 1
    count = np.bincount(codes[rows], minlength=most)
    events = np.bincount(codes[rows], weights=event[rows], minlength=most)
    return np.asarray(np.where(count > 0, events / np.maximum(count, 1), event[rows].mean() if rows.any() else 0.0))


def _folded(event: Mask, values: Floats) -> Stat:
    """The area in the direction in which it is at least one half."""
    stat = auroc(event, values)
    return stat if stat.value >= 0.5 else Stat(1 - stat.value, -stat.influence, stat.strata)


def _explained(sampling: Sampling, values: Floats, y: Floats) -> tuple[Estimate, Floats]:
    """The square of Pearson's correlation, by its influence (Devlin, Gnanadesikan and Kettenring 1975)."""
    if np.ptp(values) == 0 or np.ptp(y) == 0:
        none = Estimate(value=0.0, n=len(y), method="the same in every row", spread=Exact())
        return none, np.zeros(len(y))
    small = (numbers / np.abs(numbers).max() for numbers in (values, y))  # squares of the largest numbers overflow
    x, z = ((numbers - numbers.mean()) / numbers.std() for numbers in small)
    r = float((x * z).mean())
    stat = Stat(min(1.0, r * r), 2 * r * (x * z - r * (x * x + z * z) / 2))
    method = "influence function, logit scale"
    return named(sampling.estimate(stat, n=len(y), scale="logit", method=method), method), stat.influence


def _rise(sampling: Sampling, event: Mask, rise: Stat) -> Estimate:
    n, events = len(event), int(event.sum())
    if not rise.influence.any():
        return Estimate(value=rise.value, n=n, events=events, method="the same ranks at both steps", spread=Exact())
    return named(sampling.estimate(rise, n=n, events=event, method="DeLong, paired"), "DeLong, paired")


def _shown(quantities: dict[str, Quantity], backs: tuple[int, ...]) -> tuple[Bars | Heatmap, ...]:
    alone = quantities["alone"].parts
    best = dict(list(alone.items())[:_DRAWN])
    axis = Axis(title="Area under the ROC curve, alone", low=0.5, high=1)
    some = f" The {_DRAWN} highest of {len(alone)} are drawn." if len(alone) > _DRAWN else ""
    caption = f"A feature far above all others may know the outcome.{some}"
    shown: list[Bars | Heatmap] = [dots("One feature alone", caption, best, axis)]
    if "jump" in quantities:
        shown.append(_heatmap(alone, list(quantities["jump"].parts), backs))
    return tuple(shown)


def _heatmap(alone: dict[str, Estimate], features: list[str], backs: tuple[int, ...]) -> Heatmap:
    words = [when(back) for back in reversed(backs)]
    names = sorted(features, key=lambda name: (-alone[f"{name}, {when(0)}"].value, name))[:_DRAWN]
    return Heatmap(
        title="One feature alone, step by step",
        caption="How well each feature ranks the rows with what was known at that step. A feature that turns dark "
        "at the last step only may have been recorded because of the outcome.",
        rows=tuple(names),
        columns=tuple(words),
        values=tuple(tuple(alone[f"{name}, {word}"].value for word in words) for name in names),
        value=Axis(title="Area under the ROC curve, alone", low=0.5, high=1),
        row_title="Feature",
        column_title="Step",
    )
