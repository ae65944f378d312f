"""The commands for what people state."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from auditor.cli.options import FILE

_EXISTING = click.Path(exists=True, path_type=Path)
_AUDIT = click.argument("audit", type=FILE, metavar="AUDIT.yaml")
_REQUIREMENT = click.argument("requirement")
_EXPIRES = click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day that counts.")
_KEY = click.option("--key", type=FILE, help="Your private key, to sign it (PEM or PKCS#12).")
_TRUST = click.option("--trust", type=_EXISTING, help="The trust store: a key that it has not for this is refused.")

_NO_TRUST = "not checked  whether a run will count this key: no trust store was given by --trust"
_NO_RECORD = "not checked  whether the finding has such a part: no audit was given by --record"


@click.command()
@_AUDIT
@_REQUIREMENT
@click.option("--name", required=True, help="Who states it, as the trust store has it.")
@click.option("--role", required=True, help="As what: the role that the policy names.")
@click.option("--statement", required=True, help="What is stated.")
@click.option("--reservation", default="", help="What limits the statement; the report shows it.")
@click.option("--evidence", type=FILE, help="A document; its digest is stated.")
@_EXPIRES
@_KEY
@_TRUST
def attest(
    audit: Path,
    evidence: Path | None,
    expires: datetime.datetime,
    key: Path | None,
    trust: Path | None,
    **said: str,
) -> None:
    """State what only a person can.

    Adds a statement for REQUIREMENT to the audit's file of attestations, bound to model and policy as they are today.
    The passphrase of a key is asked for, or taken from AUDITOR_PASSPHRASE.
    """
    from auditor.app.stating import Signing
    from auditor.app.stating import attest as perform
    from auditor.cli.passphrase import passphrase

    file = perform(audit, {**said, "expires": expires.date()}, evidence, Signing(key, passphrase, trust))
    click.echo(f"added to     {file}")
    if key and trust is None:
        click.echo(_NO_TRUST, err=True)


@click.command()
@_AUDIT
@_REQUIREMENT
@click.option("--approver", required=True, help="Who accepts it, as the trust store has it.")
@click.option("--role", required=True, help="As what.")
@click.option("--reason", required=True, help="Why.")
@click.option("--control", "compensating_control", default="", help="What makes up for it.")
@click.option("--part", "parts", multiple=True, help="Only this part of the finding, such as a pair of groups.")
@click.option("--record", type=_EXISTING, help="The audit that did not pass: a part that it does not have is refused.")
@_EXPIRES
@_KEY
@_TRUST
def waive(
    audit: Path,
    parts: tuple[str, ...],
    record: Path | None,
    expires: datetime.datetime,
    key: Path | None,
    trust: Path | None,
    **said: str,
) -> None:
    """Accept what did not pass.

    Adds a waiver for REQUIREMENT to the audit's file of waivers, for this model alone. The finding stays visible. The
    passphrase of a key is asked for, or taken from AUDITOR_PASSPHRASE.
    """
    from auditor.app.stating import Signing
    from auditor.app.stating import waive as perform
    from auditor.cli.passphrase import passphrase

    said_all = {**said, "parts": parts, "expires": expires.date()}
    file = perform(audit, said_all, Signing(key, passphrase, trust), record)
    click.echo(f"added to     {file}")
    if key and trust is None:
        click.echo(_NO_TRUST, err=True)
    if parts and record is None:
        click.echo(_NO_RECORD, err=True)
