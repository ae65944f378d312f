"""The examples of real data, where the data are on this machine: what their pages say of the models holds."""

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from auditor.loaders.dataset import open_dataset
from auditor.subject import Identity, Subject
from auditor.worker import open_model
from examples import fetch

EXAMPLES = Path(__file__).parents[2] / "examples"
BESIDE = EXAMPLES.parents[1] / "shared" / "data"
DATA = Path(os.environ.get("AUDITOR_DATA", BESIDE))

pytestmark = pytest.mark.skipif(
    any(fetch.missing(DATA, source) for source in fetch.SOURCES),
    reason="the real data are not on this machine: name their folder in AUDITOR_DATA (examples/fetch.py gets them)",
)


def scored(example: str, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    """Targets and scores of an example's test rows."""
    monkeypatch.setenv("AUDITOR_DATA", str(DATA))
    opened = open_dataset(EXAMPLES / example / "dataset.yaml")
    model = open_model(EXAMPLES / example / "model.keras", memory_bytes=4 * 2**30, seconds=120)
    try:
        subject = Subject(
            model=model,
            test=opened.test,
            reference=opened.reference,
            encoder=opened.encoder,
            output=opened.output,
            decision=None,
            identity=Identity(name=example, version="1"),
        )
        return opened.test.y, subject.score(subject.block(opened.test))
    finally:
        model.close()


@pytest.mark.parametrize(("example", "rows", "auroc"), [("uci_credit", 8999, 0.779), ("icu_mortality", 1191, 0.819)])
def test_auroc(example: str, rows: int, auroc: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed model ranks the held-out rows as well as its page says."""
    y, score = scored(example, monkeypatch)
    assert len(y) == rows
    assert roc_auc_score(y, score) == pytest.approx(auroc, abs=1e-3)


def test_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed forecast is as good on the windows of 2014 as its page says."""
    y, score = scored("air_quality", monkeypatch)
    assert len(y) == 2883
    assert r2_score(y, score) == pytest.approx(0.643, abs=1e-3)
    assert np.abs(score - y).mean() == pytest.approx(36.5, abs=0.05)
