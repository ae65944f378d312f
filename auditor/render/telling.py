"""A finding's number, limit and reason in words, wherever in the report they stand."""

from __future__ import annotations

import re

from auditor.measurement import Meaning
from auditor.record import Finding, Judged, Record
from auditor.render.vocabulary import is_count, limit_digits, limit_text, params_text
from auditor.render.words import Words


def anchor(finding: Finding) -> str:
    """The finding's place in the report."""
    return f"finding-{finding.requirement.id.lower()}"


def check_anchor(key: str, record: Record) -> str:
    """The place of a check's run in the report."""
    return f"check-{list(record.measured).index(key) + 1}"


def check_title(key: str, record: Record, words: Words) -> str:
    """A check's run by its title, with what tells it from other runs of the same check."""
    entry = record.measured[key]
    named = [value for value in entry.params.values() if isinstance(value, str)]
    twins = sum(other.check == entry.check for other in record.measured.values())
    told_of = ", ".join(named) or (params_text(entry, words) if twins > 1 else "")
    title = entry.documentation.title.rstrip(".")
    return f"{title}: {told_of}" if told_of else title


def meaning(finding: Finding, record: Record) -> Meaning | None:
    """What the quantity of a finding is."""
    entry, limit = record.measured.get(finding.measured), finding.requirement.limit
    return entry.meanings.get(limit.quantity) if entry and limit else None


def quantity_title(finding: Finding, record: Record) -> str:
    """The judged quantity's name."""
    limit, known = finding.requirement.limit, meaning(finding, record)
    return known.title if known else limit.quantity if limit else ""


def told(judged: Judged, finding: Finding, record: Record, words: Words) -> str:
    """A judged estimate with its interval."""
    known = meaning(finding, record)
    if is_count(judged.value, judged.low, judged.high):
        return words.numbers.count(int(judged.value))
    digits = limit_digits(finding.judged, finding.requirement.limit)
    if judged.low == judged.high == judged.value:
        return words.numbers.number(judged.value, digits, known.unit if known else "")
    return estimated(judged, known, digits, words)


def estimated(judged: Judged, known: Meaning | None, digits: int, words: Words) -> str:
    """A value with its interval; where none can be made, with the bounds of what is possible instead."""
    unit = known.unit if known else ""
    if judged.low is not None or judged.high is not None:
        return words.numbers.estimate(judged.value, judged.low, judged.high, digits, unit)
    value = words.numbers.number(judged.value, digits, unit)
    if known is None or known.low is None or known.high is None:
        return words("{value} (no interval)", value=value)
    return words(
        "{value} (no interval; {ends} is possible)", value=value, ends=words.numbers.ends(known.low, known.high)
    )


def limit_of(finding: Finding, record: Record, words: Words) -> str:
    """The limit that a finding is judged against, empty for a statement."""
    limit, known = finding.requirement.limit, meaning(finding, record)
    return limit_text(limit, known.unit if known else "", words) if limit else ""


def decisive(finding: Finding, record: Record, words: Words) -> str:
    """The number that decided, with the part that it belongs to; empty where nothing was judged."""
    if not finding.judged:
        return ""
    first = finding.judged[0]
    text = told(first, finding, record, words)
    return f"{first.part}: {text}" if first.part else text


def reason(finding: Finding, words: Words) -> str:
    """Why the finding has its status: the rule that was met, a summary of its parts, or what the judge said."""
    limit = finding.requirement.limit
    if finding.status == "attested":
        return ""  # who stated what stands with it in full
    if finding.status == "inconclusive" and len(finding.judged) + len(finding.unjudged) > 1:
        return _undecided(finding, words)
    if finding.reason or limit is None:
        return finding.reason
    on_value = limit.on == "value" or all(one.low == one.high for one in finding.judged)
    told_of = {
        ("pass", True): words("The value lies within the limit."),
        ("pass", False): words("The whole interval lies within the limit."),
        ("fail", True): words("The value lies outside the limit."),
        ("fail", False): words("The whole interval lies outside the limit."),
    }
    return told_of.get((finding.status, on_value), "")


def common_reason(finding: Finding) -> str:
    """The reason that all inconclusive parts share; empty where they differ."""
    reasons = {one.reason for one in finding.judged if one.status == "inconclusive"}
    return reasons.pop() if len(reasons) == 1 else ""


def _undecided(finding: Finding, words: Words) -> str:
    parts = sum(one.status == "inconclusive" for one in finding.judged)
    told_of = []
    if parts:
        of = words.numbers.count(len(finding.judged))
        text = words.many(
            "{count} of {of} parts is inconclusive", "{count} of {of} parts are inconclusive", parts, of=of
        )
        why = common_reason(finding)
        told_of.append(words("{text}: {why}", text=text, why=why) if why else text)
    if finding.unjudged:
        lost = len(finding.unjudged)
        told_of.append(words.many("{count} part could not be judged", "{count} parts could not be judged", lost))
    return "; ".join(told_of)


def sentence(text: str) -> str:
    """Text that starts with a capital and ends with a full stop."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if re.search(r"[.!?。]$", text) else ".")
