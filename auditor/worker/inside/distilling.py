"""A small LSTM or GRU that learns what a model says (distillation: Hinton, Vinyals and Dean 2015)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.worker.inside.refusals import Refusal

Arrays = Sequence[NDArray[Any]]

_LARGEST, _STEPS, _RATE = 256, 16, 0.01  # rows of a batch; batches of an epoch, where there are fewer rows
_HELD = 5  # one row of so many tells when to stop
_PATIENCE, _BETTER = 5, 1e-3  # epochs without this improvement, as a share of the loss
_SMALLEST = 1e-6  # probability: a logit further out is what float32 makes of certainty


def distilled(model: Any, inputs: Arrays, scores: NDArray[Any], spec: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The student, and what `wire.Taught` says about how it learnt.

    inputs: of the model, in its order. scores: (rows, columns), what the model says. spec: kind, units, layers, epochs,
    seconds, link (logit, softmax or identity), output (a position) and seed. The last fifth of the rows is not learnt
    from. Raises Refusal for inputs and outputs of other forms than one sequence beside vectors, and numbers a row.
    """
    import keras

    if scores.ndim != 2:
        raise Refusal(f"the output has the shape {scores.shape[1:]}; a student learns one or several numbers a row")
    keras.utils.set_random_seed(spec["seed"])
    wanted = _linked(scores.astype(float), spec["link"])
    centre, spread = wanted.mean(0), wanted.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    name = model.outputs[spec["output"]]._keras_history.operation.name  # noqa: SLF001 - no public way
    ins, raw = _net(model, inputs, spec, scores.shape[1], f"{name}_student")
    learner = keras.Model(ins, raw)
    learnt = _taught(learner, list(inputs), ((wanted - centre) / spread).astype("float32"), spec)
    activation = {"logit": "sigmoid", "softmax": "softmax", "identity": "linear"}[spec["link"]]
    told = keras.layers.Rescaling(spread.tolist(), centre.tolist(), name=f"{name}_scale")(raw)
    return keras.Model(ins, keras.layers.Activation(activation, name=name)(told)), learnt


def _linked(scores: NDArray[Any], link: str) -> NDArray[Any]:
    if link == "identity":
        return scores
    sure = np.clip(scores, _SMALLEST, 1 - _SMALLEST)
    if link == "logit":
        return np.asarray(np.log(sure) - np.log1p(-sure))
    logs = np.log(sure)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def _net(model: Any, inputs: Arrays, spec: Mapping[str, Any], columns: int, name: str) -> tuple[list[Any], Any]:
    """Inputs named as the model's, and the student's numbers before scale and link.

    name: what its layers' names begin with. Keras's own, as `dense`, may be the name of the model's output.
    """
    import keras

    ins = [keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name) for tensor in model.inputs]
    sequences, vectors = [], []
    for tensor, array in zip(ins, inputs, strict=True):
        if "float" not in str(tensor.dtype):
            sequences.append(_embedded(model, tensor, name))
        elif len(tensor.shape) == 3:
            sequences.append((_standardised(tensor, array, name), _mask(model, tensor)))
        elif len(tensor.shape) == 2:
            vectors.append(_standardised(tensor, array, name))
        else:
            raise Refusal(f"input '{tensor.name}' is neither a sequence nor a vector; a student cannot take it")
    if len(sequences) != 1:
        raise Refusal(f"the model has {len(sequences)} sequences; a student takes one")
    ((state, mask),) = sequences
    layer = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}[spec["kind"]]
    for at in range(spec["layers"]):
        more = at + 1 < spec["layers"]
        state = layer(spec["units"], return_sequences=more, name=f"{name}_{at}")(state, mask=mask)
    joined = keras.layers.Concatenate(name=f"{name}_joined")([state, *vectors]) if vectors else state
    return ins, keras.layers.Dense(columns, dtype="float32", name=f"{name}_sum")(joined)


def _embedded(model: Any, tensor: Any, name: str) -> tuple[Any, Any]:
    """The model's own embedding, which the student does not change."""
    import keras

    own = next((layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)), None)
    if own is None or len(tensor.shape) != 2:
        raise Refusal(f"input '{tensor.name}' takes whole numbers that do not go through an Embedding of a sequence")
    given = {"weights": own.get_weights(), "trainable": False, "name": f"{name}_embedding"}
    layer = keras.layers.Embedding(own.input_dim, own.output_dim, **given)
    return layer(tensor), keras.ops.not_equal(tensor, 0) if own.mask_zero else None


def _mask(model: Any, tensor: Any) -> Any:
    """The steps that the model's own Masking layer leaves, if it has one."""
    import keras

    own = next((layer for layer in model.layers if isinstance(layer, keras.layers.Masking)), None)
    return None if own is None else keras.ops.any(keras.ops.not_equal(tensor, own.mask_value), axis=-1)


def _standardised(tensor: Any, array: NDArray[Any], name: str) -> Any:
    """A model may be given raw numbers and scale them itself; its student would learn nothing from these."""
    import keras

    flat = array.reshape(-1, array.shape[-1]).astype(float)
    centre, spread = flat.mean(0), flat.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    scale, shift = (1 / spread).tolist(), (-centre / spread).tolist()
    return keras.layers.Rescaling(scale, shift, dtype="float32", name=f"{name}_{tensor.name}")(tensor)


def _taught(learner: Any, inputs: list[Any], wanted: NDArray[Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Adam on the squared error; the best weights by the rows held out are kept."""
    import keras

    learner.compile(keras.optimizers.Adam(_RATE, clipnorm=1.0), "mse", jit_compile=False)
    rng, until = np.random.default_rng(spec["seed"]), time.monotonic() + spec["seconds"]
    count = len(wanted) - max(1, len(wanted) // _HELD)
    batch, held = min(_LARGEST, max(8, count // _STEPS), count), [array[count:] for array in inputs]
    best, kept, waited, epochs, ended = np.inf, learner.get_weights(), 0, 0, "epochs"
    while epochs < spec["epochs"]:
        order = rng.permutation(count)
        for at in range(0, count - batch + 1, batch):
            rows = order[at : at + batch]
            learner.train_on_batch([array[rows] for array in inputs], wanted[rows])
        epochs += 1
        loss = float(learner.test_on_batch(held, wanted[count:]))
        waited = 0 if loss < best * (1 - _BETTER) else waited + 1
        if loss < best:
            best, kept = loss, learner.get_weights()
        if waited >= _PATIENCE or time.monotonic() > until:
            ended = "seconds" if waited < _PATIENCE else "no better"
            break
    learner.set_weights(kept)
    if not np.isfinite(best):
        raise Refusal("the student's error is not a number; its inputs or the model's scores may not be either")
    return {"epochs": epochs, "ended": ended, "unexplained": best, "passes": (1 + epochs) * len(wanted)}
