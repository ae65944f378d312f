"""A copy of a model with the weights of some layers drawn again (Adebayo et al. 2018, sanity checks for saliency)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any


def randomised(model: Any, layers: Sequence[int], seed: int) -> Any:
    """Layers are positions in the model's list. Each initializer gets a seed of its own, also where the file fixes one.

    What an initializer leaves constant (biases of zero, unit forget gates, batch statistics) is constant again.
    """
    import keras

    chosen = {model.layers[index].name for index in layers}

    def copy(layer: Any) -> Any:
        config = layer.get_config()
        if layer.name in chosen:
            config = _seeded(config, f"{seed}/{layer.name}")
        return type(layer).from_config(config)

    twin = keras.models.clone_model(model, clone_function=copy)
    for old, new in zip(model.layers, twin.layers, strict=True):
        if old.name not in chosen:
            new.set_weights(old.get_weights())
    return twin


def _seeded(node: Any, key: str) -> Any:
    """The same configuration with the seed of every initializer in it derived from the key and its place."""
    if isinstance(node, list):
        return [_seeded(item, f"{key}/{i}") for i, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    inner = {name: _seeded(value, f"{key}/{name}") for name, value in node.items()}
    if node.get("module") == "keras.initializers" and "seed" in (node.get("config") or {}):
        inner["config"] = inner["config"] | {"seed": int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)}
    return inner
