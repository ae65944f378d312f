"""All hostile model files."""

from __future__ import annotations

from hostile import archives, building, configurations, values, weights

CORPUS = building.CORPUS
FAMILIES = (archives, configurations, values, weights)
"""Importing them fills the corpus."""
