"""`auditor init`: three files that run at once; guesses are marked, and what cannot be guessed is asked for."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from auditor.app import recorded

MARK = "please confirm"


@pytest.fixture
def here(order: Path, model, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and data that nobody has described."""
    monkeypatch.setattr("auditor.app.init.open_model", lambda *_, **__: model)
    model.description = dataclasses.replace(model.description, format="hdf5")  # its architecture is not looked up
    for name in ("audit", "dataset", "policy"):
        (order.parent / f"{name}.yaml").unlink()
    with (order.parent / "test.csv").open() as source:
        lines = source.read().splitlines()
    x = np.array([line.split(",")[1:7] for line in lines[1:]], float)
    score = 1 / (1 + np.exp(-3 * x.astype(np.float32).mean(1)))
    sexes = ["fm"[row % 2] for row in range(len(score))]
    told = [f"{line},{sex},{one:.6f}" for line, sex, one in zip(lines[1:], sexes, score, strict=True)]
    (order.parent / "data.csv").write_text("\n".join([f"{lines[0]},gender,pd", *told]) + "\n")
    return order.parent


@pytest.mark.usefixtures("reports")
def test_runs_at_once(here: Path, call) -> None:
    """What is written runs as it stands, and the recorded scores show that data and model fit.

    Nothing passes on guesses alone: a requirement is open until the model's owner has confirmed them.
    """
    told = call("init", here / "model.keras", here / "data.csv", "--policy", "baseline")
    assert told.code == 0
    assert "The scores are those that were recorded" in told.out
    names = ["attestations.yaml", "audit.yaml", "dataset.yaml", "policy.yaml"]
    assert sorted(one.name for one in Path("audit").iterdir()) == names
    run = call("run", "audit/audit.yaml", "--quiet", "--out", "report")
    assert (1, 1) == (run.code, len(re.findall(r"open +blocker +INIT-1", run.out)))
    assert '  auditor attest audit/audit.yaml INIT-1 --role "model owner" --name NAME' in told.out
    said = ["--name", "Otto", "--role", "model owner", "--statement", "Read and right.", "--expires", "2100-01-01"]
    assert 0 == call("attest", "audit/audit.yaml", "INIT-1", *said).code
    bound = recorded.load(Path("report")).bound
    stated = YAML(typ="safe").load(Path("audit/attestations.yaml"))["attestations"][0]
    assert (bound.dataset, bound.decision) == (stated["dataset_sha256"], stated["decision_sha256"])


def test_guesses_are_marked(here: Path, call) -> None:
    """Each guess stands with its reason; what a flag told is no guess."""
    call("init", here / "model.keras", here / "data.csv", "--target", "y", "--threshold", "0.4")
    data, audit = Path("audit/dataset.yaml").read_text(), Path("audit/audit.yaml").read_text()
    assert f"entity: id  # guess: by its name; {MARK}" in data
    assert "target: {column: y, positive: 1, name: y}\n" in data
    assert "  - {name: a, columns: [a1, a2, a3]}" in data
    assert f"  - {{name: sex, column: gender, levels: {{f: f, m: m}}}}  # guess: by its name; {MARK}" in data
    assert f"split: {{hash: id, test: 0.3}}  # guess: which rows the model was trained on is unknown; {MARK}" in data
    assert "{threshold: 0.4," in audit


def test_several_files(here: Path, call) -> None:
    """Files with the same columns are one set of rows."""
    head, *lines = (here / "data.csv").read_text().splitlines()
    for name, half in {"data": lines[:200], "more": lines[200:]}.items():
        (here / f"{name}.csv").write_text("\n".join([head, *half]) + "\n")
    told = call("init", here / "model.keras", here / "data.csv", here / "more.csv", "--reference", here / "data.csv")
    assert "400 test rows, 200 reference rows" in told.out
    assert Path("audit/dataset.yaml").read_text().count("split: test}") == 2


def test_scores_that_differ(here: Path, call) -> None:
    """Scores that are not those recorded are the first thing that is told."""
    text = (here / "data.csv").read_text().splitlines()
    moved = [text[0], *(f"{line.rpartition(',')[0]},0.5" if at % 2 else line for at, line in enumerate(text[1:]))]
    (here / "data.csv").write_text("\n".join(moved) + "\n")
    told = call("init", here / "model.keras", here / "data.csv")
    assert told.out.startswith("The scores are NOT those that were recorded: they differ by up to 0.")


def test_groups_that_the_policy_wants(here: Path, call) -> None:
    """A requirement on a group that the data lack is let go where it can be seen, so that the audit runs."""
    assert call("init", here / "model.keras", here / "data.csv", "--policy", "finance/credit-default").code == 0
    written = Path("audit/policy.yaml").read_text()
    assert "may_not_apply: \"The data name no group 'age'" in written
    assert "# guess: not in the data; please confirm" in written
    assert "no group 'sex'" not in written


def test_one_score_for_all(here: Path, call) -> None:
    """Values far beyond the model's scale are told first: nothing else can be."""
    head, *lines = (here / "data.csv").read_text().splitlines()
    cells = [line.split(",") for line in lines]
    grown = [",".join([one[0], *(["1000000"] * 6), *one[7:-1], "0.5"]) for one in cells]
    (here / "data.csv").write_text("\n".join([head.replace(",pd", ",x"), *grown]) + "\n")
    told = call("init", here / "model.keras", here / "data.csv", "--target", "y")
    assert told.out.startswith("The model gives all of 146 rows the same score"), told


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--output", "x"], "the model has no output 'x'\n    Name the one that is audited by --output: out."),
        (["--policy", "basline"], "there is no shipped policy 'basline'\n    Did you mean 'baseline'?"),
        (["--threshold", "3"], "the threshold is 3, and scores are probabilities"),
    ],
)
def test_refused(here: Path, call, flags: list[str], said: str) -> None:
    """What is told wrongly is an error that names the flag, and leaves nothing behind."""
    told = call("init", here / "model.keras", here / "data.csv", *flags)
    assert told.code == 2
    assert said in told.err
    assert not Path("audit").exists()


def test_guessed_wrongly(here: Path, call) -> None:
    """Where the data are not as they were taken to be, what was guessed is told with the flag that would tell it."""
    lines = [f"{case},{hour},{case + hour},{hour * 0.5},{case % 2}" for case in range(30) for hour in range(3)]
    (here / "data.csv").write_text("\n".join(["case,hour,a,b,y", *lines]) + "\n")
    told = call("init", here / "model.keras", here / "data.csv", "--feature", "a", "--feature", "b")
    assert (2, True) == (told.code, "two lines of one entity have the hour" in told.err)
    assert "Guessed were: no entity, so that all lines are one series (no column is called as one; --entity" in told.err
    assert "--time hour (by its name), --target y (by its name). Tell what is not so" in told.err


def test_never_overwrites(here: Path, call) -> None:
    """A folder that exists is left as it is."""
    Path("audit").mkdir()
    told = call("init", here / "model.keras", here / "data.csv")
    assert (told.code, list(Path("audit").iterdir())) == (2, [])
    assert "this exists already" in told.err


def test_asks_a_person(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is there is asked for the gravest guesses, and an answer is no guess."""
    from auditor.app.init import init
    from auditor.app.start.wishes import Wishes

    questions: dict[str, str] = {}

    def ask(question: str, guess: str) -> str:
        questions[question] = guess
        return "0.8" if "score" in question else guess

    made = init(Wishes(here / "model.keras", here / "data.csv"), Path("mine"), ask)
    assert questions == {
        "Which column does the model predict?": "y",
        "From which score on is something done?": "0.5",
    }
    assert "{threshold: 0.8, action: act on the score, favourable: below}" in (made.folder / "audit.yaml").read_text()
