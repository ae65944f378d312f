"""The examples of docs/dataset.md are specifications without fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.loaders.dataset import read_spec
from auditor.loaders.variables import Measured, Step

PAGE = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split("\n")[0])
def test_examples_are_read(tmp_path, text):
    """Every example is accepted as it is printed."""
    (tmp_path / "dataset.yaml").write_text(text, encoding="utf-8")
    spec, _ = read_spec(tmp_path / "dataset.yaml")
    assert f"dataset: {spec.dataset}" in text


def test_there_is_an_example_of_each_layout_and_task():
    """The page shows all three layouts and all three tasks."""
    words = {word for text in EXAMPLES for word in re.findall(r"^(?:layout|task): (\w+)", text, re.MULTILINE)}
    assert words == {"wide", "long", "tensor", "binary", "multiclass", "regression"}


@pytest.mark.parametrize("name", [*Step.model_fields, *Measured.model_fields])
def test_every_key_is_documented(name):
    """Every step of a transform and every key of a feature stands on the page."""
    assert re.search(rf"`{name}\b", PAGE), name
