"""All hostile model files."""

from __future__ import annotations

from hostile import archives, building, configurations, weights

CORPUS = building.CORPUS
FAMILIES = (archives, configurations, weights)
"""Importing them fills the corpus."""
