"""What holds for all tests: fixed randomness, quiet TensorFlow, expected texts that one command writes again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from auditor.worker.traffic import Traffic

# Before anything imports TensorFlow: its log tells a test nothing, and no test may depend on what accelerator is there.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

# The same examples on every run; a search for new ones is a benchmark, not a gate. No deadline: two cores are shared.
settings.register_profile("gate", derandomize=True, deadline=None, max_examples=50)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


# A shell that starts this in the background has its jobs ignore Ctrl-C, and what they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write what the tests expect again (make goldens)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that use `golden` are marked so: `pytest -m golden` runs all that compare with a file, and no other."""
    for item in items:
        if "golden" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.golden)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """`golden(path, actual)`: the file holds exactly the actual text; under --update-goldens it is written instead."""

    def compare(path: Path, actual: str) -> None:
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert path.exists(), f"{path} is not there; `make goldens` writes it"
        assert path.read_text(encoding="utf-8") == actual

    return compare


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    """To one child for all tests that ask real models and do not end it: TensorFlow starts once.

    An hour for all that it answers: a busy machine takes ten times as long as a quiet one.
    """
    from auditor.worker.process import Child
    from auditor.worker.traffic import Traffic

    memory = 4 * 2**30
    traffic = Traffic(Child(tmp_path_factory.mktemp("private"), memory, 3600), memory, None)
    yield traffic
    traffic.close()
