"""Explanations of single rows, put together from what each method finds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from auditor.app.others import Others
from auditor.app.telling import courses, event, inexact, outcome, pushes, sentence
from auditor.app.turns import Turns
from auditor.checks.importance.attributed import BACKGROUNDS, credited, once, predicted
from auditor.checks.internals.states import of_row
from auditor.checks.internals.traces import traced
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import FileFault
from auditor.explain.attribution import Attribution
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.explained import Explained
from auditor.explain.line import Line
from auditor.explain.players import Players
from auditor.explain.possible import Possible, possible_of
from auditor.explain.question import Question
from auditor.explain.reasons import principal, side
from auditor.explain.told import Explanation, Notice
from auditor.loaders.reasons import Reasons
from auditor.measurement import Heatmap
from auditor.subject import Subject


@dataclass(frozen=True)
class Case:
    """A row to explain. name: who it is on the page; salted: that this is no name of the files. why: it was chosen."""

    row: int
    name: str
    salted: bool
    why: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains rows of the subject's test data, which the caller may have replaced by its reference data (`part`)."""

    subject: Subject
    against: Dataset
    part: str
    reasons: Reasons | None
    language: str

    def explain(self, cases: Sequence[Case]) -> list[Explanation]:
        """One explanation a case. Raises FileFault where a score is NaN or infinite."""
        rows = np.array([case.row for case in cases], dtype=np.intp)
        question = self._question(rows)
        cells, columns = Players.cells(question.data, question.steps), predicted(question)
        credit = credited(question, columns, lambda asked: once(asked, cells, 1e-4))
        features = credit.by(Players.features(question.data, question.steps), question.backgrounds)
        classes = [None] * len(cases) if columns is None else [int(column) for column in columns]
        return [self._explanation(case, at, question, credit, features, classes[at]) for at, case in enumerate(cases)]

    def _question(self, rows: Integers) -> Question:
        data = self.subject.test
        drawn = Backgrounds.drawn(
            self.others.data, self.others.scores, BACKGROUNDS, self.subject.rng("explanations", "backgrounds")
        )
        several = self.others.scores.ndim == 2
        classes = self.others.scores.shape[1] - 1 if several else None
        return Question(self.subject, data, rows, drawn, Explained.of(self.subject, classes))

    @cached_property
    def others(self) -> Others:
        """The rows that a row is compared with."""
        return Others.of(self.subject, self.against)

    @cached_property
    def turns(self) -> Turns:
        """What would turn decisions."""
        return Turns.of(self.subject, self.possible, several=self.others.scores.ndim == 2)

    @cached_property
    def possible(self) -> tuple[Possible, ...]:
        return possible_of(self.against)

    @cached_property
    def made(self) -> str:
        return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

    def _explanation(
        self, case: Case, at: int, question: Question, credit: Attribution, features: Attribution, column: int | None
    ) -> Explanation:
        """column: of several classes, the one that is predicted and explained."""
        subject, data = self.subject, self.subject.test
        scores, line = self._scores(case), Line(subject, data, case.row, self.possible)
        score = float(scores[column or 0])
        turns = self.turns
        found = turns.decision(case.row) if column is None else None
        rivals = () if column is None else turns.rivals(case.row, scores)
        alike, share = self.others.alike(data, case.row, column)
        return Explanation(
            case=case.name,
            salted=case.salted,
            chosen=case.why,
            part="test" if self.part == "test" else "reference",
            made=self.made,
            language=self.language,
            identity=subject.identity,
            model_sha256=subject.model.description.sha256,
            data=data.name,
            seed=subject.seed,
            decision=subject.decision if self.others.scores.ndim == 1 else None,
            unit=question.explained.unit,
            probability=question.explained.unit == "probability",
            explained=event(data, column),
            score=score,
            outcome=outcome(data, case.row),
            base=float(credit.base[at]),
            comparison=len(question.backgrounds),
            reference=question.backgrounds.population,
            method=credit.method,
            rest=float(features.gap[at]),
            pushes=pushes(features, credit, question, at),
            courses=tuple(courses(line)),
            steps=line.length,
            otherwise=found,
            no_otherwise="" if found else " ".join((turns.nothing, *turns.notes)),
            alike=alike,
            alike_rows=len(self.others.pool),
            alike_events=share,
            notice=self._notice(features.take(np.array([at])), question.backgrounds, line),
            inside=self._inside(case.row),
            step=data.step,
            rivals=rivals,
            classes=len(scores) if rivals else 0,
            notes=(
                *question.notes(),
                *inexact(features, at),
                *self.others.notes,
                *(turns.notes if found or rivals else ()),
            ),
        )

    def _scores(self, case: Case) -> Floats:
        """Of a row: (1,), or (classes,)."""
        scores = self.subject.raw_score(self.subject.block(self.subject.test, np.array([case.row]))).reshape(-1)
        if not np.isfinite(scores).all():
            raise FileFault(f"the model's score of {case.name} is NaN or infinite, so that there is nothing to explain")
        return scores

    def _inside(self, row: int) -> tuple[Heatmap, ...]:
        runs, _ = traced(self.subject, self.subject.test, np.array([row]))
        return tuple(shown for run in runs for shown in of_row(run, 0))

    def _notice(self, features: Attribution, backgrounds: Backgrounds, line: Line) -> Notice | None:
        reasons, decision = self.reasons, self.subject.decision
        if reasons is None or decision is None or self.others.scores.ndim == 2:
            return None
        towards = side(decision)
        names = features.players.names
        groups = np.zeros(len(names), dtype=np.intp)
        listed = reasons.groups(names)
        for number, members in enumerate(listed):
            groups[members] = number
        (found,) = principal(features, backgrounds, towards, groups)
        known, letter = {one.of.name: one for one in courses(line)}, reasons.letter
        pushes = [{names[at]: float(features.values[0, at]) for at in listed[one.group]} for one in found]
        told = tuple(sentence(one, own, known, reasons, towards) for one, own in zip(found, pushes, strict=True))
        return Notice(
            language=reasons.language,
            title=letter.title,
            opening=letter.opening,
            closing=letter.closing,
            reasons=told,
            complete=bool(told) and all(one.sentence for one in told),
        )
