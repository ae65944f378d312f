"""Which columns of the files a specification uses, and the fault where one is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.errors import Problem
from auditor.loaders.spec import DataSpec
from auditor.loaders.tables import Table
from auditor.yamlfile import Keys, Marked, nearest

Use = tuple[str, Keys]  # a column, and where the specification names it


def uses(spec: DataSpec) -> tuple[Use, ...]:
    """Every column (tensor: array with one entry a row) that the specification names."""
    return tuple(_uses(spec))


def _uses(spec: DataSpec) -> Iterator[Use]:
    for i, feature in enumerate(spec.features):
        yield from ((column, ("features", i, "columns", j)) for j, column in enumerate(feature.columns or ()))
        if feature.column:
            yield feature.column, ("features", i, "column")
    yield from ((static.column, ("static", i, "column")) for i, static in enumerate(spec.static))
    yield from ((group.column, ("groups", i, "column")) for i, group in enumerate(spec.groups))
    if spec.target.columns is not None:
        yield from ((column, ("target", "columns", horizon)) for horizon, column in spec.target.columns.items())
    else:
        yield spec.target_column, ("target", "column") if spec.target.column else ("arrays", "target")
    for column, key in ((spec.entity_column, "entity"), (spec.time_column, "time"), (spec.weight, "weight")):
        if column:
            written = "index_time" if key == "time" and spec.layout != "long" else key
            yield column, (written,) if getattr(spec, written) else ("arrays", key)
    if spec.arrays and spec.arrays.lengths:
        yield spec.arrays.lengths, ("arrays", "lengths")
    if spec.split:
        yield from (
            (getattr(spec.split, key), ("split", key)) for key in ("hash", "column") if getattr(spec.split, key)
        )
    if spec.recorded_score:
        yield from ((column, ("recorded_score",)) for column in spec.recorded_score.names)


def missing(spec: DataSpec, marked: Marked, tables: Collection[Table], static: Table | None) -> tuple[Problem, ...]:
    """A problem for every column that is in no file, or not in every file, or in the lines and the static file both.

    Recorded scores need only be in the files that hold test rows.
    """
    return tuple(_missing(spec, marked, tables, static))


def _missing(spec: DataSpec, marked: Marked, tables: Collection[Table], static: Table | None) -> Iterator[Problem]:
    own = set(static.names) if static else set()
    recorded = spec.recorded_score.names if spec.recorded_score else ()
    for column, at in dict(uses(spec)).items():
        inside = [table for table in tables if column in table.names]
        if static and column == spec.entity:
            inside = inside if column in own else []
        elif column in own:
            if inside and at[0] != "features":
                what = f"column '{column}' stands in {inside[0].name} and in {static.name if static else ''}"
                yield Problem(marked.where(*at), what, "Rename one of them.")
            if at[0] != "features":
                continue
        without = [table for table in tables if table not in inside]
        if column in recorded:
            without = [table for table in without if table.split in (None, "test")]
        if without:
            known = [name for table in (without[0], *([static] if static else [])) for name in table.names]
            files = ", ".join(table.name for table in (*without, *([static] if static else [])))
            foreign = not any(name in known for name, _ in uses(spec))  # then its names are nobody's business here
            remedy = "None of the columns is there that are named here: is it the file?" if foreign else ""
            yield Problem(marked.where(*at), f"column '{column}' is not in {files}", remedy or nearest(column, known))
