"""Policies read as an audit would read them, every fault told."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.checks import CATALOGUE
from auditor.errors import Problem, WrittenFault
from auditor.loaders.policies import load_policy


def lint(policies: Sequence[str]) -> list[str]:
    """A line for each policy. Raises WrittenFault with the problems of all that have some."""
    problems: list[Problem] = []
    lines = []
    for named in policies:
        try:
            policy = load_policy(named, CATALOGUE).policy
        except WrittenFault as fault:
            problems += fault.problems
        else:
            lines.append(f"{named}: {len(policy.requirements)} requirements, no fault")
    if problems:
        raise WrittenFault(problems)
    return lines
