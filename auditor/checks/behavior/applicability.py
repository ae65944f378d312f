"""Where a model was made to be used: how unlike the reference rows a row is, as one number and its p-value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.summaries import Summary, summaries
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.subject import Subject

_RECENT = 3  # last steps that have a mean of their own
_FEWEST = 100  # reference rows on either side, below which there is no domain to speak of
_FAR = 20.0  # interquartile ranges beyond which all values count as equally far
_FLOOR = 1e-6  # a variance that is left to what does not vary
_SHRINK = 0.1  # of the covariance is put on its diagonal, so that summaries which say the same do not count double


@dataclass(frozen=True, eq=False)
class Domain:
    """What the reference rows look like.

    centre, scale: (summaries,) median and interquartile range; mean: (summaries,) of the scaled; inverse: of their
    covariance. calibration: the distances of the held-out reference rows, from near to far.
    """

    centre: Floats
    scale: Floats
    mean: Floats
    inverse: Floats
    names: tuple[Summary, ...]
    calibration: Floats

    def scaled(self, given: Floats) -> Floats:
        """Summaries (rows, summaries) in interquartile ranges from the median; 0 where nothing was measured."""
        away = given - self.centre
        away /= self.scale
        np.clip(away, -_FAR, _FAR, out=away)
        away[np.isnan(away)] = 0.0
        return np.asarray(away)

    def distances(self, given: Floats) -> Floats:
        """(rows,) Mahalanobis distance of summaries."""
        away = self.scaled(given) - self.mean
        return np.asarray(np.sqrt(np.maximum(np.einsum("ij,ij->i", away @ self.inverse, away), 0.0)))

    def p_values(self, given: Floats) -> Floats:
        """(rows,) the share of held-out reference rows at least as far, the row itself counted among them.

        It is uniform, or a little larger, for rows that come from where the reference rows do (Vovk, Gammerman and
        Shafer 2005).
        """
        nearer = np.searchsorted(self.calibration, self.distances(given), side="left")
        return np.asarray((1.0 + len(self.calibration) - nearer) / (1.0 + len(self.calibration)))

    def furthest(self, given: Floats) -> NDArray[np.integer]:
        """(rows,) the summary in which each row is furthest from the median."""
        return np.asarray(np.abs(self.scaled(given)).argmax(axis=1))


def summarised(subject: Subject, data: Dataset, longest: int | None = None) -> tuple[Floats, tuple[Summary, ...]]:
    """What each row looks like, (rows, summaries). longest: steps of the longest row, where `data` are only some."""
    return summaries(subject, data, _RECENT, longest)


def domain_of(subject: Subject, reference: Dataset, rng: np.random.Generator) -> Domain:
    """The domain, from one half of the reference entities; the other half is held out and calibrates it.

    Raises NotApplicable where there are too few of them, or nothing about them varies.
    """
    codes = np.unique(reference.entity, return_inverse=True)[1]
    held = (rng.permutation(int(codes.max(initial=0)) + 1) % 2 == 0)[codes]
    if min(held.sum(), (~held).sum()) < _FEWEST:
        raise NotApplicable(f"fewer than {_FEWEST} reference rows to learn from, or as few to hold out")
    given, names = summarised(subject, reference)
    fitted = given[~held].astype(float)
    centre, scale = _middle(fitted)
    kept = scale > 0
    if not kept.any():
        raise NotApplicable("nothing varies in the reference rows")
    blank = Domain(centre, np.where(kept, scale, np.inf), np.zeros(len(names)), np.eye(len(names)), names, np.empty(0))
    away = blank.scaled(fitted)
    covariance = np.cov(away, rowvar=False).reshape(len(names), len(names))
    shrunk = (1 - _SHRINK) * covariance + np.diag(_SHRINK * np.diag(covariance) + _FLOOR)
    found = dataclasses.replace(blank, mean=away.mean(axis=0), inverse=np.linalg.inv(shrunk))
    return dataclasses.replace(found, calibration=np.sort(found.distances(given[held])))


def _middle(values: Floats) -> tuple[Floats, Floats]:
    """Median and interquartile range of each column, or its standard deviation where most values are the same."""
    empty = np.isnan(values).all(axis=0)
    known = np.where(empty, 0.0, values)
    low, centre, high = _quartiles(known)
    range_ = high - low
    same = range_ <= 0
    if same.any():
        range_[same] = np.nanstd(known[:, same], axis=0)
    return centre, range_


def _quartiles(values: Floats) -> Floats:
    """(3, columns) of what is known in each column, which is some of it: sorting it takes a third of selecting."""
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)  # what is not known comes last
    last, column = np.count_nonzero(~np.isnan(ordered), axis=1) - 1, np.arange(len(ordered))
    place = np.array((0.25, 0.5, 0.75))[:, None] * last
    below = np.floor(place).astype(int)
    one, other, part = ordered[column, below], ordered[column, np.minimum(below + 1, last)], place - below
    return np.asarray(np.where(part < 0.5, one + (other - one) * part, other - (other - one) * (1 - part)))
