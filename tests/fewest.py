"""Searches for counterfactuals, and the exact answer where the model is linear."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import optimize

from auditor.explain.counterfactual import Search
from auditor.explain.possible import possible_of
from auditor.subject import Decision

CALM = Decision(threshold=0.0, action="call", favourable="below")


def anything(data, row):
    """All could be."""
    return np.ones(len(data), dtype=bool)


def search_of(subject, like=anything, most=4, loose=True):
    """loose: any step from one measurement to the next counts as usual."""
    possible = possible_of(subject.reference)
    if loose:
        possible = tuple(dataclasses.replace(one, jump=(-np.inf, np.inf)) for one in possible)
    return Search(subject, subject.test, CALM, possible, like, most)


def fewest_cells(line, slopes, needed):
    """Exactly, by integer programming: the fewest cells that raise linear formulas by as much as is needed.

    slopes: (formulas, cells). needed: (formulas,). Within ranges and usual steps; None where no cells do.
    """
    n = len(line.own)
    step, least, largest = (each.ravel() for each in line.steps(line.own[None]))
    steps = np.zeros((len(step), 2 * n))
    steps[np.arange(len(step)), line.links[:, 1]], steps[np.arange(len(step)), line.links[:, 0]] = 1, -1
    down, up = np.diag(line.lowest - line.own), np.diag(line.highest - line.own)
    rows = [
        optimize.LinearConstraint(steps, least - step, largest - step),
        optimize.LinearConstraint(np.hstack([np.eye(n), -up]), -np.inf, 0),
        optimize.LinearConstraint(np.hstack([np.eye(n), -down]), 0, np.inf),
        optimize.LinearConstraint(np.hstack([slopes, np.zeros_like(slopes)]), needed, np.inf),
    ]
    moved, free = np.repeat([0, 1], n), optimize.Bounds(np.repeat([-np.inf, 0], n), np.repeat([np.inf, 1], n))
    found = optimize.milp(moved, integrality=moved, constraints=rows, bounds=free)
    return None if found.x is None else round(found.fun)
