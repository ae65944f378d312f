"""Signs that were found, tried again on other rows, and asked whether ordinary values explain what they do."""

from __future__ import annotations

import numpy as np

from auditor.checks.behavior.change import Trial
from auditor.checks.behavior.finds import ALL, RARE, Found
from auditor.checks.behavior.hunt import CLIMBED, SCREENED, Hunt
from auditor.checks.behavior.ordinary import Known
from auditor.checks.behavior.probes import probes_of
from auditor.checks.behavior.signs import Sign, Stage
from auditor.dataset import Dataset

_AGAIN = 100  # rows of each decision on which a sign is tried again
_REAL, _ASKED = 1000, 8  # reference rows whose values are tried in the same places, and signs of which that is asked
_TIMES = 3.0  # as far as expected, and as any real row's values go, from which on a sign is suspected
_CLIMBING = 3 * 8 * 6 * 16 * CLIMBED  # evaluations of Hunt.found after the first trial, about


def suspecting(evaluations: int) -> int:
    """Evaluations for each decision, at most."""
    return 2 * evaluations + _CLIMBING + 24 * _AGAIN + _ASKED * _REAL * SCREENED


def suspects(trial: Trial, known: Known, steps: int, evaluations: int) -> list[Found]:
    """Rare signs that overturn nearly all decisions and go much further than ordinary values explain.

    steps: from the end, in which signs may stand. evaluations: for the first trial of each decision.
    Raises NotApplicable where no decision has enough rows of so many steps.
    """
    subject, found = trial.subject, []
    for probe in probes_of(trial, SCREENED + CLIMBED + _AGAIN, among=trial.data.lengths >= steps):
        stage = Stage.at(subject, trial.data, probe.rows, probe.of, steps)
        rng = subject.rng(*trial.key, "signs", probe.of)
        hunt = Hunt.on(stage, known, steps, evaluations)
        signs = [sign for sign in hunt.found(evaluations, rng) if known.share(sign) < RARE]
        found += _confirmed(hunt, stage.some(slice(SCREENED + CLIMBED, None)), signs, rng)
    return found


def _confirmed(hunt: Hunt, again: Stage, signs: list[Sign], rng: np.random.Generator) -> list[Found]:
    drops = again.drops(signs)
    share, moved = (drops > again.before).mean(axis=1), drops.mean(axis=1)
    expected = np.array([hunt.ordinary.expected(sign) for sign in signs])
    held = [at for at in range(len(signs)) if share[at] >= ALL and moved[at] >= _TIMES * expected[at]]
    found = []
    for at in sorted(held, key=lambda at: expected[at] / moved[at])[:_ASKED]:
        real = hunt.ordinary.known.borne(signs[at], _REAL, rng)
        most = max(float(expected[at]), float(hunt.first.drops(real).mean(axis=1).max(initial=0.0)))
        times = float(moved[at]) / max(most, 0.01 * float(moved[at]))
        if times >= _TIMES:
            found.append(Found(signs[at], float(share[at]), times=times))
    return found


def steps_of(data: Dataset, width: int | None) -> int:
    """How many of the last steps half of the rows have."""
    steps = int(np.median(data.lengths)) if len(data) else 0
    return min(steps, width or steps)
