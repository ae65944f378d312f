"""What a model file says of how it was trained: nothing of it is loaded here, but whoever trains on would load it."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.artifact import legible
from auditor.errors import Problem
from auditor.loaders import artifact_names as known

_NOT_ONES_OWN = sys.stdlib_module_names | frozenset(
    [
        "h5py",
        "jax",
        "keras",
        "ml_dtypes",
        "numpy",
        "optree",
        "pandas",
        "pip",
        "scipy",
        "setuptools",
        "tensorflow",
        "tf_keras",
        "torch",
    ]
)
"""Modules that no loss of one's own lies in: Python's, and those that Keras brings along."""

_BY_TEXT = ("optimizer", "loss", "metrics", "weighted_metrics")
_KERAS = frozenset(name.lower() for name in known.PIECES | known.VALUES) | frozenset(
    ["acc", "bce", "ce", "crossentropy", "kld", "mae", "mape", "mse", "msle"]
)
"""How Keras's own are named: by class, in small letters with underscores, or short."""

_REMEDY = (
    "take off what it was trained with, where the file was made: "
    'keras.models.load_model("model.keras", compile=False).save("model.keras")'
)


def trained_with(said: Any) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Losses, metrics and optimizers that are not Keras's own, and what is wrong.

    said: the parsed `compile_config` or `training_config`. A loss of one's own is named by many sound files and is
    told; code that is packed into the file, and functions of Python or of libraries, are none.
    """
    own: list[str] = []
    problems: list[Problem] = []
    for key, node in _named(said if isinstance(said, dict) else {}):
        kind, config = (node, None) if isinstance(node, str) else (node.get("class_name"), node.get("config"))
        used = config if kind == "function" else kind
        told = f"{legible(key, 100)}: {legible(used, 100)}"
        if not isinstance(node, str) and (reason := _reason(used, node)):
            problems.append(Problem("", f"what the model was trained with ({told}) {reason}", _REMEDY))
        elif str(used).replace("_", "").lower() not in _KERAS:
            own.append(told)
    return tuple(dict.fromkeys(own)), tuple(dict.fromkeys(problems))


def _named(said: Mapping[str, Any]) -> Iterator[tuple[str, str | Mapping[str, Any]]]:
    """Every object, and every text that names one, with what it is there for."""
    waiting = [(key, one, key in _BY_TEXT) for key, one in reversed(list(said.items()))]
    while waiting:
        key, node, names = waiting.pop()
        if isinstance(node, dict):
            if "class_name" in node or "function_type" in node:
                yield key, node
                names = False
            waiting += [(key, one, names) for one in node.values()]
        elif isinstance(node, list):
            waiting += [(key, one, names) for one in node]
        elif isinstance(node, str) and names:
            yield key, node


def _reason(used: object, node: Mapping[str, Any]) -> str:
    """Why an object may not stand there; empty where it may."""
    module, registered = node.get("module"), node.get("registered_name")
    if used in known.RUN_CODE or node.get("function_type") == "lambda":
        return "is code that the file brings along"
    if used in known.READ_FILES:
        return "may read other files of the machine"
    names = [name for name in (used, module, registered) if name is not None]
    if used is None or not all(isinstance(name, str) and _is_plain(name) for name in names):
        return "is described in a way that Keras does not write"
    if isinstance(module, str) and module != "builtins" and not known.MODULES.fullmatch(module):
        return f"is {module}.{used}, no loss, metric or optimizer" if module.split(".")[0] in _NOT_ONES_OWN else ""
    if used not in known.PIECES and (hasattr(builtins, str(used)) or used in known.CALL_FUNCTIONS):
        return "is a function of Python, no loss, metric or optimizer"
    return ""


def _is_plain(name: str) -> bool:
    return all(part.isidentifier() for part in name.replace(">", ".").replace("-", "_").split("."))
