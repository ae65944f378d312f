"""Hostile configurations: code, names of other modules, files, sizes, nesting."""

from __future__ import annotations

import base64
import copy
import json
import marshal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hostile.building import CORPUS, MARKER, Hostile, Tree, archive, legacy, node, sound_config, sound_texts


def code_of(folder: Path) -> str:
    """A function's code as Keras packs it: it would write the marker."""
    source = f"lambda x: (__import__('pathlib').Path({str(folder / MARKER)!r}).write_text('ran'), x)[1]"
    code = compile(source, "hostile", "eval").co_consts[0]
    return base64.b64encode(marshal.dumps(code)).decode()


def changed(name: str, says: str, change: Callable[[Tree, Path], Any], *, both: bool = True) -> None:
    """A change of the sound configuration, in a .keras and an .h5 file."""

    def config_of(folder: Path) -> Any:
        config = copy.deepcopy(sound_config())
        answer = change(config, folder)
        return config if answer is None else answer

    def build(folder: Path) -> Path:
        return archive(folder / "model.keras", sound_texts(config_of(folder)))

    CORPUS.append(Hostile(name, build, says))
    if both:
        CORPUS.append(Hostile(f"{name} (.h5)", lambda folder: legacy(folder / "model.h5", config_of(folder)), says))


def _layer(name: str, says: str, layer: Callable[[Path], Tree]) -> None:
    changed(name, says, lambda config, folder: config["config"]["layers"].append(layer(folder)))


def in_lstm(name: str, says: str, key: str, value: Callable[[Path], Any]) -> None:
    """Something in the place of a part of the LSTM."""
    changed(name, says, lambda config, folder: config["config"]["layers"][1]["config"].update({key: value(folder)}))


def _lambda(folder: Path) -> Tree:
    function = node("__lambda__", {"code": code_of(folder), "defaults": None, "closure": None}, "builtins")
    return node("Lambda", {"name": "head", "function": function})


def _legacy_lambda(folder: Path) -> Tree:
    return {
        "class_name": "Lambda",
        "config": {"name": "head", "function": [code_of(folder), None, None], "function_type": "lambda"},
    }


def _around(kind: str, key: str = "layer") -> Callable[[Path], Tree]:
    return lambda folder: node(kind, {"name": "around", key: _lambda(folder)})


def _inner(folder: Path) -> Tree:
    return node("Functional", {"name": "inner", "layers": [_lambda(folder)]}, "keras.src.models.functional")


def _function(name: str, module: str) -> Callable[[Path], Tree]:
    return lambda folder: {"module": module, "class_name": "function", "config": name, "registered_name": name}


_layer("lambda", "layer 'head' (Lambda) runs code of its own", _lambda)
_layer("legacy lambda", "layer 'head' (Lambda) runs code of its own", _legacy_lambda)
_layer("lambda in TimeDistributed", "layer 'around/head' (Lambda) runs code", _around("TimeDistributed"))
_layer("lambda in Bidirectional", "layer 'around/head' (Lambda) runs code", _around("Bidirectional"))
_layer("lambda as a cell", "layer 'around/head' (Lambda) runs code", _around("RNN", "cell"))
_layer("lambda in an inner model", "layer 'inner/head' (Lambda) runs code", _inner)
_layer("lambda with the name of a layer", "needs", lambda f: _lambda(f) | {"class_name": "lambda_layer"})
_layer("a SavedModel inside", "runs code", lambda f: node("TFSMLayer", {"name": "graph", "filepath": str(f)}))
_layer("a PyTorch module", "runs code", lambda f: node("TorchModuleWrapper", {"name": "torch", "module": "AA=="}))
_layer("a JAX function", "runs code", lambda f: node("JaxLayer", {"name": "jax", "call_fn": "x"}))
_layer(
    "an operation of TensorFlow", "runs code", lambda f: {"class_name": "TFOpLambda", "config": {"name": "read_file"}}
)
_layer("a slice of TensorFlow", "runs code", lambda f: {"class_name": "SlicingOpLambda", "config": {"name": "slice"}})
_layer(
    "a class of Python",
    "layer 'unnamed' (Popen) needs subprocess.Popen, which is not part of Keras",
    lambda f: node("Popen", {"args": ["touch"]}, "subprocess"),
)
_layer("a class of its own", "needs own>Head", lambda f: node("Head", {}, "own") | {"registered_name": "own>Head"})
_layer("another module named keras", "not part of Keras", lambda f: node("Dense", {"units": 1}, "keras_evil.layers"))
_layer("a helper of Keras", "not part of Keras", lambda f: node("get_file", {}, "keras.src.utils.file_utils"))
_layer("a class of Keras's inside", "not part of Keras", lambda f: node("Dense", {"units": 1}, "keras.src.backend"))
_layer("a layer that is not listed", "not among what of Keras", lambda f: node("RandomCrop", {"name": "crop"}))
_layer("a piece as a layer", "not among what of Keras", lambda f: node("Zeros", {}, "keras.initializers"))
_layer("no name of a class", "in a way that Keras does not write", lambda f: {"class_name": ["Dense"], "config": {}})
_layer(
    "a vocabulary of another file",
    "may read other files",
    lambda f: node("StringLookup", {"name": "words", "vocabulary": "/etc/passwd"}),
)
_layer("a vectorization", "may read other files", lambda f: node("TextVectorization", {"vocabulary": "/etc/passwd"}))
_layer("numbers of another file", "may read other files", lambda f: node("IntegerLookup", {"vocabulary": "/dev/zero"}))
for _kind in ("Map", "WhileLoop", "Cond", "Scan"):
    _layer(
        f"operation {_kind}",
        "calls a function that the file names",
        lambda f, kind=_kind: node(
            kind, {"name": "loop", "function": _function("get_file", "keras.utils")(f)}, "keras.src.ops.core"
        ),
    )
in_lstm("a function of Python", "not part of Keras", "activation", _function("system", "os"))
in_lstm("a built-in of Python", "not among what of Keras", "activation", _function("eval", "builtins"))
in_lstm("a download", "not part of Keras", "activation", _function("get_file", "keras.utils"))
in_lstm(
    "a lambda as activation",
    "runs code of its own",
    "recurrent_activation",
    lambda f: node("__lambda__", {"code": code_of(f)}, "builtins"),
)
in_lstm("a custom initializer", "not part of Keras", "bias_initializer", lambda f: node("Evil", {}, "evil"))
in_lstm("a custom regularizer", "not part of Keras", "kernel_regularizer", lambda f: node("Evil", {}, "evil"))
in_lstm("a custom constraint", "not part of Keras", "kernel_constraint", lambda f: node("Evil", {}, "evil"))
in_lstm("a custom type of numbers", "not part of Keras", "dtype", lambda f: node("Evil", {}, "evil"))
in_lstm(
    "a type of TensorFlow",
    "runs code",
    "extra",
    lambda f: {"class_name": "__typespec__", "spec_name": "X", "config": []},
)
in_lstm("a lambda deep inside", "runs code", "extra", lambda f: {"a": [{"b": [_lambda(f)]}]})
in_lstm(
    "a lambda by its type",
    "Keras does not write",
    "extra",
    lambda f: {"function": [code_of(f)], "function_type": "lambda"},
)
in_lstm("10⁹ units", "units = 1,000,000,000", "units", lambda f: 10**9)
in_lstm("more units than numbers", "more than the", "units", lambda f: 1000)
in_lstm("a number of steps", "no memory could hold", "steps", lambda f: 10**12)
_layer(
    "a huge embedding",
    "input_dim = 1,000,000,000",
    lambda f: node("Embedding", {"name": "e", "input_dim": 10**9, "output_dim": 4}),
)
_layer("endless repetition", "no memory could hold", lambda f: node("RepeatVector", {"name": "r", "n": 10**9}))
_layer("endless padding", "no memory could hold", lambda f: node("ZeroPadding1D", {"name": "p", "padding": [10**9, 0]}))
changed(
    "a huge input",
    "no memory could hold",
    lambda c, f: c["config"]["layers"][0]["config"].update(batch_shape=[None, 10**6, 10**6]),
)
changed(
    "a huge build",
    "no memory could hold",
    lambda c, f: c["config"]["layers"][1].update(build_config={"input_shape": [None, 10**7, 10**7]}),
)
changed(
    "a loss in an inner model",
    "not part of Keras",
    lambda c, f: c["config"]["layers"].append(
        node(
            "Sequential",
            {"name": "inner", "layers": []},
            "keras",
            compile_config={"loss": _function("system", "os")(f)},
        )
    ),
)
changed("no mapping", "damaged or cut off", lambda c, f: [c])
changed("a model of its own", "not part of Keras", lambda c, f: c | {"class_name": "Own", "module": "own"})


def _text(name: str, says: str, text: Callable[[], bytes]) -> None:
    def build(folder: Path) -> Path:
        return archive(folder / "model.keras", sound_texts() | {"config.json": text()})

    CORPUS.append(Hostile(name, build, says))


_text("nested without end", "nested more than 60 deep", lambda: b"[" * 200_000)
_text(
    "nested too deep",
    "nested more than",
    lambda: json.dumps(sound_config()).encode()[:-1] + b', "a": ' + b"[" * 90 + b"]" * 90 + b"}",
)
_text("a key twice", "a key stands twice", lambda: b'{"class_name": "Sequential", "class_name": "Lambda"}')
_text("a number without end", "damaged or cut off", lambda: b'{"a": ' + b"9" * 100_000 + b"}")
_text("too many values", "more than", lambda: b"[" + b"0," * 600_000 + b"0]")
_text("not JSON", "damaged or cut off", lambda: b"\x80\x04K\x01.")
_text("not text", "damaged or cut off", lambda: b"\xff\xfe{}")
