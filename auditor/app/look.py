"""How a report looks: the dress and the theme that somebody asks for, and the theme that a record was shown with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from auditor.app.files import THEME, Input
from auditor.errors import FileFault, WrittenFault
from auditor.loaders.policies import LoadedPolicy
from auditor.policy import Dress, Look, Policy
from auditor.record import Record
from auditor.render.theme import Theme


@dataclass(frozen=True)
class Template:
    """What `--template` names: a dress, or a folder with a theme; neither where it was not given."""

    dress: Dress | None = None
    theme: Theme | None = None

    @classmethod
    def named(cls, name: str | None) -> Template:
        """Raises WrittenFault where it is neither, or where the theme cannot be used."""
        if name is None:
            return cls()
        for dress in get_args(Dress):
            if name == dress:
                return cls(dress=dress)
        if not Path(name).is_dir():
            what = f"there is no template '{name}'"
            remedy = f"Name one of {', '.join(get_args(Dress))}, or a folder with templates of your own."
            raise WrittenFault(what, where="--template", remedy=remedy)
        return cls(theme=Theme.of(Path(name)))

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The theme's files, to be kept with the audit."""
        if self.theme is None:
            return ()
        there = self.theme.files.items()
        return tuple(Input(f"{THEME}{name}", self.theme.folder / name, data) for name, data in there)

    def policy(self, loaded: LoadedPolicy) -> LoadedPolicy:
        """A policy in this dress."""
        return replace(loaded, policy=_dressed(loaded.policy, self.dress)) if self.dress else loaded

    def record(self, record: Record) -> Record:
        """A record in this dress, to be shown: its digest is that of the record as it was."""
        if self.dress is None:
            return record
        policy = record.policy.model_copy(update={"report": Look(dress=self.dress)})
        return record.model_copy(update={"policy": policy})


def _dressed(policy: Policy, dress: Dress) -> Policy:
    return policy.model_copy(update={"report": Look(dress=dress)})


def theme_of(record: Record, source: Path) -> Theme | None:
    """The theme that a record was shown with, from its audit's folder; None where it was shown without one.

    Raises WrittenFault where it is not there, FileFault where it is not the one that the record names.
    """
    named = {file.name.removeprefix(THEME): file.sha256 for file in record.files if file.name.startswith(THEME)}
    if not named:
        return None
    folder = source / THEME
    if not (source.is_dir() and folder.is_dir()):
        remedy = "Give the audit's folder instead, or say --template plain to do without."
        raise WrittenFault("the report was made with a theme, which is not here", where=str(folder), remedy=remedy)
    theme = Theme.of(folder)
    there = {name: hashlib.sha256(data).hexdigest() for name, data in theme.files.items()}
    if changed := _different(named, there):
        raise FileFault("is not the theme that the record names", where=str(folder / changed[0]))
    return theme


def _different(named: dict[str, str], there: dict[str, str]) -> list[str]:
    return sorted(name for name in named.keys() | there.keys() if named.get(name) != there.get(name))
