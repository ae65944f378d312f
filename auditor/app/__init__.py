"""One module per use of the program: each wires the parts below it, and prints nothing."""
