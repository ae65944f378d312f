"""Let in code that is not Keras's own: imported here, in the process that is shut in, and nowhere else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

from auditor.worker.inside.refusals import Refusal
from auditor.worker.wire import printable


def trust(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make an object of a module known to Keras by the names that the file gives it. Raises Refusal."""
    import keras

    if request["folder"] not in sys.path:
        sys.path.append(request["folder"])  # last, so that it stands in for nothing
    named = f"{request['module']}:{request['name']}"
    try:
        found = getattr(importlib.import_module(request["module"]), request["name"])
    except Exception as error:
        what = f"the trusted code {named} cannot be imported: {type(error).__name__}: {printable(str(error))}"
        raise Refusal(what, "the module is imported alone, without the user's settings; see that it can be") from error
    if not callable(found):
        raise Refusal(f"{named} is neither a class nor a function", "name the layer's class, or the function")
    keras.saving.get_custom_objects().update(dict.fromkeys(request["names"], found))
    return {"handle": 0}
