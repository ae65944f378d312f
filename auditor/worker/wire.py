"""What goes over the socket: a length, then a JSON header. Arrays never do; they lie in shared memory.

Requests go to the child and are trusted. Replies come from a process that has opened a stranger's file: their size is
bounded and every field is checked, and nothing in them is more than a number or a short text.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_LONGEST = 8 * 2**20
LONGEST_CONFIG, LONGEST_TRAINING, MOST_STORED = 4 * 2**20, 2**20, 20_000
_LENGTH = struct.Struct(">I")

Text = Annotated[str, StringConstraints(max_length=300)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Size = Annotated[int, Field(ge=1, le=2**31)]
Numbers = Literal["float32", "float64"]


class Garbled(Exception):
    """The bytes that came are not a message."""


class Reply(BaseModel):
    """A header from the child."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Fault(Reply):
    """The child could not do what was asked, for a reason that is the file's or the request's."""

    fault: Annotated[str, StringConstraints(max_length=4000)]
    remedy: Annotated[str, StringConstraints(max_length=1000)]


class Ready(Reply):
    """The first words of a child: it is shut in and TensorFlow is there."""

    isolation: Annotated[list[Text], Field(max_length=32)]
    versions: Annotated[dict[Text, Text], Field(max_length=32)]
    threads: Size


class PortReply(Reply):
    name: Text
    shape: Annotated[list[Size | None], Field(max_length=8)]
    dtype: Text


class RecurrenceReply(Reply):
    kind: Literal["LSTM", "GRU"]
    units: Size
    prefix: Text
    gate: Text
    squash: Text
    reset_after: bool
    backwards: bool


class LayerReply(Reply):
    name: Text
    kind: Text
    output_shape: Annotated[list[Size | None], Field(max_length=8)] | None
    parameters: Count
    recurrences: Annotated[list[RecurrenceReply], Field(max_length=2)]
    heads: Count


class Opened(Reply):
    """A model is open under a handle."""

    handle: Count
    inputs: Annotated[list[PortReply], Field(min_length=1, max_length=256)]
    outputs: Annotated[list[PortReply], Field(min_length=1, max_length=256)]
    layers: Annotated[list[LayerReply], Field(max_length=4096)]
    parameters: Count
    nonfinite_weights: Count


class Taught(Opened):
    """A student is open under a handle. passes: rows that went through model or student for it."""

    epochs: Count
    ended: Literal["no better", "epochs", "seconds"]
    unexplained: Annotated[float, Field(ge=0)]
    passes: Count


class StoredReply(Reply):
    path: Text
    shape: Annotated[list[Count], Field(max_length=32)]
    dtype: Text
    bytes: Count
    packed: bool


class StrangeReply(Reply):
    path: Text
    what: Literal["link", "external", "virtual", "type", "filter", "kind", "twice", "many", "deep"]


class Listed(Reply):
    """What an HDF5 file holds."""

    config: Annotated[str, StringConstraints(max_length=LONGEST_CONFIG)] | None
    training: Annotated[str, StringConstraints(max_length=LONGEST_TRAINING)] | None
    keras_version: Text
    stored: Annotated[list[StoredReply], Field(max_length=MOST_STORED)]
    strange: Annotated[list[StrangeReply], Field(max_length=32)]


class ArrayReply(Reply):
    name: Text
    shape: Annotated[list[Annotated[int, Field(ge=0, le=2**31)]], Field(max_length=8)]
    dtype: Numbers


class Planned(Reply):
    """What a task will put out for inputs of given shapes: per row, or whole arrays for weights."""

    arrays: Annotated[list[ArrayReply], Field(max_length=1024)]


class Ran(Reply):
    """The arrays lie in the shared block. compiled: None while it is undecided."""

    compiled: bool | None
    reason: Text
    disagreement: Annotated[float, Field(ge=0)] | None


class Kept(Reply):
    """A model is kept under a handle, or has been dropped from it."""

    handle: Count


def send(channel: socket.socket, message: Mapping[str, Any], fd: int | None = None) -> None:
    """Send one header, and with it the descriptor of a shared block."""
    body = json.dumps(message, allow_nan=False).encode()
    if len(body) > _LONGEST:
        raise Garbled(f"a header of {len(body)} bytes is over the {_LONGEST} that are allowed")
    if fd is None:
        channel.sendall(_LENGTH.pack(len(body)))
    else:
        socket.send_fds(channel, [_LENGTH.pack(len(body))], [fd])
    channel.sendall(body)


def receive(channel: socket.socket) -> bytes:
    """The bytes of one header. Raises Garbled, EOFError at the end, TimeoutError as the socket is set."""
    return _body(channel, _exactly(channel, _LENGTH.size))


def receive_with_fd(channel: socket.socket) -> tuple[bytes, int | None]:
    """As `receive`, with the descriptor that came along. Only the child takes descriptors."""
    start, fds, _, _ = socket.recv_fds(channel, _LENGTH.size, 1)
    if not start:
        raise EOFError
    return _body(channel, start + _exactly(channel, _LENGTH.size - len(start))), fds[0] if fds else None


def printable(text: str, longest: int = 300) -> str:
    """One line without control characters or anything that reorders text, cut to a length."""
    clean = re.sub(r"[^\S ]+", " ", text)
    clean = "".join(c for c in clean if c.isprintable())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def _body(channel: socket.socket, head: bytes) -> bytes:
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST:
        raise Garbled(f"a header of {length} bytes is announced, over the {_LONGEST} that are allowed")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(min(count - len(parts), 2**16))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
