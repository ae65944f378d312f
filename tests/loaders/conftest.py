"""A small described data set, written to a folder; tests change what they are about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from auditor.loaders.dataset import Opened, open_dataset

Describe = Callable[..., Path]


@pytest.fixture
def describe(tmp_path: Path) -> Describe:
    """Write dataset.yaml from the given sections (None leaves one away), and files from text or bytes."""

    def written(contents: dict[str, str | bytes] | None = None, /, **sections: Any) -> Path:
        spec: dict[str, Any] = {
            "dataset": "tiny",
            "task": "binary",
            "layout": "wide",
            "files": [{"path": name} for name in (contents or {}) if name != "static.csv"],
            "features": [{"name": "a", "columns": ["a1", "a2"]}],
            "target": {"column": "y", "positive": 1},
            "inputs": {"sequence": {"input": "x", "length": 2}},
            "output": {"kind": "probability"},
        }
        spec = {key: value for key, value in (spec | sections).items() if value is not None}
        with (tmp_path / "dataset.yaml").open("w", encoding="utf-8") as stream:
            YAML().dump(spec, stream)
        for name, content in (contents or {}).items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "dataset.yaml"

    return written


@pytest.fixture
def load(describe: Describe) -> Callable[..., Opened]:
    """Describe and open."""

    def opened(contents: dict[str, str | bytes] | None = None, /, **sections: Any) -> Opened:
        return open_dataset(describe(contents, **sections))

    return opened
