"""What is guessed of data and models of other shapes, and where nothing is guessed but a flag asked for."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from auditor.app.start import told
from auditor.app.start.model import Seen, seen
from auditor.app.start.plan import Plan, plan
from auditor.app.start.rules import policy
from auditor.app.start.wishes import Guess, Wishes
from auditor.app.start.written import dataset
from auditor.checks import CATALOGUE
from auditor.errors import FileFault, WrittenFault
from auditor.loaders.dataset import parse_spec
from auditor.loaders.policies import load_policy
from auditor.loaders.profile import profile
from auditor.model import Description, Layer, Port

SEEN = Seen("sequence", 3, 2, True, "", 0, "out", 1, False, None)
LONG = ["patient,hour,hr,bp,ward,age,died"] + [
    f"{who},{hour},{60 + who % 7 + hour},{'' if hour % 2 else 80 + who % 5},"
    f"{'ns'[who % 2]},{30 + who},{int(who % 4 == 0)}"
    for who in range(40)
    for hour in range(3 + who % 2)
]


def planned(text: Sequence[str], like: Seen, **told) -> Plan:
    """The plan for a CSV file, of which everything else is guessed."""
    raw = "\n".join(text).encode()
    wishes = Wishes(Path("model.keras"), Path("data.csv"), **told)
    return plan(like, lambda entity: profile(raw, "data.csv", entity), None, wishes, lambda question, guess: guess)


def written(made: Plan) -> str:
    """Its text, which a reader of specifications takes."""
    kind = {"binary": "probability", "multiclass": "class_probabilities", "regression": "value"}[made.task.value]
    text = dataset(made, [{"path": "data.csv"}], None, "data", kind, "")
    parse_spec(Path("dataset.yaml"), text.encode())
    return text


def test_long() -> None:
    """Lines of entities are steps; what never changes within an entity is given once a row."""
    made = planned(LONG, dataclasses.replace(SEEN, steps=None, width=3, static="who", statics=1))
    assert (made.layout.value, made.entity and made.entity.value, made.time and made.time.value) == (
        "long",
        "patient",
        "hour",
    )
    assert [(one.name, one.indicator) for one in made.features.value] == [("hr", False), ("bp", True)]
    assert [one.name for one in made.statics.value if made.statics] == ["age"]
    assert {one.name for one in made.groups} == {"ward", "age"}
    assert not made.cut
    assert "{name: bp, column: bp, transform: [{measured_indicator: true}, {forward_fill: true}" in written(made)


def test_windows(tmp_path: Path) -> None:
    """Where the target changes within an entity, or is one of the features, lines are cut into windows."""
    series = ["time,load,wind"] + [f"{at},{at % 7}.5,{at % 5}.25" for at in range(300)]
    made = planned(series, dataclasses.replace(SEEN, steps=24), target="load")
    assert (made.task.value, made.ahead, made.cut) == ("regression", True, True)
    assert "windows: {length: 24, horizon: 1}" in written(made)
    assert "split: {time: 209.0}" in written(made)
    (tmp_path / "policy.yaml").write_text(policy(made, Guess("baseline"), tmp_path))
    kept = {one.id: one.limit for one in load_policy("policy.yaml", CATALOGUE, tmp_path).policy.requirements}
    assert "jump" == (kept["DATA-3"] and kept["DATA-3"].quantity)  # that it tells much alone is no fault of a series


def test_forecasts() -> None:
    """As many outputs as there are lines ahead: the skeleton runs as it stands, and says what else they may be."""
    series = ["time,load,wind"] + [f"{at},{at % 97}.5,{at % 5}.25" for at in range(300)]
    told = written(planned(series, dataclasses.replace(SEEN, steps=24, outputs=3), target="load"))
    assert "windows: {length: 24}  # guess" in told
    assert "  forecasts:  # guess: one for each output, a line further ahead than the one before it" in told
    assert "    - {horizon: 1, primary: true}\n    - {horizon: 2}\n    - {horizon: 3}\n" in told
    wide = ["id,w1,w2,w3,level"] + [f"{row},{row % 9},{row % 5},{row % 3},{row / 7:.3f}" for row in range(99)]
    with pytest.raises(WrittenFault, match="the model gives 3 forecasts a row, and 'level' has no later lines"):
        planned(wide, dataclasses.replace(SEEN, width=1, outputs=3), target="level")


def test_tokens() -> None:
    """A model that begins with an Embedding takes one column a step."""
    words = ["id,w1,w2,w3,label"] + [f"{row},{row % 9},{row % 5},{row % 3},{row % 2}" for row in range(50)]
    made = planned(words, dataclasses.replace(SEEN, width=1, axis=False, tokens=True))
    assert (made.layout.value, [one.name for one in made.features.value]) == ("wide", ["w"])
    assert "feature_axis: false" in written(made)
    assert 'kind: categorical, levels: "0..8"' in written(made)


def test_classes() -> None:
    """The only column with as many classes as the model has outputs is taken for the target."""
    rows = ["customer,w1,w2,w3,band"] + [f"{row},{row % 9},{row % 5},{row % 4},{'abc'[row % 3]}" for row in range(60)]
    made = planned(rows, dataclasses.replace(SEEN, width=1, outputs=3))
    assert (made.target.value, made.task.value) == ("band", "multiclass")
    text = written(made)
    assert "classes: {a: a, b: b, c: c}" in text
    assert "classes in alphabetical order, which may not be that of the model's outputs" in text
    assert "alphabetical order (a, b, c)" in "".join(told.classes(made))


def test_no_feature() -> None:
    """What numbers the lines, by its name or by counting, is taken for no feature; nor is a name or a constant."""
    head = "__index_level_0__,case,contract_nr,count,unit,a,b,y"
    rows = [f"{row % 60},P{row:03d},{100 + 7 * row},{row},1,{row % 7}.5,{row % 5},{row % 2}" for row in range(70)]
    with pytest.raises(WrittenFault, match="2 columns of numbers may be meant: a, b\n"):
        planned([head, *rows], dataclasses.replace(SEEN, width=4), time="count", target="y")
    made = planned([head, *rows], dataclasses.replace(SEEN, width=2), time="count")
    assert ["a", "b"] == [one.name for one in made.features.value]


def test_far_scores() -> None:
    """Scores that no logit reaches are no classes: a target of two values is then not taken for its values alone."""
    rows = ["customer,w1,w2,w3,kind"] + [f"{row},{row % 9},{row % 5},{row % 4},{'ab'[row % 2]}" for row in range(60)]
    like, out = dataclasses.replace(SEEN, width=1), np.array([[100.0], [700.0]])
    with pytest.raises(WrittenFault, match=r"lie from 100 to 700.*'kind' .the only column with two values. is none"):
        list(told.far(planned(rows, like), out, "logit"))
    assert "or its transforms are missing" in "".join(told.far(planned(rows, like, target="kind"), out, "logit"))
    assert [] == list(told.far(planned(rows, like), out / 700, "logit"))
    assert [] == list(told.far(planned(rows, like), out * np.nan, "logit"))


def test_array() -> None:
    """An array is taken by index; real lengths and the side of the padding are seen."""
    rng, buffer = np.random.default_rng(0), io.BytesIO()
    n = rng.integers(2, 6, 90)
    values = rng.normal(size=(90, 5, 2)) * (np.arange(5) < n[:, None])[..., None]
    np.savez(buffer, x=values, n=n, y=np.arange(90) % 3, person=np.arange(90) // 2)
    like = dataclasses.replace(SEEN, steps=5, outputs=3)
    made = plan(
        like,
        lambda entity: profile(buffer.getvalue(), "x.npz", entity),
        None,
        Wishes(Path("m"), Path("x.npz")),
        lambda question, guess: guess,
    )
    told = dataset(made, [{"path": "x.npz"}], None, "x", "class_probabilities", "")
    parse_spec(Path("dataset.yaml"), told.encode())
    assert made.task.value == "multiclass"
    for line in ("values: x", "lengths: n  # guess", "padded: right  # guess", "entity: person  # guess"):
        assert line in told


def test_no_rows() -> None:
    """A file without a row is told of as such, not as one whose columns do not fit."""
    with pytest.raises(FileFault, match="holds no rows"):
        profile(b"a,b,y\n", "data.csv")


@pytest.mark.parametrize(
    ("like", "told", "said"),
    [
        (SEEN, {"target": "dead"}, "--target: there is no column 'dead'\n    Did you mean 'died'?"),
        (SEEN, {"features": ("c",)}, "--feature: 'c' cannot be taken in\n    There are: hr, bp, ward, age."),
        (
            dataclasses.replace(SEEN, width=9),
            {},
            "the model takes 9 columns, and 3 columns of numbers may be meant: hr, bp, age; and of text",
        ),
        (dataclasses.replace(SEEN, outputs=5), {"target": "died"}, "the model gives 5 numbers a row, and 'died' has 2"),
        (dataclasses.replace(SEEN, outputs=5), {}, "what the model predicts cannot be told: "),
        (SEEN, {"groups": ("hr",), "entity": "patient"}, ""),
    ],
)
def test_asked_for(like: Seen, told: dict[str, str], said: str) -> None:
    """Where nothing can be guessed, the error says which flag would tell it."""
    if not said:
        assert [one.column for one in planned(LONG, like, **told).groups] == ["hr"]
        return
    with pytest.raises(WrittenFault) as caught:
        planned(LONG, like, **told)
    assert said in str(caught.value)
    assert "--" in str(caught.value)


def _described(*inputs: Port, outputs: tuple[Port, ...] = (Port("out", (1,), "float32"),), layer: str = "LSTM"):
    return Description(
        "m.h5", "0" * 64, 1, "hdf5", "3", inputs, outputs, (Layer("l", layer, (1,), 1),), 1, 0, ("none",), {}
    )


def test_ports() -> None:
    """The sequence is the input with an axis of steps; a flat one beside it is given once a row."""
    both = _described(Port("who", (4,), "float32"), Port("x", (None, 3), "float32"))
    found = seen(both, Path("m.h5"), None)
    assert (found.sequence, found.steps, found.width, found.static, found.statics) == ("x", None, 3, "who", 4)
    tokens = seen(_described(Port("w", (9,), "int32"), layer="Embedding"), Path("m.h5"), None)
    assert (tokens.steps, tokens.width, tokens.axis) == (9, 1, False)


@pytest.mark.parametrize(
    "strange",
    [
        _described(Port("x", (4,), "float32")),
        _described(Port("x", (4, 2), "float32"), Port("z", (4, 2), "float32")),
        _described(Port("x", (4, 2), "float32"), outputs=(Port("a", (1,), "float32"), Port("b", (1,), "float32"))),
        _described(Port("x", (4, 2), "float32"), outputs=(Port("a", (4, 1), "float32"),)),
    ],
    ids=["no steps", "two sequences", "two outputs", "an output a step"],
)
def test_strange_models(strange: Description) -> None:
    """A model that is not understood is refused, with what to do."""
    with pytest.raises(WrittenFault) as caught:
        seen(strange, Path("m.h5"), None)
    assert caught.value.problems[0].remedy


def test_a_group_that_is_called_almost_so() -> None:
    """A requirement on a group is held to the one of the data that is a slip of the pen away, and not let go."""
    made = planned([line.replace("age", "ages") for line in LONG], SEEN, groups=("ages",))
    text = policy(made, Guess("finance/credit-default"), Path())
    given = [line.split("  # ")[0] for line in text.splitlines() if "ages" in line]
    assert given == ["  - {id: FAIR-AGE, with: {attribute: ages}}"]
