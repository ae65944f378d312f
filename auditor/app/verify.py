"""Verifying the seal of an audit's folder with the keys that the user trusts."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import SealFault, WrittenFault
from auditor.seal import folder
from auditor.seal import keys as key_files
from auditor.seal.pdfsign import available
from auditor.seal.trust import Trust, outside
from auditor.seal.verify import Verified, examine
from auditor.seal.verify import verify as verified

if TYPE_CHECKING:
    from auditor.seal.pdfcheck import Checked

_MOST_BYTES = 2**28


def verify(
    audit: Path, keys: Iterable[Path], model: Path | None = None, data: Iterable[Path] = (), trust: Path | None = None
) -> Verified:
    """As `seal.verify`, the keys and the trust store being files.

    Raises WrittenFault for a key that lies in the folder (it would vouch for itself), or where nothing is trusted;
    FileFault for what is no public key; SealFault for everything that is broken.
    """
    return verified(audit, trusted(audit, keys, trust), model=model, data=data)


def verify_entry(
    archive: Path,
    index: int,
    keys: Iterable[Path],
    model: Path | None = None,
    data: Iterable[Path] = (),
    trust: Path | None = None,
) -> Verified:
    """As `verify`, of an audit in an archive. What tells of single people may have been left out of it on purpose.

    Raises besides WrittenFault where the entry is no audit.
    """
    from auditor.app.archive import holdings, restore
    from auditor.archive.gathered import RESTRICTED

    trusting = trusted(archive, keys, trust)
    with tempfile.TemporaryDirectory(prefix="auditor-verify-") as named:
        audit = Path(named) / "audit"
        restore(archive, index, audit)
        left_out = holdings(archive).entries[index].left_out or ()
        allowed = {name for name in left_out if name.startswith(RESTRICTED)}
        found = examine(audit, trusting, model=model, data=data, left_out=allowed)
    if found.problems:
        raise SealFault(found.problems)
    return found


def verify_pdf(pdf: Path, trust: Path) -> Checked:
    """The signatures in a PDF file, without the folder that it comes from: in it the statements are checked as well.

    Raises WrittenFault where the library is missing, SealFault for everything that is broken.
    """
    available()
    from auditor.seal.pdfcheck import alone
    from auditor.seal.trustfile import read_trust

    data = folder.bounded(pdf.resolve(), _MOST_BYTES)
    return alone(data, read_trust(trust), str(pdf), datetime.datetime.now(datetime.UTC))


def trusted(audit: Path, keys: Iterable[Path], trust: Path | None) -> Trust:
    """What counts: the trust store, and keys given alone besides. Raises as `verify`."""
    alone = Trust.of([key_files.public_key(outside(key, audit)) for key in keys])
    if trust is None:
        if not alone.keys:
            raise WrittenFault("nobody is trusted", remedy="Name a trust store by --trust, or a public key by --key.")
        return alone
    from auditor.seal.trustfile import read_trust

    store = read_trust(outside(trust, audit), audit)
    known = {one.key.keyid for one in store.keys}
    return Trust((*store.keys, *(one for one in alone.keys if one.key.keyid not in known)), store.certificates)
