"""Requirements of a policy that leaves variables to the policy over it: what stands in for them, and how they read."""

from __future__ import annotations

from collections.abc import Iterable

Raw = dict[object, object]


def standing_in(requirement: Raw, keys: Iterable[str]) -> Raw:
    """A requirement whose open parameters are left out, and whose open limit is any that its model takes."""
    made = dict(requirement)
    for key in keys:
        part, _, name = key.partition(".")
        held = made[part]
        if isinstance(held, dict) and name:
            made[part] = {one: value for one, value in held.items() if one != name}
        elif isinstance(held, dict):
            made[part] = {"quantity": str(held.get("quantity")), "at_least": 0.0}
    return made


def reading(requirement: Raw, key: str) -> str:
    """A limit or a parameter as it reads with the names of its variables in the place of their values."""
    part, _, name = key.partition(".")
    held = requirement.get(part)
    if not isinstance(held, dict):
        return str(held)
    return str(held.get(name)) if name else _limit(held)


def _limit(limit: Raw) -> str:
    bounds = [
        f"{word} {limit[key]}" for key, word in (("at_least", "at least"), ("at_most", "at most")) if key in limit
    ]
    ends = limit.get("between")
    if isinstance(ends, list):
        bounds.append(f"between {' and '.join(map(str, ends))}")
    elif ends is not None:
        bounds.append(f"between {ends}")
    parts = limit.get("parts")
    within = f" in {', '.join(map(str, parts))}" if isinstance(parts, list) else f" in {parts}" if parts else ""
    alone = " (the value alone)" if limit.get("on") == "value" else ""
    return f"{limit.get('quantity')} {', '.join(bounds)}{within}{alone}"
