"""What an archive's log held of a model before an audit was told to it."""

from __future__ import annotations

from typing import Literal

from auditor.spread import Frozen

Shared = Literal["all", "some", "none", "unknown"]


class EarlierRun(Frozen):
    """A run or a sealed audit that the log held, of the same model file or on the same data files.

    index: of its entry; added: when, ISO 8601. same_model: whether it was of this model file. data: how many of this
    audit's data files it was on too; `unknown` where its entry is of a version that did not say.
    """

    index: int
    added: str
    verdict: str
    policy: str
    version: str
    same_model: bool = True
    data: Shared = "unknown"


class Logged(Frozen):
    """An archive's log just before this audit was told to it.

    earlier: how many audits and runs of the same model file it held, whatever came out; related: of other models, on
    one of the same data files or more; untold: of other models, on data that their entries do not tell. runs: the first
    of those that `earlier` and `related` count. checkpoint: as it was signed.
    """

    origin: str
    size: int
    earlier: int
    checkpoint: str
    related: int = 0
    untold: int = 0
    runs: tuple[EarlierRun, ...] = ()
