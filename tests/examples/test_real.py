"""The examples of real data, where the data are on this machine: what their pages say of the models holds."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from auditor.subject import Subject
from examples import fetch

EXAMPLES = Path(__file__).parents[2] / "examples"
BESIDE = EXAMPLES.parents[1] / "shared" / "data"
DATA = Path(os.environ.get("AUDITOR_DATA", BESIDE))

pytestmark = pytest.mark.skipif(
    any(fetch.missing(DATA, source) for source in fetch.SOURCES),
    reason="the real data are not on this machine: name their folder in AUDITOR_DATA (examples/fetch.py gets them)",
)


Scored = Callable[[str], tuple[Subject, np.ndarray]]


@pytest.fixture(autouse=True)
def at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_DATA", str(DATA))


@pytest.mark.parametrize(("example", "rows", "auroc"), [("uci_credit", 8999, 0.779), ("icu_mortality", 1191, 0.819)])
def test_auroc(example: str, rows: int, auroc: float, scored: Scored) -> None:
    """The committed model ranks the held-out rows as well as its page says."""
    subject, score = scored(example)
    assert len(subject.test.y) == rows
    assert roc_auc_score(subject.test.y, score) == pytest.approx(auroc, abs=1e-3)


def test_forecast(scored: Scored) -> None:
    """The committed forecast is as good on the windows of 2014 as its page says."""
    subject, score = scored("air_quality")
    y = subject.test.y
    assert len(y) == 2883
    assert r2_score(y, score) == pytest.approx(0.643, abs=1e-3)
    assert np.abs(score - y).mean() == pytest.approx(36.5, abs=0.05)
