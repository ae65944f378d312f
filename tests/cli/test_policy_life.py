"""A bank's policy through its whole life, by the commands of docs/policies.md as they stand there."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from auditor.app import recorded
from auditor.record import Record
from auditor.seal.keys import new_keys

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
PEOPLE = {
    "ruth": ("Ruth Rules", "policy"),
    "hanna": ("Hanna Risk", "head of model risk"),
    "otto": ("Otto Owner", "model owner"),
    "pipeline": ("Audit pipeline", "seal"),
}
SOON, LATER = (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days) for days in (60, 300))


def _page() -> tuple[dict[str, str], Iterator[list[str]]]:
    """The files of the section, by name, and its blocks of commands, in their order; its dates are put off."""
    section = PAGE.read_text().partition("## A policy's life\n")[2]
    section = section.replace("2027-01-31", str(SOON)).replace("2027-11-01", str(LATER))
    blocks = re.findall(r"```(yaml|sh)\n(.*?)```", section, re.DOTALL)
    files = {text.split(maxsplit=2)[1]: text for kind, text in blocks if kind == "yaml"}
    return files, (text.splitlines() for kind, text in blocks if kind == "sh")


@pytest.fixture
def bank(order: Path, model, reports, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The working folder as the section has it: keys, trust store, data, and a model that is not good enough."""
    monkeypatch.chdir(order.parent)
    files, blocks = _page()
    store = ["trust: a bank", "keys:"]
    for name, (holder, role) in PEOPLE.items():
        new_keys(Path("keys"), name, None)
        store.append(f"  - {{holder: {holder}, roles: [{role}], public: keys/{name}.pub.pem}}")
    statements = {f"{kind}.yaml": f"{kind}: []\n" for kind in ("waivers", "attestations")}
    for name, text in {**files, **statements, "trust.yaml": "\n".join(store)}.items():
        Path(name).write_text(text)
    Path("reports").mkdir()
    _trained(model, "1.0.0")
    model.evaluate = _on_one_cell
    return blocks


def _on_one_cell(inputs: dict[str, np.ndarray], batch: int | None = None) -> dict[str, np.ndarray]:
    """What the first model does: it looks at one of six cells."""
    return {"out": 1 / (1 + np.exp(-np.asarray(inputs["sequence"], float)[:, 0, :1]))}


def _trained(model, version: str) -> None:
    """Another model file, and its version in the audit file."""
    Path("model.keras").write_text(f"weights of {version}")
    digest = hashlib.sha256(Path("model.keras").read_bytes()).hexdigest()
    model.description = dataclasses.replace(model.description, sha256=digest)
    audit = Path("audit.yaml").read_text()
    Path("audit.yaml").write_text(re.sub(r"version: [0-9.]+", f"version: {version}", audit))


def _all(call: Callable[..., SimpleNamespace], lines: list[str]) -> str:
    """Run a block; each command ends as the page says. Returns what they wrote."""
    told = ""
    for line in lines:
        command, _, remark = line.partition("    #")
        done = call(*shlex.split(command, comments=True)[1:])
        assert (int(remark) if remark.strip().isdigit() else 0) == done.code, f"{line}\n{done.err}"
        told += done.out + done.err
    return told


def _later(clock: pytest.MonkeyPatch) -> None:
    """The waiver's last day is over."""

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.now(tz) + datetime.timedelta(days=61)

    for module in ("freeze", "gate", "judge", "order"):
        shown = SimpleNamespace(**{**vars(datetime), "datetime": Moment})
        clock.setattr(f"auditor.app.{module}.datetime", shown)


def _of(name: str) -> tuple[Record, str, list[str]]:
    """A record, its verdict, and what became of PERF-1, PERF-2 and HUM-1."""
    record = recorded.load(Path("reports") / name)
    return record, record.verdict, [finding.status for finding in record.findings]


def test_a_policy_from_its_first_line_to_the_next_model(call, bank: Iterator[list[str]], model) -> None:
    """Tightened, loosened, tested, frozen, failed, waived, attested, expired, passed with another model, superseded."""
    told = _all(call, next(bank))
    assert "tighter  PERF-1 limit: " in told
    assert "looser   PERF-2 limit: " in told
    _all(call, next(bank))  # frozen, with an archive

    _all(call, next(bank))
    first, *came = _of("first")
    assert ["FAIL", ["fail", "pass", "open"]] == came
    assert [("PERF-2", "limit", "looser")] == [(one.requirement, one.key, one.kind) for one in first.policy.changes]
    assert "Ruth Rules" == (first.policy.frozen and first.policy.frozen.by)

    _all(call, next(bank))  # waived, attested
    assert ["CONDITIONAL", ["waived", "pass", "attested"]] == [*_of("second")[1:]]

    with pytest.MonkeyPatch.context() as clock:
        _later(clock)
        assert f"this expired on {SOON}" in _all(call, next(bank))
    february, *came = _of("february")
    assert ["FAIL", ["fail", "pass", "attested"]] == came
    assert f"a waiver does not count: it expired on {SOON}" in february.findings[0].reason

    del model.evaluate  # the second model looks at all cells
    _trained(model, "1.1.0")
    for kind in ("waivers", "attestations"):
        Path(f"{kind}.yaml").write_text(f"{kind}: []\n")
    _all(call, next(bank))
    third, *came = _of("third")
    assert ["PASS", ["pass", "pass", "attested"]] == came
    assert (0, 3) == (third.run.archive and (third.run.archive.earlier, third.run.archive.related))

    told = _all(call, next(bank))
    assert all(word in told for word in ("FAIL", "CONDITIONAL", "PASS", "supersession"))
    assert [] == list(bank)
