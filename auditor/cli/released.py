"""Text about releases: what a gate says, what a replay and a comparison found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from auditor.cli.terminal import counted, one_line

if TYPE_CHECKING:
    from auditor.app.compare import Compared, Difference, Spot
    from auditor.app.gate import Gated
    from auditor.app.paired import Paired
    from auditor.app.replay import Replayed
    from auditor.record import Finding, Record


def gated(found: Gated, *, own_key: bool, kept: bool) -> str:
    """Open or closed, with every reason, and what cannot be seen without a key and a checkpoint from elsewhere."""
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
        lines.append(f"  log {origin} verified, {counted(size, 'entry', 'entries')}")
        if own_key:
            lines.append("  note: without --log-key an archive that was put in this one's place cannot be noticed")
        if not kept:
            lines.append(
                "  note: without --since an archive that was rolled back, a later FAIL gone with it, cannot be noticed"
            )
    return "\n".join(lines)


def replayed(found: Replayed) -> str:
    """What came out differently."""
    before, after = found.before, found.after
    word = "the same" if before.verdict == after.verdict else f"{after.verdict} instead of {before.verdict}"
    lines = [f"verdict: {word}" + (f" ({before.verdict})" if before.verdict == after.verdict else "")]
    lines += [f"  {a.requirement.id}: {b.status} instead of {a.status}" for a, b in found.findings]
    count = f"{len(found.changed)} of {found.numbers} numbers differ by more than {found.tolerance:g} of their size"
    lines.append(
        count if found.changed else f"all {found.numbers} numbers are within {found.tolerance:g} of their size"
    )
    for one in found.changed:
        share = "" if one.share is None else f", {one.share:.2g} of the half width of its interval"
        lines.append(f"  {one_line(one.where)}: {_number(one.before)} became {_number(one.after)}{share}")
    for name, (ours, theirs) in found.environment.items():
        lines.append(f"  other version: {one_line(name)} {one_line(ours)}, now {one_line(theirs)}")
    return "\n".join(lines)


def compared(found: Compared) -> str:
    """Findings, numbers, and what makes the two less comparable."""
    lines = [f"first   {_audit(found.first)}", f"second  {_audit(found.second)}"]
    lines += [f"note: {one_line(note)}" for note in found.notes]
    lines += ["", "Findings that differ:" if found.findings else "No finding differs."]
    lines += [f"  {name}: {_status(a)} → {_status(b)}" for name, (a, b) in found.findings.items()]
    lines += ["", f"Second minus first, intervals at {100 * found.level:g} % (unpaired):"]
    other = [one for one in found.numbers if one.first != one.second]
    lines += [_told(one) for one in other]
    lines.append(f"  {len(found.numbers) - len(other)} numbers are the same in both")
    lines += [f"  only in the first: {_place(spot)}" for spot in found.only_first]
    lines += [f"  only in the second: {_place(spot)}" for spot in found.only_second]
    return "\n".join(lines)


def paired(rows: list[Paired], level: float) -> str:
    """Measures of both models on the same rows, row by row."""
    lines = ["", f"Second minus first on the same rows, paired intervals at {100 * level:g} %:"]
    for one in rows:
        low, high = one.difference.interval(level) if one.difference.spread.estimable else (-math.inf, math.inf)
        change = f"{one.first:.4g} → {one.second:.4g}, {one.difference.value:+.4g} ({low:+.4g} to {high:+.4g})"
        word = "better" if (low > 0) == (one.better == "higher") else "worse"
        lines.append(f"  {one.title}: {change}: {'no difference shown' if low <= 0 <= high else word}")
    return "\n".join(lines)


def _audit(record: Record) -> str:
    told = f"{record.verdict}: {record.identity.name} {record.identity.version}, model {record.model.file.sha256[:12]}"
    return one_line(f"{told}, policy {record.policy.name} {record.policy.version}")


def _status(finding: Finding | None) -> str:
    return "not asked" if finding is None else finding.status.replace("_", " ")


def _told(one: Difference) -> str:
    change = f"{one.second - one.first:+.4g} ({one.low:+.4g} to {one.high:+.4g})"
    word = "no difference shown" if one.sense == "not shown" else one.sense
    return f"  {_place(one.spot)}: {one.first:.4g} → {one.second:.4g}, {change}: {word}"


def _place(spot: Spot) -> str:
    key, quantity, part = spot
    return one_line(f"{key} {quantity}" + (f" [{part}]" if part else ""))


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.8g}"
