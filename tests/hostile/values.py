"""Hostile values in a configuration: names given as text, numbers that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hostile.building import CORPUS, Hostile, Tree, archive, legacy, node, sound_config, sound_texts
from hostile.configurations import changed, code_of, in_lstm

in_lstm("a function by its name", "activation = 'os.system', which is not among", "activation", lambda f: "os.system")
in_lstm("an unknown activation", "activation = 'evil', which is not", "recurrent_activation", lambda f: "evil")
in_lstm("a number as activation", "activation = 5, which Keras does not write", "activation", lambda f: 5)
in_lstm("two activations", "which Keras does not write", "activation", lambda f: ["relu", "softmax"])
in_lstm("a mapping as activation", "which Keras does not write", "activation", lambda f: {"config": "os.system"})
in_lstm("an initializer by its name", "bias_initializer = 'evil'", "bias_initializer", lambda f: "evil")
in_lstm("a regularizer by its name", "kernel_regularizer = 'evil'", "kernel_regularizer", lambda f: "evil")
in_lstm("a constraint by its name", "kernel_constraint = 'evil'", "kernel_constraint", lambda f: "evil")
in_lstm("a type by its name", "dtype = 'object'", "dtype", lambda f: "object")
in_lstm(
    "a policy by its name",
    "type of numbers, 'evil'",
    "dtype",
    lambda f: node("DTypePolicy", {"name": "evil"}, "keras"),
)
in_lstm("an unknown way to merge", "merge_mode = 'evil'", "merge_mode", lambda f: "evil")
in_lstm("units as text", "layer 'lstm' has units = '4', which Keras does not write", "units", lambda f: "4")
in_lstm("fewer units than none", "layer 'lstm' has units = -4", "units", lambda f: -4)
in_lstm("units without end", "layer 'lstm' has units = 1e+300", "units", lambda f: 1e300)
in_lstm("units that are no number", "layer 'lstm' has units = nan", "units", lambda f: float("nan"))
in_lstm("more than all", "layer 'lstm' has dropout = 2", "dropout", lambda f: 2)
in_lstm("negative margins", "layer 'lstm' has padding = [-1, 0]", "padding", lambda f: [-1, 0])
in_lstm("a name that leads out", "layer '../../x' (LSTM) has a name", "name", lambda f: "../../x")
changed(
    "registered as another",
    "layer 'lstm' (LSTM) is registered under another name than its own ('Lambda')",
    lambda c, f: c["config"]["layers"][1].update(registered_name="Lambda"),
)
changed(
    "a batch of text",
    "layer 'sequence' has batch_shape = ['all', 4], which Keras does not write",
    lambda c, f: c["config"]["layers"][0]["config"].update(batch_shape=["all", 4]),
)


def _trained(name: str, says: str, loss: Callable[[Path], Tree]) -> None:
    """A hostile loss, where each format tells what the model was trained with."""

    def build(folder: Path) -> Path:
        config = sound_config() | {"compile_config": {"optimizer": "adam", "loss": loss(folder)}}
        return archive(folder / "model.keras", sound_texts(config))

    def build_legacy(folder: Path) -> Path:
        return legacy(folder / "model.h5", training={"loss": loss(folder)})

    CORPUS.append(Hostile(name, build, says))
    CORPUS.append(Hostile(f"{name} (.h5)", build_legacy, says))


_trained("trained with a command", "(loss: system) is os.system, no loss", lambda f: node("system", {}, "os"))
_trained("trained with a download", "keras.utils.get_file, no loss", lambda f: node("get_file", {}, "keras.utils"))
_trained("trained with an evaluation", "a function of Python", lambda f: node("function", "eval", "builtins"))
_trained("trained with another name", "Keras does not write", lambda f: node("function", "os.system()", "builtins"))
_trained(
    "trained with a lambda",
    "(loss: __lambda__) is code that the file brings along",
    lambda f: {"class_name": "__lambda__", "config": {"code": code_of(f)}},
)
