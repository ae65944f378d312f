"""The record of a model file that was refused: nothing was measured, and every requirement says why."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from auditor import engine
from auditor.artifact import Refused
from auditor.checks.check import Check
from auditor.errors import ModelFault, Problem
from auditor.evidence import Evidence
from auditor.measurement import Measurement
from auditor.model import Description, Model
from auditor.policy import Policy
from auditor.record import Record
from auditor.subject import Subject


@dataclasses.dataclass(frozen=True)
class Unopened:
    """What stands for a model that was not opened: who its file is, and no verb."""

    description: Description
    evaluations: int = 0

    @classmethod
    def of(cls, refused: Refused) -> Model:
        file = refused.file
        return cast(
            Model,
            cls(
                Description(
                    file=file.name,
                    sha256=file.sha256,
                    bytes=file.bytes,
                    format=file.format,
                    keras_version="unknown",
                    inputs=(),
                    outputs=(),
                    layers=(),
                    parameters=0,
                    nonfinite_weights=0,
                    isolation=("the model was not opened",),
                    versions={},
                )
            ),
        )


def record_refusal(
    subject: Subject,
    policy: Policy,
    catalogue: Mapping[str, Check],
    context: engine.Context,
    progress: engine.Progress,
    refused: Refused,
) -> Record:
    """The record of an audit whose model (`Unopened`) was refused. Its verdict is INCONCLUSIVE, whatever the policy.

    No check runs, those of the data neither, and what people stated of the model is not taken into account: nothing
    may be passed by a model that nobody has seen run.
    """
    why = reason(refused)
    silent = {name: _silenced(check, why) for name, check in catalogue.items()}
    alone = dataclasses.replace(context, waivers=(), attestations=())
    record = engine.audit(subject, policy, silent, alone, progress)
    unknown = record.model.model_copy(update={"parameters": None, "nonfinite_weights": None})
    told = f"The model file was refused before it was opened, so nothing was measured: {why}."
    changes = {"model": unknown, "because": f"{told} {record.because}", "not_tested": (told,)}
    return record.model_copy(update=changes)


def reason(refused: Refused) -> str:
    """Why, without the file's name."""
    return "; ".join(problem.what for problem in refused.problems)


def told(refused: Refused, folder: object) -> Refused:
    """The refusal as it ends the program, with the place of its record."""
    place = Problem(str(folder), "holds the record and the report of this refusal")
    return Refused([*refused.problems, place], refused.file)


def _silenced(check: Check, why: str) -> Check:
    def measure(subject: Subject, evidence: Evidence, params: Any) -> Measurement:
        raise ModelFault(f"the model file was refused: {why}")

    return dataclasses.replace(check, measure=measure, needs=(), rows=lambda subject, params: 0)
