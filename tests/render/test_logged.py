"""What a report says of the archive that its run was told to."""

from __future__ import annotations

import pytest
from records import a_record

from auditor.history import EarlierRun, Logged
from auditor.policy import FrozenPolicy
from auditor.record import Record
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


def logged(*dates: str, earlier: int | None = None, others: int = 0, untold: int = 0) -> Logged:
    """others: how many of the runs, the last ones, were of another model on some of the data."""
    own = len(dates) - others
    made = tuple(
        EarlierRun(
            index=at,
            added=f"2026-{date}T10:00:00Z",
            verdict="FAIL",
            policy="ours",
            version="1",
            same_model=at < own,
            data="unknown" if at < own else "some",
        )
        for at, date in enumerate(dates)
    )
    told = {"earlier": own if earlier is None else earlier, "related": others, "untold": untold}
    return Logged(origin="bank.example/a", size=9, checkpoint=NOTE, runs=made, **told)


def at_freeze(archive: Logged | None, stamped_by: str = "") -> Record:
    record = a_record()
    freeze = FrozenPolicy(at="2026-03-01T12:00:00+00:00", by="Risk", sha256="0" * 64, stamped_by=stamped_by)
    policy = record.policy.model_copy(update={"frozen": freeze})
    return record.model_copy(update={"policy": policy, "run": record.run.model_copy(update={"archive": archive})})


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (None, ""),
        (logged("03-02", "03-04"), "; before any logged run of this model file or on these data"),
        (
            logged("03-02", untold=3),
            "; before any logged run of this model file; of 3 runs of other models the log does not tell the data",
        ),
        (logged("02-27", "02-28", "03-04"), "; logged before: 2 runs of this model file"),
        (logged("02-28", others=1), "; logged before: 1 run of another model on these data"),
        (
            logged("02-27", "02-28", "02-28", others=1),
            "; logged before: 2 runs of this model file, 1 run of another model on these data",
        ),
        (logged("03-02", earlier=7), ""),
    ],
    ids=["no archive", "before all", "not all tell", "after two", "after another model", "after both", "not all known"],
)
def test_frozen(archive: Logged | None, said: str) -> None:
    """A freeze is held against the runs of the model file and on its data that the log knows, if it knows all."""
    told = frozen(at_freeze(archive), words("en"))
    assert told.partition("by Risk")[1:] == ("by Risk", f" (by the signer’s clock){said}")


def test_stamped() -> None:
    """Who proves the time of the freeze stands beside it."""
    assert frozen(at_freeze(None, "Trusty TSA"), words("en")).endswith("by Risk (stamped by Trusty TSA)")


def test_runs() -> None:
    """Earlier runs are listed with policy, model, data, and what came first; those that are left out are counted."""
    (grid,) = runs(at_freeze(logged("02-28", "03-04", "03-05", others=1, untold=2)), words("en"))
    assert "Earlier runs of this model file, or on these data" == grid.caption
    assert [
        ("before it", "this", "unknown", "ours", "1", "FAIL"),
        ("after it", "this", "unknown", "ours", "1", "FAIL"),
        ("after it", "another", "some of these", "ours", "1", "FAIL"),
    ] == [row[2:] for row in grid.rows]
    assert ("The log holds 2 more runs of other models",) == tuple(one[:41] for one in grid.notes)
    assert "the first 1 of 7" in runs(at_freeze(logged("03-02", earlier=7)), words("en"))[0].caption
    assert () == runs(at_freeze(logged()), words("en")) == runs(at_freeze(None), words("en"))
