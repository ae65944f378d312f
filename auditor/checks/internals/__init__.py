"""Checks of what happens inside the network."""
