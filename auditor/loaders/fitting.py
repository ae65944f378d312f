"""Whether the checks of the catalogue can test what a policy's requirements ask."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping

from auditor.checks.check import Check
from auditor.errors import Problem
from auditor.measurement import Meaning
from auditor.policy import Limit
from auditor.yamlfile import Marked, faults, nearest

_WRONG_SIDE = {"higher": "at_most", "lower": "at_least"}
_TAKE_OUT = "Take too_good out."


def unfit(marked: Marked, catalogue: Mapping[str, Check], left: Container[str] = ()) -> Iterator[Problem]:
    """What no check of the catalogue can test as written, whatever else is wrong with the file.

    left: requirements whose parameters or limit a policy over this one completes.
    """
    given = marked.data.get("requirements") if isinstance(marked.data, dict) else None
    seen: set[str] = set()
    for at, requirement in enumerate(given if isinstance(given, list) else ()):
        known = requirement if isinstance(requirement, dict) else {}
        own = str(known.get("id", at))
        if own in seen:
            yield Problem(marked.where("requirements", at, "id"), f"the id '{own}' stands twice", "Each has its own.")
        seen.add(own)
        name = known.get("check")
        if not isinstance(name, str) or not name:
            continue
        place = ("requirements", at)
        if name not in catalogue:
            yield Problem(marked.where(*place, "check"), f"unknown check '{name}'", nearest(name, catalogue))
            continue
        check = catalogue[name]
        limit = faults(Limit, marked, *place, "limit")[1] if "limit" in requirement else None
        where = marked.where(*place, "limit")
        if own in left:
            yield from _unknown(limit, check.quantities, where) if limit else ()
            continue
        if requirement.get("with"):
            yield from faults(check.params, marked, *place, "with")[0]
        else:
            yield from _needed(check, marked.where(*place))
        if limit is not None:
            yield from _unknown(limit, check.quantities, where)
            yield from _wrong_limit(limit, check.quantities, where)


def _needed(check: Check, where: str) -> list[Problem]:
    missing = [name for name, field in check.params.model_fields.items() if field.is_required()]
    return [Problem(where, f"{check.id} needs '{name}'", "Give it under with.") for name in missing]


def _unknown(limit: Limit, quantities: Mapping[str, Meaning], where: str) -> Iterator[Problem]:
    if limit.quantity not in quantities:
        yield Problem(where, f"the check has no quantity '{limit.quantity}'", nearest(limit.quantity, quantities))


def _wrong_limit(limit: Limit, quantities: Mapping[str, Meaning], where: str) -> Iterator[Problem]:
    meaning = quantities.get(limit.quantity)
    if meaning is None:
        return
    wrong = _WRONG_SIDE.get(meaning.better, "")
    empty = _empty(limit, meaning)
    if wrong and (getattr(limit, wrong) is not None or (not empty and _worst(limit, meaning))):
        right, given = "at_least" if wrong == "at_most" else "at_most", "between" if limit.between else wrong
        what = f"'{limit.quantity}' is better when it is {meaning.better}, so {given} would pass the worst models"
        yield Problem(where, what, f"Write {right}.")
    elif meaning.better in _WRONG_SIDE and not empty:
        yield from _better_end(limit, meaning, where)
    elif limit.too_good:
        yield Problem(where, f"no value of '{limit.quantity}' is too good: it has to meet a target", _TAKE_OUT)
    if limit.parts and not meaning.per:
        yield Problem(where, f"'{limit.quantity}' has no parts", "Leave parts away.")
    if empty:
        yield Problem(where, empty, f"'{limit.quantity}' lies between {_end(meaning.low)} and {_end(meaning.high)}.")


def _worst(limit: Limit, meaning: Meaning) -> bool:
    """Whether the range of a limit holds the worst that a quantity can be."""
    end, worst = (limit.low, meaning.low) if meaning.better == "higher" else (limit.high, meaning.high)
    sign = 1 if meaning.better == "higher" else -1
    return limit.between is not None and end is not None and worst is not None and sign * (end - worst) <= 0


def _better_end(limit: Limit, meaning: Meaning, where: str) -> Iterator[Problem]:
    """That nobody says why models are not to be better than one end of `between`; or says so where there is no end."""
    higher = meaning.better == "higher"
    end, best = (limit.high, meaning.high) if higher else (limit.low, meaning.low)
    short = limit.between is not None and end is not None and (best is None or (end < best if higher else end > best))
    if short and not limit.too_good:
        side, right = ("higher", "at_least") if higher else ("lower", "at_most")
        what = f"'{limit.quantity}' is better when it is {side}, so an end at {end:g} would fail the best models"
        remedy = f"Write {right}, or say under too_good what a {side} value would show."
        yield Problem(where, what, remedy)
    if limit.too_good and not short:
        yield Problem(where, f"no end of this limit is one that '{limit.quantity}' could be too good for", _TAKE_OUT)


def _empty(limit: Limit, meaning: Meaning) -> str:
    """Why a limit says nothing: no value can meet it, or none can fail it."""
    least = -math.inf if meaning.low is None else meaning.low
    most = math.inf if meaning.high is None else meaning.high
    if (limit.low is not None and limit.low > most) or (limit.high is not None and limit.high < least):
        return "no model can meet this limit"
    within = (limit.low is None or limit.low <= least) and (limit.high is None or limit.high >= most)
    return "no model can fail this limit" if within else ""


def _end(end: float | None) -> str:
    return "any number" if end is None else f"{end:g}"
