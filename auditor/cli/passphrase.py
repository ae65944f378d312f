"""Passphrases: from the environment or the terminal, never from the command line, where others could read them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from auditor.errors import WrittenFault

VARIABLE = "AUDITOR_PASSPHRASE"


def passphrase() -> bytes:
    """The passphrase of a key that exists. Raises WrittenFault where there is nobody to ask."""
    return passphrase_in(VARIABLE)()


def passphrase_in(variable: str) -> Callable[[], bytes]:
    """As `passphrase`, from an environment variable of that name."""
    remedy = f"Unset {variable} to be asked; a key without a passphrase needs none."
    return lambda: (
        _given(variable, remedy) or click.prompt(f"Passphrase ({variable})", hide_input=True, err=True).encode()
    )


def new_passphrase() -> bytes:
    """A passphrase for a new key, asked for twice. Raises WrittenFault where it is empty or there is nobody to ask."""
    return (
        _given(VARIABLE, "Give a passphrase, or say --no-passphrase.")
        or click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True).encode()
    )


def _given(variable: str, remedy: str) -> bytes | None:
    given = os.environ.get(variable)
    if given == "":
        raise WrittenFault(f"the passphrase in {variable} is empty", remedy=remedy)
    if given is None and not sys.stdin.isatty():
        raise WrittenFault("the key's passphrase is needed", remedy=f"Set {variable}, or use a terminal.")
    return None if given is None else os.fsencode(given)
