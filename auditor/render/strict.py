"""WeasyPrint made strict: what it would log and leave out ends the rendering, so that nothing is missing unseen."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from auditor.errors import AuditorError, WrittenFault
from auditor.render.fonts import plain_font

_REMEDY = "A report holds all that it shows: put pictures and fonts into the template as data: addresses."


class _Ending(logging.Handler):
    """Ends the rendering where WeasyPrint tells of an error: it goes on without the drawing that it could not draw."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, entry: logging.LogRecord) -> None:
        cause = sys.exception()
        if cause is not None and not isinstance(cause, Exception):
            raise cause  # Ctrl-C, or the end of the process: WeasyPrint catches these as well
        why = f": {cause}" if cause is not None else ""
        raise AuditorError(f"the PDF cannot be set: {entry.getMessage()}{why}") from cause


def _on_paper(entry: logging.LogRecord) -> bool:
    """No warning of what is for wide and for narrow screens: paper has no such media, and is to leave them out."""
    return not entry.getMessage().startswith(("Invalid media type", "Expected a media type"))


@contextmanager
def strict() -> Iterator[None]:
    """What is rendered within either is complete or raises: AuditorError, or WrittenFault for what a template asks of
    the network or the disk. Warnings of style sheets go to the log as ever, but those of screens' widths.
    """
    from weasyprint.logger import LOGGER
    from weasyprint.urls import FatalURLFetchingError

    ending = _Ending()
    LOGGER.addHandler(ending)
    LOGGER.addFilter(_on_paper)
    try:
        yield
    except FatalURLFetchingError as error:
        raise WrittenFault(f"the template asks for {error}", remedy=_REMEDY) from error
    finally:
        LOGGER.removeHandler(ending)
        LOGGER.removeFilter(_on_paper)


def inside_only(drawings: Mapping[str, str]) -> Any:
    """A fetcher that hands out what the page holds itself, its drawings by address, the shipped fonts; nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class InsideOnly(URLFetcher):  # type: ignore[misc] # weasyprint ships no types
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url in drawings:
                return URLFetcherResponse(url, drawings[url].encode(), {"Content-Type": "image/svg+xml"})
            font = plain_font(url)
            if font is None:
                raise FatalURLFetchingError(url)
            return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})

    return InsideOnly()
