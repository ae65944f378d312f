"""Policies read as an audit would read them, every fault told."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.app.cases import tried
from auditor.app.regulations import last_read
from auditor.checks import CATALOGUE
from auditor.errors import Problem, WrittenFault
from auditor.loaders.policies import LoadedPolicy, load_template
from auditor.loaders.regulations import known_to, read_instrument
from auditor.regulation import cited
from auditor.yamlfile import read_yaml

_SUSPICIONS = {"behavior.trigger"}  # what somebody has to look into before it is a reason to stop


def lint(policies: Sequence[str]) -> list[str]:
    """A line for each policy, one for each clause that it cites although it was rescinded, one for each catalogue that
    it cites and that nobody has read for a year, one for what has no rationale, and one for a suspicion that blocks.

    Raises WrittenFault with the problems of all that have some.
    """
    problems: list[Problem] = []
    lines: list[str] = []
    for named in policies:
        try:
            lines += _linted(named)
        except WrittenFault as fault:
            problems += fault.problems
    if problems:
        raise WrittenFault(problems)
    return lines


def _linted(named: str) -> Iterator[str]:
    """What is told of a policy, or of what lies beside policies: cases to test one by, a catalogue of clauses."""
    held = read_yaml(Path(named)).data if named.endswith((".yaml", ".yml")) else {}
    keys = set(held) if isinstance(held, dict) else set()
    if "cases" in keys:
        tried(Path(named))
        yield f"{named}: cases, no fault"
    elif "instrument" in keys:
        read_instrument(Path(named))
        yield f"{named}: a catalogue, no fault"
    elif keys and not keys & {"policy", "requirements", "extends"}:
        remedy = "A policy has the keys policy, version, title, requirements. Keep what is none elsewhere."
        raise WrittenFault("is no policy", where=named, remedy=remedy)
    else:
        loaded = load_template(named, CATALOGUE)
        count = len(loaded.policy.requirements)
        yield f"{named}: {count} requirement{'s' * (count != 1)}, no fault"
        if loaded.unset:
            yield f"  a template: a policy over it has to set {', '.join(loaded.unset)}"
        yield from _outdated(loaded)
        if bare := [one.id for one in loaded.policy.requirements if not one.rationale]:
            yield f"  warning: without a rationale: {', '.join(bare)}"
        for one in loaded.policy.requirements:
            if one.check in _SUSPICIONS and one.severity == "blocker":
                told = f"{one.id} is a blocker, and {one.check} tells a suspicion, which is no proof; major is enough"
                yield f"  warning: {loaded.origins[one.id]['severity']}: {told}"


def _outdated(loaded: LoadedPolicy) -> Iterator[str]:
    instruments = known_to(map(read_yaml, loaded.paths))
    today = datetime.datetime.now(datetime.UTC).date()
    stale = {name for name, one in instruments.items() if one.stale(today)}
    for one in loaded.policy.requirements:
        for cite in one.cites:
            found, place = cited(cite, instruments), loaded.origins[one.id]["cites"]
            if found and found[0].instrument in stale:
                stale.remove(found[0].instrument)
                yield f"  warning: {place}: {one.id} cites {cite}, and {found[0].instrument} was {last_read(found[0])}"
            if found and found[0].standing(found[1]) == "rescinded":
                after = found[1].superseded_by or found[0].superseded_by
                told = f"; {after} took its place" if after else ""
                yield f"  warning: {place}: {one.id} cites {cite}, which is rescinded and not counted{told}"
