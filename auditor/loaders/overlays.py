"""Policies over policies: a file's requirements completed by those it extends, and its variables filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from auditor.errors import Problem
from auditor.loaders.templates import reading, standing_in
from auditor.yamlfile import Keys, Marked, nearest

Raw = dict[object, object]
_FILLED = ("with", "limit")  # the parts of a requirement in which a variable may stand
_SETTINGS = ("statistics", "people", "sign_off", "report")  # what a policy says beside its requirements
_TEST = ("check", "with", "limit", "attest")
_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Stack:
    """The files of a policy, parents first, each as it reads over those before it.

    origins: requirement id -> key (`severity`, `limit.at_least`) -> `file:line:column` of its value (of a
    variable's: where it was set). Under the id "" stand the keys of the settings (`people.longest_days`). unset: the
    variables that are left without value; open: requirement id -> key (`limit`, `with.attribute`) -> how it reads with
    them. In the files what is open has a stand-in, or is left out; stood_in: requirements of which that is true in any.
    """

    files: tuple[Marked, ...]
    origins: Mapping[str, Mapping[str, str]]
    problems: tuple[Problem, ...]
    unset: tuple[str, ...]
    open: Mapping[str, Mapping[str, str]]
    stood_in: frozenset[str]


def stacked(files: Sequence[Marked], later: Mapping[str, object] = _NONE, *, leave: bool = False) -> Stack:
    """Each file over its parents: a requirement of the same id keeps what the file does not say anew.

    `with` is taken over key by key, everything else whole; a requirement that names another check keeps nothing of the
    test. Variables are those of all files, the last one's winning; later: values of those that have none here. leave:
    that a variable which is declared without value is no fault.
    """
    values, places = _variables(files)
    values |= {name: value for name, value in later.items() if values.get(name) is None}
    known: dict[str, Raw] = {}
    origins: dict[str, dict[str, str]] = {"": _settings(files)}
    problems: list[Problem] = []
    used: set[str] = set()
    unset: dict[str, None] = {}
    left: dict[str, Mapping[str, str]] = {}
    stood_in: set[str] = set()
    made = []
    for marked in files:
        data = marked.data if isinstance(marked.data, dict) else {}
        given = data.get("requirements")
        whole = list(given) if isinstance(given, list) else []
        for at, own in enumerate(whole):
            if isinstance(own, dict):
                name = str(own.get("id"))
                problems += _lost(marked, at, own, known) if marked is not files[0] else ()
                known[name] = _over(known.get(name, {}), own)
                filling = _Filling(marked, ("requirements", at), values, places, used, leave=leave)
                filled = filling.filled(known[name])
                whole[at] = standing_in(filled, filling.open)
                left[name] = {key: reading(filled, key) for key in filling.open}
                stood_in |= {name} if filling.open else set()
                unset |= dict.fromkeys(filling.open.values())
                problems += filling.problems
                origins[name] = _kept(origins.get(name, {}), known[name]) | filling.origins
        made.append(dataclasses.replace(marked, data={**data, "requirements": whole}) if whole else marked)
    left = {name: reads for name, reads in left.items() if reads}
    wrong = tuple(problems or _idle(files, used))
    return Stack(tuple(made), origins, wrong, tuple(unset), left, frozenset(stood_in))


def values_of(files: Sequence[Marked]) -> dict[str, object]:
    """The variables that have a value in any of the files, each by the first one that gives it one."""
    return {str(name): value for marked in reversed(files) for name, value in _of(marked).items() if value is not None}


def _settings(files: Sequence[Marked]) -> dict[str, str]:
    """Where each setting was written last. They are taken over key by key, a sign-off whole."""
    places: dict[str, str] = {}
    for marked in files:
        data = marked.data if isinstance(marked.data, dict) else {}
        for part in _SETTINGS:
            given = data.get(part)
            if isinstance(given, dict):
                if part == "sign_off":
                    places = {key: place for key, place in places.items() if not key.startswith("sign_off.")}
                places |= {f"{part}.{key}": marked.where(part, key, key=True) for key in given}
    return places


def _variables(files: Sequence[Marked]) -> tuple[dict[str, object], dict[str, str]]:
    values: dict[str, object] = {}
    places: dict[str, str] = {}
    for marked in files:
        for name, value in _of(marked).items():
            values[str(name)] = value
            places[str(name)] = marked.where("vars", cast("str", name))
    return values, places


def _of(marked: Marked) -> Raw:
    given = marked.data.get("vars") if isinstance(marked.data, dict) else None
    return given if isinstance(given, dict) else {}


def _idle(files: Sequence[Marked], used: set[str]) -> Iterator[Problem]:
    """Variables that nothing asks for: most often a name written wrongly."""
    for marked in files:
        for name in _of(marked):
            if str(name) not in used:
                place = marked.where("vars", cast("str", name), key=True)
                remedy = nearest(name, sorted(used)) if used else f"Write ${name} under with or limit, or take it out."
                yield Problem(place, f"no requirement uses the variable '{name}'", remedy)


def _lost(marked: Marked, at: int, own: Raw, known: Mapping[str, Raw]) -> Iterator[Problem]:
    """A change of a requirement that is not there: most often an id written wrongly."""
    name = str(own.get("id"))
    if name not in known and not {"text", "check", "attest"} & own.keys():
        what = f"the policies that this one extends have no requirement '{name}'"
        remedy = f"{nearest(name, known)} A new one has text, severity, and check with limit, or attest."
        yield Problem(marked.where("requirements", at, "id"), what, remedy)


def _over(parent: Raw, own: Raw) -> Raw:
    """A requirement with what it leaves to its parent."""
    if ("check" in own and own["check"] != parent.get("check")) or "attest" in own:
        parent = {key: value for key, value in parent.items() if key not in _TEST}
    whole = {**parent, **own}
    old, new = parent.get("with"), own.get("with")
    if isinstance(old, dict) and isinstance(new, dict):
        whole["with"] = {**old, **new}
    return whole


def _kept(origins: Mapping[str, str], whole: Raw) -> dict[str, str]:
    """The origins of a parent's values that are still there."""
    return {key: place for key, place in origins.items() if key in _leaves(whole)}


def _leaves(requirement: Raw) -> dict[str, object]:
    """Key -> value, the keys of mappings joined to their own by a dot."""
    leaves: dict[str, object] = {}
    for key, value in requirement.items():
        nested = value if isinstance(value, dict) else None
        leaves |= {f"{key}.{inner}": one for inner, one in nested.items()} if nested else {str(key): value}
    return leaves


class _Filling:
    """One requirement with its variables replaced, and where each of its values was written."""

    def __init__(
        self,
        marked: Marked,
        at: Keys,
        values: Mapping[str, object],
        places: Mapping[str, str],
        used: set[str],
        *,
        leave: bool,
    ) -> None:
        self.marked, self.at, self.values, self.places, self.used = marked, at, values, places, used
        self.leave = leave
        self.problems: list[Problem] = []
        self.origins: dict[str, str] = {}
        self.open: dict[str, str] = {}  # key of what is left open -> the variable that has no value

    def filled(self, requirement: Raw) -> Raw:
        for key in _leaves(requirement):
            path = (*self.at, *key.split(".", 1))
            if path in self.marked.values:
                self.origins[key] = self.marked.where(*path)
        return {
            key: self._value(value, (*self.at, key)) if key in _FILLED else value for key, value in requirement.items()
        }

    def _value(self, value: object, path: Keys) -> object:
        if isinstance(value, dict):
            return {key: self._value(one, (*path, key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self._value(one, (*path, at)) for at, one in enumerate(value)]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        return value[1:] if value.startswith("$$") else self._variable(value[1:], path)

    def _variable(self, name: str, path: Keys) -> object:
        self.used.add(name)
        value = self.values.get(name)
        if value is None and name in self.values and self.leave:
            inner = [str(key) for key in path[len(self.at) :]]
            self.open["limit" if inner[0] == "limit" else ".".join(inner[:2])] = name
            return f"${name}"
        if value is None and path in self.marked.values:
            place = self.marked.where(*path)
            if name in self.values:
                remedy = "Give it one under vars, here or in the policy that extends this one."
                self.problems.append(Problem(place, f"the variable '{name}' has no value", remedy))
            else:
                remedy = nearest(name, self.values) if self.values else "Give it a value under vars."
                self.problems.append(Problem(place, f"unknown variable '{name}'", remedy))
        self.origins[".".join(map(str, path[len(self.at) : len(self.at) + 2]))] = self.places.get(name, "")
        return value
