"""What a report says of the archive that its run was told to."""

from __future__ import annotations

import pytest
from records import a_record

from auditor.history import EarlierRun, Logged
from auditor.policy import FrozenPolicy
from auditor.render.closing import reproducibility_blocks
from auditor.render.earlier import frozen, runs
from auditor.render.view import Code
from auditor.render.words import words

NOTE = "bank.example/a\n1234\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 bank.example/a c2lnbmVk\n"


def facts(archive: Logged | None) -> dict[str, object]:
    record = a_record()
    record = record.model_copy(update={"run": record.run.model_copy(update={"archive": archive})})
    times = reproducibility_blocks(record, "9", words("en"))[-1]
    return {fact.name: fact.text for fact in times.facts}


def test_told() -> None:
    """The log's name and size before this run, its checkpoint, and how many runs of the model there were."""
    told = facts(Logged(origin="bank.example/a", size=1234, earlier=7, checkpoint=NOTE))
    assert f"bank.example/a, {words('en').numbers.count(1234)} entries before this one" == told["Archive"]
    assert Code("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") == told["Its checkpoint"]
    assert "7" == told["Earlier runs of this model file"]


def test_not_told() -> None:
    """A run that was told to no archive says nothing of one."""
    assert "Archive" not in facts(None)


def logged(*dates: str, earlier: int | None = None) -> Logged:
    made = tuple(
        EarlierRun(index=at, added=f"2026-{date}T10:00:00Z", verdict="FAIL", policy="ours", version="1")
        for at, date in enumerate(dates)
    )
    return Logged(origin="bank.example/a", size=9, earlier=earlier or len(made), checkpoint=NOTE, runs=made)


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (None, ""),
        (logged("03-02", "03-04"), "; before any logged run of this model file"),
        (logged("02-27", "02-28", "03-04"), "; 2 runs of this model file were logged before"),
        (logged("03-02", earlier=7), ""),
    ],
    ids=["no archive", "before all", "after two", "not all are known"],
)
def test_frozen(archive: Logged | None, said: str) -> None:
    """A freeze is held against the runs of the model file that the log knows, where it knows them all."""
    record = a_record()
    freeze = FrozenPolicy(at="2026-03-01T12:00:00+00:00", by="Risk", sha256="0" * 64)
    policy, run = (
        record.policy.model_copy(update={"frozen": freeze}),
        record.run.model_copy(update={"archive": archive}),
    )
    told = frozen(record.model_copy(update={"policy": policy, "run": run}), words("en"))
    assert told.partition("by Risk")[1:] == ("by Risk", said)


def test_runs() -> None:
    """The earlier runs are listed, with the policies that they were judged by; those that are left out are counted."""
    (grid,) = runs(logged("03-02", "03-04"), words("en"))
    assert (grid.caption, [row[2:] for row in grid.rows]) == (
        "Earlier runs of this model file",
        [("ours", "1", "FAIL")] * 2,
    )
    assert "the first 1 of 7" in runs(logged("03-02", earlier=7), words("en"))[0].caption
    assert () == runs(logged(), words("en")) == runs(None, words("en"))
