"""What people wrote for one audit, read and found right before data or model are opened."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from auditor import engine
from auditor.app import freeze, people
from auditor.app.asking import lacking
from auditor.app.files import Input, policy_inputs
from auditor.checks import CATALOGUE
from auditor.errors import Problem, WrittenFault
from auditor.loaders.dataset import read_spec
from auditor.loaders.links import way_out
from auditor.loaders.policies import LoadedPolicy, load_policy
from auditor.loaders.reasons import Reasons, read_reasons
from auditor.loaders.spec import AuditSpec, DataSpec
from auditor.people import Attestation, Waiver
from auditor.policy import FrozenPolicy
from auditor.render.words import words
from auditor.seal.stamp import beside
from auditor.seal.trustfile import read_trust
from auditor.yamlfile import read_yaml, validated
from auditor.yamltree import Keys, Marked

T = TypeVar("T")

_EVALUATIONS = 50_000_000  # rows, where the audit file sets no budget
_MINUTES = 60.0
_MEMORY_GB = 8.0


@dataclass(frozen=True)
class Order:
    """An audit file with everything that it names except data and model. Its paths are relative to `folder`."""

    spec: AuditSpec
    folder: Path
    policy: LoadedPolicy
    waivers: tuple[Waiver, ...]
    attestations: tuple[Attestation, ...]
    inputs: tuple[Input, ...]
    reasons: Reasons | None = None
    frozen: FrozenPolicy | None = None

    @property
    def data(self) -> Path:
        return self.folder / self.spec.data

    @property
    def model(self) -> Path:
        return self.folder / self.spec.model.file

    @property
    def signature_key(self) -> Path | None:
        return self.folder / self.spec.model.signature_key if self.spec.model.signature_key else None

    @property
    def budget(self) -> engine.Budget:
        given = self.spec.budget
        return engine.Budget(int(given.evaluations or _EVALUATIONS), given.minutes or _MINUTES)

    @property
    def memory_bytes(self) -> int:
        return int((self.spec.budget.memory_gb or _MEMORY_GB) * 1e9)


def ordered(audit: Path, trust: Path | None = None) -> Order:
    """Read what people wrote. trust: the store whose keys count for waivers and attestations.

    Raises WrittenFault with the faults of all files.
    """
    main = Input.read("audit.yaml", audit)
    marked = read_yaml(audit)
    spec, folder = validated(AuditSpec, marked), audit.parent
    if problems := ways_out(spec, marked):  # before one of them is read
        raise WrittenFault(problems)
    faults = _Faults()
    absent = _absent(spec, marked, folder)
    faults.problems += absent.values()
    policy = faults.of(lambda: load_policy(spec.policy, CATALOGUE, folder, marked.where("policy")))
    named = {"dataset.yaml": spec.data, "waivers.yaml": spec.waivers, "attestations.yaml": spec.attestations}
    named["policy.freeze.json"] = spec.frozen
    named["policy.freeze.tst"] = _stamp_of(spec.frozen, folder)
    named["reasons.yaml"] = spec.explanations.reasons if spec.explanations else None
    paths = {name: folder / path for name, path in named.items() if path and path not in absent}
    data = faults.of(lambda: read_spec(paths["dataset.yaml"])[0]) if "dataset.yaml" in paths else None
    faults.problems += _threshold(spec, marked, data)
    faults.problems += lacking(policy, data) if policy and data else ()
    reasons = faults.of(lambda: read_reasons(paths["reasons.yaml"], data)) if data and "reasons.yaml" in paths else None
    read = [faults.of(partial(Input.read, name, path)) for name, path in paths.items()]
    faults.of(lambda: words(spec.language))
    stated = _stated(spec, marked, paths, policy, trust, faults) if policy and all(read) else _Stated()
    if faults.problems or policy is None:
        raise WrittenFault(faults.problems)
    inputs = (main, *(one for one in read if one), *policy_inputs(policy.paths, policy.files))
    return Order(spec, folder, policy, stated.waivers, stated.attestations, inputs, reasons, stated.frozen)


@dataclass(frozen=True)
class _Stated:
    """What people state for an audit."""

    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    frozen: FrozenPolicy | None = None


def _stated(
    spec: AuditSpec,
    marked: Marked,
    paths: Mapping[str, Path],
    policy: LoadedPolicy,
    trust: Path | None,
    faults: _Faults,
) -> _Stated:
    today = datetime.datetime.now(datetime.UTC).date()
    store = faults.of(lambda: read_trust(trust)) if trust else None
    if trust and store is None:
        return _Stated()  # whose signatures count is not known, which is told; of each of them there is no more to say
    held = people.Held(policy.policy, today, store, spec.model.owner)
    attestations = faults.of(lambda: people.attestations(paths.get("attestations.yaml"), held)) or ()
    waivers = faults.of(lambda: people.waivers(paths.get("waivers.yaml"), held, attestations)) or ()
    file, where = paths.get("policy.freeze.json"), marked.where("frozen")
    frozen = faults.of(lambda: freeze.held(file, policy, store, where)) if file else None
    return _Stated(waivers, attestations, frozen)


def _stamp_of(frozen: str | None, folder: Path) -> str | None:
    """The path of a freeze's time stamp, where it has one."""
    token = beside(frozen) if frozen else None
    return token if token and (folder / token).exists() else None


def _absent(spec: AuditSpec, marked: Marked, folder: Path) -> dict[str, Problem]:
    """The files that the audit file names and that are not there. The policy may be a shipped one, and tells itself."""
    remedy = "Paths are relative to the audit file."
    return {
        path: Problem(marked.where(*at), f"there is no file '{path}'", remedy)
        for at, path in _named(spec).items()
        if path and not (folder / path).exists()
    }


def ways_out(spec: AuditSpec, marked: Marked) -> list[Problem]:
    """Of the paths in an audit file, those that lead elsewhere than their words say; the policy tells itself."""
    kept = spec.archive
    named = _named(spec) | {("archive", "folder"): kept.folder if kept else None}
    stamp = beside(spec.frozen) if spec.frozen else None
    named |= {("archive", "key"): kept.key if kept else None, ("frozen", ""): stamp}
    found = [way_out(marked.path.parent, path, marked.where(*at)) for at, path in named.items() if path]
    return [problem for problem in found if problem]


def _named(spec: AuditSpec) -> dict[Keys, str | None]:
    """The files that an audit file names, but for the policy."""
    return {
        ("model", "file"): spec.model.file,
        ("model", "signature_key"): spec.model.signature_key,
        ("data",): spec.data,
        ("waivers",): spec.waivers,
        ("attestations",): spec.attestations,
        ("frozen",): spec.frozen,
        ("explanations", "reasons"): spec.explanations.reasons if spec.explanations else None,
    }


def _threshold(spec: AuditSpec, marked: Marked, data: DataSpec | None) -> Iterator[Problem]:
    """A threshold that no score can reach, or that every score does, would decide nothing."""
    if data is None or spec.decision is None or data.task != "binary" or 0 < spec.decision.threshold < 1:
        return
    what = f"the threshold is {spec.decision.threshold:g}, and scores are probabilities"
    remedy = "Give it between 0 and 1. Of an output of logits the scores are probabilities too."
    yield Problem(marked.where("decision", "threshold"), what, remedy)


class _Faults:
    """Reads one thing after the other and keeps the problems, so that they are all told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def of(self, read: Callable[[], T]) -> T | None:
        """What is read; None, the problems being kept, where there are any."""
        try:
            return read()
        except WrittenFault as fault:
            self.problems += fault.problems
            return None
