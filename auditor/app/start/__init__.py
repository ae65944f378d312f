"""First descriptions of a model and its data: what can be seen is guessed, and every guess says so."""
