"""Distance of the scores of groups."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import partial

import numpy as np

from auditor.checks.bias.charts import dots, table
from auditor.checks.bias.contrasts import ByGroup, measurement
from auditor.checks.bias.differences import of_stat
from auditor.checks.check import check
from auditor.checks.groups import Compare, Compared, Grouping, Groups, Mask
from auditor.checks.outcome import class_scores
from auditor.dataset import Floats
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Axis, Bars, Lines, Meaning, Measurement, Quantity, Series, Table
from auditor.sampling import Sampling
from auditor.shift import Apart, distances
from auditor.subject import Subject

_QUANTILES = 41  # points of a drawn distribution
_DRAWN = 8  # groups that a reader can still tell apart


@check(
    quantities={
        "largest_distance": Meaning(
            title="Largest distance of the score's distribution functions (Kolmogorov and Smirnov)",
            better="lower",
            per="pair of groups",
            low=0.0,
            high=1.0,
        ),
        "mean_shift": Meaning(
            title="How far scores must be moved on average to make groups alike (Wasserstein), in the score's unit",
            better="lower",
            per="pair of groups",
            low=0.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """Scores are spread alike in every group.

    Measures: for every pair of groups, or each group and the rest, the largest distance of the distribution functions
    of the score, and the area between them. With several classes: the score of each class.
    Why: selection rates look at one threshold; this looks at all of them, and finds groups that are scored apart where
    no threshold is set yet, or where it may move (statistical parity at every threshold).
    Blind to: whether the difference is one of the outcome itself; see bias.proxy for what is left given the outcome.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    compared, scores = groups.among(), evidence.finite(SCORES)
    targets = {"": scores}
    if subject.test.task == "multiclass":
        targets = {name: score for name, (_, score) in class_scores(subject.test, scores).items()}
    apart: dict[str, tuple[Apart, Apart]] = {}
    within: dict[str, Mask] = {}
    for name, score in targets.items():
        for pair, (first, second) in _pairs(compared, params.compare).items():
            key = f"{name}: {pair}" if name else pair
            both = within[key] = first | second
            apart[key] = distances(sampling.only(both), second[both], score[both])
    told = {
        name: _quantity(sampling, {key: each[at] for key, each in apart.items()}, within, compared.suppressed)
        for at, name in enumerate(("largest_distance", "mean_shift"))
    }
    charts: list[Lines | Bars | Table] = []
    if apart:
        charts.append(_means(targets, compared, sampling, params.compare, groups.title))
        charts += [_distribution(name, score, compared, groups) for name, score in targets.items()]
        caption = "At 0 the scores of two groups are spread alike; a distance is never below."
        largest = {key: each[0].estimate for key, each in apart.items()}
        charts.append(dots(f"Largest distance of scores by {groups.title}", caption, "Distance", largest))
    return measurement(told, charts, compared.notes)


def _quantity(
    sampling: Sampling, apart: Mapping[str, Apart], within: Mapping[str, Mask], unmeasured: Mapping[str, str]
) -> Quantity | None:
    """The distance of every pair, and how these vary together as pairs share a group; None without a pair."""
    if not apart:
        return None
    influences = [Stat(0.0, one.influence).among(within[key]).influence for key, one in apart.items()]
    return Quantity(
        parts={key: one.estimate for key, one in apart.items()},
        correlation=sampling.correlation(influences),
        unmeasured=dict(unmeasured),
    )


def _means(
    targets: Mapping[str, Floats], compared: Compared, sampling: Sampling, compare: Compare, attribute: str
) -> Table:
    """The mean score of each group, and how little a difference of means the data could tell."""
    means = ByGroup(sampling, compare)
    for name, score in targets.items():
        means.add(compared, of_stat(sampling, partial(_mean, score), "mean of rows"), name)
    return table(f"Mean score by {attribute}: table", "Mean score", means)


def _mean(score: Floats, rows: Mask) -> Stat:
    return row_mean(score[rows])


def _pairs(compared: Compared, compare: Compare) -> dict[str, tuple[Mask, Mask]]:
    rows = compared.rows
    if compare == "pairs" or len(rows) < 2:
        return {f"{a} − {b}": (rows[a], rows[b]) for a, b in itertools.combinations(rows, 2)}
    everyone = np.logical_or.reduce(list(rows.values()))
    return {f"{name} − rest": (own, everyone & ~own) for name, own in rows.items()}


def _distribution(name: str, score: Floats, compared: Compared, groups: Groups) -> Lines:
    """The distribution function of each group, by its quantiles; of the largest groups where they are many."""
    many = sorted(compared.rows, key=lambda level: -int(compared.rows[level].sum()))[:_DRAWN]
    return Lines(
        title=f"Scores{f' of {name}' if name else ''} by {groups.title}",
        caption="The share of each group that scores at most so much, without the outermost 2 % of rows. Where lines "
        "lie apart, a threshold there treats the groups unequally.",
        x=Axis(title="Score"),
        y=Axis(title="Share of the group", low=0, high=1),
        series=tuple(
            _quantiles(level, score[rows], groups.smallest) for level, rows in compared.rows.items() if level in many
        ),
    )


def _quantiles(level: str, score: Floats, smallest: int) -> Series:
    """So few points that as many rows as the smallest cell lie between two, or single scores could be read off."""
    share = np.linspace(0.02, 0.98, max(2, min(_QUANTILES, len(score) // smallest)))
    return Series(name=level, x=tuple(np.quantile(score, share).tolist()), y=tuple(share.tolist()))
