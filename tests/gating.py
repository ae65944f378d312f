"""A model, the policy that it is held to, and an archive with audits of it, for tests of the gate."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from archiving import Desk
from records import a_record
from sealing import written_folder

from auditor.app.gate import Gated, Trusted, gate
from auditor.app.seal import seal
from auditor.record import FileDigest, Record, Status
from auditor.seal.keys import KeyFiles

POLICY = """\
policy: test
version: {version}
title: A policy
requirements:
  - id: PERF-1
    text: People who default are ranked above people who repay.
    check: performance.discrimination
    limit: {{quantity: auroc, at_least: {limit}}}
    severity: blocker
"""


class House:
    """A model, the policy that it is held to, and the archive of its audits."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.folder = desk, desk.place.parent
        self.model = self.folder / "model.keras"
        self.model.write_bytes(b"weights")
        self.policy = self.written()

    def written(self, version: str = "1", limit: float = 0.75) -> Path:
        file = self.folder / f"policy-{version}-{limit}.yaml"
        file.write_text(POLICY.format(version=version, limit=limit))
        return file

    def record(self, statuses: dict[str, Status] | None = None, **changes: Any) -> Record:
        record = a_record(statuses, **changes)
        file = FileDigest(name="model.keras", sha256=hashlib.sha256(b"weights").hexdigest(), bytes=7)
        return record.model_copy(update={"model": record.model.model_copy(update={"file": file})})

    def archived(self, record: Record | None = None, key: KeyFiles | None = None) -> int:
        """Seal and archive an audit of the model; returns the entry."""
        folder = written_folder(self.folder / f"audit-{next(self.desk.numbers)}", record or self.record())
        seal(folder, (key or self.desk.bank).private, lambda: b"")
        return self.desk.add(folder)[0].index

    def gate(self, model: Path | None = None, policy: Path | None = None, **how: Any) -> Gated:
        by = Trusted((self.desk.bank.public,), None, self.desk.log.public, how.pop("since", None))
        return gate(model or self.model, str(policy or self.policy), self.desk.place, by, **how)

    def why(self, **how: Any) -> list[str]:
        """The reasons against the only audit."""
        found = self.gate(**how)
        assert found.opened is None
        ((_, reasons),) = found.refused
        return list(reasons)
