"""reasons.yaml: how the reasons of a score are told to the person whom it is about."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Discriminator, Field, FiniteFloat, Tag, model_validator

from auditor.errors import Problem, WrittenFault
from auditor.estimate import Frozen
from auditor.loaders.spec import DataSpec
from auditor.loaders.variables import Name
from auditor.yamlfile import Marked, faults, in_order, nearest, read_yaml

# What Regulation B (12 CFR 1002.9(b)(2)) calls insufficient, and what CFPB circulars did that are withdrawn since 2025.
_VAGUE = (
    "internal standard", "internal polic", "our standards", "our policies", "our criteria", "credit polic",
    "qualifying score", "score was too low", "score is too low", "score too low", "insufficient score",
    "other reason", "various reason", "unspecified", "the model", "the algorithm", "purchasing history",
)  # fmt: skip
_WORDS = 4  # that a sentence has at least
Text = Annotated[str, Field(max_length=600)]
State = Literal["high", "low", "inside", "missing"]
_SAME = 1e-6  # of an end of a range: what single precision cannot tell


class ByValue(Frozen):
    """What is said, by the row's values: one or more above the feature's range, below it, all inside; none measured."""

    high: Text | None = None
    low: Text | None = None
    inside: Text | None = None
    missing: Text | None = None


Said = Annotated[
    Annotated[Text, Tag("text")] | Annotated[ByValue, Tag("by value")],
    Discriminator(lambda given: "text" if isinstance(given, str) else "by value"),
]


class Sentences(Frozen):
    """What is said where a feature pushed the score up, and where it pushed it down. Features of one code are one
    reason. range: lowest and highest value, in the feature's unit, that a sentence by value calls neither high nor low.
    """

    code: Annotated[str, Field(min_length=1, max_length=40)]
    range: tuple[FiniteFloat, FiniteFloat] | None = None
    up: Said | None = None
    down: Said | None = None

    @model_validator(mode="after")
    def _some(self) -> Sentences:
        if not (self.up or self.down):
            raise ValueError("a feature has a sentence for up, for down, or for both")
        if self.range is None and any(isinstance(one, ByValue) for one in (self.up, self.down)):
            raise ValueError("a sentence by value needs what is neither high nor low: range: [lowest, highest]")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError("the range ends below where it begins")
        return self

    def of(self, towards: int, values: Sequence[float | None]) -> tuple[str, bool]:
        """The sentence of a push up (1) or down (-1), empty where there is none; and whether it was chosen by value.

        values: of the row, the oldest first; None: not measured.
        """
        said = self.up if towards > 0 else self.down
        if isinstance(said, ByValue):
            return getattr(said, self.state(values)) or "", True
        return said or "", False

    def state(self, values: Sequence[float | None]) -> State:
        """What the values were beside the range; where some were above and some below, the latest of these decides."""
        known = [value for value in values if value is not None]
        if not known:
            return "missing"
        low, high = self.range or (-math.inf, math.inf)
        sides = [(value > high + _SAME * abs(high)) - (value < low - _SAME * abs(low)) for value in known]
        last = next((side for side in reversed(sides) if side), 0)
        return "high" if last > 0 else "low" if last < 0 else "inside"


class Letter(Frozen):
    """What stands around the reasons. What is left out is said in the audit's language."""

    title: Text = ""
    opening: Text = ""
    closing: Text = ""


class ReasonFile(Frozen):
    """reasons.yaml. language: of the sentences, as in `en`. features: name of a feature -> its sentences."""

    reasons: Name
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    letter: Letter = Letter()
    features: Annotated[dict[Name, Sentences], Field(min_length=1)]


@dataclass(frozen=True)
class Reasons:
    """The sentences of a data set's features."""

    language: str
    letter: Letter
    features: Mapping[str, Sentences]

    def groups(self, names: Sequence[str]) -> list[list[int]]:
        """Features, by their place in `names`, that are one reason: those of one code, and each one without a code."""
        found: dict[tuple[str, str], list[int]] = {}
        for at, name in enumerate(names):
            plain = name.removesuffix(" (static)")
            known = self.features.get(name) or self.features.get(plain)
            found.setdefault(("code", known.code) if known else ("name", name), []).append(at)
        return list(found.values())

    def sentences(self, name: str) -> Sentences | None:
        """Of a feature, by its name in an attribution."""
        return self.features.get(name) or self.features.get(name.removesuffix(" (static)"))


def read_reasons(path: Path, data: DataSpec) -> Reasons:
    """The sentences for the features of a data set.

    Raises WrittenFault with every fault: a feature that the data do not have, one without a sentence.
    """
    marked = read_yaml(path)
    problems, file = faults(ReasonFile, marked)
    found = [*problems, *(_unknown(file, marked, data) if file else ())]
    if found or file is None:
        raise WrittenFault(in_order(found))
    return Reasons(file.language, file.letter, file.features)


def vague(sentence: str) -> bool:
    """Whether a sentence says so little that it is no reason: too few words, or a phrase that could mean anything.

    Phrases are known in English only; of other languages only the number of words is looked at.
    """
    text = " ".join(sentence.casefold().split())
    few = len(re.findall(r"\w+", text)) < _WORDS and text.isascii()
    return few or any(phrase in text for phrase in _VAGUE)


def _unknown(file: ReasonFile, marked: Marked, data: DataSpec) -> Iterator[Problem]:
    known = [one.name for one in (*data.features, *data.static)]
    for name in file.features:
        if name not in known:
            what = f"the data have no feature '{name}'"
            yield Problem(marked.where("features", name, key=True), what, nearest(name, known))
