"""A library that is spared is not found in the block, and found afterwards."""

from __future__ import annotations

import importlib

import pytest

from auditor.sparing import without


def test_spared_libraries_are_not_found_until_the_block_ends(tmp_path, monkeypatch):
    """Others are found all the time."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("a_spared_library", "another_library"):
        (tmp_path / f"{name}.py").write_text("")
    with without("a_spared_library"):
        with pytest.raises(ModuleNotFoundError, match="a_spared_library"):
            importlib.import_module("a_spared_library")
        assert "another_library" == importlib.import_module("another_library").__name__
    assert "a_spared_library" == importlib.import_module("a_spared_library").__name__
