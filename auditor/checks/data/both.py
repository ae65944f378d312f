"""Reference and test data side by side: their rows one after the other, and what is independent among all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Integers
from auditor.errors import NotApplicable
from auditor.sampling import Sampling
from auditor.subject import Subject


@dataclass(frozen=True, eq=False)
class Both:
    """The rows of the reference, then those of the test data. is_test: (rows of both,)."""

    reference: Dataset
    test: Dataset
    is_test: NDArray[np.bool_]
    sampling: Sampling

    @classmethod
    def of(cls, subject: Subject) -> Both:
        """Raises NotApplicable where there are no reference data.

        An entity that has rows in both is one cluster. Blocks of time are clusters of the data that they are of.
        """
        test, reference = subject.test, subject.reference
        if reference is None or not len(reference):
            raise NotApplicable("there are no reference data to compare with")
        is_test = np.arange(len(reference) + len(test)) >= len(reference)
        return cls(reference, test, is_test, _together(reference, test))


def shared_entities(reference: Dataset, test: Dataset) -> Integers:
    """The codes of entities that have rows in both."""
    return np.intersect1d(reference.entity, test.entity)


def _together(reference: Dataset, test: Dataset) -> Sampling:
    rows = len(reference) + len(test)
    if reference.cluster is None and test.cluster is None and not len(shared_entities(reference, test)):
        return Sampling(None, "rows", rows)
    if "time blocks" not in (reference.cluster_kind, test.cluster_kind):
        kind, codes = "entities", np.concatenate([reference.entity, test.entity])
    else:
        kind, pieces = "time blocks", [np.unique(_codes(data), return_inverse=True)[1] for data in (reference, test)]
        codes = np.concatenate([pieces[0], pieces[1] + pieces[0].max() + 1])
    distinct, codes = np.unique(codes, return_inverse=True)
    return Sampling(codes.astype(np.intp), "entities" if kind == "entities" else "time blocks", len(distinct))


def _codes(data: Dataset) -> Integers:
    return data.entity if data.cluster is None else data.cluster
