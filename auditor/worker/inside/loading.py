"""Load a Keras model and describe it. Only functional and sequential models, whose inputs and layers are known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from auditor.worker.inside.attention import heads
from auditor.worker.inside.legacy import missed_names
from auditor.worker.inside.refusals import Refusal
from auditor.worker.wire import printable

_MOST_NUMBERS = 2**28  # that a layer may make of one row: a gigabyte
_SAVE = 'save it again with a current Keras: model.save("model.keras")'


def load(path: Path, kind: str) -> tuple[Any, dict[str, Any]]:
    """The model, and what `wire.Opened` says about it but for the handle. Raises Refusal."""
    import keras

    try:
        known = {} if kind == "keras-v3" else missed_names()
        model = keras.saving.load_model(path, custom_objects=known, compile=False, safe_mode=True)
    except Refusal:
        raise
    except Exception as error:  # Keras raises nearly anything for a file that it cannot read
        raise Refusal(f"Keras cannot load it: {printable(_said(error), 1500)}", _SAVE) from error
    _check_kind(model)
    _check_sizes(model)
    return model, described(model)


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


def _check_sizes(model: Any) -> None:
    """Sizes that a chain of layers comes to; those that a layer names itself were looked at before."""
    for one in (*model.layers, *getattr(model, "operations", ())):
        if hasattr(one, "layers"):  # a model in the model: told by its own layer
            _check_sizes(one)
        for tensor in (tensor for node in one._inbound_nodes for tensor in node.output_tensors):  # noqa: SLF001 - as below
            made = math.prod(size for size in tensor.shape[1:] if size is not None)
            if made > _MOST_NUMBERS:
                what = f"layer '{printable(one.name)}' ({type(one).__name__}) makes {made:,} numbers of one row"
                raise Refusal(f"{what}, and at most {_MOST_NUMBERS:,} are run", "build the model with smaller layers")


def described(model: Any) -> dict[str, Any]:
    """Ports, layers and counts, as `wire.Opened` tells them."""
    weights = [np.asarray(weight) for weight in model.weights]
    return {
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
        "recurrences": _recurrences(layer),
        "heads": heads(layer),
    }


def _recurrences(layer: Any) -> list[dict[str, Any]]:
    import keras

    calls = layer._inbound_nodes  # noqa: SLF001 - no public way to tell that a state is given
    if calls and (len(calls[0].arguments.args) > 1 or calls[0].arguments.kwargs.get("initial_state") is not None):
        return []
    if type(layer) is keras.layers.Bidirectional:
        inner = (layer.forward_layer, layer.backward_layer)
        both = [_recurrence(one, f"{one.name}/") for one in inner]
        return [one for one in both if one] if all(both) else []
    one = _recurrence(layer, "")
    return [one] if one else []


def _recurrence(layer: Any, prefix: str) -> dict[str, Any] | None:
    """What is needed to run an LSTM or a GRU elsewhere; None for other layers and one that keeps its state."""
    import keras

    if type(layer) not in (keras.layers.LSTM, keras.layers.GRU) or layer.stateful:
        return None
    gate, squash = map(keras.activations.serialize, (layer.recurrent_activation, layer.activation))
    return {
        "kind": type(layer).__name__,
        "units": layer.units,
        "prefix": prefix,
        "gate": str(gate),
        "squash": str(squash),
        "reset_after": bool(getattr(layer, "reset_after", False)),
        "backwards": bool(layer.go_backwards),
    }


def single_output(layer: Any) -> Any:
    """The layer's output in the model, None where there is not exactly one."""
    try:
        output = layer.output
    except (AttributeError, ValueError):
        return None
    return None if isinstance(output, (list, tuple, dict)) else output


def single_input(layer: Any) -> tuple[Any, Any]:
    """The layer's first input in the model, and the mask that goes with it; None where there is not exactly one.

    Keras lists a mask that is computed from the input among the inputs. The first call is the one whose output is
    `layer.output`; a sequential model calls its layers again for itself.
    """
    if single_output(layer) is None:
        return None, None
    call = layer._inbound_nodes[0]  # noqa: SLF001 - no public way to tell the mask from the other inputs
    first = call.arguments.args[0] if call.arguments.args else None
    mask = call.arguments.kwargs.get("mask")
    return (None if isinstance(first, (list, tuple, dict)) else first), mask


def named_weights(layer: Any) -> dict[str, Any]:
    """The weights by the names of the layers they lie in. Keras's own paths differ between a model and its copy."""
    names = _names(layer, "")
    found: dict[str, Any] = {}
    for weight in layer.weights:
        name = names[id(weight)]
        found[name if name not in found else f"{name}_{len(found)}"] = weight
    return found


def _names(layer: Any, prefix: str) -> dict[int, str]:
    inner = layer._flatten_layers(include_self=False, recursive=False)  # noqa: SLF001 - no public way to sub-layers
    names = {id(weight): f"{prefix}{weight.name}" for weight in layer.weights}
    for below in inner:
        names |= _names(below, f"{prefix}{below.name}/")
    return names
