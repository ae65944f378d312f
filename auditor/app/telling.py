"""What was found of a row, as it is told: names, units and plain numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from auditor.dataset import Dataset, Feature
from auditor.explain.attribution import Attribution
from auditor.explain.counterfactual import Counterfactual
from auditor.explain.line import Line
from auditor.explain.players import feature_names
from auditor.explain.possible import Possible
from auditor.explain.question import Question
from auditor.explain.reasons import Reason
from auditor.explain.told import Changed, Course, Otherwise, Push, Sentence, Variable
from auditor.loaders.reasons import Reasons, vague

_SEEN = 0.002  # of the sum of all effects
_NOTHING = 1e-9  # in the unit of the score
_NEARLY = 0.5  # of the strongest push of a reason: whose sentence may stand for it
_SAME = 1e-6  # of a value: what single precision cannot tell


def sentence(
    reason: Reason, pushes: Mapping[str, float], courses: Mapping[str, Course], reasons: Reasons, towards: int
) -> Sentence:
    """A reason in the words of the feature that pushed most, of those that are the same reason; or, where there are no
    words for its values, of another one that pushed nearly as much.

    pushes: of these features, up above zero. towards: 1 where the reason is what pushed up, -1 where down.
    """
    in_order = sorted(pushes, key=lambda name: -towards * pushes[name])
    here = [name for name in in_order if towards * pushes[name] > _NOTHING]
    strong = [name for name in here if towards * pushes[name] >= _NEARLY * towards * pushes[here[0]]]
    words = {name: known.of(towards, courses[name].values) for name in strong if (known := reasons.sentences(name))}
    of = next((name for name, (text, _) in words.items() if text), "")
    text, by_value = words.get(of, ("", False))
    known = reasons.sentences(of)
    unmeasured = tuple(name for name in here if all(value is None for value in courses[name].values))
    usual = tuple(name for name in here if name not in unmeasured and _usual(courses[name]))
    return Sentence(
        code=known.code if known else "",
        sentence=text,
        features=tuple(here),
        push=reason.push,
        share=reason.share,
        tied=reason.tied,
        vague=bool(text) and vague(text),
        opposed=tuple(name for name in reversed(in_order) if towards * pushes[name] < -_NOTHING),
        unmeasured=unmeasured,
        usual=usual,
        unheeded=bool(text) and not by_value and of in (*unmeasured, *usual),
        of=of,
    )


def _usual(course: Course) -> bool:
    """Whether all that was measured is within the usual range, as far as single precision tells."""
    if course.usual is None:
        return False
    low, high = (end + sign * _SAME * abs(end) for end, sign in zip(course.usual, (-1, 1), strict=True))
    return all(value is None or low <= value <= high for value in course.values)


def outcome(data: Dataset, row: int) -> str:
    """What happened to a row, in words; empty where it is not known."""
    y = float(data.y[row])
    if not np.isfinite(y):
        return ""
    if not data.target.classes:
        return f"{y:.6g} {data.target.unit}".strip()
    return event(data) if data.task == "binary" and y == 1 else _named(data, int(y))


def event(data: Dataset, column: int | None = None) -> str:
    """What the explained number is about: the class that is explained (default: the last), or what is predicted."""
    if not data.target.classes:
        return data.target.name
    return _named(data, len(data.target.classes) - 1 if column is None else column)


def _named(data: Dataset, at: int) -> str:
    """A class by its name; where its name is a bare number, the name of the target and whether it came true."""
    name = data.target.classes[at]
    if data.task != "binary" or not name.removeprefix("not ").isdigit():
        return name
    return data.target.name if at == 1 else f"no {data.target.name}"


def variable(feature: Feature, possible: Possible) -> Variable:
    """A feature as a reader knows it."""
    return Variable(
        name=feature.name,
        unit=feature.unit,
        description=feature.description,
        levels=feature.levels or (("no", "yes") if feature.kind == "binary" else ()),
        decimals=possible.decimals,
        fixed=feature.immutable,
    )


def variables(data: Dataset, possible: Sequence[Possible]) -> dict[tuple[str, bool], Variable]:
    """Features and static features, by name and whether static, named as attributions name them."""
    listed = zip((*data.features, *data.static_features), feature_names(data), possible, strict=True)
    return {
        (feature.name, at >= len(data.features)): variable(feature, each).model_copy(update={"name": name})
        for at, (feature, name, each) in enumerate(listed)
    }


def otherwise(found: Counterfactual, of: Mapping[tuple[str, bool], Variable]) -> Otherwise:
    """A counterfactual."""
    changes = tuple(
        Changed(
            of=of[change.feature.name, change.step is None],
            step=change.step,
            before=change.before,
            after=change.after,
            size=change.size,
        )
        for change in found.changes
    )
    return Otherwise(changes=changes, score=found.score, stretches=found.stretches)


def pushes(features: Attribution, credit: Attribution, question: Question, at: int) -> tuple[Push, ...]:
    """Of each feature, the strongest first."""
    length, count = int(question.lengths[at]), len(question.data.features)
    told_by_step = len(credit.players) > len(features.players)
    grid = credit.take(np.array([at])).on_grid()[0][question.steps - length :]
    errors = np.zeros(len(features.players)) if features.error is None else features.error[at]
    made = [
        Push(
            feature=name,
            value=float(features.values[at, number]),
            error=float(errors[number]),
            by_step=tuple(map(float, grid[:, number])) if told_by_step and number < count else (),
        )
        for number, name in enumerate(features.players.names)
    ]
    return tuple(sorted(made, key=lambda push: -abs(push.value)))


def inexact(features: Attribution, at: int) -> Iterator[str]:
    """What a reader should know of the arithmetic, where its error is not too small to be seen."""
    size = float(np.abs(features.values[at]).sum())
    error = abs(float(features.gap[at])) if features.numerical is None else float(features.numerical[at])
    if size > 0 and error > _SEEN * size:
        yield f"The arithmetic of the effects on the score is right to about {100 * error / size:.1f} % of their sum."


def courses(line: Line) -> Iterator[Course]:
    """What each feature of a row was."""
    data, count = line.data, len(line.data.features)
    steps = line.own[: line.length * count].reshape(line.length, count)
    for at, of in enumerate(variables(data, line.possible).values()):
        values = steps[:, at] if at < count else line.own[line.length * count + at - count :][:1]
        usual = line.possible[at]
        yield Course(
            of=of,
            static=at >= count,
            values=tuple(None if np.isnan(value) else float(value) for value in values),
            usual=(usual.low, usual.high) if usual.decimals is not None and np.isfinite(usual.low) else None,
        )
