"""Who has an outcome, and for whom it is predicted."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.checks.groups import Mask
from auditor.checks.outcome import chosen, decided, positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.subject import Subject


@dataclass(frozen=True, eq=False)
class Outcome:
    """name: empty where there is one only. event: (rows,) who has it; found: (rows,) for whom it is predicted.

    undecided: why groups that are alike in it say nothing, empty where they do.
    """

    name: str
    event: Mask
    found: Mask

    @property
    def undecided(self) -> str:
        return "" if self.found.any() else f"{self.name} is predicted for nobody, so that nothing is compared"

    def of(self, what: str) -> str:
        """`what` with the outcome named, where there are several."""
        return f"{what} {self.name}" if self.name else what


def outcomes(subject: Subject, scores: Floats) -> list[Outcome]:
    """The outcome at the decision threshold, or each class against the rest.

    Raises NotApplicable for a predicted number, without a threshold, where all or none of the rows have the outcome,
    and where the decision is the same for all.
    """
    data = subject.test
    if data.task == "regression":
        raise NotApplicable("the target is a number, so nobody has or lacks the outcome")
    if data.task == "multiclass":
        codes = chosen(data, scores)
        return [Outcome(name, data.y == code, codes == code) for code, name in enumerate(data.target.classes)]
    return [Outcome("", positive(data), decided(subject, scores))]
