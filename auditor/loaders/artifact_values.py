"""Values in a configuration of Keras: names that are given as text, and numbers that must be whole or within bounds."""

from __future__ import annotations

from typing import Any

from auditor.artifact import legible
from auditor.loaders import artifact_names as known

_LARGEST_NUMBER = 10**7  # of units, steps, classes, ...: anything that makes arrays
_LARGEST_ROW = 10**8  # numbers
_FREE = (
    "seed",
    "shared_object_id",
    "value",
    "max_value",
    "mask_value",
    "mean",
    "variance",
    "bin_boundaries",
)  # no sizes
_BATCHES = ("batch_shape", "batch_input_shape")
_SHAPES = (*_BATCHES, "input_shape", "shape", "target_shape", "build_input_shape")
_SIZES = ("units", "filters", "input_dim", "output_dim", "num_heads", "key_dim", "value_dim")
_COUNTS = (*_SIZES, "kernel_size", "pool_size", "strides", "dilation_rate", "depth_multiplier", "n", "size", "num_bins")
_MARGINS = ("padding", "cropping")
_SHARES = ("rate", "dropout", "recurrent_dropout")
_AGAIN = "copy the file again from where it was made, or save the model again"
REBUILD = "build the model from Keras's own layers (keras.ops work in a functional model) and save it again"


def wrong_value(key: str, value: Any, stored: int) -> tuple[str, str]:
    """What is wrong with a value of a layer, and what to do; both empty where nothing is.

    key: the name that it stands under. stored: how many numbers the weights hold; a layer can have no more units.
    """
    if what := _wrong_text(key, value) or _wrong_number(key, value):
        return what, REBUILD
    if key in _SIZES and isinstance(value, int) and value > stored:
        return f"has {key} = {value:,}, more than the {stored:,} numbers in the file can serve", _AGAIN
    what = _too_large(key, value)
    return what, REBUILD if what else ""


def is_name(key: str) -> bool:
    """Whether what stands under this key may name a function or class by text."""
    return bool(_texts(key)) and key not in known.WORDS


def _texts(key: str) -> frozenset[str]:
    """What may stand under this key as text; empty where that is not asked."""
    ending = next((ending for ending in known.NAMED if key == ending or key.endswith(f"_{ending}")), "")
    return known.NAMED[ending] if ending else known.WORDS.get(key, frozenset())


def _wrong_text(key: str, value: Any) -> str:
    allowed = _texts(key)
    if not allowed or value is None or (isinstance(value, dict) and "class_name" in value):
        return ""  # an object is held to the lists of objects
    if isinstance(value, str):
        told = f"has {key} = '{legible(value, 100)}', which is not among what of Keras a model to be audited may use"
        return "" if value in allowed else told
    return "" if key in _MARGINS else _strange(key, value)


def _wrong_number(key: str, value: Any) -> str:
    if key in _COUNTS and not _whole(value, 1):
        return f"{_strange(key, value)} (a whole number from 1 on is needed)"
    if key in _BATCHES and not (isinstance(value, list | None) and _whole(value, 0)):
        return f"{_strange(key, value)} (a list of whole numbers is needed)"
    if key in _MARGINS and not (isinstance(value, str) or _whole(value, 0)):
        return f"{_strange(key, value)} (whole numbers from 0 on are needed)"
    if key in _SHARES and not (value is None or (_is_number(value) and 0 <= value <= 1)):
        return f"{_strange(key, value)} (a number from 0 to 1 is needed)"
    return ""


def _too_large(key: str, value: Any) -> str:
    """A size that no memory could hold."""
    numbers = value if isinstance(value, list) else [value]
    whole = [abs(one) for one in numbers if isinstance(one, int) and not isinstance(one, bool)]
    if not whole or key in _FREE:
        return ""
    product = 1
    for one in whole:
        product *= max(one, 1)
    if max(whole) > _LARGEST_NUMBER or (key in _SHAPES and product > _LARGEST_ROW):
        return f"has {key} = {legible(value, 100)}, which no memory could hold"
    return ""


def _strange(key: str, value: Any) -> str:
    return f"has {key} = {legible(repr(value), 100)}, which Keras does not write"


def _whole(value: Any, least: int) -> bool:
    if isinstance(value, list):
        return all(_whole(one, least) for one in value)
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= least)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
