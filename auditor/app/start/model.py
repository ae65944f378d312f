"""What a model that nobody has described takes in and gives out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.artifact import Format
from auditor.errors import WrittenFault
from auditor.loaders.artifact_archive import CONFIG, read_archive
from auditor.loaders.artifact_config import parsed
from auditor.model import Description, Port

_BY_HAND = "Describe it by hand: docs/dataset.md."
_JOINED = (
    "Sequences of the same steps are joined into one, in a few lines of Keras: docs/dataset.md, A model of several "
    "sequences. Sequences of different steps are not supported."
)


@dataclass(frozen=True)
class Seen:
    """steps: None where any number goes. width: model columns a step. axis: false for (rows, steps).

    statics: model columns a row, 0 without a static input. outputs: columns of the output. mask: the value that a
    Masking layer takes for padding, None without one. several: the model has more than one output. tokens: the sequence
    is of whole numbers.
    """

    sequence: str
    steps: int | None
    width: int
    axis: bool
    static: str
    statics: int
    output: str
    outputs: int
    several: bool
    mask: float | None
    tokens: bool = False


def seen(description: Description, file: Path, output: str | None) -> Seen:
    """What can be told of a model's ports. Raises WrittenFault for a model that is no sequence model, or is unclear."""
    sequence, static = _inputs(description)
    chosen = _output(description.outputs, output)
    if len(chosen.shape) != 1 or chosen.shape[0] is None:
        what = f"the output '{chosen.name}' has the shape {chosen.shape}: one vector a row is needed"
        raise WrittenFault(what, where=description.file, remedy=_BY_HAND)
    width = sequence.shape[1] if len(sequence.shape) == 2 else 1
    return Seen(
        sequence=sequence.name,
        steps=sequence.shape[0],
        width=int(width or 0),
        axis=len(sequence.shape) == 2,
        static=static.name if static else "",
        statics=int(static.shape[0] or 0) if static else 0,
        output=chosen.name,
        outputs=chosen.shape[0],
        several=len(description.outputs) > 1,
        mask=_mask(description.format, file),
        tokens="int" in sequence.dtype or len(sequence.shape) == 1,  # the latter goes into an Embedding
    )


def _inputs(description: Description) -> tuple[Port, Port | None]:
    """The sequence, and what is given once a row."""
    ports, tokens = description.inputs, any(one.kind == "Embedding" for one in description.layers)
    flat = [one for one in ports if len(one.shape) == 1]
    deep = [one for one in ports if len(one.shape) == 2 and one.shape[1] is not None]
    if len(deep) == 1 and len(flat) == len(ports) - 1 <= 1:
        return deep[0], flat[0] if flat else None
    if not deep and len(flat) == len(ports) == 1 and tokens:
        return flat[0], None
    told = ", ".join(f"'{one.name}' {one.shape}" for one in ports)
    what = f"the model takes {told}: one input of shape (steps, features) is needed, and at most one of a row's own"
    remedy = _JOINED if len(deep) > 1 else _BY_HAND
    raise WrittenFault(what, where=description.file, remedy=remedy)


def _output(ports: tuple[Port, ...], wanted: str | None) -> Port:
    named = {one.name: one for one in ports}
    if wanted is None and len(ports) == 1:
        return ports[0]
    if wanted is None or wanted not in named:
        what = f"the model has no output '{wanted}'" if wanted else f"the model has {len(ports)} outputs"
        raise WrittenFault(what, remedy=f"Name the one that is audited by --output: {', '.join(named)}.")
    return named[wanted]


def _mask(form: Format, file: Path) -> float | None:
    """Of a .keras file, which was found harmless before; an .h5 file is not read here once more."""
    if form != "keras-v3":
        return None
    layers = _layers(parsed(read_archive(file)[0][CONFIG]))
    masks = [one.get("config", {}).get("mask_value") for one in layers if one.get("class_name") == "Masking"]
    return float(masks[0]) if masks and isinstance(masks[0], int | float) else None


def _layers(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and "class_name" in node and isinstance(node.get("config", {}), dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _layers(one)
