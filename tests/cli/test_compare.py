"""Two records side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from records import a_record
from scipy import stats

from auditor.app import recorded
from auditor.app.compare import compare, difference_interval
from auditor.estimate import Estimate, Normal
from auditor.record import Record


def saved(place: Path, record: Record) -> Path:
    place.mkdir()
    (place / "record.json").write_bytes(recorded.written(record.sealed()))
    return place


def with_auroc(record: Record, value: float) -> Record:
    """The record, its AUROC another."""
    key = "performance.discrimination"
    entry = record.measured[key]
    assert entry.measurement is not None
    quantity = entry.measurement.quantities["auroc"]
    changed = quantity.model_copy(update={"parts": {"": quantity.parts[""].model_copy(update={"value": value})}})
    measurement = entry.measurement.model_copy(update={"quantities": {"auroc": changed}})
    return record.model_copy(update={"measured": {key: entry.model_copy(update={"measurement": measurement})}})


@pytest.mark.parametrize(
    ("value", "sense"), [(0.9, "better"), (0.7, "worse"), (0.801, "no difference shown"), (0.8, "no difference shown")]
)
def test_numbers(call, tmp_path: Path, value: float, sense: str) -> None:
    """A difference that its interval does not explain is better or worse, by the side that the check declares."""
    first = saved(tmp_path / "a", a_record())
    second = saved(tmp_path / "b", with_auroc(a_record(), value))
    done = call("compare", first, second)
    (line,) = [line for line in done.out.splitlines() if "performance.discrimination auroc: 0.8 →" in line]
    assert (0, True) == (done.code, line.endswith(f": {sense}"))
    assert "No finding differs." in done.out
    assert "the intervals are for independent samples, and so wider than paired ones" in done.out


def test_findings(tmp_path: Path) -> None:
    """A requirement that came, went or changed its status is told; so are other data, decisions and policies."""
    first = a_record({"PERF-1": "pass", "PERF-2": "fail", "PERF-3": "pass"})
    second = a_record({"PERF-1": "pass", "PERF-2": "pass", "PERF-4": "open"})
    files = tuple(file.model_copy(update={"sha256": "9" * 64}) for file in second.data.files)
    second = second.model_copy(
        update={
            "data": second.data.model_copy(update={"files": files}),
            "decision": None,
            "policy": second.policy.model_copy(update={"version": "2"}),
        }
    )
    found = compare(saved(tmp_path / "a", first), saved(tmp_path / "b", second))
    told = {name: (a and a.status, b and b.status) for name, (a, b) in found.findings.items()}
    assert {"PERF-2": ("fail", "pass"), "PERF-3": ("pass", None), "PERF-4": (None, "open")} == told
    told_notes = (
        "they saw other data",
        "both are about the same model",
        "other policies: test 1 and",
        "other decisions",
    )
    assert [True] * 4 == [note.startswith(start) for note, start in zip(found.notes, told_notes, strict=True)]


def test_interval() -> None:
    """Of two normal estimates the interval is the usual one, of the difference of independent means."""
    one, other = (Estimate(value=v, n=100, method="z", spread=Normal(se=s)) for v, s in ((1.0, 0.3), (2.0, 0.4)))
    half = stats.norm.ppf(0.975) * 0.5
    assert (1 - half, 1 + half) == pytest.approx(difference_interval(one, other, 0.95))
