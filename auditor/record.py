"""The record: everything of one audit that a reader or a later program needs. Aggregates only, never a row."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import FiniteFloat, JsonValue

from auditor.dataset import Task
from auditor.estimate import Frozen
from auditor.history import Logged
from auditor.measurement import Meaning, Measurement
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import FrozenPolicy, Look, People, PolicyChange, Requirement, SignOff, Statistics
from auditor.regulation import Instrument
from auditor.subject import Decision, Identity, OutputKind

Status = Literal["pass", "fail", "inconclusive", "not_applicable", "error", "attested", "open", "waived"]
Verdict = Literal["PASS", "CONDITIONAL", "FAIL", "INCONCLUSIVE"]
SCHEMA_VERSION: Literal[1] = 1


class FileDigest(Frozen):
    """A file by its bytes."""

    name: str
    sha256: str
    bytes: int


class Judged(Frozen):
    """One estimate as it was judged. An end of the interval that is None is unbounded.

    level: of this interval. adjusted: for what it was widened ("6 parts, 4 blockers"), empty where it was not.
    """

    part: str
    value: FiniteFloat
    low: FiniteFloat | None
    high: FiniteFloat | None
    level: FiniteFloat
    adjusted: str = ""
    n: int
    events: int | None = None
    entities: int | None = None
    method: str
    status: Literal["pass", "fail", "inconclusive"]
    reason: str = ""


class Finding(Frozen):
    """A requirement judged.

    judged: the estimates that were compared, the one that decides first. unjudged: parts that could not be, with the
    reason. needed: rows that would settle an inconclusive finding if the value stayed as it is, where
    the part `needed_in` rests on fewer now.
    """

    requirement: Requirement
    status: Status
    reason: str
    measured: str = ""
    judged: tuple[Judged, ...] = ()
    unjudged: dict[str, str] = {}
    needed: int | None = None
    needed_in: str = ""
    waiver: Waiver | None = None
    attestation: Attestation | None = None


class Documentation(Frozen):
    """What a check says of itself."""

    title: str
    measures: str
    why: str
    blind_to: str


class Measured(Frozen):
    """A check's run: its measurement, or why there is none."""

    check: str
    params: dict[str, Any]
    documentation: Documentation
    meanings: dict[str, Meaning]
    status: Literal["measured", "not_applicable", "error"]
    reason: str = ""
    measurement: Measurement | None = None
    evaluations: int = 0


class LayerFacts(Frozen):
    name: str
    kind: str
    output_shape: tuple[int | None, ...] | None
    parameters: int


class ModelFacts(Frozen):
    """The model as it was opened. inputs, outputs: name -> shape without the batch axis.

    parameters, nonfinite_weights: None where the file was refused, so that they are not known.
    """

    file: FileDigest
    format: str
    keras_version: str
    parameters: int | None
    nonfinite_weights: int | None
    inputs: dict[str, tuple[int | None, ...]]
    outputs: dict[str, tuple[int | None, ...]]
    layers: tuple[LayerFacts, ...]


class FeatureFacts(Frozen):
    """A feature in the test data. low, high: the plausible range declared; missing: share of steps not measured."""

    name: str
    kind: str
    unit: str
    description: str
    low: FiniteFloat | None
    high: FiniteFloat | None
    static: bool
    missing: FiniteFloat


class GroupFacts(Frozen):
    """An attribute in the test data: rows of each level, None where suppressed; rows with unknown value."""

    name: str
    rows: dict[str, int | None]
    unknown: int | None


class SplitFacts(Frozen):
    """Rows of one split. events: rows of the positive class; classes: rows by class; span: first, last index time."""

    rows: int
    entities: int
    events: int | None = None
    classes: dict[str, int] = {}
    steps: tuple[int, int]
    span: tuple[str, str] | None = None
    dropped: dict[str, int] = {}


class DataFacts(Frozen):
    name: str
    description: str
    source: str
    files: tuple[FileDigest, ...]
    task: Task
    target: str
    unit: str
    output: OutputKind
    test: SplitFacts
    reference: SplitFacts | None
    independence: str
    features: tuple[FeatureFacts, ...]
    groups: tuple[GroupFacts, ...]
    notes: tuple[str, ...] = ()


class PolicyFacts(Frozen):
    """The policy in force: after merging, with the digests of its files.

    places: requirement id -> `file:line:column` where it was written last. changes: what its files change in those that
    they extend, as far as it is no mere tightening. frozen: None where it was not frozen beforehand. regulations: every
    instrument that a requirement cites, whole.
    """

    name: str
    version: str
    title: str
    description: str
    sha256: str = ""
    frozen: FrozenPolicy | None = None
    files: tuple[FileDigest, ...]
    statistics: Statistics
    people: People = People()
    sign_off: SignOff | None = None
    report: Look = Look()
    vars: dict[str, JsonValue] = {}
    places: dict[str, str] = {}
    changes: tuple[PolicyChange, ...] = ()
    regulations: tuple[Instrument, ...] = ()


class Environment(Frozen):
    """What the numbers and the rendering depend on beside the inputs."""

    auditor: str
    python: str
    platform: str
    packages: dict[str, str]
    isolation: tuple[str, ...]


class Run(Frozen):
    """When, how long, and where it was logged; not part of what tells two runs apart."""

    started: str
    finished: str
    seconds: FiniteFloat
    evaluations: int
    check_seconds: dict[str, FiniteFloat] = {}
    archive: Logged | None = None


class Record(Frozen):
    """One audit. `body_sha256` is over everything but `run` and itself, so that equal audits have equal bodies."""

    schema_version: Literal[1] = SCHEMA_VERSION
    language: str = "en"
    identity: Identity
    decision: Decision | None
    model: ModelFacts
    data: DataFacts
    policy: PolicyFacts
    files: tuple[FileDigest, ...]
    seed: int
    measured: dict[str, Measured]
    findings: tuple[Finding, ...]
    verdict: Verdict
    because: str
    not_tested: tuple[str, ...]
    environment: Environment
    run: Run
    body_sha256: str = ""

    @property
    def bound(self) -> Bound:
        """What statements of people may be bound to in it."""
        return Bound.of(self.model.file.sha256, {one.name: one.sha256 for one in self.files}, self.decision)

    def sealed(self) -> Record:
        """The same record with the digest of its body filled in."""
        return self.model_copy(update={"body_sha256": self.body_digest()})

    def body_digest(self) -> str:
        """SHA-256 of the body: keys sorted, no white space, no times."""
        body = self.model_dump(mode="json", by_alias=True, exclude={"run", "body_sha256"})
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
