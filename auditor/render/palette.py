"""Colours of charts: Okabe and Ito (2008), which the colour-blind can tell apart; each with its twin on a dark page."""

from __future__ import annotations

INK = "#20262e"
MUTED = "#5b6673"
GRID = "#e2e6eb"
ZONE = "#cfd6de"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#a8588c", "#b07c00", "#3d7f9e", "#4a4f57")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 3], [10, 4])
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right")
UNMEASURED = "#c9cdd2"
# Sequential: light to dark, so that grey prints keep the order. Diverging: blue, white, orange.
SEQUENTIAL = ("#f3f7fb", "#cfe1f0", "#9cc4e0", "#5b9dc9", "#2273ab", "#0b4a7c", "#062b4f")
DIVERGING = ("#08487f", "#3f83b8", "#9fc6e2", "#f6f6f4", "#f4bf8e", "#d77a2b", "#8c3f00")
_DARK = {
    INK: "#e8ebef",
    MUTED: "#a4adb8",
    GRID: "#343b45",
    ZONE: "#4a535f",
    "#0072b2": "#5cb3ea",
    "#d55e00": "#ff8f4d",
    "#009e73": "#3fcf9f",
    "#a8588c": "#e29bc8",
    "#b07c00": "#e6b54a",
    "#3d7f9e": "#8cc9e6",
    "#4a4f57": "#c3c9d1",
}


def dark_rules() -> str:
    """Style rules that turn a chart's colours into their twins: a rule is stronger than an attribute of a drawing."""
    return "\n".join(
        f'svg.chart [{attribute}="{light}"] {{ {attribute}: {dark}; }}'
        for light, dark in _DARK.items()
        for attribute in ("fill", "stroke")
    )
