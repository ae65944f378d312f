"""Why single rows have their scores: pages of one entity, or of the rows that an audit chooses."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from auditor.app.choosing import chosen
from auditor.app.local import Case, Explainer
from auditor.app.opening import Progress, can_draw, opened_subject
from auditor.app.order import Order, ordered
from auditor.app.output import new_folder
from auditor.errors import WrittenFault
from auditor.evidence import scores_of
from auditor.explain.told import Explanation
from auditor.loaders.dataset import Opened
from auditor.loaders.trusted import find_trusted
from auditor.subject import Subject
from auditor.worker import DataReader

SALT = "AUDITOR_SALT"
_SHORTEST = 16  # characters of a salt, so that nobody finds it by trying


def explain(
    audit: Path, entity: str, out: Path | None, rows: int, progress: Progress, trust: Sequence[str] = ()
) -> tuple[tuple[Explanation, ...], Path]:
    """Explain the latest `rows` rows of one entity; returns what was found, and the new folder with its pages.

    Raises WrittenFault where the data name no entity, or none of that name; else as `run`.
    """
    with closing(DataReader()) as reader:
        order, trusted = ordered(audit), tuple(find_trusted(one) for one in trust)
        can_draw()
        with new_folder(out, f"{order.spec.model.name}-explained") as place:
            progress.step("reading the data")
            opened = reader.read(order.data, entity)
            part, found = _rows_of(order, opened, entity)
            with opened_subject(order, opened, trusted, progress) as subject:
                progress.step("explaining the score")
                cases = [Case(int(row), entity, salted=False, why=()) for row in found[-rows:]]
                told = tuple(_explainer(order, subject, part).explain(cases))
            progress.step("writing the pages")
            place.write(pages(told))
    return told, place.final


def _rows_of(order: Order, opened: Opened, entity: str) -> tuple[str, Sequence[int]]:
    """The part of the data that an entity's rows are in, test before reference, and which they are."""
    column = opened.spec.entity_column
    if column is None:
        what = "the data specification names no entity, so that nobody can be asked for"
        raise WrittenFault(what, where=str(order.data), remedy="Name the column: entity: ...")
    if opened.asked is None:
        what = f"no line of the data has '{entity}' in the column '{column}'"
        raise WrittenFault(what, where="--entity", remedy="Give the name as it stands in the data.")
    for part, data in (("test", opened.test), ("reference", opened.reference)):
        rows = np.empty(0, dtype=int) if data is None else np.flatnonzero(data.entity == opened.asked)
        if len(rows):
            return part, [int(row) for row in rows]
    raise WrittenFault(f"'{entity}' is in the data, but in no row: it was left out on loading", where="--entity")


def explained(order: Order, subject: Subject) -> dict[str, bytes]:
    """Pages of the rows that the audit file asks for: path in the audit's folder -> bytes, all below `restricted/`.

    Raises WrittenFault where the salt is too short, FileFault for what the model answers.
    """
    wanted = order.spec.explanations
    if wanted is None:
        return {}
    salt = _salt()
    picked = chosen(subject, scores_of(subject, subject.test), wanted.choose, wanted.rows)
    cases = [Case(row, _salted(salt, subject, row), salted=True, why=why) for row, why in picked.items()]
    told = _explainer(order, subject, "test").explain(cases) if cases else []
    listed = [{"case": case.name, "chosen": case.why} for case in cases]
    index = json.dumps({"cases": listed}, indent=1, ensure_ascii=False).encode()
    return {f"restricted/{name}": data for name, data in {"cases.json": index, **pages(told)}.items()}


def pages(told: Sequence[Explanation]) -> dict[str, bytes]:
    """The files of explanations: each as JSON and as a page, and a letter (page and PDF) where one can be written."""
    from auditor.render.explanation import explanation_page
    from auditor.render.letter import letter_page
    from auditor.render.pdf import page_pdf

    files: dict[str, bytes] = {}
    for at, one in enumerate(told, start=1):
        name = one.case if one.salted else f"row-{at}"  # names of the files' own may hold anything
        files[f"{name}.json"] = (one.model_dump_json(indent=1) + "\n").encode()
        letter = letter_page(one)
        files[f"{name}.html"] = explanation_page(one, letter=f"{name}-letter.html" if letter else "").encode()
        if letter:
            files[f"{name}-letter.html"], files[f"{name}-letter.pdf"] = letter.encode(), page_pdf(letter)
    return files


def _explainer(order: Order, subject: Subject, part: str) -> Explainer:
    against = subject.test if subject.reference is None or not len(subject.reference) else subject.reference
    if part == "reference":
        subject = dataclasses.replace(subject, test=against)
    return Explainer(subject, against, part, order.reasons, order.spec.language)


def _salt() -> bytes:
    """From the environment, so that names are the same from audit to audit; else new, and known to nobody."""
    given = os.environ.get(SALT)
    if given is None:
        return secrets.token_bytes(32)
    if len(given) < _SHORTEST:
        raise WrittenFault(f"{SALT} has fewer than {_SHORTEST} characters, so that it could be found by trying")
    return given.encode()


def _salted(salt: bytes, subject: Subject, row: int) -> str:
    """A name that says nothing without the salt, of the entity and its place among the entity's rows."""
    data = subject.test
    place = int((data.entity[:row] == data.entity[row]).sum())
    key = f"{data.name}\x1f{int(data.entity[row])}\x1f{place}".encode()
    return "case-" + hmac.new(salt, key, hashlib.sha256).hexdigest()[:12]
