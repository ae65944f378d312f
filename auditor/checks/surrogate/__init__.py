"""Checks of how well simple rules describe the model."""
