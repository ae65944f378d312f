"""The configuration in a model file: read strictly, and held to what may be named in one (artifact_names)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.artifact import Custom, Part, Trusted, legible
from auditor.errors import ModelFault, Problem
from auditor.loaders import artifact_names as known
from auditor.loaders.artifact_archive import damaged
from auditor.loaders.artifact_values import REBUILD, is_name, wrong_value

_MOST_NODES = 500_000
_DEEPEST = 60
_HOLD_LAYERS = ("layers", "layer", "cell", "cells", "forward_layer", "backward_layer")
_TRUST = "if you trust the code, name it: --trust-custom module:{}"


@dataclass(frozen=True)
class Config:
    """What a configuration names: its layers and operations, and code that was let in.

    training: the layers that it calls as in training, whatever whoever calls the model wants.
    """

    parts: tuple[Part, ...]
    custom: tuple[Custom, ...]
    training: tuple[str, ...]


def parsed(text: bytes | str) -> Any:
    """JSON without duplicate keys. Raises ModelFault where it is none, is nested too deep, or holds too much."""
    try:
        read = json.loads(text, object_pairs_hook=_unique)
        if sum(1 for _ in _nodes(read)) > _MOST_NODES:
            raise ModelFault(f"the configuration holds more than {_MOST_NODES:,} values", remedy=REBUILD)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise damaged(error) from error
    return read


def read_config(config: Any, numbers: int, trusted: Sequence[Trusted] = ()) -> Config:
    """The layers and operations of a parsed configuration.

    numbers: how many the weights hold; a layer can have no more units. trusted: code that the user lets in. Raises
    ModelFault with every layer that is unsafe or impossible, and why.
    """
    if not isinstance(config, dict):
        raise damaged("the configuration is not a mapping")
    # Keras throws away what the whole model was trained with; artifact_training looks at it.
    reader = _Reader(numbers, {one.name: one for one in trusted})
    reader.look({key: value for key, value in config.items() if key != "compile_config"}, (), "")
    if reader.problems:
        raise ModelFault(list(dict.fromkeys(reader.problems)))
    return Config(tuple(reader.parts), tuple(dict.fromkeys(reader.custom)), tuple(reader.training))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice in the configuration")
    return made


def _too_deep() -> ModelFault:
    return ModelFault(f"the configuration is nested more than {_DEEPEST} deep", remedy=REBUILD)


def _nodes(read: Any) -> Iterator[Any]:
    waiting = [(read, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _too_deep()
        yield node
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(one, depth + 1) for one in inner]


class _Reader:
    """Walks through a configuration and collects what it names and what is wrong with it."""

    def __init__(self, numbers: int, trusted: Mapping[str, Trusted]) -> None:
        self.numbers, self.trusted = numbers, trusted
        self.parts: list[Part] = []
        self.custom: list[Custom] = []
        self.training: list[str] = []
        self.problems: list[Problem] = []

    def look(self, node: Any, path: tuple[str, ...], key: str) -> None:
        """path: names of the layers around; key: under which the node stands."""
        if isinstance(node, list):
            for one in node:
                self.look(one, path, key)
        if isinstance(node, dict):
            if "class_name" in node or "function_type" in node:
                found = self._object(node, path, key)
                if found is None:
                    return
                path = found
            for name, value in node.items():
                self._value(name, value, path)
                self.look(value, path, name)

    def _object(self, node: Mapping[str, Any], path: tuple[str, ...], key: str) -> tuple[str, ...] | None:
        """The path below the object; None where it is refused, so that nothing in it need be told."""
        kind, config, module = node.get("class_name"), node.get("config"), node.get("module")
        named = config.get("name") if isinstance(config, dict) else node.get("name")
        part = key in _HOLD_LAYERS
        inner = (*path, legible(named or "unnamed", 100)) if part else path  # the whole model's name says nothing
        place = _place(inner, kind, key)
        used = config if kind == "function" else kind
        if not isinstance(used, str):
            self._fault(place, "is described in a way that Keras does not write", REBUILD)
            return None
        if self._let_in(used, node, place):
            return inner
        if reason := _reason(used, module, node, part):
            remedy = REBUILD if used in known.RUN_CODE else f"{REBUILD}; {_TRUST.format(used.rsplit('>', 1)[-1])}"
            self._fault(place, reason, remedy)
            return None
        if (part or not key) and (not isinstance(named, str | None) or "/" in str(named)):
            self._fault(place, "has a name that Keras does not write", REBUILD)
        if used in known.POLICIES and named not in known.TYPES:
            self._fault(place, f"names a type of numbers, '{legible(named, 100)}', that Keras does not know", REBUILD)
        if part:
            self.parts.append(Part("/".join(inner), legible(used)))
            if _trains(node.get("inbound_nodes")):
                self.training.append("/".join(inner))
        return inner

    def _let_in(self, used: str, node: Mapping[str, Any], place: str) -> bool:
        short = used.rsplit(">", 1)[-1]
        one = self.trusted.get(short)
        if one is None or used in known.RUN_CODE:
            return False
        names = [used, node.get("registered_name")]
        self.custom += [Custom(n, place, one) for n in names if isinstance(n, str) and n.rsplit(">", 1)[-1] == short]
        return True

    def _value(self, key: str, value: Any, path: tuple[str, ...]) -> None:
        place = _place(path, None, "")
        if isinstance(value, str) and is_name(key) and (one := self.trusted.get(value.rsplit(">", 1)[-1])):
            self.custom.append(Custom(value, f"{key} of {place}", one))
            return
        what, remedy = wrong_value(key, value, self.numbers)
        if what:
            self._fault(place, what, remedy)

    def _fault(self, place: str, what: str, remedy: str) -> None:
        self.problems.append(Problem("", f"{place} {what}", remedy))


def _trains(calls: Any) -> bool:
    """Whether a layer is called with `training` set, which may be drop-out for every score. calls: inbound_nodes."""
    if isinstance(calls, dict):
        return bool(calls.get("training")) or any(map(_trains, calls.values()))
    return isinstance(calls, list) and any(map(_trains, calls))


def _place(path: tuple[str, ...], kind: object, key: str) -> str:
    """As in: layer 'inner/attention' (Own), or: the activation of layer 'dense' (function)."""
    layer = f"layer '{'/'.join(path)}'" if path else "the model"
    said = layer if key in ("", *_HOLD_LAYERS) else f"{key} of {layer}"
    return f"{said} ({kind})" if isinstance(kind, str) else said


def _reason(used: str, module: object, node: Mapping[str, Any], part: bool) -> str:
    """Why a name may not stand in a model file; empty where it may. part: it stands where a layer does."""
    registered = node.get("registered_name")
    custom = isinstance(registered, str) and ">" in registered
    foreign = isinstance(module, str) and not known.MODULES.fullmatch(module)
    if used in known.RUN_CODE or node.get("function_type") == "lambda":
        return "runs code of its own, which the file brings along or names"
    if used in known.READ_FILES:
        return "may read other files of the machine (vocabularies)"
    if used in known.CALL_FUNCTIONS:
        return "calls a function that the file names"
    if custom or foreign or not isinstance(module, str | None):
        return f"needs {registered if custom else f'{module}.{used}'}, which is not part of Keras"
    if isinstance(registered, str) and registered not in (used, node.get("class_name")):
        return f"is registered under another name than its own ('{legible(registered, 100)}')"
    functions = known.FUNCTIONS if node.get("class_name") == "function" else frozenset()
    parts = known.MODELS | known.LAYERS | known.OPERATIONS
    if used not in (functions or (parts if part else parts | known.PIECES | known.VALUES)):
        whose = f"{module}.{used}" if module else used
        return f"needs {whose}, which is not among what of Keras a model to be audited may use"
    return ""
