"""Policies read as an audit would read them, every fault told."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from auditor.app.regulations import last_read
from auditor.checks import CATALOGUE
from auditor.errors import Problem, WrittenFault
from auditor.loaders.policies import LoadedPolicy, load_template
from auditor.loaders.regulations import known_to
from auditor.regulation import cited
from auditor.yamlfile import read_yaml


def lint(policies: Sequence[str]) -> list[str]:
    """A line for each policy, one for each clause that it cites although it was rescinded, one for each catalogue that
    it cites and that nobody has read for a year, and one for what has no rationale.

    Raises WrittenFault with the problems of all that have some.
    """
    problems: list[Problem] = []
    lines = []
    for named in policies:
        try:
            loaded = load_template(named, CATALOGUE)
        except WrittenFault as fault:
            problems += fault.problems
        else:
            count = len(loaded.policy.requirements)
            lines.append(f"{named}: {count} requirement{'s' * (count != 1)}, no fault")
            if loaded.unset:
                lines.append(f"  a template: a policy over it has to set {', '.join(loaded.unset)}")
            lines += _outdated(loaded)
            if bare := [one.id for one in loaded.policy.requirements if not one.rationale]:
                lines.append(f"  warning: without a rationale: {', '.join(bare)}")
    if problems:
        raise WrittenFault(problems)
    return lines


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
