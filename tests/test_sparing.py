"""A library that is spared is not found in the block, and found afterwards."""

from __future__ import annotations

import importlib

import pytest

from auditor.sparing import without


def test_spared_libraries_are_not_found_until_the_block_ends():
    """Others are found all the time."""
    with without("colorsys"):
        with pytest.raises(ModuleNotFoundError, match="colorsys"):
            importlib.import_module("colorsys")
        assert "tabnanny" == importlib.import_module("tabnanny").__name__
    assert "colorsys" == importlib.import_module("colorsys").__name__
