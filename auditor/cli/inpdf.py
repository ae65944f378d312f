"""The options of signatures in the report's PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.cli.options import FILE, PrivateKey
from auditor.errors import WrittenFault

if TYPE_CHECKING:
    from auditor.app.pdf import PdfKey
    from auditor.seal.pdfsign import Level

STORE = click.Path(exists=True, path_type=Path)
_VARIABLE = "AUDITOR_PDF_PASSPHRASE"
Command = TypeVar("Command", bound=Callable[..., Any])


def in_pdf(command: Command) -> Command:
    """--pdf-key and what belongs to it."""
    options = (
        click.option(
            "--pdf-key",
            "key_file",
            type=PrivateKey(),
            help="Sign report.pdf too, with this key (PEM, PKCS#12, or a pkcs11: URI).",
        ),
        click.option(
            "--pdf-cert",
            type=FILE,
            help="Its certificate. Default: NAME.cert.pem beside NAME.key.pem, or the module's.",
        ),
        click.option("--tsa", default="", metavar="URL", help="The time-stamp authority (RFC 3161) that proves when."),
        click.option(
            "--pades",
            type=click.Choice(["B-B", "B-T", "B-LT", "B-LTA"]),
            help="How much proof is kept in the PDF. Default: B-T with --tsa, else B-B.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def pdf_key(
    trust: Path | None, *, key_file: Path | None, pdf_cert: Path | None, tsa: str, pades: Level | None
) -> PdfKey | None:
    """What the options say; None without --pdf-key. Raises WrittenFault where they do not go together."""
    if key_file is None:
        if pdf_cert or pades:
            raise WrittenFault("--pdf-cert and --pades are about a signature in the PDF", remedy="Add --pdf-key.")
        return None
    from auditor.app.pdf import PdfKey
    from auditor.cli.passphrase import passphrase_in
    from auditor.seal.pdfsign import Stamping

    level = pades or ("B-T" if tsa else "B-B")
    if (level == "B-B") == bool(tsa):
        raise WrittenFault(f"{level} {'takes no' if tsa else 'needs a'} time stamp", remedy="See --tsa.")
    roots: tuple[bytes, ...] = ()
    if level in ("B-LT", "B-LTA"):
        if trust is None:
            raise WrittenFault(f"{level} keeps what proves the certificates", remedy="Name a trust store by --trust.")
        from auditor.seal.trustfile import read_trust

        roots = tuple(one.der for one in read_trust(trust).certificates)
    return PdfKey(key_file, pdf_cert, passphrase_in(_VARIABLE), Stamping(level, tsa, roots))
