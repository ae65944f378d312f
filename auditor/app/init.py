"""From a model and a file of data to an audit that runs: what can be seen is written down, guesses are marked."""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.app.opening import sent
from auditor.app.order import ordered
from auditor.app.output import Place, new_folder
from auditor.app.start import roles, rules, told
from auditor.app.start.model import seen
from auditor.app.start.plan import Plan, plan
from auditor.app.start.wishes import Ask, Guess, Wishes
from auditor.app.start.written import dataset
from auditor.errors import AuditorError, WrittenFault
from auditor.loaders.dataset import Opened
from auditor.loaders.profile import Profile
from auditor.model import Model, check_signature
from auditor.output import OutputKind
from auditor.worker import DataReader, open_model, read_dataset

_MEMORY, _SECONDS = 8 * 10**9, 300.0
_TRIED = 256  # rows: enough to tell a logit from a probability
_GUESS: dict[str, OutputKind] = {"binary": "probability", "multiclass": "class_probabilities", "regression": "value"}
_LOGITS: dict[OutputKind, OutputKind] = {"probability": "logit", "class_probabilities": "class_logits"}


@dataclass(frozen=True)
class Started:
    """folder: with the three files. guesses: how many were marked. told: what the user must know, the gravest first."""

    folder: Path
    guesses: int
    told: tuple[str, ...]


def init(wishes: Wishes, out: Path, ask: Ask) -> Started:
    """Write dataset.yaml, policy.yaml and audit.yaml into a new folder, tried on the model and the data before.

    Raises WrittenFault, naming the flag, where something cannot be guessed; FileFault for what the files hold; Refused
    for a model that is not opened. Nothing is left behind then, and nothing is ever overwritten.
    """
    static = _look(wishes.static_file)
    with closing(open_model(wishes.model, memory_bytes=_MEMORY, seconds=_SECONDS)) as model, new_folder(out, "") as to:
        with closing(DataReader()) as reader:
            ports = seen(model.description, wishes.model, wishes.output)
            made = plan(ports, lambda entity: reader.look(wishes.data, entity), static, wishes, ask)
        text, said = _tried(made, wishes, to, model)
        texts = {"dataset.yaml": text, **_rules(made, wishes, to, ask)}
        _finish(to, texts)
    guesses = sum(text.count("guess:") for text in texts.values())
    return Started(to.final, guesses, tuple(said))


def _look(file: Path | None) -> Profile | None:
    if file is None:
        return None
    with closing(DataReader()) as reader:
        return reader.look(file)


def _tried(made: Plan, wishes: Wishes, to: Place, model: Model) -> tuple[str, list[str]]:
    """dataset.yaml as it stands the test of some rows, and what these rows tell."""
    files = [{"path": _path(one, to), "split": "test"} for one in (wishes.data, *wishes.more)]
    if wishes.reference:
        files.insert(0, {"path": _path(wishes.reference, to), "split": "reference"})
    else:
        files = [{"path": one["path"]} for one in files]
    static = _path(wishes.static_file, to) if wishes.static_file else None
    name, kind = _name(wishes.data), _GUESS[made.task.value]
    opened = _read(to, made, dataset(made, files, static, name, kind, ""))
    columns = {key: [one.name for one in given] for key, given in opened.encoder.columns.items()}
    check_signature(model.description, sent(opened.encoder, opened.test), columns)
    rows = np.arange(min(_TRIED, len(opened.test)))
    out = np.asarray(model.evaluate(opened.encoder.encode(opened.test.block(rows)))[made.seen.output], float)
    kind = _LOGITS.get(kind, kind) if kind != "value" and not _shares(out, kind) else kind
    why = "" if kind == "value" else f"by the scores of {len(rows)} rows"
    held = [*told.far(made, out, kind), *told.constant(out), *told.replicated(opened, rows, out, kind)]
    return dataset(made, files, static, name, kind, why), [*held, *told.classes(made), *told.small(made, opened)]


def _read(to: Place, made: Plan, text: str) -> Opened:
    """The data as a first description has them."""
    trial = to.partial / "dataset.yaml"
    trial.write_text(text, encoding="utf-8")
    try:
        return read_dataset(trial)
    except AuditorError as fault:
        remedy = f"{told.guesses(made)} Tell what is not so, or start from docs/dataset.md."
        whole = "; ".join(one.what for one in fault.problems)
        raise WrittenFault(f"the data cannot be read as they seemed to be: {whole}", remedy=remedy) from fault
    finally:
        trial.unlink()


def _shares(out: NDArray[np.floating[Any]], kind: OutputKind) -> bool:
    """Whether all numbers are probabilities; of several classes they add up to one."""
    inside = bool(((out >= 0) & (out <= 1)).all())
    return inside and (kind == "probability" or bool(np.allclose(out.sum(-1), 1, atol=1e-2)))


def _rules(made: Plan, wishes: Wishes, to: Place, ask: Ask) -> dict[str, str]:
    files = [file.stem for file in (wishes.data, wishes.static_file, wishes.model) if file]
    named = [*files, made.column.name, *(one.name for one in made.data.columns)]
    words = {word for one in named for word in roles.words(one)}
    base = Guess(_policy(wishes.policy, to)) if wishes.policy else rules.fitting(made, words)
    threshold = rules.threshold(made, wishes.threshold)
    if threshold and threshold.why:
        threshold = _asked(threshold, ask)
    model = _path(wishes.model, to)
    return {
        "policy.yaml": rules.policy(made, base, to.partial),
        "audit.yaml": rules.audit(made, model, _name(wishes.model), threshold),
        "attestations.yaml": "attestations: []\n",
    }


def _asked(guess: Guess[float], ask: Ask) -> Guess[float]:
    answer = ask("From which score on is something done?", f"{guess.value:g}")
    try:
        value = float(answer)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise WrittenFault(f"'{answer}' is no threshold", remedy="Give a number between 0 and 1 by --threshold.")
    return guess if value == guess.value else Guess(value)


def _policy(named: str, to: Place) -> str:
    return _path(Path(named), to) if named.endswith((".yaml", ".yml")) else named


def _finish(to: Place, texts: dict[str, str]) -> None:
    """Write the files, and hold them to what a run asks of them."""
    to.write({name: text.encode() for name, text in texts.items()})
    ordered(to.partial / "audit.yaml")


def _path(file: Path, to: Place) -> str:
    return Path(os.path.relpath(file.resolve(), to.partial.parent.resolve() / to.final.name)).as_posix()


def _name(file: Path) -> str:
    return re.sub(r"[^\w]+", "-", file.stem).strip("-") or "ours"
