"""Whether the limits were set before results were seen, as far as a freeze and an archive's log tell."""

from __future__ import annotations

import datetime

from auditor.history import Logged
from auditor.record import Record
from auditor.render.view import Grid, Head
from auditor.render.words import Words


def frozen(record: Record, words: Words) -> str:
    """When and by whom the policy was frozen, and how many runs of the model file the log held by then."""
    freeze, archive = record.policy.frozen, record.run.archive
    if freeze is None:
        return words("not before this run")
    told = words("{date}, by {name}", date=words.date(freeze.at), name=freeze.by)
    if archive is None or len(archive.runs) < archive.earlier:  # then the first runs are known, and not all
        return told
    before = sum(1 for one in archive.runs if _moment(one.added) < _moment(freeze.at))
    count = words.numbers.count
    if before:
        return words("{told}; {n} runs of this model file were logged before", told=told, n=count(before))
    return words("{told}; before any logged run of this model file", told=told)


def runs(archive: Logged | None, words: Words) -> tuple[Grid, ...]:
    """The earlier runs of the model file that the log held."""
    if archive is None or not archive.runs:
        return ()
    heads = (
        Head(words("Entry"), "right"),
        Head(words("Logged on")),
        Head(words("Policy")),
        Head(words("Version")),
        Head(words("Verdict")),
    )
    count = words.numbers.count
    rows = tuple(
        (count(one.index), words.date(one.added), one.policy, one.version, one.verdict) for one in archive.runs
    )
    shown = words(
        "Earlier runs of this model file, the first {n} of {all}", n=count(len(rows)), all=count(archive.earlier)
    )
    whole = words("Earlier runs of this model file")
    return (Grid(whole if len(rows) == archive.earlier else shown, heads, rows),)


def _moment(written: str) -> datetime.datetime:
    """A moment as ISO 8601 writes it; without an offset it is UTC."""
    read = datetime.datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
