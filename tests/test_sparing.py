"""A library that is spared is not found in the block, and found afterwards."""

from __future__ import annotations

import ctypes.util
import importlib
import sys

import pytest

from auditor.sparing import later, unsearched, without


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


def test_a_module_for_later_is_loaded_by_the_first_call(tmp_path, monkeypatch):
    """What was taken from it within the block works afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "a_rare_library.py").write_text("def twice(one):\n    return 2 * one\n")
    with later("a_rare_library"):
        from a_rare_library import twice
    assert "a_rare_library" not in sys.modules
    assert 6 == twice(3)
    assert "a_rare_library" in sys.modules


def test_no_compiler_is_asked_for_a_library():
    """Within the block; afterwards Python looks for one as ever."""
    before = ctypes.util.find_library
    with unsearched():
        within = ctypes.util.find_library
    assert before is ctypes.util.find_library
    assert within is before or "libpango-1.0.so.0" == within("pango-1.0")
