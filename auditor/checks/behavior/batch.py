"""Independence of the rows from one another."""

from __future__ import annotations

import dataclasses

import numpy as np
from pydantic import Field

from auditor.checks.behavior.change import moved
from auditor.checks.behavior.company import at_limits, count_limits, extreme_rows
from auditor.checks.behavior.rounding import BATCH, Rounding, rounding_of
from auditor.checks.check import check
from auditor.checks.sample import sample
from auditor.dataset import Block, Floats, Integers
from auditor.errors import FileFault, NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Sampled, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "behavior.batch"
_ODD = 13  # another size of the batch, of which the usual one is no multiple
_ALONE = 32  # rows that are scored one at a time, and beside an extreme one


class Params(Frozen):
    """How many rows."""

    rows: int = Field(default=256, ge=64, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    picked, _ = _picked(subject, params)
    if not len(picked):
        return 0
    n, beside = len(picked), len(extreme_rows(subject.test, picked)) + count_limits(subject.test)
    return (7 + bool(subject.training)) * n + 4 * min(n, _ALONE) + beside


def _picked(subject: Subject, params: Params) -> tuple[Integers, Sampled | None]:
    return sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json(), "rows"))


@check(
    quantities={
        "largest": Meaning(
            title="Largest change of a score beyond rounding, in standard deviations of the scores",
            better="lower",
            per="composition of the batch",
            low=0,
        ),
        "changed": Meaning(
            title="Share of rows whose score changes by more than rounding",
            better="lower",
            per="composition of the batch",
            low=0,
            high=1,
        ),
        "rounding": Meaning(
            title="Largest change of a score by rounding, in standard deviations of the scores", better="lower", low=0
        ),
    },
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The score of a row does not hang on which rows are scored together with it.

    Measures: the same rows are scored again among other rows, in reverse order, in batches of another size, alone,
    beside the most extreme row, beside the rows with the largest and smallest value of each feature and rows at its
    declared limits, at a second call, and as the auditor calls the model otherwise; how many scores change
    by more than rounding, and by how much at most, in standard deviations of the scores. Where the model file calls
    layers as in training, a plain call is compared too, in which they do so. Rounding is measured for this
    model: how far scores move when each number sent is replaced by a neighbouring one of 32 bits; up to ten times as
    much counts as rounding.
    Why: an operation across the rows of a batch, or a layer that keeps its state from call to call, gives a person the
    score of the company they are in. No test of accuracy shows it, and a file with such a layer opens like any other.
    Blind to: faults that need a batch larger than any tried here; random parts of the model that show rarely.
    """
    picked, sampled = _picked(subject, params)
    if not len(picked):
        raise NotApplicable("there are no test rows")
    block, beside = _blocks(subject, picked)
    sampling = Sampling.of(subject.test.take(picked))
    base = subject.score(block, BATCH)
    rounding = rounding_of(subject, block, base, subject.rng(_ID, "rounding"))
    changes = _changes(subject, block, base, beside)
    told = "the largest of the rows tried, not an estimate"
    largest = {part: _exact(rounding.beyond(change), len(change), told) for part, change in changes.items()}
    whole = {part: change for part, change in changes.items() if len(change) == len(picked)}
    every = np.ones(len(picked), dtype=bool)
    return Measurement(
        quantities={
            "largest": Quantity(parts=largest),
            "changed": Quantity(
                parts={name: sampling.rate(change > rounding.limit, every) for name, change in whole.items()}
            ),
            "rounding": Quantity.of(_exact(rounding.seen / rounding.spread, len(picked), told)),
        },
        shown=(_table(changes, rounding),),
        sampled=sampled,
    )


def _blocks(subject: Subject, picked: Integers) -> tuple[Block, Block]:
    """The rows, and those that are extreme in one feature, padded to one length."""
    extreme = extreme_rows(subject.test, picked)
    whole = subject.block(subject.test, np.concatenate([picked, extreme]))
    block, real = taken(whole, np.arange(len(picked))), taken(whole, np.arange(len(picked), len(whole)))
    return block, _joined(real, at_limits(subject, taken(whole, np.arange(1))))


def _joined(*blocks: Block) -> Block:
    return Block(*(np.concatenate([getattr(one, part) for one in blocks]) for part in ("values", "mask", "static")))


def _beside_all(subject: Subject, few: Block, beside: Block) -> Floats:
    """Scores of a few rows in one batch with all that are extreme. Raises FileFault where one is no finite number."""
    scores = subject.raw_score(_joined(few, beside), len(few) + len(beside))[: len(few)]
    if not np.isfinite(scores).all():
        raise FileFault("the model's score of an ordinary row is NaN or infinite beside rows that are extreme")
    return scores


def _changes(subject: Subject, block: Block, base: Floats, beside: Block) -> dict[str, Floats]:
    """For each composition of the batch, (rows,) how far scores are from those in batches of BATCH in order.

    Where fewer rows are scored, they are the first ones. beside: rows that are extreme in one feature.
    """
    rows, few = np.arange(len(block)), np.arange(min(len(block), _ALONE))
    extreme = np.full(len(few), _extreme(subject, block))

    def change(order: Integers, batch: int | None, back: Integers | slice = slice(None)) -> Floats:
        again = subject.score(taken(block, order), batch)[back]
        return moved(base[: len(again)], again)

    other = subject.rng(_ID, "company").permutation(len(block))
    changes = {
        "other rows beside it": change(other, BATCH, np.argsort(other)),
        "reverse order": change(rows[::-1], BATCH, rows[::-1]),
        f"batches of {_ODD}": change(rows, _ODD),
        "alone": change(few, 1),
        "beside the most extreme row": change(np.stack([few, extreme], axis=1).ravel(), 2, slice(None, None, 2)),
        "beside rows that are extreme in one feature": moved(
            base[: len(few)], _beside_all(subject, taken(block, few), beside)
        ),
        "second call": change(rows, BATCH),
        "as the auditor calls it": change(rows, None),
    }
    if subject.training:
        changes["a plain call, with layers as in training"] = moved(base, subject.served(block, BATCH))
    return changes


def taken(block: Block, rows: Integers) -> Block:
    """Some rows of a block, in this order."""
    return dataclasses.replace(block, values=block.values[rows], mask=block.mask[rows], static=block.static[rows])


def _extreme(subject: Subject, block: Block) -> int:
    """The row whose inputs are largest."""
    size = np.zeros(len(block))
    for values in subject.encoder.encode(block).values():
        size += np.abs(np.asarray(values, dtype=float)).reshape(len(block), -1).sum(axis=1)
    return int(size.argmax())


def _exact(value: float, n: int, method: str) -> Estimate:
    return Estimate(value=value, n=n, method=method, spread=Exact())


def _table(changes: dict[str, Floats], rounding: Rounding) -> Table:
    return Table(
        title="Scores of the same rows in other company",
        caption="Below the change that counts as rounding, which the last line tells, rows do not hang on one another.",
        columns=(
            Column(title="Composition of the batch"),
            Column(title="Largest change of a score", kind="number", digits=9),
        ),
        rows=(
            *((part, float(change.max(initial=0.0))) for part, change in changes.items()),
            ("counts as rounding, up to", rounding.limit),
        ),
    )
