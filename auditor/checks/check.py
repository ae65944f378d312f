"""What a check is: one function in one file; its path is its id, its docstring is its documentation."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from auditor.estimate import Frozen
from auditor.evidence import Evidence, Need
from auditor.measurement import Meaning, Measurement
from auditor.subject import Subject

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

HEADINGS = ("Measures", "Why", "Blind to")
Measure = Callable[[Subject, Evidence, Any], Measurement]


@dataclass(frozen=True)
class Check:
    """A registered check. `rows(subject, params)`: the model evaluations it makes itself, for the plan."""

    id: str
    title: str
    measures: str
    why: str
    blind_to: str
    params: type[Frozen]
    quantities: Mapping[str, Meaning]
    needs: tuple[Need[Any], ...]
    rows: Callable[[Subject, Any], int]
    measure: Measure

    @property
    def family(self) -> str:
        """The first part of the id: performance, bias, ..."""
        return self.id.split(".")[0]


def check(
    *,
    quantities: Mapping[str, Meaning],
    needs: tuple[Need[Any], ...] = (),
    rows: Callable[[Subject, Any], int] = lambda subject, params: 0,
) -> Callable[[Measure], Check]:
    """Make a check of `measure(subject, evidence, params)`.

    Raises TypeError, naming file and line, where the function has another signature or its docstring lacks a title or
    one of the headings.
    """

    def wrap(measure: Measure) -> Check:
        title, sections = _documentation(measure)
        return Check(
            id=measure.__module__.removeprefix("auditor.checks."),
            title=title,
            measures=sections["Measures"],
            why=sections["Why"],
            blind_to=sections["Blind to"],
            params=_params(measure),
            quantities=dict(quantities),
            needs=needs,
            rows=rows,
            measure=_on_one_thread(measure),
        )

    return wrap


def _on_one_thread(measure: Measure) -> Measure:
    """The same with one thread for linear algebra.

    The sums of checks are long and thin: threads that wait for one another took a third of all processor time, and the
    last digits depended on how many there were.
    """

    @functools.wraps(measure)
    def measured(subject: Subject, evidence: Evidence, params: Any) -> Measurement:
        with _threads(len(sys.modules)).limit(limits=1, user_api="blas"):
            return measure(subject, evidence, params)

    return measured


@functools.lru_cache(maxsize=1)
def _threads(modules: int) -> ThreadpoolController:
    """The libraries that have threads, looked for anew (2 ms) where modules were loaded since, with which others come.

    modules: how many are loaded.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _place(measure: Measure) -> str:
    return f"{inspect.getsourcefile(measure)}:{measure.__code__.co_firstlineno}"


def _documentation(measure: Measure) -> tuple[str, dict[str, str]]:
    text = inspect.getdoc(measure) or ""
    title, _, rest = text.partition("\n")
    pieces = re.split(rf"^({'|'.join(HEADINGS)}): *", rest, flags=re.MULTILINE)
    sections = {name: " ".join(body.split()) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    if missing := [name for name in ("title", *HEADINGS) if not (title if name == "title" else sections.get(name))]:
        raise TypeError(f"{_place(measure)}: the docstring of a check lacks: {', '.join(missing)}")
    return title, sections


def _params(measure: Measure) -> type[Frozen]:
    names = list(inspect.signature(measure).parameters)
    hints = get_type_hints(measure)
    expected = {"subject": Subject, "evidence": Evidence, "return": Measurement}
    params = hints.get("params")
    right = names == ["subject", "evidence", "params"] and all(hints.get(k) is v for k, v in expected.items())
    if not right or not (isinstance(params, type) and issubclass(params, Frozen)):
        signature = "measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement"
        raise TypeError(f"{_place(measure)}: a check is {signature}")
    return params
