"""YAML files are read strictly and every fault is told with its place."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from auditor.errors import WrittenFault
from auditor.estimate import Frozen
from auditor.yamlfile import nearest, read_yaml, slip, validated


class Inner(Frozen):
    name: str
    limit: float = Field(0.5, ge=0)
    side: Literal["left", "right"] = "left"


class Outer(Frozen):
    title: str
    parts: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)
    maybe: Inner | None = None
    levels: dict[int | str, str] = Field(default_factory=dict)
    day: datetime.date | None = None


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(WrittenFault) as caught:
        validated(Outer, written(tmp_path, text))
    return str(caught.value).replace(str(tmp_path) + "/", "")


def test_plain_values_are_yaml_1_2(tmp_path: Path) -> None:
    """`on`, `yes` and `no` are text, a date stays the text that was written, numbers are numbers."""
    marked = read_yaml(written(tmp_path, "a: [on, yes, no, 2014-01-01, 1e5, 0x1F, ~, true, 'x', 1.4.0]\n1: é\n"))
    assert marked.data == {"a": ["on", "yes", "no", "2014-01-01", 1e5, 31, None, True, "x", "1.4.0"], 1: "é"}


def test_places_of_values_and_keys(tmp_path: Path) -> None:
    """A place is line and column from 1; what does not exist is placed at the nearest thing around it."""
    marked = read_yaml(written(tmp_path, "a:\n  - b: 1\n    c: 2\n"))
    told = [marked.where("a", 0, "c"), marked.where("a", 0, "c", key=True), marked.where("a", 0, "zz", "y")]
    assert [text.split("a.yaml")[1] for text in told] == [":3:8", ":3:5", ":2:5"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Unknown keys with the nearest known name, missing keys, wrong types and values: all in one error."""
    text = """
titel: x
parts:
  - {name: a, limit: -1, side: lft}
  - {limt: 1}
by_name:
  one: {name: 3}
maybe: {nmae: x}
levels: {1: a, 2: 7}
"""
    assert refusal(tmp_path, text).split("\n") == [
        "a.yaml:2:1: 'title' is missing",
        "a.yaml:2:1: unknown key 'titel'",
        "    Did you mean 'title'?",
        "a.yaml:4:22: 'limit' is to be at least 0, not -1",
        "a.yaml:4:32: 'lft' is not a value of 'side'",
        "    Did you mean 'left'?",
        "a.yaml:5:5: 'name' is missing",
        "a.yaml:5:6: unknown key 'limt'",
        "    Did you mean 'limit'?",
        "a.yaml:7:15: 'name' is to be text, not 3",
        "    Write it in quotes.",
        "a.yaml:8:8: 'name' is missing",
        "a.yaml:8:9: unknown key 'nmae'",
        "    Did you mean 'name'?",
        "a.yaml:9:19: '2' of 'levels' is to be text, not 7",
        "    Write it in quotes.",
    ]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: a\ntitle: b\n", "a.yaml:2:1: duplicate key 'title'\n    It stands already at line 1, column 1."),
        ("title: !!python/name:os.system x\n", "a.yaml:1:8: unknown tag 'tag:yaml.org,2002:python/name:os.system'"),
        ("title: [a\n", "a.yaml:2:1: is not YAML: while parsing a flow sequence"),
        ("title: a\n---\ntitle: b\n", "a.yaml:2:1: is not YAML: expected a single document in the stream"),
        ("title: *nowhere\n", "a.yaml:1:8: is not YAML: found undefined alias"),
        ("", "a.yaml:1:1: is empty"),
        ("title: a\nday: 20261102", "a.yaml:2:6: 'day' is to be a day, not 20261102\n    Write it as 2026-11-02."),
        ("title: a\nday: soon", "a.yaml:2:6: 'day' is to be a day, not 'soon'\n    Write it as 2026-12-31."),
        ("[]", "a.yaml:1:1: the file is to be a mapping, not a list"),
        ("? [a]\n: b\n", "a.yaml:1:3: a key is to be text or a number"),
        ("a: &a [*a]\n", "a.yaml:1:4: aliases expand to too many values"),
        (BOMB, "a.yaml:1:17: aliases expand to too many values"),
        ("[" * 5000, "a.yaml:1:41: is nested more than 40 deep"),
        ("a: " + "x" * 2**20, "a.yaml: has more than 1,048,576 bytes, and no more are read"),
        ("[" + "1," * 200_000 + "]", "a.yaml:1:80000: has more than 40,000 values"),
        ("a: " + "9" * 5000, "a.yaml:1:4: not a value: 9999"),
    ],
)
def test_refused_files(tmp_path: Path, text: str, expected: str) -> None:
    """What is not one plain document of bounded size is refused, with its place."""
    assert refusal(tmp_path, text)[: len(expected)] == expected


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    """A file that is not there or not text ends with exit code 2 and says why."""
    with pytest.raises(WrittenFault, match=r"gone\.yaml: cannot be read: No such file or directory"):
        read_yaml(tmp_path / "gone.yaml")
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(WrittenFault, match="is not UTF-8 text"):
        read_yaml(tmp_path / "x.yaml")
    assert WrittenFault.exit_code == 2


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """A file saved with a byte order mark reads like one without."""
    path = tmp_path / "b.yaml"
    path.write_bytes("title: a\n".encode("utf-8-sig"))
    assert validated(Outer, path) == Outer(title="a")


def test_nearest_names() -> None:
    """The nearest known name, else all that are known."""
    told = [nearest("PAY_7", ["PAY_6", "AGE"]), nearest("ID", ["id", "x"]), nearest("zz", ["a", "b"]), nearest("x", [])]
    assert told == ["Did you mean 'PAY_6'?", "Did you mean 'id'?", "Known: a, b.", "None is known here."]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("sexx", ["age", "sex"], "sex"),
        ("Age Group", ["age_group"], "age_group"),
        ("gendre", ["gender"], "gender"),
        ("ethinicty", ["ethnicity"], "ethnicity"),
        ("sex", ["sex", "sexx"], ""),
        ("wage", ["age"], ""),
        ("height", ["weight"], ""),
        ("sbp", ["dbp", "map"], ""),
        ("pay_0", ["pay_2", "pay_10"], ""),
        ("lab a", ["lab b"], ""),
        ("race", ["region"], ""),
    ],
)
def test_slips_of_the_pen(name: str, known: list[str], meant: str) -> None:
    """A name that was meant is told from another one, and from the next of a series."""
    assert meant == slip(name, known)
