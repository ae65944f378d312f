"""Periods of time, as checks compare them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset
from auditor.errors import NotApplicable

ONE_CLOCK = (
    "Times that are numbers are counted from the same moment for every entity, such as a month's number, and not from "
    "its own beginning, such as hours since admission. Dates always are."
)


def periods(data: Dataset, most: int, one_clock: bool) -> dict[str, NDArray[np.bool_]]:
    """At most `most` periods of about equally many rows, the earliest first: its name -> (rows,) who is in it.

    The time of a row is that of its last step; rows of the same time are in one period. one_clock: times that are
    numbers are counted from the same moment for everybody. Raises NotApplicable where they are not, so that they say
    how long someone was followed and not when, or where all rows have the same time.
    """
    distinct, codes, counts = np.unique(data.index_time, return_inverse=True, return_counts=True)
    if len(distinct) < 2:
        raise NotApplicable("all rows have the same time, so there are no periods")
    if distinct.dtype.kind != "M" and not one_clock:
        raise NotApplicable(
            "the times are no dates, and the policy does not say that they are of one clock (one_clock)"
        )
    middle = (np.cumsum(counts) - counts / 2) / len(data)
    period = np.floor(middle * most).astype(int)
    named = {}
    for number in np.unique(period):
        times = distinct[period == number]
        named[_name(times)] = np.asarray(period[codes] == number)
    return named


def _name(times: NDArray[np.generic]) -> str:
    """The first and the last of these times (sorted): days where they are more than a day apart, else minutes."""
    ends = times[[0, -1]]
    if np.issubdtype(ends.dtype, np.datetime64):
        unit = "D" if len(np.unique(ends.astype("datetime64[D]"))) > 1 else "m"
        told = [str(time).replace("T", " ") for time in ends.astype(f"datetime64[{unit}]")]
    else:
        told = [f"{time:g}" for time in ends.astype(float)]
    return told[0] if told[0] == told[1] else f"{told[0]} to {told[1]}"
