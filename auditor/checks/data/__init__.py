"""Data: what the model was trained on and is tested on."""
