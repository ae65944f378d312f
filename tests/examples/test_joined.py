"""The lines of docs/dataset.md that put two sequences side by side, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from auditor.loaders.artifact_archive import CONFIG, read_archive
from auditor.loaders.artifact_config import parsed, read_config

PAGE = Path(__file__).parents[2] / "docs" / "dataset.md"


def test_two_sequences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The joined model answers as the one that it wraps, and is a file that the program opens."""
    monkeypatch.chdir(tmp_path)
    inputs = [keras.Input((5, width)) for width in (2, 3)]
    both = keras.layers.Concatenate()([keras.layers.LSTM(2)(one) for one in inputs])
    model = keras.Model(inputs, keras.layers.Dense(1)(both))
    model.save("two.keras")
    (lines,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(lines, {})

    x = np.random.default_rng(0).normal(size=(4, 5, 5)).astype("float32")
    joined = keras.models.load_model("joined.keras")
    np.testing.assert_allclose(joined(x).numpy(), model([x[:, :, :2], x[:, :, 2:]]).numpy(), rtol=1e-5)
    config = parsed(read_archive(Path("joined.keras"))[0][CONFIG])
    assert () == tuple(read_config(config, joined.count_params(), ()).custom)
