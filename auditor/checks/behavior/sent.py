"""The same rows sent to the model otherwise: what the encoder makes is changed on its way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auditor.dataset import Block
from auditor.model import Inputs
from auditor.subject import Encoder, InputColumn, Subject

Change = Callable[[Inputs, Block], Inputs]


@dataclass(frozen=True, eq=False)
class Altered:
    """An encoder whose inputs are changed."""

    encoder: Encoder
    change: Change

    @property
    def columns(self) -> Mapping[str, tuple[InputColumn, ...]]:
        """Those of the encoder."""
        return self.encoder.columns

    @property
    def width(self) -> int | None:
        """That of the encoder."""
        return self.encoder.width

    def encode(self, block: Block) -> Inputs:
        """What the encoder makes, changed."""
        return self.change(self.encoder.encode(block), block)


def altered(subject: Subject, change: Change) -> Subject:
    """The subject whose model is sent changed inputs."""
    return dataclasses.replace(subject, encoder=Altered(subject.encoder, change))
