"""Small Keras models of many shapes, and rows for them. TensorFlow is imported only when a model is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Padding = Literal["left", "right", "none"]
STEPS, FEATURES, STATICS, TOKENS = 7, 4, 3, 11


@dataclass(frozen=True)
class Architecture:
    """tokens: its sequence is of whole numbers, for an Embedding. static: it has a second input, `static`."""

    name: str
    build: Callable[[], Any]
    tokens: bool = False
    static: bool = False

    def rows(self, count: int, padding: Padding, seed: int = 0) -> dict[str, NDArray[Any]]:
        """Inputs of so many rows; unless padding is none, each sequence has a length of its own, padded with zeros."""
        rng = np.random.default_rng(seed)
        if self.tokens:
            sequence: NDArray[Any] = rng.integers(1, TOKENS, (count, STEPS)).astype(np.int32)
        else:
            sequence = rng.normal(size=(count, STEPS, FEATURES)).astype(np.float32)
        if padding != "none":
            lengths = rng.integers(1, STEPS + 1, count)[:, None]
            steps = np.arange(STEPS)[None, :]
            measured = steps >= STEPS - lengths if padding == "left" else steps < lengths
            sequence = sequence * (measured if self.tokens else measured[..., None]).astype(sequence.dtype)
        inputs = {"sequence": sequence}
        if self.static:
            inputs["static"] = rng.normal(size=(count, STATICS)).astype(np.float32)
        return inputs


ARCHITECTURES: dict[str, Architecture] = {}


def model_of(name: str) -> Any:
    """The model of an architecture, its weights seeded and spread out so that its scores differ from row to row."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    model = ARCHITECTURES[name].build()
    rng = np.random.default_rng(7)
    for weight in model.weights:
        if weight.path.endswith(("kernel", "embeddings")):
            weight.assign(weight.numpy() * (4 if "score" in weight.path else 2))
        elif weight.path.endswith("bias"):
            weight.assign(weight.numpy() + rng.normal(scale=0.3, size=weight.shape))
    return model


def _architecture(
    *, tokens: bool = False, static: bool = False
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def keep(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def built() -> Any:
            import keras

            return build(keras)

        ARCHITECTURES[build.__name__] = Architecture(build.__name__, built, tokens, static)
        return build

    return keep


def _chain(keras: Any, *layers: Any) -> Any:
    return keras.Sequential([keras.Input((STEPS, FEATURES), name="sequence"), *layers])


def _score(keras: Any) -> Any:
    return keras.layers.Dense(1, activation="sigmoid", name="score")


@_architecture()
def lstm(keras: Any) -> Any:
    return _chain(keras, keras.layers.LSTM(8), _score(keras))


@_architecture()
def stacked_lstm(keras: Any) -> Any:
    return _chain(keras, keras.layers.LSTM(8, return_sequences=True), keras.layers.LSTM(6), _score(keras))


@_architecture()
def bidirectional(keras: Any) -> Any:
    return _chain(keras, keras.layers.Bidirectional(keras.layers.LSTM(5)), _score(keras))


@_architecture()
def gru(keras: Any) -> Any:
    return _chain(keras, keras.layers.GRU(8), _score(keras))


@_architecture()
def masked_lstm(keras: Any) -> Any:
    return _chain(keras, keras.layers.Masking(), keras.layers.LSTM(8), _score(keras))


@_architecture()
def masked_bidirectional(keras: Any) -> Any:
    inner = keras.layers.GRU(5, return_sequences=True)
    return _chain(keras, keras.layers.Masking(), keras.layers.Bidirectional(inner), keras.layers.LSTM(4), _score(keras))


@_architecture()
def pooling(keras: Any) -> Any:
    recurrent = keras.layers.LSTM(8, return_sequences=True)
    return _chain(keras, keras.layers.Masking(), recurrent, keras.layers.GlobalAveragePooling1D(), _score(keras))


@_architecture()
def multi_head_attention(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    states = keras.layers.LSTM(8, return_sequences=True)(sequence)
    seen = keras.layers.MultiHeadAttention(2, 4)(states, states)
    summed = keras.layers.LayerNormalization()(keras.layers.Add()([states, seen]))
    return keras.Model(sequence, _score(keras)(keras.layers.GlobalMaxPooling1D()(summed)))


@_architecture()
def masked_attention(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    states = keras.layers.GRU(6, return_sequences=True)(keras.layers.Masking()(sequence))
    seen = keras.layers.AdditiveAttention()([states, states])
    return keras.Model(sequence, _score(keras)(keras.layers.GlobalAveragePooling1D()(seen)))


@_architecture(static=True)
def sequence_and_static(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    static = keras.Input((STATICS,), name="static")
    joined = keras.layers.Concatenate()([keras.layers.LSTM(6)(sequence), keras.layers.Dense(4, "relu")(static)])
    return keras.Model([sequence, static], _score(keras)(joined))


@_architecture(static=True)
def named_inputs_in_other_order(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    static = keras.Input((STATICS,), name="static")
    state = keras.layers.Dense(6, "tanh")(static)
    states = keras.layers.GRU(6)(sequence, initial_state=state)
    return keras.Model({"static": static, "sequence": sequence}, _score(keras)(states))


@_architecture()
def softmax(keras: Any) -> Any:
    return _chain(keras, keras.layers.LSTM(8), keras.layers.Dense(4, activation="softmax", name="score"))


@_architecture()
def regression(keras: Any) -> Any:
    hidden = keras.layers.Dense(5, "relu")
    head = keras.layers.Dense(1, name="raw")
    return _chain(keras, keras.layers.LSTM(8), hidden, head, keras.layers.Rescaling(80.0, 120.0, name="score"))


@_architecture()
def logit(keras: Any) -> Any:
    return _chain(keras, keras.layers.GRU(8), keras.layers.Dense(1, name="score"))


@_architecture()
def time_distributed(keras: Any) -> Any:
    each = keras.layers.TimeDistributed(keras.layers.Dense(6, "tanh"))
    return _chain(keras, each, keras.layers.LSTM(8), _score(keras))


@_architecture()
def dropout_and_batch_norm(keras: Any) -> Any:
    recurrent = keras.layers.LSTM(8, dropout=0.4, recurrent_dropout=0.2)
    return _chain(keras, keras.layers.BatchNormalization(), recurrent, keras.layers.Dropout(0.5), _score(keras))


@_architecture()
def conv_gru_lstm(keras: Any) -> Any:
    conv = keras.layers.Conv1D(6, 3, padding="causal", activation="relu")
    return _chain(keras, conv, keras.layers.GRU(6, return_sequences=True), keras.layers.LSTM(5), _score(keras))


@_architecture(tokens=True)
def embedding(keras: Any) -> Any:
    tokens = keras.Input((STEPS,), dtype="int32", name="sequence")
    points = keras.layers.Embedding(TOKENS, 5, mask_zero=True, name="points")(tokens)
    return keras.Model(tokens, _score(keras)(keras.layers.LSTM(8)(points)))


@_architecture()
def any_length(keras: Any) -> Any:
    layers = [keras.Input((None, FEATURES), name="sequence"), keras.layers.LSTM(8), _score(keras)]
    return keras.Sequential(layers)


@_architecture()
def model_in_a_model(keras: Any) -> Any:
    inner_input = keras.Input((STEPS, FEATURES))
    inner = keras.Model(inner_input, keras.layers.LSTM(6)(inner_input), name="inner")
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    return keras.Model(sequence, _score(keras)(inner(sequence)))


@_architecture()
def two_outputs(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence")
    states = keras.layers.LSTM(8)(sequence)
    other = keras.layers.Dense(2, name="other")(states)
    return keras.Model(sequence, [_score(keras)(states), other])


@_architecture()
def double_precision(keras: Any) -> Any:
    sequence = keras.Input((STEPS, FEATURES), name="sequence", dtype="float64")
    states = keras.layers.LSTM(6, dtype="float64")(sequence)
    return keras.Model(
        sequence, keras.layers.Dense(1, "sigmoid", dtype="float64", name="dense")(states)
    )  # as Keras names it, too


@_architecture()
def three_quantiles_at_two_horizons(keras: Any) -> Any:
    return _chain(keras, keras.layers.LSTM(8), keras.layers.Dense(6, name="score"))
