"""Arguments and options that several commands take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)


class PrivateKey(click.ParamType[Path]):
    """A key's file, or the URI of a key in a hardware module, which is kept as a path too."""

    name = "key"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        made: Path = Path(value) if str(value).startswith("pkcs11:") else FILE.convert(value, param, ctx)
        return made


_PRIVATE = "The private key of the archive's log. Its passphrase is asked for, or taken from AUDITOR_PASSPHRASE."
_VARIABLE: dict[str, Any] = {"type": FILE, "envvar": "AUDITOR_LOG_KEY", "show_envvar": True, "help": _PRIVATE}

template = click.option(
    "--template",
    metavar="NAME|FOLDER",
    help="How the reports are told: plain, finance or medical, or a folder with templates of your own.",
)
log_key = click.option("--log-key", "key", required=True, **_VARIABLE)


def logged(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a run that an archive's log is told of."""
    told = "An archive whose log is told of this run, whatever comes out."
    with_key = click.option("--log-key", "key", **_VARIABLE)(command)
    return click.option("--archive", "place", type=FOLDER, help=told)(with_key)
