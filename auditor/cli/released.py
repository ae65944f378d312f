"""Text about releases: what a gate says, what a replay and a comparison found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.cli.terminal import one_line

if TYPE_CHECKING:
    from auditor.app.gate import Gated


def gated(found: Gated, *, own_key: bool) -> str:
    """Open or closed, with every reason."""
    if found.opened is not None and found.opened.facts is not None:
        facts = found.opened.facts
        told = f"open: entry {found.opened.index}, {facts.verdict} by {facts.policy} {facts.policy_version}"
        lines = [one_line(told), f"  model     {one_line(facts.model)}", f"  record    {one_line(facts.record)}"]
    else:
        lines = ["closed: no audit in the archive lets this model through"]
        if not found.refused:
            lines.append("  the archive holds no sealed audit of this file")
    for entry, reasons in found.refused:
        lines += [f"  entry {entry.index}: {one_line(reason)}" for reason in reasons]
    lines += [f"  note: {one_line(note)}" for note in found.notes]
    if found.checkpoint is not None:
        size, origin = found.checkpoint.size, found.checkpoint.origin
        word = " (by the key that lies in the archive)" if own_key else ""
        lines.append(f"  log {origin} verified, {size} entries{word}")
    return "\n".join(lines)
