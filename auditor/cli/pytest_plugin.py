"""A fixture of pytest: a requirement of a policy as a test in somebody's own suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from auditor.record import Finding, Record

Audited = Callable[..., "Audit"]


@dataclass(frozen=True)
class Audit:
    """An audit that was run. folder: its record and reports."""

    record: Record
    folder: Path

    @property
    def verdict(self) -> str:
        """PASS, CONDITIONAL, FAIL or INCONCLUSIVE."""
        return self.record.verdict

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids of the policy's requirements."""
        return tuple(one.requirement.id for one in self.record.findings)

    def passes(self, *requirements: str) -> None:
        """Fail the test unless these requirements passed; without one, unless the whole audit lets a release through.

        A requirement that is waived, or not applicable where the policy allows it, skips the test: it did not pass.
        """
        __tracebackhide__ = True
        from auditor.app.outcome import exit_code
        from auditor.render.machine.outcome import line, outcome

        excused = []
        for finding in map(self._finding, requirements):
            need, how = finding.requirement, outcome(finding)
            told = f"{need.id} {finding.status.replace('_', ' ')}: {need.text} {line(finding, self.record)}"
            if how == "excused":
                excused.append(told)  # skipping at once would hide what fails after it
            elif how != "passed":
                pytest.fail(f"{told}\n{self.folder / 'report.html'}", pytrace=False)
        if excused:
            pytest.skip("; ".join(excused))
        if not requirements and exit_code(self.record):
            told = f"{self.record.verdict}: {self.record.because}"
            pytest.fail(f"{told}\n{self.folder / 'report.html'}", pytrace=False)

    def _finding(self, wanted: str) -> Finding:
        from auditor.yamlfile import nearest

        known = {one.requirement.id: one for one in self.record.findings}
        if wanted not in known:
            pytest.fail(f"the policy has no requirement '{wanted}'. {nearest(wanted, known)}", pytrace=False)
        return known[wanted]


@pytest.fixture(scope="session")
def audited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """`audited("audit.yaml")`: the audit that a file describes, run once in a session.

    The folder of an audit that was run before is taken as it is. Paths are relative to pytest's root. trust: the trust
    store whose keys count for waivers and attestations.
    """
    done: dict[tuple[Path, Path | None], Audit] = {}

    def of(path: str | Path, trust: str | Path | None = None) -> Audit:
        file = request.config.rootpath / path
        store = request.config.rootpath / trust if trust else None
        if (file, store) not in done:
            done[file, store] = _audit(file, store, tmp_path_factory)
        return done[file, store]

    return of


def _audit(file: Path, store: Path | None, folders: pytest.TempPathFactory) -> Audit:
    from auditor.app import recorded
    from auditor.errors import AuditorError

    try:
        if file.suffix not in (".yaml", ".yml"):
            return Audit(recorded.load(file), file if file.is_dir() else file.parent)
        from auditor.app.run import run
        from auditor.cli.progress import Quiet

        return Audit(*run(file, folders.mktemp("auditor") / "report", Quiet(), store=store))
    except AuditorError as fault:
        told = f"no audit: {fault}"
    pytest.fail(told, pytrace=False)  # outside of the handler, or pytest shows the exceptions behind it too
