"""Checks of the model file itself."""
