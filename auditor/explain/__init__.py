"""Attributions for sequence models: how much each cell of a row moved the model's answer. Each method is one file."""
