"""Names of people: one person's spellings are one name, and one that only looks like it is not."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from auditor import names
from auditor.errors import WrittenFault
from auditor.people import Waiver
from auditor.seal.keys import new_keys
from auditor.seal.trustfile import read_trust


@pytest.mark.parametrize(
    ("one", "other", "same", "alike"),
    [
        ("Eve Example", "EVE  example ", True, False),
        ("Eve", "Eve", True, False),  # full width
        ("José", "Jose\u0301", True, False),  # composed or not
        ("Eve", "E\u200bve", True, False),  # a space of no width
        ("Weiß", "WEISS", True, False),
        ("José", "Jose", False, True),
        ("Eve", "Еvе", False, True),  # Cyrillic
        ("Ian Li", "lan Ll", False, True),
        ("Example, Eve", "Eve Example", False, True),
        ("Wei-Wei Zhang", "Zhang Wei Wei", False, True),
        ("王伟", "王 伟", False, True),
        ("王伟", "王芳", False, False),
        ("Eve Example", "Eva Example", False, False),
        ("", "", False, False),
        ("-", "—", False, False),
    ],
)
def test_names(one: str, other: str, same: bool, alike: bool) -> None:
    """Case, spaces, Unicode forms and invisible signs make no other name; what may be mistaken is neither."""
    assert (same, alike) == (names.same(one, other), names.alike(one, other))
    assert (same, alike) == (names.same(other, one), names.alike(other, one))


@pytest.mark.parametrize("name", ["", " ", "\u200b", "Eve Exаmple"])
def test_no_name(name: str) -> None:
    """Blank, or letters of two alphabets in one word: nobody is called that."""
    day = datetime.date(2026, 1, 1)
    with pytest.raises(ValidationError):
        Waiver(requirement="A-1", reason="r", approver=name, approved=day, expires=day)


def test_holders_are_told_apart(tmp_path: Path) -> None:
    """A trust store knows one person by any spelling, and refuses two names that cannot be told apart."""
    for name in ("one", "two"):
        new_keys(tmp_path, name, None)
    text = "trust: t\nkeys:\n  - {holder: Eve Bo, roles: [a], public: one.pub.pem}\n"
    store = tmp_path / "trust.yaml"
    store.write_text(text + "  - {holder: eve bo, roles: [b], public: two.pub.pem}\n")
    assert {"a", "b"} == read_trust(store).roles_of("EVE  Bo")
    store.write_text(text + "  - {holder: 'Bo, Eve', roles: [b], public: two.pub.pem}\n")
    with pytest.raises(WrittenFault, match=r"trust.yaml:4:14: 'Bo, Eve' looks like 'Eve Bo' above"):
        read_trust(store)
