"""What was audited: the model and the data; and what was not tested."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.record import DataFacts, FeatureFacts, FileDigest, ModelFacts, Record, SplitFacts
from auditor.render.view import Block, Cell, Code, Fact, Grid, Head
from auditor.render.vocabulary import NONE
from auditor.render.words import Words

_MOST_LAYERS = 40
_MOST_FEATURES = 120


def model_block(record: Record, number: str, words: Words) -> Block:
    """Who the model is and what it is made of."""
    identity, model, decision = record.identity, record.model, record.decision
    count = words.numbers.count
    facts: list[tuple[str, Cell]] = [
        (words("Name and version"), f"{identity.name}, {identity.version}"),
        (words("Owner"), identity.owner),
        (words("Intended use"), identity.intended_use),
        (words("Population"), identity.population),
        (words("Materiality"), identity.materiality),
    ]
    if decision is not None:
        facts.append((words("Decision"), decision_text(record, words)))
    facts += [
        (
            words("File"),
            f"{model.file.name} ({model.format}, Keras {model.keras_version}, {_bytes(model.file.bytes, words)})",
        ),
        (words("SHA-256"), Code(model.file.sha256)),
        (words("Parameters"), "" if model.parameters is None else count(model.parameters)),
        (
            words("Weights not finite"),
            "" if model.nonfinite_weights is None else count(model.nonfinite_weights),
        ),
        (words("Inputs"), _ports(model.inputs)),
        (words("Outputs"), f"{_ports(model.outputs)}; {record.data.output.replace('_', ' ')}"),
    ]
    kept = tuple(Fact(name, text) for name, text in facts if text)
    return Block("model", number, words("Model"), facts=kept, grids=(_layers(model, words),))


def decision_text(record: Record, words: Words) -> str:
    """The operating threshold and what is done at it."""
    decision = record.decision
    if decision is None:
        return words("none declared")
    side = words("above") if decision.favourable == "above" else words("below")
    threshold = words.numbers.bare(decision.threshold)
    text = words("threshold {threshold}; {action}", threshold=threshold, action=decision.action)
    return words("{text}; {side} it is favourable for the person", text=text, side=side)


def _ports(ports: dict[str, tuple[int | None, ...]]) -> str:
    return "; ".join(f"{name} {_shape(shape)}" for name, shape in ports.items())


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return NONE if shape is None else " × ".join("any" if side is None else str(side) for side in shape) or "1"


def _bytes(size: int, words: Words) -> str:
    return (
        f"{words.numbers.number(size / 1000, 1)} kB" if size < 10**6 else f"{words.numbers.number(size / 10**6, 1)} MB"
    )


def _layers(model: ModelFacts, words: Words) -> Grid:
    heads = (
        Head(words("Layer")),
        Head(words("Kind")),
        Head(words("Output shape"), "right"),
        Head(words("Parameters"), "right"),
    )
    rows = tuple(
        (layer.name, layer.kind, _shape(layer.output_shape), words.numbers.count(layer.parameters))
        for layer in model.layers[:_MOST_LAYERS]
    )
    left = len(model.layers) - _MOST_LAYERS
    after = words.many("{count} further layer is in the record.", "{count} further layers are in the record.", left)
    return Grid(words("Layers"), heads, rows, after=after if left > 0 else "")


def data_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """The data: where they are from, their splits, features and groups."""
    data = record.data
    facts = (
        Fact(words("Data set"), data.name),
        Fact(words("Description"), data.description),
        Fact(words("Source"), data.source),
        Fact(words("Target"), f"{data.target} ({data.unit})" if data.unit else data.target),
        Fact(words("Task"), data.task),
        Fact(words("Independence"), words.numbers.regrouped(data.independence)),
    )
    kept = tuple(fact for fact in facts if fact.text)
    grids = (_splits(data, words), files(data.files, words("Data files"), words))
    blocks = [
        Block(
            "data",
            f"{section}.2",
            words("Data"),
            facts=kept,
            grids=grids,
            points=tuple(map(words.numbers.regrouped, data.notes)),
        )
    ]
    blocks.append(Block("features", f"{section}.3", words("Features"), grids=(_features(data, words),)))
    if data.groups:
        blocks.append(Block("groups", f"{section}.4", words("Groups"), grids=(_groups(record, words),)))
    return tuple(blocks)


def files(given: Iterable[FileDigest], caption: str, words: Words) -> Grid:
    """Files by their digests."""
    heads = (Head(words("File")), Head(words("Size"), "right", narrow=True), Head(words("SHA-256")))
    rows = tuple((one.name, _bytes(one.bytes, words), Code(one.sha256)) for one in given)
    return Grid(caption, heads, rows)


def _splits(data: DataFacts, words: Words) -> Grid:
    count = words.numbers.count
    splits: list[tuple[str, SplitFacts]] = [(words("Test"), data.test)]
    splits += [(words("Reference"), data.reference)] if data.reference else []

    def outcome(split: SplitFacts) -> str:
        if split.events is not None:
            share = words.numbers.percent(split.events / split.rows) if split.rows else NONE
            return f"{count(split.events)} ({share})"
        return "; ".join(f"{name}: {count(n)}" for name, n in split.classes.items()) or NONE

    rows = tuple(
        (
            name,
            count(split.rows),
            count(split.entities),
            outcome(split),
            words("{low} to {high}", low=count(split.steps[0]), high=count(split.steps[1])),
            " – ".join(words.date(end) for end in split.span) if split.span else NONE,
            "; ".join(f"{why}: {count(n)}" for why, n in split.dropped.items()) or words("none"),
        )
        for name, split in splits
    )
    titles = (words("Rows"), words("Entities"), words("Events"), words("Steps"))
    right = tuple(Head(title, "right") for title in titles)
    heads = (Head(words("Split")), *right, Head(words("Index times")), Head(words("Left out")))
    return Grid(words("Rows of each split, and what was left out on loading"), heads, rows)


def _features(data: DataFacts, words: Words) -> Grid:
    heads = (
        Head(words("Feature")),
        Head(words("Kind")),
        Head(words("Unit")),
        Head(words("Plausible range"), "right"),
        Head(words("Not measured"), "right"),
        Head(words("Description")),
    )
    rows = tuple(
        (
            feature.name,
            words("{kind}, static", kind=feature.kind) if feature.static else feature.kind,
            feature.unit or NONE,
            _range(feature, words),
            words.numbers.percent(feature.missing),
            feature.description or NONE,
        )
        for feature in data.features[:_MOST_FEATURES]
    )
    left = len(data.features) - _MOST_FEATURES
    after = words.many("{count} further feature is in the record.", "{count} further features are in the record.", left)
    return Grid(words("Features in original units, in the test data"), heads, rows, after=after if left > 0 else "")


def _range(feature: FeatureFacts, words: Words) -> str:
    if feature.low is None and feature.high is None:
        return NONE
    ends = [NONE if end is None else words.numbers.bare(end) for end in (feature.low, feature.high)]
    return f"{ends[0]}\u00a0{words.numbers.to} {ends[1]}"


def _groups(record: Record, words: Words) -> Grid:
    count, smallest = words.numbers.count, record.policy.statistics.smallest_cell
    suppressed = words("suppressed")
    rows: list[tuple[Cell, ...]] = []
    for group in record.data.groups:
        rows += [(group.name, level, suppressed if n is None else count(n)) for level, n in group.rows.items()]
        if group.unknown != 0:
            rows.append((group.name, words("unknown"), suppressed if group.unknown is None else count(group.unknown)))
    heads = (Head(words("Attribute")), Head(words("Level")), Head(words("Rows"), "right"))
    rule = words(
        "Levels with fewer than {n} rows are suppressed, and so is a second level where it would give them away.",
        n=smallest,
    )
    return Grid(
        words("Groups in the test data; a group is not an input unless it is also a feature"),
        heads,
        tuple(rows),
        (rule,),
    )
