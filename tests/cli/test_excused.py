"""What the fixture of pytest does where some requirements are excused."""

from __future__ import annotations

from pathlib import Path

import pytest
from records import a_record

from auditor.cli.pytest_plugin import Audit


def test_what_is_excused_hides_nothing() -> None:
    """A requirement that fails after a waived one fails the test; only where all others passed it is skipped."""
    audit = Audit(a_record({"PERF-1": "waived", "PERF-2": "fail", "PERF-3": "pass"}), Path("out"))
    with pytest.raises(pytest.fail.Exception, match="PERF-2 fail"):
        audit.passes("PERF-1", "PERF-2")
    with pytest.raises(pytest.skip.Exception, match="PERF-1 waived"):
        audit.passes("PERF-1", "PERF-3")
    audit.passes("PERF-3")
