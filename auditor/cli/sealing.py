"""The commands of the seal: keys, sealing, signing off, verifying."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.cli.inpdf import STORE, in_pdf, pdf_key
from auditor.cli.options import FILE, FOLDER, NEW, PrivateKey
from auditor.errors import WrittenFault


@click.group()
def keys() -> None:
    """Work on the keys that seal audits and sign them off."""


@keys.command("new")
@click.option("--out", type=NEW, required=True, help="The folder for the two files.")
@click.option("--name", default="auditor", show_default=True, help="The files are NAME.key.pem and NAME.pub.pem.")
@click.option(
    "--for",
    "use",
    type=click.Choice(["statements", "pdf"]),
    default="statements",
    show_default=True,
    help="Of pdf: an ECDSA P-256 key, and in NAME.cert.pem a certificate that it signed itself.",
)
@click.option("--holder", default="", help="With --for pdf: the name that readers of the PDF are shown.")
@click.option("--no-passphrase", is_flag=True, help="Leave the private key unprotected.")
def new_key(out: Path, name: str, use: str, holder: str, *, no_passphrase: bool) -> None:
    """Make a pair of keys (Ed25519).

    The passphrase of the private one is asked for, or taken from AUDITOR_PASSPHRASE. No file is ever overwritten.
    """
    from auditor.cli.passphrase import new_passphrase
    from auditor.seal.certificates import new_certificate
    from auditor.seal.keys import new_keys

    hidden = None if no_passphrase else new_passphrase()
    made = new_certificate(out, name, holder, hidden) if use == "pdf" else new_keys(out, name, hidden)
    public = "certificate" if use == "pdf" else "public key "
    click.echo(f"private key  {made.private}\n{public}  {made.public}\nfingerprint  {made.fingerprint}")


@click.command()
@click.argument("audit", type=FOLDER, metavar="DIR")
@click.option("--key", type=PrivateKey(), required=True, help="The private key (PEM, PKCS#12, or a pkcs11: URI).")
@in_pdf
@click.option("--trust", type=STORE, help="The trust store, whose certificates B-LT and B-LTA need.")
def seal(audit: Path, key: Path, trust: Path | None, tsa: str, **pdf: Any) -> None:
    """Sign the files of an audit's folder as they are.

    Makes the reports again first: what the record does not give is not sealed. With --pdf-key report.pdf is signed so
    that nothing but sign-offs can be added, with places for them. With --tsa a time stamp is kept beside the seal, and
    in the PDF.
    The passphrase of the key is asked for, or taken from AUDITOR_PASSPHRASE; the other's from AUDITOR_PDF_PASSPHRASE.
    """
    from auditor.app.seal import seal as perform
    from auditor.cli.passphrase import passphrase

    file, signer = perform(audit, key, passphrase, pdf_key(trust, tsa=tsa, **pdf), tsa)
    click.echo(f"sealed       {file}\nby the key   {signer}")


@click.command("sign-off")
@click.argument("audit", type=FOLDER, metavar="DIR")
@click.option("--name", required=True, help="Who signs, as the trust store has it.")
@click.option("--role", required=True, help="As what: one of that person's roles in the trust store.")
@click.option("--meaning", type=click.Choice(["reviewed", "approved"]), required=True, help="What signing says.")
@click.option(
    "--key", type=PrivateKey(), required=True, help="That person's private key, in the same forms as for seal."
)
@click.option("--trust", type=STORE, required=True, help="The trust store: the seal has to hold before anybody signs.")
@click.option("--comment", default="", help="A sentence that is signed too.")
@in_pdf
def sign_off(
    audit: Path, name: str, role: str, meaning: str, key: Path, trust: Path, comment: str, tsa: str, **pdf: Any
) -> None:
    """Sign a sealed audit off: reviewed, or approved.

    Adds a statement over the seal and every sign-off before it, with --pdf-key a signature in report.pdf, with --tsa a
    time stamp of both. The passphrase of the key is asked for, or taken from AUDITOR_PASSPHRASE; the other's from
    AUDITOR_PDF_PASSPHRASE.
    """
    from auditor.app.signoff import Words
    from auditor.app.signoff import sign_off as perform
    from auditor.cli.passphrase import passphrase
    from auditor.cli.sealed import sealed

    said = Words(name, role, meaning, comment)
    click.echo(sealed(perform(audit, said, key, passphrase, trust, pdf_key(trust, tsa=tsa, **pdf), tsa)))


@click.command()
@click.argument("audit", type=STORE, metavar="PATH")
@click.option("--trust", type=STORE, help="The trust store: trust.yaml, or its folder.")
@click.option("--key", "allowed", type=FILE, multiple=True, help="A public key that you trust.")
@click.option("--model", type=FILE, help="The model's file, to compare it too.")
@click.option("--data", type=FILE, multiple=True, help="A data file, to compare it too.")
@click.option("--entry", type=click.IntRange(min=0), help="PATH is an archive: the entry of it to check.")
def verify(
    audit: Path,
    trust: Path | None,
    allowed: tuple[Path, ...],
    model: Path | None,
    data: tuple[Path, ...],
    entry: int | None,
) -> None:
    """Check seal and sign-offs of an audit's folder.

    PATH may be a signed PDF as well, of which the signatures are checked, or with --entry an archive. Needs neither
    model nor data. Keys are those that you name, never one that lies in the folder.
    """
    from auditor.app import verify as app
    from auditor.cli.sealed import sealed, signed_pdf

    if entry is not None:
        click.echo(sealed(app.verify_entry(audit, entry, allowed, model, data, trust)))
    elif audit.is_dir():
        click.echo(sealed(app.verify(audit, allowed, model, data, trust)))
    elif trust is None or model or data or allowed:
        what = "of a PDF file alone the signatures are checked, with the certificates of a trust store"
        remedy = "Give --trust and no other option; or name the audit's folder, to check its statements too."
        raise WrittenFault(what, where=str(audit), remedy=remedy)
    else:
        click.echo(signed_pdf(app.verify_pdf(audit, trust)))
