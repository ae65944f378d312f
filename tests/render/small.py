"""A small record with one drawing and one table, for tests that need no more."""

from __future__ import annotations

from records import a_record

from auditor.measurement import Axis, Bars, Column, Table
from auditor.record import Record


def small() -> Record:
    """One requirement that passes and one that waits, over a measurement that shows bars and a table."""
    record = a_record({"PERF-1": "pass", "PERF-2": "inconclusive"})
    bars = Bars(
        title="Area by region",
        caption="The regions are alike.",
        labels=("north <i>1</i>", "south"),
        values=(0.81, 0.79),
        low=(0.78, None),
        high=(0.84, None),
        axis=Axis(title="Area under the ROC curve", low=0.5, high=1.0),
    )
    table = Table(
        title="Rows by region",
        caption="Few rows make wide intervals.",
        columns=(Column(title="Region"), Column(title="Rows", kind="count"), Column(title="Share", kind="percent")),
        rows=(("north <i>1</i>", 12_600, 0.6), ("south", 8400, None)),
    )
    entry = record.measured["performance.discrimination"]
    assert entry.measurement is not None
    shown = entry.measurement.model_copy(update={"shown": (bars, table)})
    measured = {**record.measured, "performance.discrimination": entry.model_copy(update={"measurement": shown})}
    return record.model_copy(update={"measured": measured}).sealed()
