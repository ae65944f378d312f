"""Checks of how well the model predicts."""
