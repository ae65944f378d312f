"""The process that holds the model. `inside/` runs there, with TensorFlow; all else runs in the parent."""

from auditor.worker.opening import open_model

__all__ = ["open_model"]
