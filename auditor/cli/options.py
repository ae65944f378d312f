"""Arguments and options that several commands take."""

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)

log_key = click.option(
    "--log-key", "key", type=FILE, required=True, envvar="AUDITOR_LOG_KEY", show_envvar=True,
    help="The private key of the archive's log. Its passphrase is asked for, or taken from AUDITOR_PASSPHRASE.",
)  # fmt: skip
