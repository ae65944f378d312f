"""The fixture of pytest: requirements as tests of somebody's own suite."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

IDS = ["PERF-1", "REP-1"]

@pytest.mark.parametrize("requirement", IDS)
def test_requirement(audited, requirement):
    audited("order/audit.yaml").passes(requirement)

def test_all_are_tested(audited):
    assert audited("order/audit.yaml").requirements == tuple(IDS)

def test_release(audited):
    audited("order/audit.yaml").passes()

def test_again(audited):
    assert audited("order/audit.yaml") is audited("order/audit.yaml")
    assert audited(audited("order/audit.yaml").folder).verdict == audited("order/audit.yaml").verdict

def test_unknown(audited):
    audited("order/audit.yaml").passes("PERF-2")

def test_strict(audited):
    audited("order/strict-audit.yaml").passes("PERF-1")

def test_strict_release(audited):
    audited("order/strict-audit.yaml").passes()

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


@pytest.mark.usefixtures("model", "reports")
def test_suite(pytester: pytest.Pytester, order: Path) -> None:
    """What passed passes, what is excused is skipped, all else fails with the number that decided and the report."""
    policy = (order.parent / "policy.yaml").read_text() + MAY
    for name, limit in {"policy": "0.6", "strict": "0.999"}.items():
        (order.parent / f"{name}.yaml").write_text(policy.replace("0.6", limit))
    (order.parent / "strict-audit.yaml").write_text(order.read_text().replace("policy.yaml", "strict.yaml"))
    order.parent.rename(pytester.path / "order")
    pytester.chdir()
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess("-p", "auditor.cli.pytest_plugin", "-rs")
    result.assert_outcomes(passed=4, skipped=1, failed=4)
    result.stdout.fnmatch_lines_random(
        [
            "*REP-1 not applicable: The scores are those recorded.*",
            "the policy has no requirement 'PERF-2'. Did you mean 'PERF-1'?",
            "no audit: *nowhere.yaml*",
            "PERF-1 fail: *0.999*",
            "FAIL: *",
            "*/report.html",
        ]
    )
