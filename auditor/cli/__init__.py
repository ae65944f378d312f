"""The command line. The only place that prints, and the only one that ends the program."""

import os
import sys
from typing import NoReturn

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def main() -> NoReturn:
    """Run the command line and end with the exit code of its outcome.

    Linear algebra gets one thread unless the environment says otherwise: the matrices of an audit are small, a second
    thread takes the model's process its processor, and sums do not depend on how many processors there are.
    """
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    from auditor.cli.commands import auditor
    from auditor.cli.ending import ended

    sys.exit(ended(auditor, sys.argv[1:]))
