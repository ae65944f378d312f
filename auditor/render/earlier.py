"""Whether the limits were set before results were seen, as far as a freeze and an archive's log tell."""

from __future__ import annotations

import datetime

from auditor.history import EarlierRun, Logged
from auditor.policy import FrozenPolicy
from auditor.record import Record
from auditor.render.view import Cell, Grid, Head
from auditor.render.words import Words


def frozen(record: Record, words: Words) -> str:
    """When and by whom the policy was frozen, and which runs of the model file or on its data were logged by then."""
    freeze, archive = record.policy.frozen, record.run.archive
    if freeze is None:
        return words("not before this run")
    told = words("{date}, by {name}", date=words.date(freeze.at), name=freeze.by)
    proof = words("stamped by {name}", name=freeze.stamped_by) if freeze.stamped_by else words("by the signer’s clock")
    told = words("{told} ({proof})", told=told, proof=proof)
    if archive is None or len(archive.runs) < archive.earlier + archive.related:  # then not all runs are known
        return told
    before = [one for one in archive.runs if not _since(one, freeze)]
    own = sum(one.same_model for one in before)
    if before:
        told = words("{told}; logged before:", told=told)
        if own:
            told = words.many(
                "{told} {count} run of this model file", "{told} {count} runs of this model file", own, told=told
            )
        if others := len(before) - own:
            joined = words("{told},", told=told) if own else told
            told = words.many(
                "{told} {count} run of another model on these data",
                "{told} {count} runs of other models on these data",
                others,
                told=joined,
            )
        return told
    if archive.untold:
        note = words.many(
            "of {count} run of another model the log does not tell the data",
            "of {count} runs of other models the log does not tell the data",
            archive.untold,
        )
        return words("{told}; before any logged run of this model file; {note}", told=told, note=note)
    return words("{told}; before any logged run of this model file or on these data", told=told)


def runs(record: Record, words: Words) -> tuple[Grid, ...]:
    """The earlier runs of the model file, or on its data, that the log held; and which of them the freeze preceded."""
    archive, freeze = record.run.archive, record.policy.frozen
    if archive is None or not archive.runs:
        return ()
    heads = (
        Head(words("Entry"), "right"),
        Head(words("Logged on")),
        *((Head(words("Freeze")),) if freeze else ()),
        Head(words("Model file")),
        Head(words("Data files")),
        Head(words("Policy")),
        Head(words("Version")),
        Head(words("Verdict")),
    )
    rows = tuple(_row(one, freeze, words) for one in archive.runs)
    count, known = words.numbers.count, archive.earlier + archive.related
    whole = words("Earlier runs of this model file, or on these data")
    first = words("{title}, the first {n} of {all}", title=whole, n=count(len(rows)), all=count(known))
    return (Grid(whole if len(rows) == known else first, heads, rows, notes=_untold(archive, words)),)


def _row(one: EarlierRun, freeze: FrozenPolicy | None, words: Words) -> tuple[Cell, ...]:
    shared = {
        "all": words("these"),
        "some": words("some of these"),
        "none": words("others"),
        "unknown": words("unknown"),
    }
    order = (words("before it") if not _since(one, freeze) else words("after it"),) if freeze else ()
    model = words("this") if one.same_model else words("another")
    told = (words.numbers.count(one.index), words.date(one.added), *order, model, shared[one.data])
    return (*told, one.policy, one.version, one.verdict)


def _untold(archive: Logged, words: Words) -> tuple[str, ...]:
    if not archive.untold:
        return ()
    told = words.many(
        "The log holds {count} more run of another model whose entry does not tell on which data it was.",
        "The log holds {count} more runs of other models whose entries do not tell on which data they were.",
        archive.untold,
    )
    return (told,)


def _since(one: EarlierRun, freeze: FrozenPolicy) -> bool:
    return _moment(one.added) >= _moment(freeze.at)


def _moment(written: str) -> datetime.datetime:
    """A moment as ISO 8601 writes it; without an offset it is UTC."""
    read = datetime.datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
