"""Code that is not Keras's own and that the user lets in by name. It is found here, and imported in the child only."""

from __future__ import annotations

import hashlib
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from auditor.artifact import Trusted
from auditor.errors import WrittenFault

_OPTION = "--trust-custom"
_FORM = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")


def find_trusted(written: str) -> Trusted:
    """`module:object` with the source that it would be imported from: the working folder, then Python's own path.

    Raises WrittenFault where it is not of that form, or no such source is found. Nothing is imported.
    """
    match = _FORM.fullmatch(written)
    if match is None:
        remedy = "Name a class or function of a module, as in my_layers:Attention."
        raise WrittenFault(f"{written!r} is not of the form module:object", where=_OPTION, remedy=remedy)
    path: list[str] | None = [str(Path.cwd()), *sys.path]
    sources = []
    for part in match[1].split("."):
        spec = PathFinder.find_spec(part, path) if path else None
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            remedy = "Start the audit in the folder that holds the module, or install it."
            raise WrittenFault(f"there is no module '{match[1]}' in Python's source", where=_OPTION, remedy=remedy)
        sources.append(Path(spec.origin))
        path = list(spec.submodule_search_locations or ())
    top = sources[0].parent
    folder = top.parent if sources[0].name == "__init__.py" else top
    digest = hashlib.sha256(sources[-1].read_bytes()).hexdigest()
    return Trusted(match[1], match[2], str(folder), digest)
