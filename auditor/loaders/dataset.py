"""A described data set opened: specification and files in, data sets and encoder out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auditor.dataset import Dataset, Integers
from auditor.errors import FileFault, WrittenFault
from auditor.loaders import attributes
from auditor.loaders.columns import missing, uses
from auditor.loaders.files import opened
from auditor.loaders.fixed import fixed_rows
from auditor.loaders.rows import Rows
from auditor.loaders.rules import broken
from auditor.loaders.series import series_rows
from auditor.loaders.spec import DataSpec
from auditor.loaders.splits import REFERENCE, TEST, clusters, left_out, parts
from auditor.loaders.tables import Table
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.loaders.usable import refuse_unusable
from auditor.record import FileDigest
from auditor.subject import Output
from auditor.yamlfile import Marked, read_yaml, validated


@dataclass(frozen=True, eq=False)
class Opened:
    """A data set as it was read. reference is None where no rows were set apart. notes: sentences for the report."""

    test: Dataset
    reference: Dataset | None
    encoder: TableEncoder
    output: Output
    files: tuple[FileDigest, ...]
    spec: DataSpec
    notes: tuple[str, ...]


def read_spec(path: Path) -> tuple[DataSpec, Marked]:
    """dataset.yaml and where its parts stand; every fault told at once as WrittenFault. No data file is touched."""
    marked = read_yaml(path)
    spec = validated(DataSpec, marked)
    problems = broken(spec, marked)
    if problems:
        raise WrittenFault(problems)
    return spec, marked


def open_dataset(path: Path) -> Opened:
    """Open the data set that the specification at `path` describes.

    Raises WrittenFault for what the specification says, FileFault for what the files hold.
    """
    spec, marked = read_spec(path)
    rows, files = _read(spec, marked)
    whole = _whole(spec, rows)
    part, dropped = left_out(rows, parts(spec, rows), ~np.isnan(whole.y))
    test, reference = (_part(spec, rows, whole, np.flatnonzero(part == key), dropped[key]) for key in (TEST, REFERENCE))
    if not len(test):
        told = ", ".join(f"{reason}: {count:,}" for reason, count in dropped[TEST].items()) or _nobody(reference)
        raise FileFault(f"there are no test rows ({told})", where=str(path), remedy="Look at files, split and windows.")
    encoder = _encoder(spec, max(int(one.lengths.max(initial=1)) for one in (test, reference)))
    for one in (test, reference):
        refuse_unusable(encoder, one, str(path))
    notes = (*rows.notes, *_shared(spec, test, reference))
    return Opened(
        test=_scored(test, whole),
        reference=_unless_partly_scored(reference) if len(reference) else None,
        encoder=encoder,
        output=spec.output,
        files=files,
        spec=spec,
        notes=notes,
    )


def _nobody(reference: Dataset) -> str:
    return f"all {len(reference):,} rows are reference rows" if len(reference) else "the files have no rows"


def _read(spec: DataSpec, marked: Marked) -> tuple[Rows, tuple[FileDigest, ...]]:
    """The rows of all files. The bytes of the files are given up when this returns."""
    needed = {column for column, _ in uses(spec)}
    read = [opened(file, marked, ("files", i), needed, spec.arrays) for i, file in enumerate(spec.files)]
    if spec.static_file:
        read.append(opened(spec.static_file, marked, ("static_file",), needed, None))
    tables: list[Table] = [table for table, _ in read]
    static = tables.pop() if spec.static_file else None
    problems = missing(spec, marked, tables, static)
    if problems:
        raise WrittenFault(problems)
    rows = series_rows(spec, tables, static) if spec.layout == "long" else fixed_rows(spec, tables)
    return rows, tuple(digest for _, digest in read)


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
    )


def _part(spec: DataSpec, rows: Rows, whole: Dataset, pick: Integers, dropped: dict[str, int]) -> Dataset:
    codes, kind = clusters(spec, rows, pick)
    return dataclasses.replace(whole.take(pick), cluster=codes, cluster_kind=kind, dropped=dropped)


def _encoder(spec: DataSpec, longest: int) -> TableEncoder:
    """`longest` is that of all rows, not of a block, so that a row's input never depends on its neighbours."""
    sequence, static = spec.inputs.sequence, spec.inputs.static
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


def _shared(spec: DataSpec, test: Dataset, reference: Dataset) -> tuple[str, ...]:
    if spec.entity_column is None or (spec.split and spec.split.time is not None):
        return ()
    both = len(np.intersect1d(test.entity, reference.entity))
    return (f"{both:,} entities have rows in both the test and the reference data.",) if both else ()
