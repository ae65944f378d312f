"""What the process that reads data files says: bounded and checked, as all replies are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from auditor.loaders.profile import Profile
from auditor.worker.wire import Reply

_LONGEST = 4000
MOST_PROBLEMS = 400

Told = Annotated[str, StringConstraints(max_length=_LONGEST)]
Numbers = Literal[
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "datetime64[us]",
]  # fmt: skip


class ColumnReply(Reply):
    """An array that will be handed over."""

    shape: Annotated[list[Annotated[int, Field(ge=0, le=2**40)]], Field(max_length=4)]
    dtype: Numbers


class ProblemReply(Reply):
    where: Told
    what: Told
    remedy: Told


class Built(Reply):
    """What the files hold: data sets taken apart (`packing`), or the problems. written: these are the user's own.

    asked: the code of the entity that was asked for.
    """

    test: Any
    reference: Any
    calibration: Any
    notes: Annotated[list[Told], Field(max_length=100)]
    arrays: Annotated[list[ColumnReply], Field(max_length=10_000)]
    problems: Annotated[list[ProblemReply], Field(max_length=MOST_PROBLEMS)]
    written: bool
    asked: Annotated[int, Field(ge=0)] | None = None


class Looked(Reply):
    """What a file seems to hold; or the problems."""

    profile: Profile | None
    problems: Annotated[list[ProblemReply], Field(max_length=MOST_PROBLEMS)]


def told(text: str) -> str:
    """A text that fits a reply: cut, and without half characters, which JSON cannot carry."""
    whole = text.encode(errors="replace").decode()
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"
