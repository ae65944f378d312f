"""Load a Keras model and describe it. Only functional and sequential models, whose inputs and layers are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from auditor.worker.inside.refusals import Refusal, check_hdf5_file, check_keras_file
from auditor.worker.wire import printable

_SAVE = 'save it again with a current Keras: model.save("model.keras")'


def load(path: Path, kind: str) -> tuple[Any, dict[str, Any]]:
    """The model, and what `wire.Opened` says about it but for the handle. Raises Refusal."""
    import keras

    version = check_keras_file(path) if kind == "keras-v3" else check_hdf5_file(path)
    try:
        known = {} if kind == "keras-v3" else _operations()
        model = keras.saving.load_model(path, custom_objects=known, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises nearly anything for a file that it cannot read
        raise Refusal(f"Keras cannot load it: {printable(_said(error), 1500)}", _SAVE) from error
    _check_kind(model)
    return model, _described(model, version)


def _operations() -> dict[str, Any]:
    """Keras's own operations by name. A functional model with masks holds some, and Keras misses them in .h5 files."""
    import keras

    found, waiting = {}, [keras.Operation]
    while waiting:
        operation = waiting.pop()
        waiting += operation.__subclasses__()
        is_operation = operation.__module__.startswith("keras.src.ops.")
        if is_operation and not hasattr(keras.layers, operation.__name__):
            found[operation.__name__] = operation
    return found


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _check_kind(model: Any) -> None:
    import keras

    if not isinstance(model, keras.Sequential) and type(model).__name__ != "Functional":
        what = f"the model is a {type(model).__name__}; a functional or sequential model is needed"
        raise Refusal(what, "build it with keras.Model(inputs, outputs) or keras.Sequential, copy the weights, save it")
    if not model.built or not getattr(model, "inputs", None):
        raise Refusal("the model has no declared inputs", "give it a keras.Input(shape) as its first layer and save it")
    for tensor in model.inputs:
        if tensor.shape[0] is not None:
            what = f"input '{tensor.name}' fixes the number of rows per call at {tensor.shape[0]}"
            raise Refusal(
                what, "build it with keras.Input(shape=...) instead of batch_shape, copy the weights, save it"
            )
    for layer in model._flatten_layers():  # noqa: SLF001 - the public list leaves out nested layers
        if getattr(layer, "stateful", False) and isinstance(layer, keras.layers.RNN):
            what = f"layer '{layer.name}' is stateful: its answer depends on the rows before"
            raise Refusal(what, "build it with stateful=False, copy the weights, save it")


def _described(model: Any, version: str) -> dict[str, Any]:
    weights = [np.asarray(weight) for weight in model.weights]
    return {
        "keras_version": printable(version),
        "inputs": [_port(tensor.name, tensor) for tensor in model.inputs],
        "outputs": [_port(name, tensor) for name, tensor in zip(output_names(model), model.outputs, strict=True)],
        "layers": [_layer(layer) for layer in model.layers],
        "parameters": int(sum(weight.size for weight in weights)),
        "nonfinite_weights": int(sum(int((~np.isfinite(w.astype("float64"))).sum()) for w in weights)),
    }


def output_names(model: Any) -> list[str]:
    """The names of the layers that give the outputs, numbered where a layer gives several."""
    names = [tensor._keras_history.operation.name for tensor in model.outputs]  # noqa: SLF001 - no public way
    return [name if names.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(names)]


def _port(name: str, tensor: Any) -> dict[str, Any]:
    return {"name": printable(name), "shape": list(tensor.shape[1:]), "dtype": str(tensor.dtype)}


def _layer(layer: Any) -> dict[str, Any]:
    shape = getattr(single_output(layer), "shape", None)
    return {
        "name": printable(layer.name),
        "kind": type(layer).__name__,
        "output_shape": None if shape is None else list(shape[1:]),
        "parameters": int(sum(int(np.prod(weight.shape)) for weight in layer.weights)),
    }


def single_output(layer: Any) -> Any:
    """The layer's output in the model, None where there is not exactly one."""
    try:
        output = layer.output
    except (AttributeError, ValueError):
        return None
    return None if isinstance(output, (list, tuple, dict)) else output
