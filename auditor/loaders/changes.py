"""What one policy asks otherwise than another, and whether that is tighter or looser."""

from __future__ import annotations

import math
from collections.abc import Iterator

from auditor.policy import Attest, Limit, Policy, PolicyChange, Requirement, SignOff

_WEIGHT = {"minor": 0, "major": 1, "blocker": 2}


def changes(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    """Every difference between two policies that bears on the verdict, in the order of the first.

    A difference whose effect cannot be told from the policies alone (another check, other parameters) is `other`.
    """
    new = {requirement.id: requirement for requirement in after.requirements}
    old = {requirement.id: requirement for requirement in before.requirements}
    for name, requirement in old.items():
        if name in new:
            yield from _requirement(requirement, new[name])
        else:
            yield _change(name, "", requirement.severity, "", "looser")
    yield from (_change(name, "", "", one.severity, "tighter") for name, one in new.items() if name not in old)
    yield from _statistics(before, after)
    yield from _people(before, after)
    yield from _sign_off(before.sign_off or SignOff(), after.sign_off or SignOff())


def _requirement(old: Requirement, new: Requirement) -> Iterator[PolicyChange]:
    if old.severity != new.severity:
        heavier = _WEIGHT[new.severity] > _WEIGHT[old.severity]
        yield _change(old.id, "severity", old.severity, new.severity, "tighter" if heavier else "looser")
    if old.text != new.text:
        yield _change(old.id, "text", old.text, new.text, "other")
    if bool(old.may_not_apply) != bool(new.may_not_apply):
        kind = "looser" if new.may_not_apply else "tighter"
        yield _change(old.id, "may_not_apply", old.may_not_apply, new.may_not_apply, kind)
    if old.check != new.check:
        # What was measured and is only stated now is asked less of; another check may be either way.
        kind = "other" if old.check and new.check else "tighter" if new.check else "looser"
        yield _change(old.id, "check", old.check or "attest", new.check or "attest", kind)
        return
    for key in sorted({*old.params, *new.params}):
        if old.params.get(key) != new.params.get(key):
            yield _change(old.id, f"with.{key}", _shown(old.params, key), _shown(new.params, key), "other")
    if old.attest and new.attest and old.attest != new.attest:
        kind = (
            "looser"
            if _demands(old.attest) - _demands(new.attest)
            else "tighter"
            if old.attest.role == new.attest.role
            else "other"
        )
        yield _change(old.id, "attest", _attest(old), _attest(new), kind)
    if old.limit and new.limit and old.limit != new.limit:
        said = new.limit.model_copy(update={"too_good": old.limit.too_good}) == old.limit  # otherwise, but the same end
        kind = "other" if said else _compared(old.limit, new.limit)
        yield _change(old.id, "limit", told(old.limit), told(new.limit), kind)


def _statistics(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = before.statistics, after.statistics
    if old.level != new.level:
        kind = "tighter" if new.level > old.level else "looser"
        yield _change("", "statistics.level", str(old.level), str(new.level), kind)
    if old.inconclusive_is != new.inconclusive_is:
        kind = "tighter" if new.inconclusive_is == "fail" else "looser"
        yield _change("", "statistics.inconclusive_is", old.inconclusive_is, new.inconclusive_is, kind)
    if old.multiplicity != new.multiplicity:
        yield _change("", "statistics.multiplicity", old.multiplicity, new.multiplicity, "other")
    if old.smallest_cell != new.smallest_cell:
        # A larger one leaves more groups unjudged, a smaller one shows groups of fewer people: each protects less.
        yield _change("", "statistics.smallest_cell", str(old.smallest_cell), str(new.smallest_cell), "looser")


def _people(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = before.people, after.people
    if old.longest_days != new.longest_days:
        kind = "looser" if new.longest_days > old.longest_days else "tighter"
        yield _change("", "people.longest_days", str(old.longest_days), str(new.longest_days), kind)
    for key in ("signed", "separate"):
        if getattr(old, key) != getattr(new, key):
            kind = "tighter" if getattr(new, key) else "looser"
            yield _change("", f"people.{key}", str(getattr(old, key)).lower(), str(getattr(new, key)).lower(), kind)
    for key, more in (("never_waived", "tighter"), ("approvers", "looser")):
        was, now = set(getattr(old, key)), set(getattr(new, key))
        if was != now:
            less = "looser" if more == "tighter" else "tighter"
            kind = more if was < now else less if now < was else "other"
            if key == "approvers" and not (was and now):  # none named: anybody
                kind = "tighter" if now else "looser"
            yield _change("", f"people.{key}", ", ".join(sorted(was)), ", ".join(sorted(now)), kind)


def _sign_off(old: SignOff, new: SignOff) -> Iterator[PolicyChange]:
    for key in ("approved", "reviewed"):
        was, now = getattr(old, key), getattr(new, key)
        if was != now:
            yield _change("", f"sign_off.{key}", str(was), str(now), "tighter" if now > was else "looser")
    if old.distinct != new.distinct:
        kind = "tighter" if new.distinct else "looser"
        yield _change("", "sign_off.distinct", str(old.distinct).lower(), str(new.distinct).lower(), kind)
    barred, bars = set(old.barred), set(new.barred)
    if barred != bars:
        kind = "tighter" if barred < bars else "looser" if bars < barred else "other"
        yield _change("", "sign_off.not", ", ".join(sorted(barred)), ", ".join(sorted(bars)), kind)


def _compared(old: Limit, new: Limit) -> str:
    if old.quantity != new.quantity:
        return "other"
    sides = {
        _end(old.low, -math.inf, new.low, higher_is_tighter=True),
        _end(old.high, math.inf, new.high, higher_is_tighter=False),
        _parts(old, new),
        "" if old.on == new.on else ("tighter" if new.on == "interval" else "looser"),
    }
    return "looser" if "looser" in sides else "other" if "other" in sides else "tighter"


def _end(old: float | None, open_end: float, new: float | None, *, higher_is_tighter: bool) -> str:
    before, after = (open_end if end is None else end for end in (old, new))
    if before == after:
        return ""
    return "tighter" if (after > before) is higher_is_tighter else "looser"


def _parts(old: Limit, new: Limit) -> str:
    if old.parts == new.parts:
        return ""
    if new.parts is None or (old.parts is not None and {*old.parts} <= {*new.parts}):
        return "tighter"
    return "looser" if old.parts is None or {*new.parts} <= {*old.parts} else "other"


def told(limit: Limit) -> str:
    """A limit in a line, as a policy would say it."""
    low, high = limit.low, limit.high
    if low is not None and high is not None:
        bound = f"between {low:g} and {high:g}"
    else:
        bound = f"at least {low:g}" if low is not None else f"at most {high:g}"
    parts = f" in {', '.join(limit.parts)}" if limit.parts else ""
    beyond = f" (beyond: {limit.too_good})" if limit.too_good else ""
    return f"{limit.quantity} {bound}{parts}" + (" (the value alone)" if limit.on == "value" else "") + beyond


def _demands(asked: Attest) -> set[str]:
    """What a statement has to bring, whoever makes it."""
    return {*asked.bound_to, *(["evidence"] if asked.evidence == "required" else ())}


def _attest(requirement: Requirement) -> str:
    asked = requirement.attest
    if asked is None:
        return ""
    return f"{asked.role}, evidence {asked.evidence}" + "".join(f", bound to {what}" for what in asked.bound_to)


def _shown(params: dict[str, object], key: str) -> str:
    return str(params[key]) if key in params else "default"


def _change(requirement: str, key: str, before: str, after: str, kind: str) -> PolicyChange:
    return PolicyChange.model_validate(
        {"requirement": requirement, "key": key, "before": before, "after": after, "kind": kind}
    )
