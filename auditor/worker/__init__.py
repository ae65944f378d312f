"""The process that holds the model. Everything outside `inside/` runs in the parent; TensorFlow is imported only inside."""

from auditor.worker.opening import open_model

__all__ = ["open_model"]
