"""What a report says of the archive that its run was told to."""

from __future__ import annotations

from records import a_record

from auditor.record import Logged
from auditor.render.closing import reproducibility_blocks
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
