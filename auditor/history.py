"""What an archive's log held of a model before an audit was told to it."""

from __future__ import annotations

from auditor.spread import Frozen


class EarlierRun(Frozen):
    """A run or a sealed audit of the same model file that the log held. index: of its entry; added: when, ISO 8601."""

    index: int
    added: str
    verdict: str
    policy: str
    version: str


class Logged(Frozen):
    """An archive's log just before this audit was told to it.

    earlier: how many audits and runs of the same model file it held, whatever came out; runs: the first of them.
    checkpoint: as it was signed.
    """

    origin: str
    size: int
    earlier: int
    checkpoint: str
    runs: tuple[EarlierRun, ...] = ()
