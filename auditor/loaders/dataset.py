"""A described data set opened: specification and files in, data sets and encoder out."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auditor.dataset import Dataset, Integers
from auditor.errors import FileFault, WrittenFault
from auditor.loaders import attributes, forecasts
from auditor.loaders.columns import missing, uses
from auditor.loaders.files import as_table, data_files
from auditor.loaders.fixed import fixed_rows
from auditor.loaders.rows import Rows
from auditor.loaders.rules import broken
from auditor.loaders.series import series_rows
from auditor.loaders.spec import DataSpec
from auditor.loaders.splits import CALIBRATION, REFERENCE, TEST, clusters, has_calibration, left_out, parts
from auditor.loaders.tables import Raw
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.loaders.usable import refuse_unusable
from auditor.output import Output
from auditor.record import FileDigest
from auditor.yamlfile import Marked, parse_yaml, read_written, validated


@dataclass(frozen=True, eq=False)
class Built:
    """The rows of the files. reference, calibration: None where no rows were set apart. notes: for the report.

    asked: the code of the entity that was asked for, None where the files have none of that name.
    """

    test: Dataset
    reference: Dataset | None
    calibration: Dataset | None
    notes: tuple[str, ...]
    asked: int | None = None


@dataclass(frozen=True, eq=False)
class Opened:
    """A data set as it was read. reference, calibration: None where no rows were set apart. notes: for the report.

    asked: the code of the entity that was asked for, None where the files have none of that name.
    """

    test: Dataset
    reference: Dataset | None
    calibration: Dataset | None
    encoder: TableEncoder
    output: Output
    files: tuple[FileDigest, ...]
    spec: DataSpec
    notes: tuple[str, ...]
    asked: int | None = None

    @classmethod
    def of(cls, spec: DataSpec, built: Built, files: Iterable[FileDigest]) -> Opened:
        """With the encoder that the specification describes."""
        parts = (built.test, built.reference, built.calibration)
        return cls(*parts, _encoder(spec, parts), spec.output, tuple(files), spec, built.notes, built.asked)


def read_spec(path: Path) -> tuple[DataSpec, Marked]:
    """dataset.yaml and where its parts stand; every fault told at once as WrittenFault. No data file is touched."""
    return parse_spec(path, read_written(path))


def parse_spec(path: Path, raw: bytes) -> tuple[DataSpec, Marked]:
    """As `read_spec`, of the bytes that were read from a path."""
    marked = parse_yaml(path, raw)
    spec = validated(DataSpec, marked)
    problems = broken(spec, marked)
    if problems:
        raise WrittenFault(problems)
    return spec, marked


def open_dataset(path: Path) -> Opened:
    """Open the data set that the specification at `path` describes, in this process: for files that can be trusted.

    `auditor.worker.read_dataset` reads those of strangers. Raises WrittenFault for what the specification says,
    FileFault for what the files hold.
    """
    spec, marked = read_spec(path)
    raws: list[Raw] = []
    digests = []
    for file in data_files(spec, marked):
        raws.append(file.whole())
        digests.append(file.digest)
    return Opened.of(spec, build(spec, marked, raws), digests)


def build(spec: DataSpec, marked: Marked, raws: list[Raw], entity: str | None = None) -> Built:
    """The rows of the files, whose bytes are given in the specification's order and are taken off the list.

    entity: who is asked for, as the files name them. Names go no further than this: data sets have codes.

    Raises WrittenFault for what the specification says, FileFault for what the files hold.
    """
    rows, where = _read(spec, marked, raws), str(marked.path)
    whole = _whole(spec, rows)
    part, dropped = left_out(rows, parts(spec, rows), whole.targets_known())
    rows = rows.without_files()
    test, reference, calibration = (
        _part(spec, rows, whole, np.flatnonzero(part == key), dropped[key]) for key in (TEST, REFERENCE, CALIBRATION)
    )
    if not len(test):
        told = ", ".join(f"{reason}: {count:,}" for reason, count in dropped[TEST].items()) or _nobody(reference)
        raise FileFault(f"there are no test rows ({told})", where=where, remedy="Look at files, split and windows.")
    if not len(calibration) and has_calibration(spec):
        raise FileFault(
            "there are no calibration rows", where=where, remedy="Look at the split, or take them out of it."
        )
    encoder = _encoder(spec, (test, reference, calibration))
    for one in (test, reference, calibration):
        refuse_unusable(encoder, one, where)
    return Built(
        test=_scored(test, whole),
        reference=_unless_partly_scored(reference) if len(reference) else None,
        calibration=_unless_partly_scored(calibration) if len(calibration) else None,
        notes=(*rows.notes, *forecasts.told(spec), *_shared(spec, test, reference, calibration)),
        asked=None if entity is None else _code(rows, entity),
    )


def _code(rows: Rows, entity: str) -> int | None:
    found = np.flatnonzero(rows.entities.astype(str) == entity)
    return int(found[0]) if len(found) else None


def _nobody(reference: Dataset) -> str:
    return f"all {len(reference):,} rows are reference rows" if len(reference) else "the files have no rows"


def _read(spec: DataSpec, marked: Marked, raws: list[Raw]) -> Rows:
    needed = {column for column, _ in uses(spec)}
    tables = [as_table(raws.pop(0), file, needed, spec.arrays) for file in spec.files]
    static = as_table(raws.pop(0), spec.static_file, needed, None) if spec.static_file else None
    problems = missing(spec, marked, tables, static)
    if problems:
        raise WrittenFault(problems)
    return series_rows(spec, tables, static) if spec.layout == "long" else fixed_rows(spec, tables)


def _whole(spec: DataSpec, rows: Rows) -> Dataset:
    """All rows as one data set, those without a target (NaN) too."""
    about, y = attributes.target(spec, rows.at)
    return Dataset(
        name=spec.dataset,
        task=spec.task,
        target=about,
        features=tuple(attributes.feature(one) for one in spec.features),
        values=rows.values,
        starts=rows.starts,
        stops=rows.stops,
        y=y,
        targets=forecasts.targets(spec, rows.at),
        horizons=forecasts.labels(spec),
        entity=rows.entity,
        index_time=rows.index_time,
        groups={one.name: attributes.group(one, rows.at) for one in spec.groups},
        static_features=tuple(attributes.feature(one) for one in spec.static),
        static=attributes.statics(spec, rows.at),
        weight=attributes.weight(spec, rows.at),
        recorded=attributes.recorded(spec, rows.at),
        recorded_tolerance=spec.recorded_score.tolerance if spec.recorded_score else 1e-4,
        side=spec.inputs.sequence.side,
        entities_declared=spec.entity_column is not None,
        step=spec.step,
    )


def _part(spec: DataSpec, rows: Rows, whole: Dataset, pick: Integers, dropped: dict[str, int]) -> Dataset:
    codes, kind = clusters(spec, rows, pick)
    return dataclasses.replace(whole.take(pick), cluster=codes, cluster_kind=kind, dropped=dropped)


def _encoder(spec: DataSpec, parts: Iterable[Dataset | None]) -> TableEncoder:
    """As wide as the longest of all rows, not of a block, so that a row's input never depends on its neighbours."""
    sequence, static = spec.inputs.sequence, spec.inputs.static
    longest = max(int(one.lengths.max(initial=1)) for one in parts if one is not None)
    return TableEncoder(
        sequence=sequence.input,
        features=tuple(Pipeline.of(one) for one in spec.features),
        width=longest if sequence.length == "longest" else sequence.length,
        padding=sequence.value,
        beside=sequence.indicators == "beside",
        feature_axis=sequence.feature_axis,
        static=static.input if static else None,
        statics=tuple(Pipeline.of(one) for one in spec.static),
    )


def _scored(test: Dataset, whole: Dataset) -> Dataset:
    missing_scores = 0 if test.recorded is None else int(np.isnan(test.recorded).reshape(len(test), -1).any(1).sum())
    if missing_scores:
        what = f"recorded scores are missing in {missing_scores:,} of {len(test):,} test rows"
        raise FileFault(what, where=whole.name, remedy="Record them for all test rows, or leave recorded_score away.")
    return test


def _unless_partly_scored(reference: Dataset) -> Dataset:
    if reference.recorded is not None and np.isnan(reference.recorded).any():
        return dataclasses.replace(reference, recorded=None)
    return reference


def _shared(spec: DataSpec, test: Dataset, reference: Dataset, calibration: Dataset) -> tuple[str, ...]:
    """What the report is to say of the parts."""
    told = [f"{len(calibration):,} rows are set apart for calibration."] if len(calibration) else []
    if spec.entity_column is None or (spec.split and spec.split.time is not None):
        return tuple(told)
    named = {"test": test, "reference": reference, "calibration": calibration}
    for one, other in itertools.combinations(named, 2):
        both = len(np.intersect1d(named[one].entity, named[other].entity))
        told += [f"{both:,} entities have rows in both the {one} and the {other} data."] if both else []
    return tuple(told)
