"""Waivers and attestations: read strictly, refused where they cannot hold."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from auditor.app import people
from auditor.app.people import Held
from auditor.errors import WrittenFault
from auditor.policy import Policy

TODAY = datetime.date(2026, 6, 1)
POLICY = Policy.model_validate(
    {
        "policy": "p",
        "version": 1,
        "title": "t",
        "requirements": [
            {
                "id": "PERF-1",
                "text": "Ranked.",
                "check": "performance.discrimination",
                "limit": {"quantity": "auroc", "at_least": 0.7},
                "severity": "major",
            },
            {"id": "HUM-1", "text": "Stated.", "attest": {"role": "lead"}, "severity": "major"},
        ],
    }
)
MODEL = "5f" * 32
_BOUND = f"model_sha256: {MODEL}}}"
WAIVER = f"{{requirement: PERF-1, reason: r, approver: a, approved: 2026-01-01, expires: 2026-06-01, {_BOUND}"
STATED = f"{{requirement: HUM-1, name: n, role: lead, date: 2026-01-01, statement: s, expires: 2026-12-31, {_BOUND}"

HELD = Held(POLICY, TODAY, owner="Otto")
NONE = "is no requirement of the policy that can be met this way"
RENEW = "\n    Renew it or remove it."


def _told(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "people.yaml"
    file.write_text(text)
    read = people.waivers if text.startswith("waivers") else people.attestations
    with pytest.raises(WrittenFault) as caught:
        read(file, HELD)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_read(tmp_path: Path) -> None:
    """What holds today is taken; the last day counts; no file is no statement."""
    (tmp_path / "w.yaml").write_text(f"waivers:\n  - {WAIVER}\n")
    (tmp_path / "a.yaml").write_text(f"attestations:\n  - {STATED}\n")

    assert [w.expires for w in people.waivers(tmp_path / "w.yaml", HELD)] == [TODAY]
    assert [a.name for a in people.attestations(tmp_path / "a.yaml", HELD)] == ["n"]
    assert people.waivers(None, HELD) == people.attestations(None, HELD) == ()


@pytest.mark.parametrize(
    ("key", "item", "at", "told"),
    [
        ("waivers", WAIVER.replace("PERF-1", "PERF-2"), "PERF-2", f"'PERF-2' {NONE}\n    Did you mean 'PERF-1'?"),
        ("waivers", WAIVER.replace("2026-06-01", "2026-05-31"), "2026-05-31", f"this expired on 2026-05-31{RENEW}"),
        (
            "waivers",
            WAIVER.replace("2026-01-01", "2026-06-02"),
            "2026-06-02",
            "2026-06-02 lies in the future",
        ),
        ("waivers", WAIVER.replace("reason: r", "reason: ''"), "''", "'reason' is empty"),
        ("waivers", WAIVER.replace("reason: r", "reason: ' .'"), "' .'", "'reason' should say something, and is blank"),
        ("waivers", WAIVER.replace(MODEL, "abc"), "abc", "'model_sha256' is to be 64 hexadecimal digits"),
        ("attestations", STATED.replace("statement: s", "statement: '  '"), "'  '", "'statement' should say something"),
        ("attestations", STATED.replace("{", "{verified: n, "), "verified", "unknown key 'verified'"),
        ("attestations", STATED.replace("HUM-1", "PERF-1"), "PERF-1", f"'PERF-1' {NONE}\n    Known: HUM-1."),
        (
            "attestations",
            STATED.replace("2026-12-31", "2026-05-31"),
            "2026-05-31",
            f"this expired on 2026-05-31{RENEW}",
        ),
        ("attestations", STATED.replace("name: n, ", ""), "{", "'name' is missing"),
        (
            "attestations",
            STATED.replace("2026-01-01", "2026-06-02"),
            "2026-06-02",
            "2026-06-02 lies in the future",
        ),
    ],
)
def test_refused(tmp_path: Path, key: str, item: str, at: str, told: str) -> None:
    """Each fault is told with its place."""
    (problem,) = _told(tmp_path, f"{key}:\n  - {item}\n")
    assert problem.startswith(f"people.yaml:2:{4 + item.index(at) + 1}: {told}")


def test_an_owner_who_is_not_named_may_be_anybody(tmp_path: Path) -> None:
    """So that nobody waives where duties are separate: the approver might be the owner."""
    file = tmp_path / "w.yaml"
    file.write_text(f"waivers:\n  - {WAIVER}\n")
    with pytest.raises(WrittenFault, match=r"w.yaml:2:3: the model's owner is not named"):
        people.waivers(file, Held(POLICY, TODAY))
    lax = POLICY.model_copy(update={"people": POLICY.people.model_copy(update={"separate": False})})
    assert 1 == len(people.waivers(file, Held(lax, TODAY)))


def test_twice(tmp_path: Path) -> None:
    """One requirement has one waiver."""
    text = f"waivers:\n  - {WAIVER}\n  - {WAIVER}\n"
    assert _told(tmp_path, text) == ["people.yaml:3:19: 'PERF-1' stands here twice\n    Leave one of them."]
