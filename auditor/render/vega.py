"""Vega-Lite drawings as plain dictionaries: only what ours use, without a library that takes a second to import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_TYPES = {"N": "nominal", "O": "ordinal", "Q": "quantitative"}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


@dataclass(frozen=True)
class Chart:
    """A drawing, or a layer of one; each method gives another."""

    spec: Mapping[str, Any]

    def with_(self, **more: Any) -> Chart:
        """With these properties set: `width`, `config` ..."""
        return Chart({**self.spec, **more})

    def mark(self, kind: str, **how: Any) -> Chart:
        """Drawn by these marks."""
        return self.with_(mark={"type": kind, **how})

    def encode(self, **channels: Any) -> Chart:
        """With these channels beside those it has: what `channel` or `pixels` gave, or the field as `name:Q`."""
        given = {name: _field(name, one) for name, one in channels.items()}
        return self.with_(encoding={**self.spec.get("encoding", {}), **given})

    def document(self) -> dict[str, Any]:
        """As Vega-Lite reads it."""
        return {"$schema": _SCHEMA, **self.spec}


def over(rows: list[dict[str, Any]]) -> Chart:
    """A chart of these rows, which travel inside it."""
    return Chart({"data": {"values": rows}})


def layer(charts: Iterable[Chart]) -> Chart:
    """The charts one above the other, the last on top."""
    return Chart({"layer": [one.spec for one in charts]})


def beside(charts: Iterable[Chart], apart: float) -> Chart:
    """The charts from left to right, so many CSS pixels apart; the colours that they have in common are told once."""
    return Chart({"hconcat": [one.spec for one in charts], "spacing": apart})


def channel(field: str, **how: Any) -> dict[str, Any]:
    """A field of the rows, as `name:N` (nominal), `:O` (ordinal) or `:Q` (quantitative), and how it is shown."""
    name, _, kind = field.partition(":")
    return {"field": name, "type": _TYPES[kind], **how}


def pixels(of: float) -> dict[str, float]:
    """The same place for every row."""
    return {"value": of}


def _field(name: str, given: Any) -> Any:
    if not isinstance(given, str):
        return given
    whole = channel(given)
    return {"field": whole["field"]} if name.endswith("2") else whole  # the second end has the type of the first
