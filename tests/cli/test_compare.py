"""Two records side by side."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from asking import sequences
from records import a_record
from scipy import stats

from auditor.app import recorded
from auditor.app.compare import compare, difference_interval
from auditor.app.paired import Scored, compared
from auditor.estimate import Estimate, Normal
from auditor.kernels.auroc import auroc
from auditor.record import Record
from auditor.sampling import Sampling


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


@pytest.mark.parametrize(("value", "sense"), [(0.9, "better"), (0.7, "worse"), (0.801, "no difference shown")])
def test_numbers(call, tmp_path: Path, value: float, sense: str) -> None:
    """A difference that its interval does not explain is better or worse, by the side that the check declares."""
    first = saved(tmp_path / "a", a_record())
    second = saved(tmp_path / "b", with_auroc(a_record(), value))
    done = call("compare", first, second)
    (line,) = [line for line in done.out.splitlines() if "performance.discrimination auroc: 0.8 →" in line]
    assert (0, True) == (done.code, line.endswith(f": {sense}"))
    assert "No finding differs." in done.out
    assert "  1 numbers are the same in both" in call("compare", first, first).out.splitlines()
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


def test_paired_auroc() -> None:
    """On the same rows the interval is that of DeLong's paired test, narrower than that of independent samples."""
    rng = np.random.default_rng(3)
    y = (rng.random(600) < 0.3).astype(float)
    common = y + rng.normal(size=600)
    data = sequences(np.zeros((600, 1, 1)), y)
    noises = np.zeros(600), rng.normal(size=600)
    sides = [Scored(frozenset(), data, 1 / (1 + np.exp(-common - noise)), None) for noise in noises]
    found = {one.title: one for one in compared(*sides)}
    one = found["Area under the ROC curve"]
    low, high = one.difference.interval(0.95)

    event, scores = y == 1, [side.scores for side in sides]
    wins = [(s[event][:, None] > s[~event]).astype(float) for s in scores]
    change = wins[1] - wins[0]
    variance = change.mean(1).var(ddof=1) / event.sum() + change.mean(0).var(ddof=1) / (~event).sum()
    assert change.mean() == pytest.approx(one.difference.value)
    assert (high - low) / 2 == pytest.approx(stats.norm.ppf(0.975) * variance**0.5, rel=0.01)
    alone = [Sampling.of(data).estimate(auroc(event, s), n=600, method="") for s in scores]
    unpaired = difference_interval(*alone, 0.95)
    assert high - low < 0.9 * (unpaired[1] - unpaired[0])
    assert high < 0


@pytest.mark.usefixtures("reports")
def test_paired(call, order: Path, model) -> None:
    """Through the command: the same model twice differs nowhere; models that were not audited are refused."""
    raw = order.with_name("model.keras").read_bytes()
    model.description = dataclasses.replace(model.description, sha256=hashlib.sha256(raw).hexdigest())
    assert call("run", order, "--out", "one", "--quiet").code == 0
    given = ("--model", order.with_name("model.keras")) * 2 + ("--data", order.with_name("dataset.yaml"), "--quiet")
    done = call("compare", "one", "one", *given)
    lines = done.out.partition("paired intervals at 95 %:\n")[2].splitlines()
    assert (0, 6) == (done.code, len(lines)), done
    assert all(line.endswith("no difference shown") for line in lines)
    assert call("compare", "one", "one", *given[2:]).code == 2
    order.with_name("model.keras").write_text("another")
    assert "this is not the model that was audited" in call("compare", "one", "one", *given).err
