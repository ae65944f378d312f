"""Which rows of an audit are explained: where the model is worst, undecided, at home, and one of every group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.applicability import domain_of, summarised
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable
from auditor.loaders.spec import Choice
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_WORDS: dict[Choice, str] = {
    "worst_errors": "among the largest errors",
    "borderline": "nearest to the threshold",
    "typical": "most like the reference",
}
_ANOTHER = "nearest to another class"


def chosen(subject: Subject, scores: Floats, kinds: Sequence[Choice], count: int) -> dict[int, tuple[str, ...]]:
    """Test rows, each with why it was chosen; of an entity at most one row of each kind.

    scores: of all test rows; rows whose score is not finite are never chosen. A kind that does not apply (no threshold
    to be near) chooses nobody.
    """
    able = np.asarray(np.isfinite(scores.reshape(len(scores), -1)).all(1))
    found: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        picked = _per_group(subject, able) if kind == "one_per_group" else _ranked(subject, scores, able, kind, count)
        for row, why in picked:
            found.setdefault(row, []).append(why)
    return {row: tuple(found[row]) for row in sorted(found)}


def _ranked(subject: Subject, scores: Floats, able: Mask, kind: Choice, count: int) -> Iterator[tuple[int, str]]:
    """The first rows of different entities in the order of a kind."""
    key = _key(subject, scores, kind)
    if key is None:
        return
    seen: set[int] = set()
    for row in np.argsort(key, kind="stable"):
        entity = int(subject.test.entity[row])
        if able[row] and np.isfinite(key[row]) and entity not in seen:
            seen.add(entity)
            yield int(row), _ANOTHER if kind == "borderline" and scores.ndim == 2 else _WORDS[kind]
        if len(seen) == count:
            return


def _key(subject: Subject, scores: Floats, kind: Choice) -> Floats | None:
    """(rows,) by which the rows are ordered, what is wanted first; None where the kind does not apply."""
    data, decision = subject.test, subject.decision
    if kind == "worst_errors":
        return -_errors(data, scores)
    if kind == "borderline" and scores.ndim == 2:
        first, second = np.sort(scores, axis=1)[:, :-3:-1].T
        return np.asarray(first - second)
    if kind == "borderline":
        return None if decision is None else np.abs(scores - decision.threshold)
    against = data if subject.reference is None or not len(subject.reference) else subject.reference
    try:
        domain = domain_of(subject, against, subject.rng("behavior.domain", "held out"))
    except NotApplicable:
        return None
    longest = subject.encoder.width or int(against.lengths.max(initial=1))
    return domain.distances(summarised(subject, data, longest)[0])


def _errors(data: Dataset, scores: Floats) -> Floats:
    """(rows,) how wrong each score is: one less the score of the class that came true, or the distance of the value."""
    if scores.ndim == 2:
        return np.asarray(1 - scores[np.arange(len(scores)), data.y.astype(int)])
    return np.asarray(np.abs(data.y - scores))


def _per_group(subject: Subject, able: Mask) -> Iterator[tuple[int, str]]:
    """One row at random of every group that is large enough to be told of."""
    for group in subject.test.groups.values():
        for code, level in enumerate(group.levels):
            rows: Integers = np.flatnonzero(able & (group.codes == code))
            if len(rows) >= subject.smallest_cell:
                yield int(subject.rng("explanations", group.name, level).choice(rows)), f"{group.name}: {level}"
