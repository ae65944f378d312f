"""The simulated examples: the committed data are what the scripts make, and the committed models score them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor.subject import Subject
from examples.credit_simulated import simulate as credit
from examples.triage_simulated import simulate as triage

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_committed_credit_data_are_the_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Running simulate.py gives the committed tables again, value by value, but for the recorded scores."""
    monkeypatch.setattr(credit, "HERE", tmp_path)
    credit.main()
    folder = EXAMPLES / "credit_simulated"
    for name in ("accounts", "reference", "test"):
        committed = pd.read_parquet(folder / f"{name}.parquet").drop(columns="pd", errors="ignore")
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{name}.parquet"), committed)


def test_committed_triage_data_are_the_simulation() -> None:
    """Running simulate.py gives the committed arrays again."""
    made = triage.patients(8000, 2026)
    with np.load(EXAMPLES / "triage_simulated" / "triage.npz") as committed:
        for name, array in made.items():
            np.testing.assert_array_equal(committed[name], array)


def test_southern_ledger_is_late_and_no_other() -> None:
    """The planted bias is where the README says: arrears, in the south only; default is as frequent everywhere."""
    lines, static, looks = credit.book(20_000, 3)
    region = static.set_index("account")["region"]
    first = lines[lines["month"] <= credit.FIRST_LOOK]
    seen = first.groupby(region.loc[first["account"]].to_numpy())["arrears"].mean()
    assert seen["south"] == 0
    assert seen.drop("south").min() > 0.1
    rates = looks.groupby(region.loc[looks["account"]].to_numpy())["default"].mean()
    assert rates.max() - rates.min() < 0.03


@pytest.mark.parametrize("example", ["credit_simulated", "triage_simulated"])
def test_recorded_scores_are_the_model_s(example: str, scored: Callable[[str], tuple[Subject, np.ndarray]]) -> None:
    """The auditor scores the test rows as train.py did, within the tolerance that dataset.yaml states."""
    subject, score = scored(example)
    assert subject.test.recorded is not None
    assert np.abs(score - subject.test.recorded).max() <= subject.test.recorded_tolerance


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in EXAMPLES.glob("*/audit.yaml")))
def test_folder_is_complete(folder: str) -> None:
    """Each example has its page, its training and a model below 500 kB."""
    files = {path.name for path in (EXAMPLES / folder).iterdir()}
    assert {"README.md", "train.py", "model.keras", "dataset.yaml", "audit.yaml"} <= files
    assert (EXAMPLES / folder / "model.keras").stat().st_size < 500_000
