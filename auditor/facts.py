"""Facts about model, data and environment for the record: aggregates only, small cells suppressed."""

from __future__ import annotations

import importlib.metadata
import platform

import numpy as np

from auditor.dataset import Dataset, Group
from auditor.errors import NotApplicable
from auditor.kernels.cells import UNKNOWN, table, told
from auditor.model import Description
from auditor.record import (
    DataFacts,
    Environment,
    FeatureFacts,
    FileDigest,
    GroupFacts,
    LayerFacts,
    ModelFacts,
    SplitFacts,
)
from auditor.sampling import Sampling
from auditor.subject import Subject

_NUMBERS_DEPEND_ON = ("numpy", "scipy", "scikit-learn", "pandas", "pyarrow")
_RENDERING_DEPENDS_ON = ("jinja2", "vl-convert-python", "weasyprint")


def model_facts(description: Description) -> ModelFacts:
    """The model as its process described it."""
    return ModelFacts(
        file=FileDigest(name=description.file, sha256=description.sha256, bytes=description.bytes),
        format=description.format,
        keras_version=description.keras_version,
        parameters=description.parameters,
        nonfinite_weights=description.nonfinite_weights,
        inputs={port.name: port.shape for port in description.inputs},
        outputs={port.name: port.shape for port in description.outputs},
        layers=tuple(
            LayerFacts(name=layer.name, kind=layer.kind, output_shape=layer.output_shape, parameters=layer.parameters)
            for layer in description.layers
        ),
    )


def environment(description: Description) -> Environment:
    """Versions of everything that the numbers and the rendering depend on."""
    packages = {name: importlib.metadata.version(name) for name in _NUMBERS_DEPEND_ON + _RENDERING_DEPENDS_ON}
    return Environment(
        auditor=importlib.metadata.version("auditor"),
        python=platform.python_version(),
        platform=platform.platform(),
        packages={**packages, **description.versions},
        isolation=description.isolation,
    )


def data_facts(
    subject: Subject, description: str, source: str, files: tuple[FileDigest, ...], notes: tuple[str, ...]
) -> DataFacts:
    """The test data (and the size of the reference data) of a subject."""
    test = subject.test
    return DataFacts(
        name=test.name,
        description=description,
        source=source,
        files=files,
        task=test.task,
        target=test.target.name,
        unit=test.target.unit,
        output=subject.output.kind,
        test=_split(test),
        reference=None if subject.reference is None else _split(subject.reference),
        independence=_independence(test),
        features=_features(test),
        groups=tuple(_group(group, test, subject.smallest_cell) for group in test.groups.values()),
        notes=notes,
    )


def _split(data: Dataset) -> SplitFacts:
    classes = {}
    if data.task != "regression":
        classes = {name: int((data.y == code).sum()) for code, name in enumerate(data.target.classes)}
    lengths = data.lengths
    return SplitFacts(
        rows=len(data),
        entities=len(np.unique(data.entity)),
        events=int((data.y == 1).sum()) if data.task == "binary" else None,
        classes=classes,
        steps=(int(lengths.min(initial=0)), int(lengths.max(initial=0))) if len(data) else (0, 0),
        span=_span(data),
        dropped=dict(data.dropped),
    )


def _span(data: Dataset) -> tuple[str, str] | None:
    times = data.index_time
    if not len(data) or not np.issubdtype(times.dtype, np.datetime64):
        return None
    return str(times.min().astype("datetime64[s]")), str(times.max().astype("datetime64[s]"))


def _independence(data: Dataset) -> str:
    try:
        sampling = Sampling.of(data)
    except NotApplicable as error:
        return f"{len(data):,} rows; {error.reason}"
    if sampling.kind == "rows":
        return f"{len(data):,} rows, each of another entity, taken as independent"
    return f"{len(data):,} rows in {sampling.clusters:,} {sampling.kind}; intervals are by {sampling.kind}"


def _features(data: Dataset) -> tuple[FeatureFacts, ...]:
    lines = np.zeros(len(data.values) + 1, dtype=int)
    np.add.at(lines, data.starts, 1)
    np.add.at(lines, data.stops, -1)
    used = data.values[np.cumsum(lines[:-1]) > 0]
    sequences = [(feature, used[:, k], False) for k, feature in enumerate(data.features)]
    statics = [(feature, data.static[:, k], True) for k, feature in enumerate(data.static_features)]
    return tuple(
        FeatureFacts(
            name=feature.name,
            kind=feature.kind,
            unit=feature.unit,
            description=feature.description,
            low=feature.low,
            high=feature.high,
            static=static,
            missing=float(np.isnan(values).mean()) if len(values) else 0.0,
        )
        for feature, values, static in sequences + statics
    )


def _group(group: Group, test: Dataset, smallest: int) -> GroupFacts:
    """Rows of each level, but of those that no check tells, and of the one of which checks leave some rows out."""
    outcome = np.zeros(len(test), dtype=np.intp) if test.task == "regression" else test.y.astype(np.intp)
    members = {name: group.codes == code for code, name in enumerate(group.levels)} | {UNKNOWN: group.codes < 0}
    counts = table(outcome, members)
    decided = told(counts, smallest)
    untold = decided.hidden | set(decided.less)
    rows = {name: None if name in untold else int(each.sum()) for name, each in counts.items()}
    unknown = rows.pop(UNKNOWN)
    return GroupFacts(name=group.name, rows=rows, unknown=unknown)
