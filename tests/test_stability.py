"""The stability index of two samples: on how many rows it is known, and when it leaves 0."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.contrast import NoncentralChi2
from auditor.kernels import drift
from auditor.sampling import Sampling
from auditor.shift import stability_index

BOTH = np.arange(300) >= 200


def test_effective_size_of_independent_rows() -> None:
    """N m / (n + m)."""
    bins = np.arange(300) % 5
    assert 200 * 100 / 300 == stability_index(Sampling(None, "rows", 300), bins, BOTH).spread.size


def test_rows_that_are_copies_are_worth_one() -> None:
    """Clusters of ten equal rows: a tenth of the size of independent rows."""
    rng = np.random.default_rng(0)
    bins = np.repeat(rng.integers(0, 5, 300), 10)
    sampling = Sampling(np.repeat(np.arange(300), 10), "entities", 300)
    index = stability_index(sampling, bins, np.repeat(BOTH, 10))
    assert 200 * 100 / 300 == pytest.approx(index.spread.size, rel=0.02)
    assert 100 == index.entities


def test_stability_index_of_samples_apart() -> None:
    """The value is the index; the interval holds it, is wider for fewer clusters, and 0 is far away."""
    bins = np.concatenate([np.arange(200) % 4, np.minimum(np.arange(100) % 8, 3)])
    rows = stability_index(Sampling(None, "rows", 300), bins, BOTH)
    shares = drift.shares(bins, BOTH)
    assert (drift.stability_index(*shares), 100, None) == (rows.value, rows.n, rows.entities)
    low, high = rows.interval(0.95)
    assert 0.1 < low < rows.value < high


def test_what_entities_have_in_common_cancels() -> None:
    """Two samples that are apart: how far is known better than how their bins vary where both are of the same entities,
    and worse where each has its own.
    """
    rng, codes, second = np.random.default_rng(12), np.arange(12000) % 60, np.arange(12000) % 2 == 1
    level = rng.normal(size=60)
    for entity, less, more in ((codes // 2, 1.5, 4), (codes, 0.5, 0.9)):
        values = 0.7 * level[entity] + 0.7 * rng.normal(size=12000) + 0.4 * second
        bins = np.searchsorted(np.linspace(-1.2, 1.2, 9), values)
        spread = stability_index(Sampling(entity, "entities", 60), bins, second).spread
        assert less < spread.apart / spread.size < more


@pytest.mark.parametrize("clusters", [None, 20])
def test_an_index_leaves_0_where_a_test_does(clusters: int | None) -> None:
    """Where 1 of 20 pairs of samples that are alike would be as far apart; from there on up to two-sided ends."""
    df = None if clusters is None else clusters - 1
    critical = 1.96 if df is None else float(stats.t.ppf(0.975, df))
    tail = stats.norm.sf(critical)
    spread = NoncentralChi2(freedom=9, size=100, df=df)
    alone, far = stats.chi2.ppf([1 - 2 * tail, 1 - tail / 1e6], 9) / 100
    lows = [spread.bounds(value, critical).low for value in np.linspace(alone - 0.01, far, 60)]
    assert [0, 0] == pytest.approx([lows[0], spread.bounds(alone, critical).low], abs=1e-9)
    assert 0 < spread.bounds(alone * (1 + 1e-6), critical).low < 1e-4
    assert np.diff(lows).min() > -1e-9, "no step back"
    assert 0.25 * far > np.diff(lows).max(), "no jump"
    assert tail == pytest.approx(stats.ncx2.sf(100 * far, 9, 100 * lows[-1]), rel=1e-6)
