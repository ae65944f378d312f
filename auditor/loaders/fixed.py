"""Rows of the layouts wide and tensor: one line or array entry a row, all with the same number of steps in the file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.errors import FileFault
from auditor.loaders.columns import uses
from auditor.loaders.keys import digests, keys, ranks, times
from auditor.loaders.rows import Places, Rows, measured, splits_by_file
from auditor.loaders.spec import DataSpec
from auditor.loaders.tables import Table, Tables, numbers


def fixed_rows(spec: DataSpec, tables: Tables) -> Rows:
    """The rows of wide or tensor files. Tensor rows without a real step are dropped and counted."""
    cube = _wide(spec, tables) if spec.layout == "wide" else _tensor(spec, tables)
    count, steps = cube.shape[:2]
    entity, entities = keys(tables, spec.entity_column) if spec.entity_column else (None, np.empty(0))
    time = times(tables, spec.time_column) if spec.time_column else np.zeros(count, dtype=np.int64)
    order = _order(spec, tables, cube, entity, time)
    lengths = _lengths(spec, tables, count, steps)[order]
    empty = int((lengths == 0).sum())
    if empty:
        order, lengths = order[lengths > 0], lengths[lengths > 0]
    by_file = splits_by_file(tables)

    def pick(_: str, values: Floats) -> Floats:
        return np.asarray(values[order])

    stops, time = np.cumsum(lengths), time[order]
    return Rows(
        values=_lines(spec, cube, order, lengths),
        starts=stops - lengths,
        stops=stops,
        entity=np.arange(len(order)) if entity is None else entity[order],
        index_time=time,
        target_time=time,
        at=Places(tables, pick, pick),
        entities=entities,
        by_file=None if by_file is None else by_file[order],
        dropped={"rows without a step": empty} if empty else {},
    )


def _wide(spec: DataSpec, tables: Tables) -> NDArray[np.float32]:
    count = sum(table.rows for table in tables)
    cube = np.empty((count, len(spec.features[0].columns or ()), len(spec.features)), dtype=np.float32)
    for j, feature in enumerate(spec.features):
        for step, column in enumerate(feature.columns or ()):
            cube[:, step, j] = measured(tables, feature, column)
    return cube


def _tensor(spec: DataSpec, tables: Tables) -> NDArray[np.float32]:
    shapes = {table.name: (table.values if table.values is not None else np.empty((0, 0, 0))).shape for table in tables}
    if len({shape[1:] for shape in shapes.values()}) > 1:
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise FileFault(f"the files differ in steps or features: {told}")
    _, steps, width = next(iter(shapes.values()))
    for feature in spec.features:
        if (feature.index or 0) >= width:
            what = f"'{feature.name}' is index {feature.index}, and the array has {width} features (0 to {width - 1})"
            raise FileFault(what, where=tables[0].name)
    cube = np.empty((sum(table.rows for table in tables), steps, len(spec.features)), dtype=np.float32)
    for j, feature in enumerate(spec.features):
        layers = [_layer(table, feature.name, feature.index or 0) for table in tables]
        cube[:, :, j] = measured(layers, feature, feature.name).reshape(-1, steps)
    return cube


def _layer(table: Table, name: str, index: int) -> Table:
    """One feature of an array of values as a table of one column, an entry a step of a row."""
    import pyarrow as pa

    values: NDArray[Any] = np.empty((0, 1, 1)) if table.values is None else table.values
    steps = values.shape[1]

    def column(_: str) -> pa.ChunkedArray:
        return pa.chunked_array([pa.array(np.ascontiguousarray(values[:, :, index]).ravel())])

    def place(at: int) -> str:
        return f"{table.name}, row {at // steps + 1}, step {at % steps + 1}"

    return Table(table.name, (name,), table.rows * steps, table.split, column, place)


def _order(
    spec: DataSpec, tables: Tables, cube: NDArray[np.float32], entity: Integers | None, time: NDArray[Any]
) -> Integers:
    """Row numbers in the order (entity, index time, digest); digests only where entity and time tie."""
    first = np.zeros(len(cube), dtype=np.int64) if entity is None else entity
    order = np.lexsort((time, first))
    same = (np.diff(first[order]) == 0) & (time[order][1:] == time[order][:-1])
    if not same.any():
        return order
    tied = np.zeros(len(cube), dtype=bool)
    tied[order[1:][same]] = tied[order[:-1][same]] = True
    features = {column for feature in spec.features for column in feature.columns or ()}
    common = set.intersection(*(set(table.names) for table in tables)) & {column for column, _ in uses(spec)} - features
    others = np.stack([ranks(tables, name)[tied] for name in sorted(common)] or [np.zeros(tied.sum(), int)], axis=1)
    digest = np.zeros(len(cube), dtype=np.uint64)
    digest[tied] = digests(cube[tied], others)
    return np.lexsort((digest, time, first))


def _lengths(spec: DataSpec, tables: Tables, count: int, steps: int) -> Integers:
    name = spec.arrays.lengths if spec.arrays else None
    if name is None:
        return np.full(count, steps)
    lengths = numbers(tables, name)
    bad = ~((lengths >= 0) & (lengths <= steps) & (lengths == np.floor(lengths)))
    if bad.any():
        what = f"'{name}' holds {lengths[bad][0]:g}, which is no number of steps from 0 to {steps}"
        raise FileFault(what, where=tables[0].name)
    return lengths.astype(np.int64)


def _lines(spec: DataSpec, cube: NDArray[np.float32], order: Integers, lengths: Integers) -> Floats:
    """The real steps of the rows in order: (lines, features)."""
    count, steps, width = cube.shape
    if len(order) != count:
        cube = cube[order]
    elif (order[1:] < order[:-1]).any():
        for step, feature in np.ndindex(steps, width):  # in place, so that no second copy of all values is made
            cube[:, step, feature] = cube[order, step, feature]
    if (lengths == steps).all():
        return cube.reshape(-1, width)
    padded = (spec.arrays.padded if spec.arrays else None) or spec.inputs.sequence.side
    lead = steps - lengths if padded == "left" else np.zeros_like(lengths)
    step = np.arange(steps)
    return np.asarray(cube[(step >= lead[:, None]) & (step < (lead + lengths)[:, None])])
