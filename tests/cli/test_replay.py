"""An audit run again: the same numbers from the same model, and each difference told where anything is not the same."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from auditor.app import recorded


@pytest.fixture
def audited(call, order: Path, model, reports) -> Path:
    """The folder of an audit of the formula."""
    raw = order.with_name("model.keras").read_bytes()
    model.description = dataclasses.replace(model.description, sha256=hashlib.sha256(raw).hexdigest())
    assert call("run", order, "--out", "out", "--quiet").code in (0, 1)
    return Path("out")


def replayed(call, audit: Path, order: Path, *more: object):
    given = ("--model", order.with_name("model.keras"), "--data", order.with_name("dataset.yaml"), "--quiet")
    return call("replay", audit, *given, *more)


def test_same(call, order: Path, audited: Path) -> None:
    """Nothing differs, although the policy's file was changed since: the recorded one is in force."""
    order.with_name("policy.yaml").write_text("policy: another")
    done = replayed(call, audited, order)
    assert (0, "") == (done.code, done.err)
    first, second = done.out.splitlines()
    record = recorded.load(audited)
    assert f"verdict: the same ({record.verdict})" == first
    assert second.startswith("all ")
    assert second.endswith(" numbers are within 1e-06 of their size")


def test_other_scores(call, order: Path, audited: Path, model, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that scores otherwise now is told, number by number, with the verdict that changes."""
    real = type(model).evaluate
    monkeypatch.setattr(
        type(model), "evaluate", lambda self, inputs, batch=None: {"out": 1 - real(self, inputs)["out"]}
    )
    done = replayed(call, audited, order)
    lines = done.out.splitlines()
    assert (1, "verdict: FAIL instead of PASS", "  PERF-1: fail instead of pass") == (done.code, *lines[:2])
    (told,) = [line for line in lines if ": auroc: " in line]
    assert "became" in told
    assert "of the half width of its interval" in told
    assert replayed(call, audited, order, "--tolerance", "0").code == 1


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("model.keras", 2, "this is not the model that was audited: its digest differs"),
        ("dataset.yaml", 2, "this is not the dataset.yaml of the audit: its digest differs"),
        ("test.csv", 3, "the data files are not those that were audited: their digests differ"),
    ],
)
def test_refused(call, order: Path, audited: Path, name: str, code: int, told: str) -> None:
    """Another model, specification or data file is no replay."""
    with order.with_name(name).open("a") as file:
        file.write("\n")
    done = replayed(call, audited, order)
    assert (code, True) == (done.code, told in done.err), done.err
