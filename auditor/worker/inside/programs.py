"""What a task means in TensorFlow: a function from a list of input tensors to a list of output tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.worker.inside.attention import caught
from auditor.worker.inside.loading import single_input, single_output
from auditor.worker.inside.refusals import Refusal

Tensors = Sequence[Any]
Function = Callable[[Tensors], list[Any]]


def program(model: Any, task: Mapping[str, Any]) -> tuple[Function, list[str]]:
    """The function of a task and the names of what it gives. Raises Refusal for what the model does not have."""
    match task["kind"]:
        case "evaluate" | "served":
            net = _net(model, list(model.outputs), inference=task["kind"] == "evaluate")
            return lambda inputs: _numbers(net(inputs)), [""] * len(model.outputs)
        case "activations":
            return _activations(model, model.layers[task["layer"]], task["at"])
        case "attention":
            layer = model.layers[task["layer"]]
            return caught(layer, _net(model, list(model.outputs))), [layer.name]
        case "gradient" if task["at"] == "input":
            return _input_gradient(model, task)
        case _:
            return _embedding_gradient(model, task)


def _activations(model: Any, layer: Any, at: str) -> tuple[Function, list[str]]:
    given, mask = single_input(layer)
    point = single_output(layer) if at == "output" else given
    if point is None:
        raise Refusal(f"layer '{layer.name}' has not exactly one {'output' if at == 'output' else 'input'}")
    net = _net(model, [point if at != "mask" or mask is None else mask])
    if at == "mask" and mask is None:
        return lambda inputs: [_all_steps(net(inputs)[0])], [layer.name]
    return lambda inputs: _numbers(net(inputs)), [layer.name]


def _all_steps(tensor: Any) -> Any:
    import tensorflow as tf

    return tf.ones(tf.shape(tensor)[:2])


def _net(model: Any, outputs: list[Any], *, inference: bool = True) -> Function:
    """Input tensors -> output tensors, through the model's own layers. inference: say that this is no training."""
    import keras
    import tensorflow as tf

    inputs = list(model.inputs)
    net = keras.Model(inputs, outputs)
    dtypes = [tensor.dtype for tensor in inputs]

    def call(tensors: Tensors) -> list[Any]:
        cast = [tf.cast(tensor, dtype) for tensor, dtype in zip(tensors, dtypes, strict=True)]
        answer = net(cast, training=False) if inference else net(cast)
        return list(answer) if isinstance(answer, (list, tuple)) else [answer]

    return call


def _numbers(tensors: Tensors) -> list[Any]:
    """float64 stays, everything else becomes float32."""
    import tensorflow as tf

    return [tensor if tensor.dtype == tf.float64 else tf.cast(tensor, tf.float32) for tensor in tensors]


def _input_gradient(model: Any, task: Mapping[str, Any]) -> tuple[Function, list[str]]:
    import tensorflow as tf

    net = _net(model, [model.outputs[task["output"]]])
    names = [tensor.name for tensor in model.inputs if "float" in str(tensor.dtype)]
    if not names:
        raise Refusal("the model has no input of a float type to differentiate by", 'use at="embedding"')

    def function(inputs: Tensors) -> list[Any]:
        floats = [tensor for tensor in inputs if tensor.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(floats)
            target = _column(net(inputs)[0], task["column"])
        return _known(tape.gradient(target, floats), names)

    return function, names


def _embedding_gradient(model: Any, task: Mapping[str, Any]) -> tuple[Function, list[str]]:
    import keras
    import tensorflow as tf

    found = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    embedded = single_output(found[0]) if found else None
    if embedded is None:
        raise Refusal("the model has no Embedding layer of its own that is used once", 'use at="input"')
    before = _net(model, [embedded])
    after = _beyond(model, found[0], task["output"])
    names = [found[0].name, *(tensor.name for tensor in model.inputs if "float" in str(tensor.dtype))]

    def function(sent: Tensors) -> list[Any]:
        inputs = sent[: len(model.inputs)]
        point = tf.cast(sent[-1], embedded.dtype) if task["points"] else before(inputs)[0]
        by = [point, *(tensor for tensor in inputs if tensor.dtype.is_floating)]
        with tf.GradientTape() as tape:
            tape.watch(by)
            target = _column(after(inputs, point), task["column"])
        first, *rest = tape.gradient(target, by)
        others = [tf.zeros_like(x) if slope is None else slope for x, slope in zip(by[1:], rest, strict=True)]
        return _numbers([*_known([first], names[:1]), *others])

    return function, names


def _beyond(model: Any, layer: Any, output: int) -> Callable[[Tensors, Any], Any]:
    """The model's output where what a layer puts out is replaced by a given tensor; its mask stays its own."""
    net = _net(model, [model.outputs[output]])

    def call(inputs: Tensors, point: Any) -> Any:
        vars(layer)["call"] = lambda *_, **__: point  # for the time of tracing, in front of the class's own
        try:
            return net(inputs)[0]
        finally:
            del vars(layer)["call"]

    return call


def _column(scores: Any, column: int | None) -> Any:
    """One number a row, float32 or wider, so that its sum over rows has each row's own derivative."""
    if len(scores.shape) == 1 or (len(scores.shape) == 2 and scores.shape[1] == 1 and column in (None, 0)):
        return _numbers([scores])[0]
    if len(scores.shape) != 2:
        raise Refusal(f"the output has the shape {tuple(scores.shape)}; gradients need one or several numbers a row")
    if column is None or not 0 <= column < scores.shape[1]:
        raise Refusal(f"the output has {scores.shape[1]} columns, so a column below that is needed, not {column}")
    return _numbers([scores])[0][:, column]


def _known(gradients: Sequence[Any], names: Sequence[str]) -> list[Any]:
    lost = [name for name, gradient in zip(names, gradients, strict=True) if gradient is None]
    if lost:
        what = f"the output cannot be differentiated by {', '.join(lost)}"
        raise Refusal(what, 'an input that feeds an Embedding takes at="embedding"')
    return list(gradients)
