"""Rules of dataset.yaml that join several keys: what a layout needs, what suits a task, which transforms make sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from auditor.errors import Problem
from auditor.loaders.forecasts import broken_forecasts
from auditor.loaders.spec import DataSpec, SplitSpec
from auditor.loaders.variables import FeatureSpec, Measured, StaticSpec, Value
from auditor.yamlfile import Keys, Marked

Fault = tuple[Keys, str, str]  # where in the file, what, remedy
_OUTPUTS = {
    "binary": ("probability", "logit"),
    "multiclass": ("class_probabilities", "class_logits"),
    "regression": ("value",),
}
_OF_CODES = ("forward_fill", "impute", "one_hot", "missing_indicator", "measured_indicator")
_LAYOUT_OF = {
    "windows": ("long",),
    "static_file": ("long",),
    "time": ("long",),
    "index_time": ("wide", "tensor"),
    "arrays": ("tensor",),
}


def broken(spec: DataSpec, marked: Marked) -> tuple[Problem, ...]:
    """Every rule that the specification breaks, in the order of the file's sections."""
    found = [
        *_layout(spec),
        *_split(spec),
        *_names(spec),
        *_variables(spec),
        *_target(spec),
        *broken_forecasts(spec),
        *_groups(spec),
        *_inputs(spec),
    ]
    return tuple(Problem(marked.where(*at), what, remedy) for at, what, remedy in found)


def _layout(spec: DataSpec) -> Iterator[Fault]:
    for key, layouts in _LAYOUT_OF.items():
        if getattr(spec, key) is not None and spec.layout not in layouts:
            yield (key,), f"'{key}' belongs to the layout {' or '.join(layouts)}, and this is {spec.layout}", ""
    if spec.layout == "long" and spec.time is None:
        yield (), "'time' is missing", "Name the column that orders the lines of an entity."
    if spec.layout == "tensor" and spec.arrays is None:
        yield (), "'arrays' is missing", "Name at least the array of values, as in arrays: {values: x}."
    if spec.static_file and spec.entity is None:
        yield ("static_file",), "a static file is joined by the entity", "Name the entity's column: entity: ..."
    if spec.windows and (spec.windows.minimum or 0) > spec.windows.length:
        yield ("windows", "minimum"), "'minimum' is above 'length'", ""
    if spec.windows is None and spec.layout == "long" and spec.entity is None:
        yield (), "'windows' is missing", "One series without an entity is one row, unless it is cut into windows."


def _split(spec: DataSpec) -> Iterator[Fault]:
    by_file = [file.split is not None for file in spec.files]
    if any(by_file) and not all(by_file):
        yield ("files", by_file.index(False)), "'split' is missing, and other files have it", ""
    if spec.split is None:
        return
    if any(by_file):
        yield ("split",), "the split is given twice, here and by the files", "Leave one of them away."
    given = {key for key in SplitSpec.model_fields if getattr(spec.split, key) is not None} - {"calibration"}
    if given not in ({"hash", "test"}, {"column", "test"}, {"column", "test", "reference"}, {"time"}):
        forms = "{hash: COLUMN, test: SHARE}, {column: COLUMN, test: VALUE, reference: VALUE} or {time: START}"
        yield ("split",), "a split has one of three forms", f"Write {forms}; `calibration` may be added to each."
    elif spec.split.hash:
        yield from _shares(spec.split)
    elif spec.split.time is not None and spec.time_column is None:
        yield ("split", "time"), "a split by time needs the time's column", "Name it: index_time: ..."


def _shares(split: SplitSpec) -> Iterator[Fault]:
    test, more = split.test, split.calibration
    if not (isinstance(test, (int, float)) and 0 < test < 1):
        yield ("split", "test"), f"the test share is to lie between 0 and 1, not {test!r}", ""
    elif more is not None and not (isinstance(more, (int, float)) and 0 < more <= 1 - test):
        what = f"the calibration share is to lie above 0, and with the test share at most at 1, not {more!r}"
        yield ("split", "calibration"), what, ""


def _names(spec: DataSpec) -> Iterator[Fault]:
    for key, named in (("features", (*spec.features, *spec.static)), ("groups", spec.groups)):
        for name, times in Counter(one.name for one in named).items():
            if times > 1:
                yield (key,), f"the name '{name}' stands {times} times", "Give each its own name."


def _variables(spec: DataSpec) -> Iterator[Fault]:
    wanted = {"wide": "columns", "long": "column", "tensor": "index"}[spec.layout]
    widths = [len(feature.columns or ()) for feature in spec.features]
    for i, feature in enumerate(spec.features):
        given = [key for key in ("columns", "column", "index") if getattr(feature, key) is not None]
        if given != [wanted]:
            yield ("features", i), f"a feature of the layout {spec.layout} is found by '{wanted}' alone", ""
        elif widths[i] != widths[0]:
            what = f"'{feature.name}' has {widths[i]} steps, and '{spec.features[0].name}' has {widths[0]}"
            yield ("features", i, "columns"), what, "Give every feature one column a step, oldest first."
        yield from _measured(("features", i), feature)
    for i, static in enumerate(spec.static):
        yield from _measured(("static", i), static)


def _measured(at: Keys, one: FeatureSpec | StaticSpec) -> Iterator[Fault]:
    if one.kind == "categorical" and not one.levels:
        yield at, f"'levels' is missing: '{one.name}' is categorical", "List every value: levels: {value: label}."
    if one.kind == "numeric" and one.levels:
        yield (*at, "levels"), f"'{one.name}' is numeric and has levels", "Write kind: categorical, or leave them away."
    text = [key for key in one.levels or {} if isinstance(key, str)]
    if one.kind != "numeric" and one.error is not None:
        yield (*at, "error"), f"'{one.name}' is {one.kind} and has an error of measurement", "Leave it away."
    if one.kind == "categorical" and text and not one.has("one_hot"):
        yield at, f"'{one.name}' is text, and the model takes numbers", "Add one_hot: true, or write levels as numbers."
    for i, what, remedy in _steps(one):
        yield (*at, "transform", i), what, remedy


def _steps(one: Measured) -> Iterator[tuple[int, str, str]]:
    names = [step.name for step in one.transform]
    for i, name in enumerate(names):
        if not name:
            yield i, "a step of a transform has exactly one key", "Write one list entry for each step."
        elif name in names[:i]:
            yield i, f"'{name}' stands twice", ""
        elif name == "missing_indicator" and "measured_indicator" in names:
            yield i, "missing_indicator and measured_indicator tell the same", "Leave one of them away."
        elif name == "forward_fill" and isinstance(one, StaticSpec):
            yield i, "'forward_fill' makes no sense for one value a row", "Write impute."
        elif name in ("forward_fill", "impute") and (before := {"one_hot", "impute"} & set(names[:i])):
            yield i, f"'{name}' comes after {min(before)}, where nothing is missing any more", "Put it before."
        else:
            yield from ((i, what, remedy) for what, remedy in _unsuited(one, name, one.transform[i].impute))


def _unsuited(one: Measured, name: str, impute: Value | None) -> Iterator[tuple[str, str]]:
    if one.levels and name not in _OF_CODES:
        yield f"'{name}' makes no sense for '{one.name}', whose values are levels", ""
    elif name == "one_hot" and one.kind != "categorical":
        yield f"'one_hot' needs kind: categorical, and '{one.name}' is {one.kind}", ""
    elif name == "impute" and one.levels and impute not in one.levels:
        yield f"{impute!r} is none of the levels of '{one.name}'", "Impute one of the values under levels."
    elif name == "impute" and not one.levels and isinstance(impute, str):
        yield f"{impute!r} is not a number", ""


def _target(spec: DataSpec) -> Iterator[Fault]:
    target, classes = spec.target, len(spec.target.classes or ())
    if not spec.target_column and spec.target.columns is None:
        yield ("target",), "'column' is missing", "Name the column of the target."
    if spec.task == "binary":
        if target.positive is None:
            yield ("target",), "'positive' is missing: which value of the target is the event?", ""
        elif target.classes and (classes != 2 or target.positive not in target.classes):
            yield ("target", "classes"), "a binary target has two classes, one of them the positive value", ""
    elif target.positive is not None or target.negative is not None:
        yield ("target",), f"'positive' and 'negative' belong to a binary target, and the task is {spec.task}", ""
    if spec.task == "multiclass" and classes < 2:
        yield ("target",), "'classes' is missing", "List value: name in the order of the model's outputs."
    if spec.task == "regression" and target.classes:
        yield ("target", "classes"), "a regression target has no classes", ""
    if spec.output.kind not in _OUTPUTS[spec.task]:
        what = f"the output kind '{spec.output.kind}' does not suit the task {spec.task}"
        yield ("output", "kind"), what, f"It is one of: {', '.join(_OUTPUTS[spec.task])}."


def _groups(spec: DataSpec) -> Iterator[Fault]:
    for i, group in enumerate(spec.groups):
        if (group.levels is None) == (group.cut is None):
            yield ("groups", i), f"the group '{group.name}' needs either levels or cut", ""


def _inputs(spec: DataSpec) -> Iterator[Fault]:
    if spec.static and spec.inputs.static is None:
        yield ("static",), "no model input takes the static features", "Name it: inputs: {static: {input: NAME}}."
    if spec.inputs.static and not spec.static:
        yield ("inputs", "static"), "there are no static features to send", "List them under static."
    if spec.inputs.static and spec.inputs.static.input == spec.inputs.sequence.input:
        yield ("inputs", "static", "input"), "both inputs have the same name", ""
    recorded = spec.recorded_score
    if recorded and (recorded.column is None) == (recorded.columns is None):
        yield ("recorded_score",), "recorded scores stand in one 'column', or in 'columns', one a class", ""
    if recorded and recorded.columns and len(recorded.columns) != len(spec.target.classes or ()):
        yield ("recorded_score", "columns"), "there is to be one column a class, in the order of the classes", ""
