"""The commands of the archive."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from auditor.cli.options import FILE, FOLDER, NEW, log_key


@click.group()
def archive() -> None:
    """Keep audits so that nothing can be dropped or rewritten unseen."""


@archive.command()
@click.argument("place", type=NEW, metavar="ARCHIVE")
@click.option("--origin", required=True, help="The log's name, as in bank.example/model-audits. It never changes.")
@click.option("--keys", "key_folder", type=NEW, required=True, help="The folder for the log's keys, outside of it.")
@click.option("--no-passphrase", is_flag=True, help="Leave the private key unprotected.")
def init(place: Path, origin: str, key_folder: Path, *, no_passphrase: bool) -> None:
    """Make an archive, and the keys of its log.

    Give the public key and the line of the key to whoever is to verify the archive or a receipt.
    """
    from auditor.app.archive import init as perform
    from auditor.cli.passphrase import new_passphrase

    made, pair = perform(place, origin, key_folder, None if no_passphrase else new_passphrase())
    click.echo(f"archive      {place}\nprivate key  {pair.private}\npublic key   {pair.public}")
    click.echo(f"key line     {made.verifier.line}")


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("audit", type=FOLDER, metavar="DIR")
@log_key
@click.option("--restricted", is_flag=True, help="Keep what is about single people (restricted/) as well.")
@click.option("--retain-until", type=click.DateTime(["%Y-%m-%d"]), help="The date until which nothing is removed.")
def add(place: Path, audit: Path, key: Path, retain_until: datetime.datetime | None, *, restricted: bool) -> None:
    """Archive a sealed audit's folder.

    Prints the log's new checkpoint. Keep a copy elsewhere: `archive verify --since` holds the log to it.
    """
    from auditor.app.archive import Write
    from auditor.app.archive import add as perform
    from auditor.cli.archived import added
    from auditor.cli.passphrase import passphrase

    until = retain_until and retain_until.date()
    click.echo(added(*perform(Write(place, key, passphrase), audit, restricted=restricted, retain_until=until)))


@archive.command("list")
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.option("--model", type=FILE, help="Only what is about this model's file.")
def list_entries(place: Path, model: Path | None) -> None:
    """List the entries: audits, logged runs, what supersedes and what was removed."""
    from auditor.app.archive import holdings
    from auditor.cli.archived import listed
    from auditor.seal.folder import sha256

    click.echo(listed(holdings(place), sha256(model) if model else None), nl=False)


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("index", type=click.IntRange(min=0))
def show(place: Path, index: int) -> None:
    """Tell all about an entry: what it is about, its files with their digests, what became of it."""
    from auditor.app.archive import holdings
    from auditor.cli.archived import shown

    click.echo(shown(holdings(place), index))


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=NEW, required=True, help="The folder to make.")
def restore(place: Path, index: int, out: Path) -> None:
    """Write an archived audit to a folder again, to read, verify or replay it."""
    from auditor.app.archive import restore as perform

    absent = perform(place, index, out)
    click.echo(f"{out}: entry {index}" + (f", without {absent} files that are not in the archive" if absent else ""))


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.option("--key", type=FILE, help="The log's public key, from elsewhere. Default: the one in the archive.")
@click.option("--since", type=FILE, help="A checkpoint or receipt that you kept: the log must begin with it.")
@click.option("--log-only", is_flag=True, help="Do not compare the archived files.")
def verify(place: Path, key: Path | None, since: Path | None, *, log_only: bool) -> None:
    """Check every entry, every checkpoint and every file.

    Only with --key and --since does it show that nothing was dropped or replaced by somebody who may write here.
    """
    from auditor.app.proofs import verify as perform
    from auditor.cli.archived import checked

    click.echo(checked(perform(place, key, since, files=not log_only), own_key=key is None, since=since))


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
def checkpoint(place: Path) -> None:
    """Print the log's latest checkpoint, to keep elsewhere: `archive verify --since` holds the log to it."""
    from auditor.app.proofs import checkpoint as latest

    click.echo(latest(place).note, nl=False)


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=NEW, required=True, help="The new file; by custom it ends in .tlog-proof.")
def receipt(place: Path, index: int, out: Path) -> None:
    """Write the proof that an entry is in the log.

    Whoever keeps it can check it years later with `archive check-receipt` and the log's public key alone.
    """
    from auditor.app.proofs import receipt as perform

    click.echo(f"{out}: entry {index} of {perform(place, index, out).size}")


@archive.command("check-receipt")
@click.argument("file", type=FILE, metavar="RECEIPT")
@click.option("--key", type=FILE, required=True, help="The log's public key.")
@click.option("--origin", required=True, help="The log's name.")
@click.option("--audit", type=FOLDER, help="An audit's folder, which is to hold the files that were archived.")
def check_receipt(file: Path, key: Path, origin: str, audit: Path | None) -> None:
    """Check a receipt, without the archive."""
    from auditor.app.proofs import check_receipt as perform
    from auditor.cli.archived import proved

    click.echo(proved(perform(file, origin, key, audit), audit))


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.option("--out", type=NEW, required=True, help="The folder to make.")
def export(place: Path, out: Path) -> None:
    """Write the archive as static files (tlog-tiles, OCI image layout) for object storage."""
    from auditor.app.proofs import export as perform

    click.echo(f"{out}: {perform(place, out)} files")


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("index", type=click.IntRange(min=0))
@log_key
@click.option("--by", type=click.IntRange(min=0), help="The entry that takes its place.")
@click.option("--reason", required=True, help="Why; it stays in the log for ever.")
def supersede(place: Path, index: int, key: Path, by: int | None, reason: str) -> None:
    """Say that an audit counts no more. It stays in the archive, and no gate opens by it."""
    from auditor.app.archive import Write
    from auditor.app.archive import supersede as perform
    from auditor.cli.archived import added
    from auditor.cli.passphrase import passphrase

    click.echo(added(*perform(Write(place, key, passphrase), index, by, reason)))


@archive.command()
@click.argument("place", type=FOLDER, metavar="ARCHIVE")
@click.argument("index", type=click.IntRange(min=0))
@log_key
@click.option("--file", "names", multiple=True, help="A file of the entry. Default: all of them.")
@click.option("--reason", required=True, help="Why; it stays in the log for ever, so name nobody.")
@click.option("--early", is_flag=True, help="Although the entry is to be kept longer.")
def remove(place: Path, index: int, key: Path, reason: str, **rest: Any) -> None:
    """Remove files of an audit for good, as privacy may ask for. Their digests stay, and say that they were there."""
    from auditor.app.archive import Write
    from auditor.app.archive import remove as perform
    from auditor.cli.archived import removed
    from auditor.cli.passphrase import passphrase

    click.echo(removed(perform(Write(place, key, passphrase), index, reason=reason, **rest)))
