"""Checks of what the model relies on."""
