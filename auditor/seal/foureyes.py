"""The sign-offs that a policy asks for, held against those that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.errors import SealFault
from auditor.names import alike, plain, same
from auditor.seal.signoff import MEANINGS, SignedOff
from auditor.seal.trust import SEAL, Trust

OWNER = "owner"


@dataclass(frozen=True)
class Asked:
    """How far the rule is met. told: a line for what counts, then one for each person or sign-off that counts less."""

    needed: int
    given: int
    told: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every sign-off that is asked for is there."""
        return self.given == self.needed


def asked(rule: Any, signed: Sequence[SignedOff], trust: Trust, sealer: str, owner: str) -> Asked | None:
    """How far a policy's `sign_off` is met; None where the policy asks for nothing.

    sealer: the fingerprint of the key that sealed; owner: the model's, as the record names it. A person counts once for
    a meaning, and with `distinct` for one meaning alone; who has a role under `not` does not count at all.
    """
    if not isinstance(rule, dict):
        return None
    needs = {meaning: _count(rule.get(meaning)) for meaning in MEANINGS}
    barred = tuple(plain(str(role)) for role in _roles(rule.get("not")))
    objections = {one: [*_objections(one, barred, trust, sealer, owner)] for one in signed}
    people = {
        meaning: {_person(one, trust) for one in signed if one.meaning == meaning and not objections[one]}
        for meaning in MEANINGS
    }
    given = _given(needs, people, distinct=rule.get("distinct") is not False)
    needed = sum(needs.values())
    each = ", ".join(f"{min(len(people[m]), n)} of {n} {m}" for m, n in needs.items() if n)
    told = [f"{given} of {needed} sign-offs" + (f" ({each})" if each else "")]
    if given < sum(min(len(people[meaning]), needs[meaning]) for meaning in MEANINGS):
        known = {_person(one, trust): trust.named(one.signer).holder or one.signer for one in signed}
        twice = sorted(known[who] for who in set.intersection(*people.values()))
        told += [f"{who} signed as both, and counts for one of them" for who in twice]
    told += [f"{one.file} does not count: {why}" for one, reasons in objections.items() for why in reasons[:1]]
    return Asked(needed, given, tuple(told))


def _given(needs: Mapping[str, int], people: Mapping[str, set[str]], *, distinct: bool) -> int:
    """Sign-offs that count, as many as can be: who did both fills what is left, with `distinct` once."""
    if not distinct:
        return sum(min(needs[meaning], len(people[meaning])) for meaning in MEANINGS)
    one, other = (people[meaning] for meaning in MEANINGS)
    firsts = min(needs[MEANINGS[0]], len(one - other)) + min(needs[MEANINGS[1]], len(other - one))
    return firsts + min(len(one & other), sum(needs.values()) - firsts)


def _objections(one: SignedOff, barred: Sequence[str], trust: Trust, sealer: str, owner: str) -> Iterator[str]:
    if not barred:
        return
    holder = trust.named(one.signer).holder
    if not holder:
        yield "whose key it is, and what roles that person has, is not known without a trust store"
        return
    for role in sorted(trust.roles_of(holder)):
        if plain(role) in barred:
            yield f"{holder} has the role {role}"
    if SEAL in barred and same(holder, trust.named(sealer).holder):
        yield f"{holder} has sealed the audit"
    if OWNER in barred and same(holder, owner):
        yield f"{holder} owns the model"
    if OWNER in barred and alike(holder, owner):
        yield f"{holder} may be {owner}, who owns the model; name both in full"


def _person(one: SignedOff, trust: Trust) -> str:
    """By which sign-offs are told to be one person's."""
    return plain(trust.named(one.signer).holder) or one.signer


def _roles(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise SealFault("the policy's sign_off does not say who does not count", where="statement")
    return value or []


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
