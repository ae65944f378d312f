"""What Keras 3 misses as it reads .h5 files: its own operations, and an argument of Keras 2 in every LSTM."""

from __future__ import annotations

from typing import Any

from auditor.worker.inside.refusals import Refusal

_RECURRENT = ("LSTM", "GRU", "SimpleRNN")


def missed_names() -> dict[str, Any]:
    """By the name in the file: an operation of Keras, or something whose `from_config` gives a layer of Keras."""
    import keras

    return _operations() | {name: _reader(getattr(keras.layers, name)) for name in _RECURRENT}


def _operations() -> dict[str, Any]:
    """A functional model with masks holds some (NotEqual, Any). Where a layer has the same name, the layer is meant."""
    import keras

    found, waiting = {}, [keras.Operation]
    while waiting:
        operation = waiting.pop()
        waiting += operation.__subclasses__()
        is_operation = operation.__module__.startswith("keras.src.ops.")
        if is_operation and not hasattr(keras.layers, operation.__name__):
            found[operation.__name__] = operation
    return found


def _reader(layer: Any) -> Any:
    def from_config(_: type, config: dict[str, Any]) -> Any:
        if config.get("time_major"):
            what = "a recurrent layer takes time as its first axis (time_major), which Keras 3 cannot"
            raise Refusal(what, "build it with batches first, copy the weights, save it")
        return layer.from_config({key: value for key, value in config.items() if key != "time_major"})

    return type(layer.__name__, (), {"from_config": classmethod(from_config)})
