"""What the program itself is, by its bytes: its code, and the templates that reports are made with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from auditor.record import Environment
from auditor.seal.statement import Subject
from auditor.shipped import shipped


def tool(environment: Environment) -> dict[str, Any]:
    """For the predicate: the program's version and code, and the digest of the environment that the record names."""
    code = hashlib.sha256()
    for name, file in _below(files("auditor"), "auditor"):
        if name.endswith(".py"):
            code.update(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}\n".encode())
    told = json.dumps(environment.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {
        "name": "auditor",
        "version": environment.auditor,
        "code_sha256": code.hexdigest(),
        "environment_sha256": hashlib.sha256(told.encode()).hexdigest(),
    }


def templates() -> Iterator[Subject]:
    """The templates and letters of the reports, as subjects."""
    for name, file in _below(shipped("templates"), "templates"):
        data = file.read_bytes()
        yield Subject("template", name, hashlib.sha256(data).hexdigest(), len(data))


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{one.name}"
        if one.is_dir():
            if one.name not in ("__pycache__", "templates", "policies"):
                yield from _below(one, name)
        elif one.is_file():
            yield name, one
