"""Text about archives: entries, checkpoints, proofs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.terminal import counted, one_line
from auditor.errors import WrittenFault

if TYPE_CHECKING:
    from auditor.app.archive import Removed
    from auditor.archive.check import Checked
    from auditor.archive.entry import Entry, Kept
    from auditor.archive.holdings import Holdings
    from auditor.archive.note import Checkpoint
    from auditor.archive.receipt import Receipt
    from auditor.history import Logged


_NAMED = 3


def added(entry: Entry, checkpoint: Checkpoint) -> str:
    """A new entry, and the checkpoint to keep, as it is: it can be saved and given to `--since`."""
    return f"entry {entry.index}: {_said(entry)}\n\n{checkpoint.note}".rstrip("\n")


def removed(made: Removed) -> str:
    """A removal, and who still holds the same bytes."""
    others: dict[int, list[str]] = {}
    for index, name in made.also:
        others.setdefault(index, []).append(name)
    also = [f"entry {index}: {_some(names)} the same bytes, which therefore stay" for index, names in others.items()]
    return "\n".join([added(made.entry, made.checkpoint), *also])


def _some(names: list[str]) -> str:
    """One file by its name; of several the number and the first few."""
    if len(names) == 1:
        return f"{one_line(names[0])} has"
    told = ", ".join(map(one_line, names[:_NAMED]))
    return f"{len(names)} files ({told}{', …' if len(names) > _NAMED else ''}) have"


def told_to(archive: Logged) -> str:
    """Where a run was logged."""
    known = (
        f"{counted(archive.size, 'entry', 'entries')} before this one, {archive.earlier} of them about this model file"
    )
    if archive.related:
        known += f", {archive.related} about other models on these data"
    return f"logged in {one_line(archive.origin)}: {known}"


def listed(held: Holdings, model: str | None) -> str:
    """A line for each entry; model: only audits and runs of the model with this digest."""
    chosen = [e for e in held.entries.values() if model is None or (e.facts is not None and e.facts.model == model)]
    return "".join(f"{e.index:>5}  {e.added[:16]}  {e.kind:<12}  {_said(e)}{_fate(held, e)}\n" for e in chosen)


def shown(held: Holdings, index: int) -> str:
    """All about an entry. Raises WrittenFault where there is none."""
    entry = held.entries.get(index)
    if entry is None:
        raise WrittenFault(f"there is no entry {index}; the log has {len(held.entries)}")
    lines = [f"entry {index}: {entry.kind}, added {entry.added}{_fate(held, entry)}", *_about(entry)]
    gone = held.gone(index)
    for name, kept in (entry.files or {}).items():
        lines.append(_file("removed" if name in gone else "kept", name, kept))
    lines += [_file("left out", name, kept) for name, kept in (entry.left_out or {}).items()]
    return "\n".join(lines)


def checked(found: Checked, *, own_key: bool, since: Path | None) -> str:
    """What was verified, and what was not."""
    entries, files = counted(found.entries, "entry", "entries"), counted(found.files, "file", "files")
    lines = [f"the archive holds: {entries}, {files} compared"]
    if own_key:
        lines.append("  note: without --key an archive that was put in this one's place cannot be noticed")
    if since is None:
        lines.append(
            "  note: without --since an archive that was rolled back, its last entries gone, cannot be noticed"
        )
    else:
        lines.append(f"  nothing was dropped or rewritten since {one_line(str(since))}")
    lines += [f"  note: {one_line(note)}" for note in found.notes]
    return "\n".join(lines) + (f"\n\n{found.latest.note}".rstrip("\n") if found.latest else "")


def proved(receipt: Receipt, audit: Path | None) -> str:
    """What a receipt proves."""
    entry, size = receipt.entry, receipt.checkpoint.size
    lines = [
        f"entry {entry.index} was in the log {receipt.checkpoint.origin} when it had {size} entries",
        *_about(entry),
    ]
    lines += [_file("kept", name, kept) for name, kept in (entry.files or {}).items()]
    if audit is not None:
        lines.append(f"  {one_line(str(audit))} holds the files that were archived, byte for byte")
    return "\n".join(lines)


def _said(entry: Entry) -> str:
    if entry.facts is not None:
        facts = entry.facts
        told = f"{facts.verdict:<12}  {facts.name} {facts.version}, policy {facts.policy} {facts.policy_version}"
        return one_line(told)
    if entry.kind == "supersession":
        place = "is withdrawn" if entry.by is None else f"is superseded by entry {entry.by}"
        return one_line(f"entry {entry.of} {place}: {entry.reason}")
    return one_line(f"{len(entry.names)} files of entry {entry.of} removed: {entry.reason}")


def _fate(held: Holdings, entry: Entry) -> str:
    told = []
    if entry.index in held.superseded:
        told.append(f"superseded by entry {held.superseded[entry.index].index}")
    if gone := held.gone(entry.index):
        told.append(f"{len(gone)} files removed")
    return f" [{', '.join(told)}]" if told else ""


def _about(entry: Entry) -> Iterator[str]:
    yield f"  {_said(entry)}"
    if entry.facts is not None:
        yield f"  model     {one_line(entry.facts.model)}"
        yield f"  record    {one_line(entry.facts.record)}"
        yield f"  started   {one_line(entry.facts.started)}"
    if entry.retain_until is not None:
        yield f"  kept      at least until {entry.retain_until}"


def _file(state: str, name: str, kept: Kept) -> str:
    return f"  {state:<8}  {one_line(kept.sha256)}  {kept.bytes:>11,}  {one_line(name)}"
