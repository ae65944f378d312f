"""The processes that hold the model and read what strangers made. `inside/` runs there; all else runs in the parent."""

from auditor.worker.datafiles import DataReader, read_dataset
from auditor.worker.opening import open_model, started
from auditor.worker.reading import read_artifact

__all__ = ["DataReader", "open_model", "read_artifact", "read_dataset", "started"]
