"""The first dataset.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.app.start.features import Variable
from auditor.app.start.plan import Plan
from auditor.app.start.roles import GroupGuess, lengths, positive
from auditor.app.start.yamltext import flow, guessed, line
from auditor.output import OutputKind

_MOST_WINDOWS = 20_000  # of one series, where every line could begin one
_USUAL_LENGTH = 24
_HEAD = """\
# Written by `auditor init`, which saw the model and the data, and nobody's intentions. What it guessed is marked.
#
# It cannot know how values were scaled before the model saw them. Here they go in as they stand in the file, with
# missing ones filled. If the model was trained on scaled values, every number of the report is about another model
# until you write the steps of your training code under `transform` (docs/dataset.md), with its own constants, as in
#   transform: [{impute: 80}, {log1p: true}, {standardise: {mean: 4.2, std: 0.9}}]
# and name the scores that you recorded (recorded_score), which is how the report shows that it meant your model.
"""


def dataset(plan: Plan, files: list[dict[str, str]], static: str | None, name: str, kind: OutputKind, why: str) -> str:
    """The file's text. files: path and split of each. kind: of the output, and why it seems so."""
    parts = [
        line("dataset", name),
        line("task", plan.task.value, plan.task.why),
        line("layout", plan.layout.value, plan.layout.why),
        "files:",
        *(f"  - {flow(one)}" for one in files),
        *([line("static_file", {"path": static})] if static else []),
        *_rows(plan),
        *_split(plan, files),
        f"features:  # in the order of the model's inputs{guessed(plan.features.why).replace('  # ', '; ')}",
        *(f"  - {flow(_variable(one, plan.layout.value) | _tokens(one, plan))}" for one in plan.features.value),
        *_statics(plan),
        *_target(plan),
        *_groups(plan.groups),
        *_inputs(plan),
        *_output(plan, kind, why),
        *_scores(plan),
    ]
    return _HEAD + "\n".join(parts) + "\n"


def _rows(plan: Plan) -> Iterator[str]:
    if plan.layout.value == "tensor":
        yield from _arrays(plan)
        return
    if plan.entity:
        yield line("entity", plan.entity.value, plan.entity.why)
    if plan.time:
        yield line("time" if plan.layout.value == "long" else "index_time", plan.time.value, plan.time.why)
    if plan.cut:
        yield _windows(plan)


def _arrays(plan: Plan) -> Iterator[str]:
    steps = plan.data.shape[1] if plan.data.shape else 1
    yield "arrays:"
    yield f"  {line('values', plan.data.values)}"
    yield f"  {line('target', plan.target.value, plan.target.why)}"
    if real := lengths(plan.data.columns, steps):
        yield f"  {line('lengths', real, 'by its name')}"
        yield f"  {line('padded', plan.data.side, 'on that side more steps are the same all over')}"
    if plan.entity:
        yield f"  {line('entity', plan.entity.value, plan.entity.why)}"
    if plan.time:
        yield f"  {line('time', plan.time.value, plan.time.why)}"


def _windows(plan: Plan) -> str:
    most = plan.data.most or plan.data.rows
    length = plan.seen.steps or min(_USUAL_LENGTH, most)
    made: dict[str, int] = {"length": length}
    why = ["the model takes so many steps" if plan.seen.steps else f"{_USUAL_LENGTH} lines are usual"]
    if plan.entity and plan.data.fewest < length:
        made["minimum"] = max(1, plan.data.fewest)
        why.append("the shortest entity has `minimum` lines")
    if (stride := (plan.data.rows - plan.column.missing) // _MOST_WINDOWS) > 1:
        made["stride"] = stride
        why.append(f"the stride keeps rows near {_MOST_WINDOWS:,}")
    if not plan.forecasts:
        made["horizon"] = int(plan.ahead)
        why.append("how many lines ahead the target stands is unknown")
    return line("windows", made, ", ".join(why))


def _split(plan: Plan, files: list[dict[str, str]]) -> Iterator[str]:
    if any("split" in one for one in files):
        return
    if plan.part:
        yield line("split", {"column": plan.part[0], "test": plan.part[1]}, "by its name; all other rows are reference")
    elif plan.entity and plan.data.column(plan.entity.value):
        yield line("split", {"hash": plan.entity.value, "test": 0.3}, "which rows the model was trained on is unknown")
    elif plan.time and (late := plan.data.column(plan.time.value)) and late.late:
        value = late.late if late.kind == "time" else float(late.late)
        yield line("split", {"time": value}, "the last 30 %; which rows the model was trained on is unknown")
    else:
        yield "# No split: all rows are test rows. What the model was trained on belongs into a file of its own."


def _variable(one: Variable, layout: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": one.name}
    if one.index is not None:
        return made | {"index": one.index}
    columns = [column.name for column in one.columns]
    made |= {"columns": columns} if layout == "wide" else {"column": columns[0]}
    if one.coded:
        made |= {"kind": "categorical", "levels": list(one.levels)}
    steps: list[dict[str, Any]] = [{"measured_indicator": True}] if one.indicator else []
    if one.missing:
        first = one.columns[0]
        filled = first.levels[0][0] if one.coded else 0.0 if one.sign else first.middle or 0.0
        steps += [{"forward_fill": True}, {"impute": filled}]
    steps += [{"one_hot": True}] if one.coded else []
    return made | ({"transform": steps} if steps else {})


def _tokens(one: Variable, plan: Plan) -> dict[str, Any]:
    """Whole numbers that the model looks up are names, not amounts: nothing may stand between two of them."""
    ends = [int(end) for column in one.columns for end in (column.low, column.high) if end is not None]
    if not plan.seen.tokens or one.coded or len(set(ends)) < 2:
        return {}
    return {"kind": "categorical", "levels": f"{min(ends)}..{max(ends)}"}


def _statics(plan: Plan) -> Iterator[str]:
    if not plan.statics:
        return
    yield f"static:  # one value a row{guessed(plan.statics.why).replace('  # ', '; ')}"
    for one in plan.statics.value:
        made = _variable(one, "long")
        if steps := [step for step in made.pop("transform", []) if "forward_fill" not in step]:
            made["transform"] = steps
        yield f"  - {flow(made)}"


def _target(plan: Plan) -> Iterator[str]:
    made: dict[str, Any] = {} if plan.layout.value == "tensor" else {"column": plan.target.value}
    why = [plan.target.why] if plan.layout.value != "tensor" else []
    if plan.task.value == "binary":
        event = positive(plan.column)
        made["positive"] = event.value
        why.append(event.why and f"the event is {event.why}")
    if plan.task.value == "multiclass":
        made["classes"] = {level: str(level) for level in plan.classes}
        why.append(f"classes in {plan.order}, which may not be that of the model's outputs")
    yield line("target", made | {"name": plan.target.value}, ", ".join(filter(None, why)))


def _groups(groups: tuple[GroupGuess, ...]) -> Iterator[str]:
    if not groups:
        yield "# No groups were found. Add those by which people may be treated differently: docs/dataset.md."
        return
    yield "groups:"
    for one in groups:
        values = {"levels": {level: str(level) for level in one.levels}} if one.levels else {"cut": one.cuts}
        yield f"  - {flow({'name': one.name, 'column': one.column, **values})}{guessed(one.why)}"


def _inputs(plan: Plan) -> Iterator[str]:
    seen = plan.seen
    side = plan.data.side if plan.layout.value == "tensor" and plan.data.side else "left"
    made = {"input": seen.sequence, "length": seen.steps or "longest", "side": side, "value": seen.mask or 0.0}
    why = "its Masking layer takes this value for padding" if seen.mask is not None else "0 is usual for padding"
    told = f"{why}, and the side is not known" if side == "left" else f"{why}, on the side that the file is padded on"
    yield "inputs:"
    yield f"  {line('sequence', made | ({} if seen.axis else {'feature_axis': False}), told)}"
    if seen.static:
        yield f"  {line('static', {'input': seen.static})}"
    yield '  provenance: ""  # where the constants of the transforms come from'


def _output(plan: Plan, kind: OutputKind, why: str) -> Iterator[str]:
    named = {"kind": kind} | ({"name": plan.seen.output} if plan.seen.several else {})
    if not plan.forecasts:
        yield line("output", named, why)
        return
    yield from ("output:", *(f"  {line(key, value)}" for key, value in named.items()))
    told = "one for each output, a line further ahead than the one before it; the first stands for all"
    yield f"  forecasts:{guessed(told)}"
    yield "  # a quantile is said beside its horizon: {horizon: 6, quantile: 0.9}"
    for ahead in range(1, plan.forecasts + 1):
        yield f"    - {flow({'horizon': ahead} | ({'primary': True} if ahead == 1 else {}))}"


def _scores(plan: Plan) -> Iterator[str]:
    if plan.scores is None:
        yield "# No recorded scores were found. With a column of the developer's own scores the report tells whether it"
        yield "# was the model that was meant: recorded_score: {column: NAME}"
        return
    names = plan.scores.value
    made = {"column": names[0]} if len(names) == 1 else {"columns": names}
    yield line("recorded_score", made, plan.scores.why)
