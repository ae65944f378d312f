"""Every deliberate error, each with the exit code that it ends the program with.

An error says what is wrong, where, and what to do. What is none of these is a bug (exit code 70).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (`file:line:column` as far as known), what, and the remedy."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n    {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class AuditorError(Exception):
    """A deliberate error. Carries one or more problems, so that a file's faults are all told at once."""

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str | Sequence[Problem], *, where: str = "", remedy: str = "") -> None:
        self.problems = (Problem(where, what, remedy),) if isinstance(what, str) else tuple(what)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class WrittenFault(AuditorError):
    """What the user wrote is wrong: a command line, a policy, a specification, an audit file."""

    exit_code = 2


class FileFault(AuditorError):
    """What a file contains cannot be used: unreadable, refused, not what the specification says."""

    exit_code = 3


class ModelFault(FileFault):
    """The model cannot be opened or run: refused, truncated, its process died, hung or went over a limit."""


class SealFault(AuditorError):
    """A signature or digest does not verify."""

    exit_code = 5


class NotApplicable(Exception):
    """Raised by a check that has nothing to say about this subject, with the reason.

    It is not an `AuditorError`: it never ends the program, it becomes a visible status.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
