"""Challengers: whether the model earns its complexity."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.performance.challengers import CHALLENGERS, fitted
from auditor.checks.performance.charts import achieved, dots, measure_axis
from auditor.checks.quality import Quality
from auditor.checks.sample import both_sampled, sample
from auditor.checks.summaries import summaries
from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import minus
from auditor.measurement import Meaning, Measurement, Quantity, Sampled
from auditor.subject import Subject

_ID = "performance.challenger"
_FEWEST = 100  # rows from which no challenger is fitted
_FEWEST_EVENTS = 20


class Params(Frozen):
    """From how many rows the challengers learn, and on how many all are compared."""

    rows: int = Field(
        default=20_000, ge=200, description="At most about so many reference rows to fit, and test rows to compare on."
    )
    last_steps: int = Field(default=3, ge=2, le=1000, description="Steps in the mean of the last steps.")


@check(
    quantities={"gain": Meaning(title="Predictive quality beyond the challenger's", better="higher", per="challenger")},
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model predicts better than simple models do on the same rows.

    Measures: how much better the model predicts the test rows than two challengers: a logistic regression (for a
    number, a ridge regression) and gradient boosted trees. These see summaries of each row in original units: last
    value, mean, slope, lowest and highest value, how often something was measured. They are fitted on the reference
    rows, with settings fixed beforehand. Compared, on the same rows, is the area under the ROC curve, the share of
    classes predicted rightly, or the root mean squared error (positive: that of the model is lower).
    Why: a network that reads sequences is harder to explain, to check and to keep up than a regression; where it
    predicts no better it does not earn that.
    Blind to: challengers that an expert would build; what the intervals leave out, namely that other reference rows
    would make other challengers; reference rows that are not those on which the model itself was trained.
    """
    scores = evidence.finite(SCORES)
    learn, learnt, learn_words = _learn(subject, params)
    rows, sampled = sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json(), "compared on"))
    data = subject.test.take(rows)
    quality = Quality.of(data)
    x, _ = summaries(subject, learn, params.last_steps)
    held, _ = summaries(subject, data, params.last_steps)
    seed = int(subject.rng(_ID, params.model_dump_json(), "fit").integers(2**31))
    rivals = {name: quality.stat(guess) for name, guess in fitted(learn, x, held, seed).items()}
    model = quality.stat(scores[rows])
    gains = {f"over {name}": minus(model, rival) for name, rival in rivals.items()}
    return Measurement(
        quantities={
            "gain": Quantity(
                parts={name: quality.estimate(stat, scores[rows]) for name, stat in gains.items()},
                correlation=quality.sampling.correlation([stat.influence for stat in gains.values()]),
            )
        },
        shown=(
            dots(
                "Predictive quality of the model and its challengers",
                "What the model adds is how far it lies from the better challenger; all are compared on the same rows, "
                "so that a difference can be certain although the intervals overlap.",
                {name: achieved(quality, stat) for name, stat in {"the model": model, **rivals}.items()},
                measure_axis(data),
            ),
        ),
        sampled=both_sampled(sampled, learnt),
        notes=(learn_words,),
    )


def _learn(subject: Subject, params: Params) -> tuple[Dataset, Sampled | None, str]:
    """The reference rows that are learnt from, how they were drawn, and what to say of them."""
    reference = subject.reference
    if reference is None or not len(reference):
        raise NotApplicable("there are no reference rows from which a challenger could learn")
    rows, learnt = sample(reference, params.rows, subject.rng(_ID, params.model_dump_json(), "learnt from"))
    learn = reference.take(rows)
    if len(learn) < _FEWEST:
        raise NotApplicable(f"there are fewer than {_FEWEST} reference rows from which a challenger could learn")
    if learn.task != "regression":
        counts = np.bincount(learn.y.astype(np.intp), minlength=len(learn.target.classes) or 2)
        few = np.sort(counts)[-2] if len(counts) > 1 else 0
        if few < _FEWEST_EVENTS:
            told = f"fewer than {_FEWEST_EVENTS} reference rows have another outcome than the most frequent one"
            raise NotApplicable(f"{told}; a challenger could not learn from them")
    words = f"The challengers ({', '.join(CHALLENGERS[learn.task])}) learnt from {len(learn)} reference rows."
    return learn, learnt, words
