"""The page of a small record, word by word: a change of a template shows here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from render.small import small

from auditor.render.html import render_html


def test_page(golden: Callable[[Path, str], None]) -> None:
    """What follows the style sheets, with its drawing; the digest is fixed, as a new field of the record changes it."""
    record = small().model_copy(update={"body_sha256": "c0ffee00" * 8})
    head, _, body = render_html(record).partition("</head>\n")
    assert head
    golden(Path(__file__).parent / "golden" / "small.html", body)
