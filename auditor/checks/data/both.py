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

    @classmethod
    def of(cls, subject: Subject) -> Both:
        """Raises NotApplicable where there are no reference data."""
        test, reference = subject.test, subject.reference
        if reference is None or not len(reference):
            raise NotApplicable("there are no reference data to compare with")
        is_test = np.arange(len(reference) + len(test)) >= len(reference)
        return cls(reference, test, is_test)

    @property
    def sampling(self) -> Sampling:
        """An entity that has rows in both is one cluster; a block of time is one of the data that it is of.

        Raises NotApplicable where `Sampling.of` does.
        """
        apart = Sampling.of(self.reference).beside(Sampling.of(self.test))
        blocks = "time blocks" in (self.reference.cluster_kind, self.test.cluster_kind)
        if blocks or not len(shared_entities(self.reference, self.test)):
            return apart
        distinct, codes = np.unique(np.concatenate([self.reference.entity, self.test.entity]), return_inverse=True)
        return Sampling(codes.astype(np.intp), "entities", len(distinct))


def shared_entities(reference: Dataset, test: Dataset) -> Integers:
    """The codes of entities that have rows in both."""
    size = 1 + max(int(data.entity.max(initial=-1)) for data in (reference, test))
    here = [np.bincount(data.entity, minlength=size) > 0 for data in (reference, test)]
    return np.flatnonzero(here[0] & here[1])
