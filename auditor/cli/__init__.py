"""The command line. The only place that prints, and the only one that ends the program."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end with the exit code of its outcome."""
    from auditor.cli.commands import auditor
    from auditor.cli.ending import ended

    sys.exit(ended(auditor, sys.argv[1:]))
