"""What the model file holds."""

from __future__ import annotations

from auditor.artifact import Artifact
from auditor.checks.check import check
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.model import Description
from auditor.subject import Subject

_MOST_LAYERS = 400
_FORMATS = {"keras-v3": ".keras (zip archive)", "hdf5": ".h5 (HDF5)", "unknown": "unknown"}


class Params(Frozen):
    """None."""


@check(
    quantities={
        "custom_objects": Meaning(title="Uses of code that is not Keras's own", better="lower", low=0.0),
        "unaccounted_numbers": Meaning(
            title="Numbers in the file less or more than the model's parameters",
            better="lower",
            low=0.0,
        ),
        "foreign_signature": Meaning(
            title="Signatures beside the file that are not this file's", better="lower", low=0.0
        ),
        "unsigned_by_key": Meaning(
            title="Model files without a signature by the key that was named", better="lower", low=0.0
        ),
    },
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model file holds a model made of known parts, and nothing else.

    Measures: what lies in the model file, read without running any of it: its parts with their digests, its layers, the
    version of Keras that wrote it, code that is not Keras's own, how many numbers are stored beside those that the
    opened model uses, whether a signature beside the file (`model.sig`) names this file, and whether the key that the
    audit file names (`model.signature_key`) made it.
    Why: a model file can bring code along that runs on the machine of whoever opens it, and a file can be replaced on
    its way. Files that could run code are refused before this check; what was let in by name is listed here.
    Blind to: who signed, where no key was named, or under a certificate (Sigstore's identities are not verified); what
    the numbers do; faults in the libraries that read the file.
    """
    description = subject.model.description
    artifact = description.artifact
    if artifact is None:
        raise NotApplicable("the model did not come from a file that was read")
    unaccounted = abs(artifact.numbers - description.parameters)
    counts = {
        "custom_objects": (len(artifact.custom), max(1, len(artifact.parts))),
        "unaccounted_numbers": (unaccounted, max(1, artifact.numbers)),
    }
    unmeasured = {}
    if artifact.signed is None:
        unmeasured["foreign_signature"] = "there is no signature beside the model file"
    else:
        counts["foreign_signature"] = (int(not artifact.signed), 1)
    if artifact.signed_by_key is None:
        unmeasured["unsigned_by_key"] = "no key was named (model.signature_key)"
    else:
        counts["unsigned_by_key"] = (int(not (artifact.signed and artifact.signed_by_key)), 1)
    made = {name: Quantity.of(_count(value, of)) for name, (value, of) in counts.items()}
    shown = (
        _contents(artifact),
        _layers(artifact, description),
        *_custom(artifact),
        *_unloaded(artifact),
        *_training(artifact),
    )
    return Measurement(quantities=made, unmeasured=unmeasured, shown=shown)


def _count(value: int, of: int) -> Estimate:
    return Estimate(value=value, n=of, method="a count", spread=Exact())


def _contents(artifact: Artifact) -> Table:
    file = artifact.file
    rows = [
        ("the file", file.bytes, file.sha256),
        *((f"in it: {member.name}", member.bytes, member.sha256) for member in artifact.members),
    ]
    signature = artifact.signature or "no signature lies beside the file"
    said = f"It was written by Keras {artifact.keras_version}, on {artifact.saved} as it says itself; {signature}."
    return Table(
        title="The model file",
        caption=f"Format {_FORMATS[file.format]}. {said} Compare the digest with the one that you were given.",
        columns=(Column(title="part"), Column(title="bytes", kind="count"), Column(title="SHA-256")),
        rows=tuple(rows),
    )


def _layers(artifact: Artifact, description: Description) -> Table:
    numbers = {layer.name: layer.parameters for layer in description.layers}
    rows = tuple((part.name, part.kind, numbers.get(part.name)) for part in artifact.parts[:_MOST_LAYERS])
    more = f" Shown are {_MOST_LAYERS} of {len(artifact.parts)}." if len(artifact.parts) > _MOST_LAYERS else ""
    return Table(
        title="Layers and operations in the file",
        caption="As the file lists them, read before the model was opened; a name within a name is a layer inside "
        f"another. Parameters are those of the opened model, for layers of its own list.{more}",
        columns=(Column(title="name"), Column(title="kind"), Column(title="parameters", kind="count")),
        rows=rows,
    )


def _custom(artifact: Artifact) -> tuple[Table, ...]:
    if not artifact.custom:
        return ()
    return (
        Table(
            title="Code that is not Keras's own",
            caption="It ran because the person who started the audit named it as trusted; nobody examined it here.",
            columns=(Column(title="named in the file"), Column(title="used by"), Column(title="taken from")),
            rows=tuple((one.name, one.used_by, str(one.trusted)) for one in artifact.custom),
        ),
    )


def _unloaded(artifact: Artifact) -> tuple[Table, ...]:
    if not artifact.unloaded:
        return ()
    return (
        Table(
            title="Custom objects that the model was trained with",
            caption="Losses, metrics and optimizers that are not Keras's own. The file names them, nothing here loads "
            "them, and scores do not need them; whoever trains the model on needs their code.",
            columns=(Column(title="named in the file"),),
            rows=tuple((one,) for one in artifact.unloaded),
        ),
    )


def _training(artifact: Artifact) -> tuple[Table, ...]:
    if not artifact.training:
        return ()
    return (
        Table(
            title="Layers that the file calls as in training",
            caption="Drop-out, noise and statistics of the batch may then be at work whenever a score is made, unless "
            "whoever calls the model says each time that this is no training. behavior.determinism and behavior.batch "
            "measure what comes of it.",
            columns=(Column(title="name"),),
            rows=tuple((one,) for one in artifact.training[:_MOST_LAYERS]),
        ),
    )
