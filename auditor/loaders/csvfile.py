"""CSV files: UTF-8 with or without a byte order mark, separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.tables import MOST_COLUMNS, Raw, Table

_SEPARATORS = (",", ";", "\t")
_BOM = b"\xef\xbb\xbf"
_LONGEST_HEADER = 2**20


@dataclass(frozen=True)
class _Text:
    """The bytes of a CSV file, and which separator its header uses."""

    raw: Raw
    separator: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of every record, the header first; blank lines are none."""
        import pyarrow as pa

        stream = io.TextIOWrapper(pa.BufferReader(self.raw), encoding="utf-8-sig", newline="")
        reader, line = csv.reader(stream, delimiter=self.separator), 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1

    def place(self, name: str, row: int) -> str:
        """`file:line` of a row; slow, for errors only."""
        for i, (line, _) in enumerate(self.records()):
            if i == row + 1:
                return f"{name}:{line}"
        return name


def open_csv(raw: Raw, name: str, split: Part | None, needed: Collection[str]) -> Table:
    """The needed columns of a CSV file, as text; what they mean is decided where they are used.

    Raises FileFault where it is empty, not UTF-8, holds NUL, or has uneven lines or a column name twice.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    header, text = _header(raw, name, needed)
    if (at := raw.find(b"\0")) >= 0:
        line = raw[:at].count(b"\n") + 1
        raise FileFault("a NUL character: this is no text", where=f"{name}:{line}", remedy="Save it as CSV in UTF-8.")
    wanted = [column for column in header if column in needed]
    try:
        table = arrow.read_csv(
            pa.BufferReader(raw),
            read_options=arrow.ReadOptions(block_size=2**23),
            parse_options=arrow.ParseOptions(delimiter=text.separator, newlines_in_values=raw.find(b'"') >= 0),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted or header[:1]
            ),
        )
    except pa.ArrowInvalid as error:
        raise _explained(error, name, text, len(header)) from error
    return Table(name, tuple(header), table.num_rows, split, table.column, lambda row: text.place(name, row))


def _header(raw: Raw, name: str, needed: Collection[str]) -> tuple[list[str], _Text]:
    start = raw[: _LONGEST_HEADER + len(_BOM)].removeprefix(_BOM).lstrip(b"\r\n")
    first = start[:_LONGEST_HEADER].split(b"\n", 1)[0]
    if not first.strip():
        raise FileFault("the file is empty", where=name)
    try:
        line = first.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError as error:
        raise FileFault("is not UTF-8 text", where=name, remedy="Save it as CSV in UTF-8.") from error
    if len(line) == _LONGEST_HEADER or max(map(line.count, _SEPARATORS)) >= MOST_COLUMNS:
        raise FileFault(f"has more than {MOST_COLUMNS:,} columns, or names without an end", where=f"{name}:1")
    read = {one: cells for one in _SEPARATORS if (cells := _cells(line, one))}
    if not read:
        raise FileFault("is not CSV: its header cannot be read", where=f"{name}:1")
    separator = max(read, key=lambda one: len(read[one]))
    twice = [column for column, times in Counter(read[separator]).items() if times > 1]
    if twice:
        own = any(column in needed for column in read[separator])  # of another file nothing is repeated
        what = f"the column name '{twice[0]}'" if own else "a column name"
        raise FileFault(f"{what} stands more than once in the header", where=f"{name}:1")
    return read[separator], _Text(raw, separator)


def _cells(line: str, separator: str) -> list[str]:
    """None where the separator is not the file's, so that all names make one cell without an end."""
    try:
        return next(csv.reader([line], delimiter=separator))
    except csv.Error:
        return []


def _explained(error: Exception, name: str, text: _Text, columns: int) -> FileFault:
    try:
        for line, record in text.records():
            if len(record) != columns:
                what = f"{len(record)} cells, and the header has {columns} (separator '{text.separator}')"
                return FileFault(what, where=f"{name}:{line}")
    except UnicodeDecodeError:
        return FileFault("is not UTF-8 text", where=name, remedy="Save it as CSV in UTF-8.")
    except csv.Error as fault:
        return FileFault(f"is not CSV: {fault}", where=name)
    said = re.sub(r"(got \d+): .*", r"\1", str(error).splitlines()[0])  # without the line itself
    return FileFault(f"is not CSV: {said}", where=name)
