"""The fixture of pytest: requirements as tests of somebody's own suite."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
SUITE = """
IDS = ["PERF-1", "REP-1"]

def test_all_are_tested(audited):
    assert audited("audit/audit.yaml").requirements == tuple(IDS)

def test_again(audited):
    assert audited("audit/audit.yaml") is audited("audit/audit.yaml")
    assert audited(audited("audit/audit.yaml").folder).verdict == audited("audit/audit.yaml").verdict

def test_unknown(audited):
    audited("audit/audit.yaml").passes("PERF-2")

def test_strict(audited):
    audited("audit/strict-audit.yaml").passes("PERF-1")

def test_strict_release(audited):
    audited("audit/strict-audit.yaml").passes()

def test_nothing_there(audited):
    audited("nowhere.yaml")
"""
MAY = """\
  - id: REP-1
    text: The scores are those recorded.
    check: performance.replication
    limit: {quantity: beyond_tolerance, at_most: 0}
    severity: minor
    may_not_apply: No scores were recorded.
"""


CONFTEST = """
import importlib.util
import io
import sys

spec = importlib.util.spec_from_file_location("tiny", {fakes!r})
tiny = sys.modules["tiny"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

from auditor.app import files, opening, run

run.started = lambda *_: io.BytesIO()
opening.open_model = lambda *_, progress, **__: tiny.FormulaModel(progress=progress)
files.reports = lambda *_: {{"report.html": b"<!doctype html>", "report.pdf": b"%PDF"}}
"""
TOLD = [
    "*REP-1 not applicable: The scores are those recorded.*",
    "the policy has no requirement 'PERF-2'. Did you mean 'PERF-1'?",
    "no audit: *nowhere.yaml*",
    "PERF-1 fail: *0.999*",
    "FAIL: *",
    "*/report.html",
]


def test_suite(order: Path) -> None:
    """What passed passes, what is excused is skipped, all else fails with the number that decided and the report.

    The page's own snippet among them. In a process of its own, as somebody's suite is: pytest within pytest would take
    modules away from later tests.
    """
    policy = (order.parent / "policy.yaml").read_text() + MAY
    for name, limit in {"policy": "0.6", "strict": "0.999"}.items():
        (order.parent / f"{name}.yaml").write_text(policy.replace("0.6", limit))
    (order.parent / "strict-audit.yaml").write_text(order.read_text().replace("policy.yaml", "strict.yaml"))
    root = order.parents[1]
    order.parent.rename(root / "audit")
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (root / "conftest.py").write_text(CONFTEST.format(fakes=str(Path(__file__).with_name("conftest.py"))))
    (root / "test_snippet.py").write_text(snippet)
    (root / "test_more.py").write_text(SUITE)
    told = _pytest(root)
    assert "4 failed, 4 passed, 1 skipped" in told.splitlines()[-1], told
    assert [] == [one for one in TOLD if not fnmatch.filter(told.splitlines(), one)], told


def _pytest(root: Path) -> str:
    """What pytest says of the suite in a folder."""
    command = [sys.executable, "-m", "pytest", "-p", "auditor.cli.pytest_plugin", "-p", "no:cacheprovider", "-rs"]
    quiet = {**os.environ, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=root, env=quiet, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout
