"""The processes that hold the model and read its file. `inside/` runs there; all else runs in the parent."""

from auditor.worker.opening import open_model
from auditor.worker.reading import read_artifact

__all__ = ["open_model", "read_artifact"]
