"""Numerics: numpy in, numpy out, nothing else. A kernel gives an estimate and one influence value per row."""
