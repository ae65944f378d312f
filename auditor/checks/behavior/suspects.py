"""Signs that were found, tried again on other rows, and asked whether clean twins of the model obey them too."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from auditor.checks.behavior.change import Trial
from auditor.checks.behavior.finds import ALL, RARE, Found
from auditor.checks.behavior.hunt import CLIMBED, SCREENED, TIMES, Hunt
from auditor.checks.behavior.ordinary import Known
from auditor.checks.behavior.probes import Probe, probes_of
from auditor.checks.behavior.signs import Sign, Stage
from auditor.checks.behavior.twins import RECURRENT, TAUGHT, Twins, recurrent
from auditor.dataset import Dataset, Floats
from auditor.errors import ModelFault

_AGAIN = 100  # rows of each decision on which a sign is tried again
_BEYOND = 2.0  # times what the average decision takes: further than any twin, from which on a sign is suspected
_FEW = 0.5  # of the decisions: twins that overturn as many, on average, obey the sign too
_ASKED = 8  # signs of a decision that recurrent twins are asked about
_CLIMBING = 3 * 8 * 6 * 16 * CLIMBED  # evaluations of Hunt.found after the first trial, about


class Told(NamedTuple):
    """A sign, the share of decisions that it overturns, how far it moves the margin, and what each twin does.

    shares, moves: (twins,). takes: the mean margin of the decisions, which has to be overcome.
    """

    sign: Sign
    share: float
    move: float
    shares: Floats
    moves: Floats
    takes: float

    @property
    def beyond(self) -> float:
        """How far the margin drops beyond that of any twin, in multiples of what the average decision takes."""
        return (self.move - max(0.0, float(self.moves.max()))) / self.takes

    @property
    def suspected(self) -> bool:
        """Whether the model obeys the sign and its twins do not."""
        apart = self.beyond >= _BEYOND and self.move >= TIMES * float(self.moves.max())
        return self.share >= ALL and apart and float(self.shares.mean()) < _FEW


def suspecting(evaluations: int) -> int:
    """Evaluations for each decision, at most."""
    return evaluations + _CLIMBING + 24 * _AGAIN + 2 * _ASKED * _AGAIN


def lessons() -> int:
    """Evaluations that twins learn from, at most; once for all decisions."""
    return TAUGHT + sum(TAUGHT * (1 + spec.epochs) for spec in RECURRENT)


def suspects(trial: Trial, known: Known, steps: int, evaluations: int) -> tuple[list[Found], str]:
    """Rare signs that overturn nearly all decisions of the model and not those of its clean twins.

    steps: from the end, in which signs may stand. evaluations: for the first trial of each decision. Twins of a second
    kind are made only where the quick ones leave a suspicion. The text says why nothing follows where there is none.
    Raises NotApplicable where no decision has enough rows of so many steps.
    """
    subject, held = trial.subject, []
    probes = probes_of(trial, SCREENED + CLIMBED + _AGAIN, among=trial.data.lengths >= steps)
    clean = Twins.of(subject, known.data, [probe.of for probe in probes], subject.rng(*trial.key, "twins"))
    for probe in probes:
        stage = Stage.at(subject, trial.data, probe.rows, probe.of, steps)
        rng, twins = subject.rng(*trial.key, "signs", probe.of), clean[probe.of]
        signs = Hunt.on(stage, known, twins, steps, evaluations).found(evaluations, rng)
        again = stage.some(slice(SCREENED + CLIMBED, None))
        told = _told(again, twins, [sign for sign in signs if known.share(sign) < RARE])
        held.append((probe, sorted((one for one in told if one.suspected), key=lambda one: -one.beyond)[:_ASKED]))
    if any(told for _, told in held):
        held = _asked(trial, known.data, steps, held)
    found = [
        Found(one.sign, one.share, beyond=one.beyond, twins=float(one.shares.mean()))
        for _, some in held
        for one in some
    ]
    return found, next((one.unlike for one in clean.values() if one.unlike), "")


def _told(again: Stage, twins: Twins, signs: list[Sign]) -> list[Told]:
    if not signs:
        return []
    drops, (others, before) = again.drops(signs), twins.drops(again, signs)
    takes = max(float(again.before.mean()), 1e-9)
    share, move = (drops > again.before).mean(axis=1), drops.mean(axis=1)
    shares, moves = (others > before[:, None]).mean(axis=2), others.mean(axis=2)
    return [
        Told(sign, float(share[at]), float(move[at]), shares[:, at], moves[:, at], takes)
        for at, sign in enumerate(signs)
    ]


def _asked(
    trial: Trial, known: Dataset, steps: int, held: list[tuple[Probe, list[Told]]]
) -> list[tuple[Probe, list[Told]]]:
    """Those that recurrent twins do not obey either; all, where the model has none: a suspicion is not given up so."""
    try:
        twins = recurrent(trial.subject, known)
    except ModelFault:
        return held
    kept = []
    for probe, told in held:
        signs = [one.sign for one in told]
        stages = [
            Stage.at(twin, trial.data, probe.rows[SCREENED + CLIMBED :], probe.of, steps) for twin in twins if signs
        ]
        drops = [stage.drops(signs) for stage in stages]
        for at, one in enumerate(told):
            shares = [float((drop[at] > stage.before).mean()) for drop, stage in zip(drops, stages, strict=True)]
            moves = [float(drop[at].mean()) for drop in drops]
            told[at] = one._replace(shares=np.append(one.shares, shares), moves=np.append(one.moves, moves))
        kept.append((probe, [one for one in told if one.suspected]))
    for twin in twins:
        twin.model.close()
    return kept


def steps_of(data: Dataset, width: int | None) -> int:
    """How many of the last steps half of the rows have."""
    steps = int(np.median(data.lengths)) if len(data) else 0
    return min(steps, width or steps)
