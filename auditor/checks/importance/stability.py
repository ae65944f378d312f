"""Stability."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.alike import dots, quantity, ranked, ranked_alike, signed_alike
from auditor.checks.importance.attributed import (
    ATTRIBUTIONS,
    Attributed,
    ask,
    asking_rows,
    most_rows,
    once,
)
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.dataset import Dataset, Feature, Floats
from auditor.evidence import Evidence
from auditor.explain.question import Question
from auditor.measurement import Meaning, Measurement
from auditor.subject import Subject

_ID = "importance.stability"


class Params(OfClass):
    """How much noise, and of which class."""

    noise: float = Field(
        default=0.05, gt=0, le=1, description="Noise on numeric features, as a share of their standard deviation."
    )


def _rows(subject: Subject, params: Params) -> int:
    return rows_of(subject, params.of, asking_rows(subject) + 2 * most_rows(subject))


@check(
    quantities={
        "rank_correlation": Meaning(title="Rank correlation of features' credit", better="higher", per="change"),
        "same_sign": Meaning(title="Leading features with the same sign", better="higher", per="change"),
    },
    needs=(ATTRIBUTIONS,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The reasons for a score do not change with what should not matter.

    Measures: for the rows of importance.attribution, how alike each feature's credit is when it is worked out again
    against another draw of 32 reference rows, and when a little noise lies on every numeric value: rank correlation of
    the sizes, and how many of the three leading features keep their sign.
    Why: a reason that depends on a draw of numbers, or on the last digit of a measurement, cannot be given to anybody.
    Blind to: credit that is wrong in the same way every time.
    """
    return measured_of(subject, evidence, params.of, lambda attributed: _told(attributed, params))


def _told(attributed: Attributed, params: Params) -> Measurement:
    """Of the credit of one class, or of each row's own."""
    question, (players, own) = attributed.question, ranked(attributed)
    others = ask(question.subject, "another draw", column=question.explained.column)[0].backgrounds
    noisy = _noisy(question, params)
    found = {
        "another draw of backgrounds": attributed.over(
            lambda asked, at: once(dataclasses.replace(asked, backgrounds=others), players).values
        ),
        "noise on the values": attributed.over(
            lambda asked, at: once(dataclasses.replace(asked, data=noisy, rows=at), players).values
        ),
    }
    ranks = quantity({name: ranked_alike(attributed, own, values) for name, values in found.items()})
    signs = quantity({name: signed_alike(attributed, own, values) for name, values in found.items()})
    caption = "How alike the credit of features is to what it was; 1 is the same order."
    return Measurement(
        quantities={"rank_correlation": ranks, "same_sign": signs},
        shown=(dots("Stability of the reasons", caption, "Rank correlation", ranks),) if ranks.parts else (),
        sampled=attributed.sampled,
    )


def _noisy(question: Question, params: Params) -> Dataset:
    """The rows asked about, on lines of their own, with noise on what was measured of numeric features."""
    data = question.data.take(question.rows)
    lines = [np.arange(start, stop) for start, stop in zip(data.starts, data.stops, strict=True)]
    values = data.values[np.concatenate(lines)] if lines else data.values[:0]
    draw = question.subject.rng(_ID, params.model_dump_json())
    values = _moved(values, data.features, params.noise, draw)
    static = _moved(data.static, data.static_features, params.noise, draw) if data.static_features else data.static
    stops = np.cumsum(data.lengths)
    return dataclasses.replace(data, values=values, starts=stops - data.lengths, stops=stops, static=static)


def _moved(values: Floats, features: Sequence[Feature], noise: float, draw: np.random.Generator) -> Floats:
    """Values (rows, features) with noise, no farther than what is plausible, or was measured where that is not told.

    So that no transform is sent what it cannot take, as the logarithm of an amount below zero.
    """
    moved = values.astype(float)
    drawn = draw.standard_normal(values.shape)
    for at, feature in enumerate(features):
        known = ~np.isnan(moved[:, at])
        own = moved[known, at]
        if feature.kind != "numeric" or not len(own):
            continue
        low = own.min() if feature.low is None else feature.low
        high = own.max() if feature.high is None else feature.high
        made = own + noise * own.std() * drawn[known, at]
        moved[known, at] = np.clip(made, np.minimum(low, own), np.maximum(high, own))
    return moved
