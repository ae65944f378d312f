"""What reference and test data share."""

from __future__ import annotations

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.check import check
from auditor.checks.data.both import Both, shared_entities
from auditor.checks.data.digests import among, digests
from auditor.checks.data.near import Side, near_copies
from auditor.checks.data.seen import Seen
from auditor.checks.data.space import Mask, Points, Space
from auditor.checks.data.threads import at_once
from auditor.dataset import Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject

_PLANTED = 300  # copies planted to see how many are found


class Params(Frozen):
    """How near is near."""

    tolerance: FiniteFloat = Field(
        default=0.01,
        gt=0,
        lt=0.2,
        description="Rows are near copies where the ranks of their cells among the reference cells, from 0 to 1, "
        "differ by at most this much (root mean square).",
    )


@check(
    quantities={
        "entities_in_both": Meaning(
            title="Share of test entities that are in the reference data too", better="lower", low=0.0, high=1.0
        ),
        "identical": Meaning(title="Share of test rows that equal a reference row", better="lower", low=0.0, high=1.0),
        "near": Meaning(
            title="Share of test rows that equal or nearly equal a reference row", better="lower", low=0.0, high=1.0
        ),
        "near_found": Meaning(
            title="Share of planted near copies that the search finds", better="higher", low=0.0, high=1.0
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model is tested on people and sequences that it was not trained on.

    Measures: the share of test entities that have rows in the reference data too; the share of test rows whose sequence
    and static features equal those of a reference row in every cell; and the share that nearly do. Near copies are
    found by hashing (Datar et al. 2004) and then compared cell by cell, so that none is wrongly found; how many are
    overlooked is measured by planting copies at exactly the tolerance.
    Why: a model that has seen the answer seems better than it is.
    Blind to: the same person under two names with different values; windows of one sequence that are shifted; whether
    the reference data are all that the model was trained on.
    """
    both = Both.of(subject)
    test, reference = Seen.of(subject, both.test), Seen.of(subject, both.reference)
    quantities, unmeasured = {}, {}
    if both.test.entities_declared:
        entities = int(np.count_nonzero(np.bincount(both.test.entity)))
        share = len(shared_entities(both.reference, both.test)) / entities
        quantities["entities_in_both"] = _exact(share, entities, "every entity looked up; no sampling")
    else:
        unmeasured["entities_in_both"] = "the data specification names no entity"
    held = [np.flatnonzero(seen.count(~np.isnan(seen.data.values))[0].any(axis=1)) for seen in (reference, test)]
    if min(map(len, held)) == 0:
        reason = "no row holds a measurement"
        return _told(quantities, unmeasured | dict.fromkeys(("identical", "near", "near_found"), reason))
    own, base = at_once(digests, (test, reference))
    same = among(own[held[1]], base[held[0]])
    near, found = _near(subject, (reference, test), (held[0], held[1]), params)
    n = len(same)
    quantities["identical"] = _exact(float(same.mean()), n, "every row compared; no sampling")
    quantities["near"] = _exact(float((same | near).mean()), n, "every row, by hashing; see near_found")
    quantities["near_found"] = _exact(float(found.mean()), len(found), "copies planted in these data")
    return _told(quantities, unmeasured)


def _told(quantities: dict[str, Quantity], unmeasured: dict[str, str]) -> Measurement:
    if not quantities:
        raise NotApplicable("; ".join(dict.fromkeys(unmeasured.values())))
    return Measurement(quantities=quantities, unmeasured=unmeasured)


def _exact(value: float, n: int, method: str) -> Quantity:
    return Quantity.of(Estimate(value=value, n=n, method=method, spread=Exact()))


def _near(
    subject: Subject, seen: tuple[Seen, Seen], held: tuple[Integers, Integers], params: Params
) -> tuple[Mask, Mask]:
    """Which test rows that hold a measurement have a near copy, and which of the planted ones were found."""
    reference, test = seen
    rng = subject.rng("data.overlap", params.model_dump_json())
    space = Space.of(reference, max(int(one.lengths.max()) for one in seen))
    placed, asked = at_once(space.placed, (reference, test))
    base = Side(len(held[0]), lambda rows: placed.points(held[0][rows]))
    planted = _copies(base.describe(rng.permutation(base.rows)[:_PLANTED]), params.tolerance, rng)
    n = len(held[1])

    def describe(rows: Integers) -> Points:
        own = asked.points(held[1][rows[rows < n]])
        points = Points(np.empty((len(rows), space.cells), dtype=np.float32), np.empty((len(rows), space.cells), bool))
        for target, ours, copies in (
            (points.at, own.at, planted.at),
            (points.measured, own.measured, planted.measured),
        ):
            target[rows < n], target[rows >= n] = ours, copies[rows[rows >= n] - n]
        return points

    found = near_copies(base, Side(n + len(planted.at), describe), space.cells, params.tolerance, rng)
    return found[:n], found[n:]


def _copies(points: Points, tolerance: float, rng: np.random.Generator) -> Points:
    """Rows moved by the tolerance (by a hair less, for rounding) in a random direction."""
    noise = rng.standard_normal(points.at.shape) * points.measured
    length = np.sqrt((noise**2).sum(axis=1) / np.maximum(points.measured.sum(axis=1), 1))
    moved = points.at + 0.999 * tolerance * noise / np.maximum(length, 1e-12)[:, None]
    return Points(moved.astype(np.float32), points.measured)
