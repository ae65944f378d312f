"""Checks of how the model treats groups of people."""
