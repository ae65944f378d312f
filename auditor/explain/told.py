"""One score explained, as it is written to a file and set on a page."""

from __future__ import annotations

from typing import Literal

from pydantic import FiniteFloat

from auditor.estimate import Frozen
from auditor.measurement import Heatmap
from auditor.subject import Decision, Identity


class Variable(Frozen):
    """A feature as a reader knows it. levels: of a coded one. decimals: with which its values are written."""

    name: str
    unit: str = ""
    description: str = ""
    levels: tuple[str, ...] = ()
    decimals: int | None = None
    fixed: bool = False


class Course(Frozen):
    """What a feature was, from the oldest step to the latest; None: not measured. usual: the range of
    98 % of the reference.

    A static feature has one value.
    """

    of: Variable
    static: bool
    values: tuple[FiniteFloat | None, ...]
    usual: tuple[FiniteFloat, FiniteFloat] | None


class Push(Frozen):
    """What a feature did to the score, in its unit; error: standard error. by_step: as `Course.values`, empty where the
    method does not tell.
    """

    feature: str
    value: FiniteFloat
    error: FiniteFloat
    by_step: tuple[FiniteFloat, ...] = ()


class Changed(Frozen):
    """A cell of a counterfactual. step: counted from the end, 1 is the latest; None: static. size: in MAD."""

    of: Variable
    step: int | None
    before: FiniteFloat
    after: FiniteFloat
    size: FiniteFloat


class Otherwise(Frozen):
    """The nearest counterfactual. score: what the model gives then. stretches: whether all cells of a feature that
    changed were moved together.
    """

    changes: tuple[Changed, ...]
    score: FiniteFloat
    stretches: bool = False


class Rival(Frozen):
    """Another class than the one that is predicted. score: what it has. otherwise: what would have made it the one;
    None: nothing was found.
    """

    name: str
    score: FiniteFloat
    otherwise: Otherwise | None


class Alike(Frozen):
    """A similar row of the reference, whoever it is. differs: what is most unlike."""

    distance: FiniteFloat
    score: FiniteFloat
    outcome: str
    differs: str


class Sentence(Frozen):
    """A principal reason. sentence: empty where the file has none. tied: the next one may as well stand before it.

    features: those of one code that pushed to the reason's side, the strongest first; opposed: those that pushed to the
    other side. unmeasured, usual: of `features`, those without a value, and those with all values in the usual range.
    of: the feature in whose words it is told; empty without a sentence. unheeded: whether that is one of those, and its
    sentence says the same whatever the values are.
    """

    code: str
    sentence: str
    features: tuple[str, ...]
    push: FiniteFloat
    share: FiniteFloat
    tied: bool
    vague: bool
    opposed: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    unheeded: bool = False
    of: str = ""


class Notice(Frozen):
    """The principal reasons in sentences, and what stands around them. complete: none lacks its sentence."""

    language: str
    title: str
    opening: str
    closing: str
    reasons: tuple[Sentence, ...]
    complete: bool


class Explanation(Frozen):
    """Why one row has its score.

    case: who it is, by a salted name or as the files name them. chosen: why this row is told. part: which rows it is
    of. outcome: what happened, as recorded. step: what one step is, in the singular. base: mean score of the comparison
    rows, of which there are `comparison`, drawn from `reference` rows. rest: by how much the pushes fail to sum to
    score - base. inside: what each recurrent layer went through. rivals: of `classes` the others that are nearest to
    being predicted, those with the highest scores first.
    """

    schema_version: Literal[1] = 1
    case: str
    salted: bool
    chosen: tuple[str, ...]
    part: Literal["test", "reference"]
    made: str
    language: str
    identity: Identity
    model_sha256: str
    data: str
    seed: int
    decision: Decision | None
    unit: str
    probability: bool
    explained: str
    score: FiniteFloat
    outcome: str
    base: FiniteFloat
    comparison: int
    reference: int
    method: str
    rest: FiniteFloat
    pushes: tuple[Push, ...]
    courses: tuple[Course, ...]
    steps: int
    otherwise: Otherwise | None
    no_otherwise: str
    alike: tuple[Alike, ...]
    alike_rows: int
    alike_events: tuple[int, int] | None
    notice: Notice | None
    notes: tuple[str, ...]
    inside: tuple[Heatmap, ...] = ()
    step: str = "step"
    rivals: tuple[Rival, ...] = ()
    classes: int = 0

    @property
    def favourable(self) -> bool | None:
        """Whether the score is on the side that is good for the person; None where nothing is decided."""
        if self.decision is None:
            return None
        above = self.score >= self.decision.threshold
        return above if self.decision.favourable == "above" else not above
