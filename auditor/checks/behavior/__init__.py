"""Checks of how the model behaves when its world is a little off."""
