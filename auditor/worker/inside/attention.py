"""Where a model looks: the weights of its attention layers, caught as the model itself computes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.worker.inside.refusals import Refusal

_REMEDY = "occlusion and Shapley values tell by the scores what moves them"


def heads(layer: Any) -> int:
    """How many heads an attention layer of the model's own has, or the only one inside a nested model; 0 for others."""
    import keras

    found = _attending(layer)
    if len(found) != 1:
        return 0
    if type(found[0]) in (keras.layers.Attention, keras.layers.AdditiveAttention):
        return 1
    return int(getattr(found[0], "num_query_heads", None) or found[0].num_heads)


def _attending(layer: Any) -> list[Any]:
    """The layer, if it attends; the layers that do inside a nested model, however deep."""
    import keras

    many = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)
    if type(layer) in (keras.layers.Attention, keras.layers.AdditiveAttention, *many):
        return [layer]
    inner = layer.layers if isinstance(layer, keras.Model) else ()
    return list({id(found): found for one in inner for found in _attending(one)}.values())


def caught(layer: Any, net: Callable[[Sequence[Any]], list[Any]]) -> Callable[[Sequence[Any]], list[Any]]:
    """A function from the model's inputs to the layer's weights, (rows, heads, query steps, key steps).

    The model runs as it does for scores, so that the layer is given the masks that it is given there; only for the time
    of tracing is it asked for its weights too. Of a nested model the only layer in it that attends is meant.
    Raises Refusal for a layer that does not attend, or not exactly once.
    """
    found = _attending(layer)
    if not found:
        raise Refusal(
            f"layer '{layer.name}' is of the kind {type(layer).__name__}, which gives no weights of attention", _REMEDY
        )
    if len(found) > 1:
        raise Refusal(f"{len(found)} layers inside '{layer.name}' attend; which is meant is unclear", _REMEDY)
    (layer,) = found

    def function(inputs: Sequence[Any]) -> list[Any]:
        import tensorflow as tf

        own, seen = layer.call, list[Any]()

        def call(*args: Any, **kwargs: Mapping[str, Any]) -> Any:
            answer, weights = own(*args, **{**kwargs, "return_attention_scores": True})
            seen.append(weights)
            return (answer, weights) if kwargs.get("return_attention_scores") else answer

        vars(layer)["call"] = call  # in front of the class's own
        try:
            net(inputs)
        finally:
            del vars(layer)["call"]
        if len(seen) != 1:
            raise Refusal(f"layer '{layer.name}' is used {len(seen)} times; which is meant is unclear", _REMEDY)
        weights = tf.cast(seen[0], tf.float32)
        return [weights if len(weights.shape) == 4 else weights[:, None]]

    return function
