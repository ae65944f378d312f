"""What dataset.yaml and audit.yaml may hold. Rules that join several keys are in `rules`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, FiniteFloat, PositiveFloat

from auditor.dataset import Side, Task
from auditor.estimate import Frozen
from auditor.loaders.variables import FeatureSpec, Levels, Name, StaticSpec, Value
from auditor.names import worded
from auditor.output import Horizon, Output
from auditor.subject import Decision, Identity

Part = Literal["test", "reference", "calibration"]


def _rising(cuts: tuple[float, ...]) -> tuple[float, ...]:
    if not cuts or list(cuts) != sorted(set(cuts)):
        raise ValueError("cut points are to be one or more rising numbers")
    return cuts


MOST_STEPS = 10**6
Steps = Annotated[int, Field(ge=1, le=MOST_STEPS)]
Cuts = Annotated[tuple[FiniteFloat, ...], AfterValidator(_rising)]


class FileSpec(Frozen):
    """A data file: its path (relative to the specification, or under $AUDITOR_DATA) and what it is held to."""

    path: Name
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    split: Part | None = None


class SplitSpec(Frozen):
    """Which rows are test and which reference: by hash of a column, by a column, or by index time.

    calibration: the share, the value or the start of a part that is neither.
    """

    hash: Name | None = None
    column: Name | None = None
    time: Value | None = None
    test: Value | None = None
    reference: Value | None = None
    calibration: Value | None = None


class Windows(Frozen):
    """Rows of `minimum` to `length` lines, one every `stride` lines, their target `horizon` lines after the last."""

    length: Steps
    minimum: Steps | None = None
    stride: Steps = 1
    horizon: Annotated[int, Field(ge=0, le=MOST_STEPS)] = 0


class TargetSpec(Frozen):
    """What is predicted. positive, negative: values of a binary target; classes: value -> name, in outputs' order.

    columns: horizon -> column, where each horizon's target stands in a column of its own.
    """

    column: Name | None = None
    columns: Annotated[dict[Horizon, Name], Field(min_length=1)] | None = None
    name: str = ""
    unit: str = ""
    positive: Value | None = None
    negative: Value | None = None
    classes: Levels | None = None


class GroupSpec(Frozen):
    """An attribute of the rows: listed levels, or a number cut into bands."""

    name: Name
    column: Name
    levels: Levels | None = None
    cut: Cuts | None = None


class Arrays(Frozen):
    """Names of the arrays of a tensor file. lengths: real steps a row; padded: the side on which the file is padded."""

    values: Name
    lengths: Name | None = None
    padded: Side | None = None
    target: Name | None = None
    entity: Name | None = None
    time: Name | None = None


class SequenceInput(Frozen):
    """The model's sequence input. feature_axis false: (rows, steps), for one feature that goes into an Embedding."""

    input: Name
    length: Steps | Literal["longest"]
    side: Side = "left"
    value: FiniteFloat = 0.0
    indicators: Literal["last", "beside"] = "last"
    feature_axis: bool = True


class StaticInput(Frozen):
    input: Name


class Inputs(Frozen):
    """What the model is sent. provenance: where the transforms' constants come from."""

    sequence: SequenceInput
    static: StaticInput | None = None
    provenance: str = ""


class Recorded(Frozen):
    """The developer's own scores: one column, or one a class in the order of the outputs."""

    column: Name | None = None
    columns: tuple[Name, ...] | None = None
    tolerance: PositiveFloat = 1e-4

    @property
    def names(self) -> tuple[str, ...]:
        return self.columns or ((self.column,) if self.column else ())


class DataSpec(Frozen):
    """dataset.yaml."""

    dataset: Name
    version: Value = 1
    description: str = ""
    source: str = ""
    task: Task
    layout: Literal["long", "wide", "tensor"]
    files: Annotated[tuple[FileSpec, ...], Field(min_length=1)]
    static_file: FileSpec | None = None
    arrays: Arrays | None = None
    split: SplitSpec | None = None
    entity: Name | None = None
    time: Name | None = None
    step: Annotated[str, Field(min_length=1, max_length=20)] = "step"
    index_time: Name | None = None
    windows: Windows | None = None
    features: Annotated[tuple[FeatureSpec, ...], Field(min_length=1)]
    static: tuple[StaticSpec, ...] = ()
    target: TargetSpec
    groups: tuple[GroupSpec, ...] = ()
    inputs: Inputs
    output: Output
    recorded_score: Recorded | None = None
    weight: Name | None = None

    @property
    def target_column(self) -> str:
        """The column of the target; where there are several, that of the primary forecast."""
        if self.target.columns is not None and self.output.forecasts:
            horizon = self.output.forecasts[self.output.primary].horizon
            return self.target.columns.get(horizon, "") if horizon is not None else ""
        return self.target.column or (self.arrays.target if self.arrays else None) or ""

    @property
    def entity_column(self) -> str | None:
        return self.entity or (self.arrays.entity if self.arrays else None)

    @property
    def time_column(self) -> str | None:
        """The column of the step's time (long) or of the row's index time (wide, tensor)."""
        named = self.time if self.layout == "long" else self.index_time
        return named or (self.arrays.time if self.arrays else None)


Words = Annotated[str, Field(min_length=1), AfterValidator(worded)]


class ModelSpec(Identity):
    """The model's file, and who it is in its owner's words. signature_key: of whoever is to have signed the file."""

    file: Name
    name: Words
    version: Words
    signature_key: Name | None = None


class Budget(Frozen):
    """What an audit may spend: model evaluations (rows), minutes, resident memory of the model's process."""

    evaluations: Annotated[float, Field(gt=0, le=1e15)] | None = None
    minutes: Annotated[float, Field(gt=0, le=1e6)] | None = None
    memory_gb: Annotated[float, Field(gt=0, le=1e6)] | None = None


Choice = Literal["worst_errors", "borderline", "typical", "one_per_group"]


class Explanations(Frozen):
    """Pages that tell why single rows have their scores. rows: how many of each choice. reasons: file of sentences."""

    choose: tuple[Choice, ...] = ("worst_errors", "borderline", "typical", "one_per_group")
    rows: Annotated[int, Field(ge=1, le=20)] = 2
    reasons: Name | None = None


class Archived(Frozen):
    """An archive whose log is told of every run. key: the private key of the log, unless it is given elsewhere."""

    folder: Name
    key: Name | None = None


class AuditSpec(Frozen):
    """audit.yaml. Paths are relative to it; `policy` is a shipped policy's name or a path.

    waivers, attestations: files with what people state of this model. explanations: None, no pages of single rows.
    archive: None, the run is told to none. frozen: what `auditor policy freeze` wrote of the policy.
    """

    model: ModelSpec
    data: Name
    policy: Name
    decision: Decision | None = None
    language: Name = "en"
    budget: Budget = Budget()
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    waivers: Name | None = None
    attestations: Name | None = None
    explanations: Explanations | None = None
    frozen: Name | None = None
    archive: Archived | None = None
