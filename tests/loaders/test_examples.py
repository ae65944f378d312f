"""The example data sets open, and their recorded arrays agree with a plain reading of the files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor.loaders.dataset import Opened, open_dataset

EXAMPLES = Path(__file__).parents[2] / "examples"


def real(name: str, monkeypatch: pytest.MonkeyPatch) -> Opened:
    folder = Path(os.environ.get("AUDITOR_DATA") or EXAMPLES.parent.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("real data are not here: set AUDITOR_DATA")
    monkeypatch.setenv("AUDITOR_DATA", str(folder))
    return open_dataset(EXAMPLES / name / "dataset.yaml")


def test_credit_simulated_against_pandas():
    """Test rows are the lines with an outcome; values and scores are those that pandas finds there."""
    opened = open_dataset(EXAMPLES / "credit_simulated" / "dataset.yaml")
    lines = pd.read_parquet(EXAMPLES / "credit_simulated" / "test.parquet").sort_values(["account", "month"])
    looked = lines[lines["default"].notna()]
    np.testing.assert_array_equal(looked["default"], opened.test.y)
    np.testing.assert_array_equal(looked["month"], opened.test.index_time)
    np.testing.assert_allclose(looked["pd"], opened.test.recorded)
    np.testing.assert_array_equal(looked["utilisation"], opened.test.block(None, 1).values[:, 0, 1])
    static = pd.read_parquet(EXAMPLES / "credit_simulated" / "accounts.parquet").set_index("account")
    mine = static.loc[looked["account"]]
    np.testing.assert_array_equal(mine["credit_limit"], opened.test.static[:, 0])
    region = opened.test.groups["region"]
    assert np.array(region.levels)[region.codes].tolist() == mine["region"].tolist()
    assert opened.test.cluster_kind == "entities"


def test_uci_credit(monkeypatch):
    """30,000 accounts, the oldest month first."""
    opened = real("uci_credit", monkeypatch)
    assert len(opened.test) + len(opened.reference) == 30_000
    frame = pd.read_parquet(Path(os.environ["AUDITOR_DATA"]) / "uci_credit_default.parquet").sort_values("ID")
    first = opened.test if opened.test.entity[0] == 0 else opened.reference
    row = first.block(np.array([0])).values[0, :, 0]
    assert row.tolist() == frame.iloc[0][["PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0"]].tolist()


def test_icu_mortality_drops_the_empty_stays(monkeypatch):
    """Stays in which nothing was measured are left out and counted."""
    opened = real("icu_mortality", monkeypatch)
    dropped = [part.dropped.get("rows without any measured value", 0) for part in (opened.test, opened.reference)]
    assert (sum(dropped), len(opened.test) + len(opened.reference)) == (3, 3997)


def test_air_quality_is_one_series_in_blocks_of_time(monkeypatch):
    """One long series: time blocks, and the target six lines after the window's last."""
    test = real("air_quality", monkeypatch).test
    frame = pd.read_parquet(Path(os.environ["AUDITOR_DATA"]) / "beijing_pm25.parquet").set_index("time")
    assert test.cluster_kind == "time blocks"
    later = test.index_time + np.timedelta64(6, "h")
    np.testing.assert_array_equal(frame.loc[later, "pm25"], test.y)


def test_triage_simulated():
    """Ragged arrays of three classes, with the developer's score for each."""
    test = open_dataset(EXAMPLES / "triage_simulated" / "dataset.yaml").test
    assert (test.side, test.recorded.shape, len(set(test.lengths))) == ("right", (len(test), 3), 13)
    np.testing.assert_allclose(test.recorded.sum(1), 1, atol=1e-4)
