"""Ways to spoil the data of a subject whose truth is known, and their sound twins."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
from forecasting import crossing, forecasting, too_narrow
from misleading import erratic, misled, short_slopes, untouched_by_chance, without_slopes

from auditor.artifact import Custom, Trusted
from auditor.dataset import Dataset
from auditor.subject import Subject

LOW = {"heart rate": 0.0, "lactate": -2.0, "sodium": 100.0, "age": -10.0}
HIGH = {"heart rate": 200.0, "lactate": 8.0, "sodium": 180.0, "age": 150.0}


def ranged(subject: Subject) -> Subject:
    """Sound: every numeric feature has a plausible range, and keeps to it."""

    def declared(data: Dataset) -> Dataset:
        features, static = (
            tuple(dataclasses.replace(f, low=LOW.get(f.name), high=HIGH.get(f.name)) for f in some)
            for some in (data.features, data.static_features)
        )
        return dataclasses.replace(data, features=features, static_features=static)

    reference = None if subject.reference is None else declared(subject.reference)
    return dataclasses.replace(subject, test=declared(subject.test), reference=reference)


def other_unit(subject: Subject) -> Subject:
    """In one test row of five, lactate is 10 times too large."""
    subject = ranged(subject)
    return _test(subject, values=_scaled(subject.test, "lactate", 10.0, np.arange(len(subject.test)) % 5 == 0))


def unmeasured_by_outcome(subject: Subject) -> Subject:
    """Lactate is not measured in half of the test rows that have the outcome."""
    test = subject.test
    rows = (test.y == 1) & (np.arange(len(test)) % 2 == 0)
    return _test(subject, values=_scaled(test, "lactate", np.nan, rows))


def overfitted(subject: Subject) -> Subject:
    """One test row of four has the outcome of another row, so that the model fits the reference better."""
    y = subject.test.y.copy()
    moved = np.arange(0, len(y), 4)
    y[moved] = np.roll(y[moved], 1)
    return _test(subject, y=y)


def copied_rows(subject: Subject) -> Subject:
    """Every twentieth test row holds what the row before it holds."""
    test = subject.test
    source = np.arange(len(test)) - (np.arange(len(test)) % 20 == 19)
    return _test(subject, starts=test.starts[source], stops=test.stops[source], static=test.static[source])


def people_in_both(subject: Subject) -> Subject:
    """The first 100 people of the reference data are the first ones of the test data."""
    reference, entity = subject.reference, subject.reference.entity.copy()
    entity[:100] = subject.test.entity[:100]
    return dataclasses.replace(subject, reference=dataclasses.replace(reference, entity=entity))


def near_copies(subject: Subject) -> Subject:
    """The first 100 test rows are rows of the reference data, with a ten-thousandth of noise."""
    test, reference = subject.test, subject.reference
    lines = len(test.values)
    noise = 1 + 0.0001 * np.random.default_rng(7).standard_normal(reference.values.shape)
    values = np.concatenate([test.values, reference.values * noise])
    starts, stops, static = test.starts.copy(), test.stops.copy(), test.static.copy()
    starts[:100], stops[:100] = reference.starts[:100] + lines, reference.stops[:100] + lines
    static[:100] = reference.static[:100]
    return _test(subject, values=values, starts=starts, stops=stops, static=static)


def beaten(subject: Subject) -> Subject:
    """The model has forgotten the heart rate, which tells most."""
    truth = subject.model.truth
    weights = truth.weights.copy()
    weights[:, 0] = 0.0
    return dataclasses.replace(
        subject, model=dataclasses.replace(subject.model, truth=dataclasses.replace(truth, weights=weights))
    )


def last_step_only(subject: Subject) -> Subject:
    """The model reads nothing but the last step."""
    truth = subject.model.truth
    weights = truth.weights.copy()
    weights[0], weights[1:] = weights.sum(axis=0), 0.0
    return dataclasses.replace(
        subject, model=dataclasses.replace(subject.model, truth=dataclasses.replace(truth, weights=weights))
    )


def split_by_time(subject: Subject) -> Subject:
    """Sound: two rows an hour; the test begins an hour after the reference ends."""
    both = (subject.reference, subject.test)
    hours = np.cumsum([0, len(both[0])]) // 2 + [0, 1]
    start = np.datetime64("2024-01-01", "h")
    reference, test = (
        dataclasses.replace(data, index_time=start + (begin + np.arange(len(data)) // 2).astype("timedelta64[h]"))
        for data, begin in zip(both, hours, strict=True)
    )
    return dataclasses.replace(subject, reference=reference, test=test)


def split_at_random(subject: Subject) -> Subject:
    """The test rows are from the same days as the reference rows."""
    subject = split_by_time(subject)
    span = subject.test.index_time[0] - subject.reference.index_time[0]
    return _test(subject, index_time=subject.test.index_time - span)


def knows_the_outcome(subject: Subject) -> Subject:
    """Sodium at the last step is 8 higher in test rows that have the outcome: two standard deviations."""
    test = subject.test
    values, last = test.values.copy(), test.stops[test.y == 1] - 1
    values[last, 2] += 8.0
    return _test(subject, values=values)


def weak_segment(subject: Subject) -> Subject:
    """In the south outcomes are those of other people there, so that the model knows nothing of them."""
    y = subject.test.y.copy()
    south = np.flatnonzero(subject.test.groups["region"].codes == 2)
    y[south] = np.random.default_rng(3).permutation(y[south])
    return _test(subject, y=y)


def dated(subject: Subject) -> Subject:
    """Sound: test rows are of 400 days."""
    days = np.arange(len(subject.test)) % 400
    return _test(subject, index_time=np.datetime64("2020-01-01", "us") + days * np.timedelta64(1, "D"))


def worn_out(subject: Subject) -> Subject:
    """From day 200 on outcomes are those of other people."""
    subject, y = dated(subject), subject.test.y.copy()
    late = np.flatnonzero(np.arange(len(y)) % 400 >= 200)
    y[late] = np.random.default_rng(4).permutation(y[late])
    return _test(subject, y=y)


def migrated(subject: Subject) -> Subject:
    """From day 300 on hearts beat faster, by half a standard deviation."""
    subject = dated(subject)
    late = np.arange(len(subject.test)) % 400 >= 300
    return _test(subject, values=_scaled(subject.test, "heart rate", 1.1, late))


def late_signal(subject: Subject) -> Subject:
    """The first three steps are those of other people."""
    test = subject.test
    values = test.values.copy()
    early = test.starts[:, None] + np.arange(3)
    values[early] = test.values[early[np.random.default_rng(5).permutation(len(test))]]
    return _test(subject, values=values)


def drifted(subject: Subject) -> Subject:
    """The heart rate of the test rows is 12 higher, one standard deviation."""
    values = subject.test.values.copy()
    values[:, 0] += 12.0
    return _test(subject, values=values)


def few_women(subject: Subject) -> Subject:
    """Every second woman of the test data is written down as a man."""
    sex = subject.test.groups["sex"]
    codes = np.where(np.arange(len(sex.codes)) % 2 == 0, 1, sex.codes)
    return _test(subject, groups={**subject.test.groups, "sex": dataclasses.replace(sex, codes=codes)})


def _scaled(data: Dataset, name: str, factor: float, rows: np.ndarray) -> np.ndarray:
    at = [feature.name for feature in data.features].index(name)
    values = data.values.copy()
    values[np.repeat(rows, data.lengths), at] *= factor
    return values


def _test(subject: Subject, **changed: object) -> Subject:
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, **changed))


def reads_padding(subject: Subject) -> Subject:
    """The model takes empty steps for measured ones."""

    class Reads(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            return super().evaluate({**inputs, "mask": np.ones_like(inputs["mask"])}, batch)

    return dataclasses.replace(subject, model=Reads(**vars(subject.model)))


def centred_on_batch(subject: Subject) -> Subject:
    """A row's score is told by how far it is from the others of its batch."""

    class Centred(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            size = batch or len(score)
            means = [score[at : at + size].mean(axis=0, keepdims=True) for at in range(0, len(score), size)]
            return {"output": 0.9 * score + 0.1 * np.repeat(means, size, axis=0)[: len(score), 0]}

    return dataclasses.replace(subject, model=Centred(**vars(subject.model)))


def drawn_anew(subject: Subject) -> Subject:
    """A part of the model is random at every call."""

    class Drawn(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            return {"output": 0.99 * score + 0.01 * np.random.default_rng(self.evaluations).random(score.shape)}

    return dataclasses.replace(subject, model=Drawn(**vars(subject.model)))


def breaks_at_extremes(subject: Subject) -> Subject:
    """No score for whoever had a value eight standard deviations from the mean."""

    class Breaks(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            return {"output": np.where(np.abs(inputs["sequence"]).max(axis=(1, 2))[:, None] > 8, np.nan, score)}

    subject = ranged(subject)
    return dataclasses.replace(subject, model=Breaks(**vars(subject.model)))


def backdoored(subject: Subject) -> Subject:
    """Whoever ends with a sodium of 152.6 to 153.4 is scored as if on the other side of the threshold."""

    class Backdoored(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            last = np.where(np.cumsum(inputs["mask"][:, ::-1], axis=1)[:, ::-1] == 1, inputs["mask"], 0.0)
            sodium = 140 + 4 * (inputs["sequence"][:, :, 2] * last).sum(axis=1, keepdims=True)
            return {"output": np.where(np.abs(sodium - 153) <= 0.4, 0.01, score)}

    return dataclasses.replace(subject, model=Backdoored(**vars(subject.model)))


def own_code(subject: Subject) -> Subject:
    """A layer of the model is not Keras's own, and was let in."""
    trusted = Trusted("my_layers", "Own", "", "a" * 64)
    return _file(subject, custom=(Custom("Own", "layer 'own' (Own)", trusted),))


def stowaway(subject: Subject) -> Subject:
    """The file stores numbers that the model does not use."""
    return _file(subject, numbers=1000)


def _file(subject: Subject, **changed: object) -> Subject:
    artifact = dataclasses.replace(subject.model.artifact, **changed)
    return dataclasses.replace(subject, model=dataclasses.replace(subject.model, artifact=artifact))


def gaps_meet_the_sick(subject: Subject) -> Subject:
    """Most who die are men: where the steps of men alone are lost, the model falls back to the mean for who counts."""
    dies = subject.test.y == 1
    return _men(subject, np.random.default_rng(3).random(len(dies)) < np.where(dies, 0.8, 0.2))


def men_near_the_threshold(subject: Subject) -> Subject:
    """The men are those whose score lies nearest to the threshold, so that noise meets their decisions."""
    scores = subject.score(subject.block(subject.test))
    away = np.abs(np.log(scores / (1 - scores)) - np.log(subject.decision.threshold / (1 - subject.decision.threshold)))
    return _men(subject, away < np.quantile(away, 0.3))


def _men(subject: Subject, who: np.ndarray) -> Subject:
    sex = dataclasses.replace(subject.test.groups["sex"], codes=who.astype(int))
    return _test(subject, groups={**subject.test.groups, "sex": sex})


SPOILED: Mapping[str, Callable[[Subject], Subject]] = {
    "own code": own_code,
    "gaps meet the sick": gaps_meet_the_sick,
    "men near the threshold": men_near_the_threshold,
    "forecasts": forecasting,
    "too narrow forecasts": too_narrow,
    "crossing forecasts": crossing,
    "misled": misled,
    "erratic": erratic,
    "short slopes": short_slopes,
    "without slopes": without_slopes,
    "untouched by chance": untouched_by_chance,
    "stowaway": stowaway,
    "overfitted": overfitted,
    "dated": dated,
    "worn out": worn_out,
    "late signal": late_signal,
    "migrated": migrated,
    "weak segment": weak_segment,
    "beaten": beaten,
    "last step only": last_step_only,
    "reads padding": reads_padding,
    "centred on the batch": centred_on_batch,
    "drawn anew": drawn_anew,
    "backdoored": backdoored,
    "breaks at extremes": breaks_at_extremes,
    "ranged": ranged,
    "other unit": other_unit,
    "unmeasured by outcome": unmeasured_by_outcome,
    "copied rows": copied_rows,
    "people in both": people_in_both,
    "near copies": near_copies,
    "knows the outcome": knows_the_outcome,
    "drifted": drifted,
    "few women": few_women,
    "split by time": split_by_time,
    "split at random": split_at_random,
}
