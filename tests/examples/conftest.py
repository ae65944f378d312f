"""Examples whose scores are looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from auditor.loaders.dataset import open_dataset
from auditor.subject import Identity, Subject
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in
from auditor.worker.traffic import Traffic

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def scored(traffic: Traffic) -> Callable[[str], tuple[Subject, np.ndarray]]:
    """`scored(example)`: what its dataset.yaml reads, with its committed model's scores of the test rows."""

    def score(example: str) -> tuple[Subject, np.ndarray]:
        opened = open_dataset(EXAMPLES / example / "dataset.yaml")
        subject = Subject(
            model=open_in(
                traffic, take_in(EXAMPLES / example / "model.keras", traffic.child.private), time.monotonic()
            ),
            test=opened.test,
            reference=opened.reference,
            encoder=opened.encoder,
            output=opened.output,
            decision=None,
            identity=Identity(name=example, version="1"),
        )
        return subject, subject.score(subject.block(opened.test))

    return score
