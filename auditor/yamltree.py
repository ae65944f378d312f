"""YAML 1.2 read strictly into plain data, with the place of every key and value."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from auditor.errors import WrittenFault

LARGEST_FILE = 2**20  # bytes; policies and specifications are written by hand
MOST_NODES = 40_000  # after aliases are followed, so that a few lines cannot become gigabytes
DEEPEST = 40
_TAG = "tag:yaml.org,2002:"
_WORDS = re.compile(r" (['\"])(?!<[a-z ]+>\1|\\.\1)(?:(?!\1).){2,}\1")  # quoted ones, of what may be any file
_PLAIN = {_TAG + name for name in ("null", "bool", "int", "float")}
_TEXT = {_TAG + name for name in ("str", "timestamp", "merge")}  # a date stays the text that was written

Key = str | int | float | bool | None
Keys = tuple[Key, ...]


@dataclass(frozen=True)
class Marked:
    """What a YAML file holds, and where each part of it stands.

    data: dicts, lists, text, numbers, booleans, None. values, keys: path -> (line, column) of a value, of its key.
    """

    path: Path
    data: object
    values: Mapping[Keys, tuple[int, int]]
    keys: Mapping[Keys, tuple[int, int]]

    def part(self, *path: Key) -> object:
        """What stands at a path; None where nothing does."""
        part: typing.Any = self.data
        for key in path:
            inside = key in part if isinstance(part, dict) else isinstance(part, list) and key in range(len(part))
            part = part[key] if inside else None
        return part

    def where(self, *path: Key, key: bool = False) -> str:
        """`file:line:column` of a value (or of its key), or of the nearest thing around it that exists."""
        found = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.values), ())
        line, column = (self.keys if key else self.values).get(found) or self.values.get(found, (1, 1))
        return f"{self.path}:{line}:{column}"


def read_yaml(path: Path) -> Marked:
    """Read one YAML 1.2 document. Duplicate keys, unknown tags and alias bombs are refused.

    Raises WrittenFault with file:line:column.
    """
    return parse_yaml(path, read_written(path))


def parse_yaml(path: Path, raw: bytes) -> Marked:
    """As `read_yaml`, of the bytes that were read from a path."""
    yaml = YAML(typ="safe", pure=True)
    try:
        text = raw.decode("utf-8-sig")
        _refuse_depth(path, yaml.parse(text))
        root = YAML(typ="safe", pure=True).compose(text)
    except UnicodeDecodeError as error:
        raise WrittenFault("is not UTF-8 text", where=str(path), remedy="Save it as UTF-8.") from error
    except MarkedYAMLError as error:
        raise WrittenFault(_sentence(error), where=_place(path, error.problem_mark)) from error
    except YAMLError as error:
        raise WrittenFault(f"is not YAML: {error}".split("\n")[0], where=str(path)) from error
    if root is None:
        raise WrittenFault("is empty", where=f"{path}:1:1")
    return _Builder(path).built(root)


def read_written(path: Path) -> bytes:
    """The bytes of a file that a person wrote. Raises WrittenFault where it is too long, or a pipe or a device."""
    try:
        if path.exists() and not path.is_file():
            raise WrittenFault("is not a regular file", where=str(path))
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        raise WrittenFault(f"cannot be read: {getattr(error, 'strerror', error)}", where=str(path)) from error
    if len(raw) > LARGEST_FILE:
        raise WrittenFault(f"has more than {LARGEST_FILE:,} bytes, and no more are read", where=str(path))
    return raw


def _place(path: Path, mark: typing.Any) -> str:
    return str(path) if mark is None else f"{path}:{mark.line + 1}:{mark.column + 1}"


def _sentence(error: MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    said = ", ".join(str(part).split("\n")[0] for part in parts)
    return "is not YAML: " + _WORDS.sub("", said)


def _refuse_depth(path: Path, events: Iterable[object]) -> None:
    depth = nodes = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        nodes += isinstance(event, (CollectionStartEvent, ScalarEvent, AliasEvent))
        if depth > DEEPEST or nodes > MOST_NODES:
            what = f"is nested more than {DEEPEST} deep" if depth > DEEPEST else f"has more than {MOST_NODES:,} values"
            raise WrittenFault(what, where=_place(path, getattr(event, "start_mark", None)))


class _Builder:
    """Turns composed nodes into plain data, counting what aliases expand to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.nodes = 0
        self.values: dict[Keys, tuple[int, int]] = {}
        self.keys: dict[Keys, tuple[int, int]] = {}
        self.scalars = YAML(typ="safe", pure=True).constructor

    def built(self, root: Node) -> Marked:
        return Marked(self.path, self._value(root, ()), self.values, self.keys)

    def _value(self, node: Node, at: Keys) -> object:
        self.nodes += 1
        if self.nodes > MOST_NODES or len(at) > DEEPEST:
            raise self._fault(node, "aliases expand to too many values", "Write the parts out.")
        self.values[at] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        return [self._value(child, (*at, i)) for i, child in enumerate(node.value)]

    def _mapping(self, node: Node, at: Keys) -> dict[Key, object]:
        made: dict[Key, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self._fault(key_node, "a key is to be text or a number", "")
            key = self._scalar(key_node)
            if key in made:
                raise self._fault(key_node, f"duplicate key '{key}'", f"It stands already at {self._told((*at, key))}.")
            self.keys[*at, key] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            made[key] = self._value(value_node, (*at, key))
        return made

    def _scalar(self, node: ScalarNode) -> Key:
        tag = str(node.tag)
        if tag in _TEXT:
            return str(node.value)
        if tag not in _PLAIN:
            named = f" '{tag}'" if self.nodes > 1 else ""  # a file that is one word may be any file: it is not repeated
            raise self._fault(node, f"unknown tag{named}", "Leave the tag away, or write the value in quotes.")
        try:
            value: Key = self.scalars.construct_object(node)
        except (ValueError, YAMLError) as error:
            shown = f": {node.value[:60]}" if self.nodes > 1 else ""
            raise self._fault(node, f"not a value{shown}", "") from error
        return value

    def _fault(self, node: Node, what: str, remedy: str) -> WrittenFault:
        return WrittenFault(what, where=_place(self.path, node.start_mark), remedy=remedy)

    def _told(self, path: Keys) -> str:
        line, column = self.keys[path]
        return f"line {line}, column {column}"
