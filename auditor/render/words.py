"""The report's own words, and the catalogue that turns them into another language.

English is written where it is used; `templates/words/<language>.po` translates it. What a check, a policy or a person
wrote stays as it was written.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.resources.abc import Traversable

from auditor.errors import WrittenFault
from auditor.policy import Dress
from auditor.render.numbers import Numbers
from auditor.shipped import shipped


@dataclass(frozen=True)
class Words:
    """The words, numbers and dates of one language, in the dress of one domain."""

    language: str
    catalogue: gettext.NullTranslations
    dress: Dress = "plain"

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language; `{name}` in it is replaced by a value."""
        told = self.catalogue.gettext(text)
        return told.format(**values) if values else told

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """The form of the text that suits a count; `{count}` in it is the number."""
        told = self.catalogue.ngettext(one, other, count)
        return told.format(count=self.numbers.count(count), **values)

    @cached_property
    def numbers(self) -> Numbers:
        """How numbers are written in this language."""
        return Numbers(self.language, to=self("to"), exact=self("exact"))

    def date(self, moment: str) -> str:
        """An ISO 8601 time as a date: 21 November 2025."""
        from babel.dates import format_date

        return format_date(_moment(moment), "d MMMM y", locale=self.language)

    def time(self, moment: str) -> str:
        """An ISO 8601 time to the second, in UTC: 2025-11-21 12:03:50 UTC."""
        return f"{_moment(moment):%Y-%m-%d %H:%M:%S} UTC"

    def listed(self, names: tuple[str, ...] | list[str]) -> str:
        """Names in a row: a, b and c."""
        if len(names) < 2:
            return "".join(names)
        return self("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])


def words(language: str, dress: Dress = "plain") -> Words:
    """The words of a language.

    Raises WrittenFault where there is no catalogue of it.
    """
    if language == "en":
        return Words("en", gettext.NullTranslations(), dress)
    file = shipped("templates") / "words" / f"{language}.po"
    if not language.isidentifier() or not file.is_file():
        have = ", ".join(sorted({"en", *(f.name[:-3] for f in file_folder().iterdir() if f.name.endswith(".po"))}))
        raise WrittenFault(f"the report has no words in '{language}'", remedy=f"Languages: {have}.")
    return Words(language, translations(file.read_bytes()), dress)


def file_folder() -> Traversable:
    """Where the catalogues are."""
    return shipped("templates") / "words"


def translations(catalogue: bytes) -> gettext.GNUTranslations:
    """A catalogue as the translator writes it (.po), compiled in memory."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(catalogue)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
