"""What happens where the same feature of every row is disturbed, feature by feature."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from auditor.checks.behavior.change import TITLES, Effects, Trial, effects
from auditor.checks.behavior.change_charts import bars
from auditor.dataset import Floats
from auditor.measurement import Meaning, Shown


def of_one_feature(suffix: str, where: str) -> dict[str, Meaning]:
    """The quantities that `one_feature` adds. suffix: of their names. where: what a feature does then, in words."""
    ends = {"score_change": (0.0, None), "flipped": (0.0, 1.0), "loss": (None, None)}
    return {
        f"{name}_{suffix}": Meaning(
            title=f"{title} where a feature {where}",
            better="lower",
            per="feature",
            low=ends[name][0],
            high=ends[name][1],
        )
        for name, title in TITLES.items()
    }


def one_feature(
    trial: Trial, found: Effects, after: Mapping[str, Floats], suffix: str, where: str
) -> tuple[Shown, ...]:
    """Adds to what was found, and draws, what became of the scores (after: feature -> scores).

    Not by group: features are many, and so would be their groups.
    """
    nobody = dataclasses.replace(trial.subject, test=dataclasses.replace(trial.subject.test, groups={}))
    each = effects(dataclasses.replace(trial, subject=nobody), {name: [one] for name, one in after.items()})
    for name in TITLES:
        if name in each.quantities:
            found.quantities[f"{name}_{suffix}"] = each.quantities[name]
        else:
            found.unmeasured[f"{name}_{suffix}"] = each.unmeasured[name]
    if "flipped" not in each.quantities:
        return ()
    parts = each.quantities["flipped"].parts
    return (bars(f"Decisions that flip where a feature {where}", "Share of decisions that flip", "", parts),)
