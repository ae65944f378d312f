"""Whether the model can be sent what the files hold: found out on loading, not in the middle of an audit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats
from auditor.errors import FileFault
from auditor.loaders.transforms import Pipeline, TableEncoder

_LINES = 2**18  # at a time, so that no copy of all values is made


def refuse_unusable(encoder: TableEncoder, dataset: Dataset, where: str) -> None:
    """Raise FileFault, at `where`, naming the first variable that stays NaN, or becomes infinite, in a line of a row.

    A forward fill alone is not enough where values are missing: nothing may come before the first line of a window.
    """
    used = np.zeros(len(dataset.values) + 1, dtype=np.int32)
    np.add.at(used, dataset.starts, 1)
    np.add.at(used, dataset.stops, -1)
    lines = np.cumsum(used, out=used)[:-1] > 0
    for i, one in enumerate(encoder.features):
        _refuse(one, dataset.values[:, i], lines, "lines", where)
    for i, one in enumerate(encoder.statics):
        _refuse(one, dataset.static[:, i], np.ones(len(dataset), dtype=bool), "rows", where)


def _refuse(one: Pipeline, values: Floats, used: NDArray[np.bool_], what: str, where: str) -> None:
    bad = absent = 0
    for start in range(0, len(used), _LINES):
        some = values[start : start + _LINES][used[start : start + _LINES]]
        made = one.values(some[:, None])
        bad += int((~np.isfinite(made.astype(np.float32))).any(axis=(1, 2)).sum())
        absent += int(np.isnan(some).sum())
    if not bad:
        return
    told = f"'{one.name}' is NaN or infinite after its transforms in {bad:,} of {int(used.sum()):,} {what}"
    remedy = "Say what stands for a missing value (impute), or clip what a logarithm cannot take."
    raise FileFault(f"{told}; {absent:,} are missing in the files", where=where, remedy=remedy)
