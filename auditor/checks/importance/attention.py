"""Attention beside attributions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.alike import averaged, dots, in_order, quantity
from auditor.checks.importance.attributed import ATTRIBUTIONS, BACKGROUNDS, Attributed, once
from auditor.checks.sample import sample
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import Evidence
from auditor.explain.attention import Looked, attending, attention
from auditor.explain.attribution import Attribution
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.subject import Subject

_ID = "importance.attention"
_DRAWN = 60  # last steps


class Params(Frozen):
    """On how many rows."""

    rows: int = Field(default=50, ge=20, le=1000, description="At most about so many rows are looked at, at random.")


def _rows(subject: Subject, params: Params) -> int:
    """Attention once a layer; the two others, step by step, each with its backgrounds."""
    layers = sum(bool(layer.heads) for layer in subject.model.description.layers)
    steps = subject.encoder.width or int(subject.test.lengths.max(initial=1))
    players = steps + len(subject.test.static_features)
    each = 3 * layers + BACKGROUNDS * (players + 64) + 4
    return layers and _most(subject, params) * each + 3 * (steps + 1) * BACKGROUNDS


def _most(subject: Subject, params: Params) -> int:
    """Whole clusters are drawn, the first of which may be larger than what was asked for."""
    cluster = subject.test.cluster
    largest = 1 if cluster is None or not len(cluster) else int(np.unique(cluster, return_counts=True)[1].max())
    return min(len(subject.test), max(params.rows, largest))


@check(
    quantities={
        "rank_correlation": Meaning(
            title="Rank correlation of attention with credit by step", better="higher", per="layer and method"
        ),
        "at_padding": Meaning(
            title="Share of attention on padded steps", better="lower", per="layer", low=0.0, high=1.0
        ),
    },
    needs=(ATTRIBUTIONS,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Where the model looks is where its scores come from.

    Measures: for about 50 rows (by default), the weights of each attention layer by step, averaged over heads and over
    the real steps that look; with several layers also attention rollout (Abnar and Zuidema 2020). How alike, step by
    step in rank, they are to the size of the credit by expected gradients and by occlusion of the same steps. And how
    much of the attention falls on padding, which is no step of anybody.
    Why: attention is often shown as the reason for a score. It tells where the model looked, without a sign; only where
    it goes along with what moves the score may it be shown at all.
    Blind to: heads that differ from one another, since their mean is taken; what recurrent layers before the attention
    have carried from one step to another.
    """
    layers = attending(evidence[ATTRIBUTIONS].question)
    if not layers:
        raise NotApplicable("the model has no attention layer of its own")
    attributed = _some(evidence[ATTRIBUTIONS], params)
    question = attributed.question
    looked, refused = _looked(attributed)
    if not looked:
        raise NotApplicable("; ".join(refused.values()))
    players = Players.parts(question.data, question.steps, question.steps)
    methods = (lambda asked: once(asked, players), lambda asked: occlusion(asked, players))
    moved = {each.method: each for each in map(attributed.by, methods)}
    moved = {name: each for name, each in moved.items() if each.players.names == players.names}  # told by step
    ranks: dict[str, Estimate | str] = {
        f"{layer}: {name}": _alike(attributed, seen.at, each)
        for layer, seen in looked.items()
        for name, each in moved.items()
    }
    told = quantity(ranks | refused)
    padding = {name: _padding(attributed, seen.at_padding) for name, seen in looked.items()}
    caption = "How alike the size of the credit of steps is to where the model looks; 1 is the same order, 0 none."
    return Measurement(
        quantities={"rank_correlation": told, "at_padding": Quantity(parts=padding)},
        shown=(
            *([dots("Attention and credit by step", caption, "Rank correlation", told)] if told.parts else []),
            _curves(question.steps, {**{name: each.at for name, each in looked.items()}, **moved}),
        ),
        sampled=attributed.sampled,
        notes=tuple(dict.fromkeys(note for each in moved.values() for note in each.notes)),
    )


def _some(attributed: Attributed, params: Params) -> Attributed:
    """Fewer of the rows that were explained, against the same backgrounds."""
    question = attributed.question
    rng = question.subject.rng(_ID, params.model_dump_json(), "rows")
    return attributed.take(*sample(question.data.take(question.rows), params.rows, rng))


def _looked(attributed: Attributed) -> tuple[dict[str, Looked], dict[str, str]]:
    """Each layer by itself, and all together; and why a layer cannot be told by step."""
    layers = attending(attributed.question)
    asked = {layer.name: [layer] for layer in layers} | ({"rollout": list(layers)} if len(layers) > 1 else {})
    found, refused = {}, {}
    for name, some in asked.items():
        try:
            found[name] = attention(attributed.question, some)
        except NotApplicable as nothing:
            refused[name] = nothing.reason
    return found, refused


def _alike(attributed: Attributed, seen: Attribution, moved: Attribution) -> Estimate | str:
    """The mean rank correlation over each row's own steps."""
    question = attributed.question
    found = np.full(len(question.rows), np.nan)
    for length in np.unique(question.lengths):
        here, own = question.lengths == length, slice(question.steps - int(length), question.steps)
        found[here] = in_order(seen.values[here, own], moved.values[here, own])
    return averaged(attributed, found, "mean of Spearman's correlations over a row's steps", "identity")


def _padding(attributed: Attributed, share: Floats) -> Estimate:
    nobody = share <= 1e-6  # what float32 leaves of a sum
    if nobody.all():
        return attributed.sampling.rate(~nobody, np.ones(len(share), dtype=bool))
    return attributed.sampling.estimate(row_mean(share), n=len(share), method="mean over rows, by influence values")


def _curves(steps: int, told: Mapping[str, Attribution]) -> Lines:
    shown = min(steps, _DRAWN)
    series = []
    for name, each in told.items():
        size = np.abs(each.values[:, :steps]).mean(0)
        share = size / size.sum() if size.sum() > 0 else size
        series.append(Series(name=name, x=tuple(range(1, shown + 1)), y=tuple(share[::-1][:shown].tolist())))
    return Lines(
        title="Where the model looks, and what moves its scores",
        caption="Step 1 is the last one. Where the lines part, the model looks at steps that do not move its scores, "
        "or is moved by steps at which it does not look.",
        x=Axis(title="Steps back"),
        y=Axis(title="Share of the whole", low=0.0),
        series=tuple(series),
    )
