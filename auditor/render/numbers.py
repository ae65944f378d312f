"""Numbers as the report prints them. Nothing else in the program turns a number of a report into text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_GROUP = "\u202f"  # narrow no-break space between thousands (ISO 80000-1)
_MINUS = "\u2212"
_UNBOUNDED = "∞"
_MOST_DIGITS = 8
_TINY, _TINY_DIGITS = 1e-4, 7
_DIGIT = re.compile(r"\d|[IVX]")
_KEPT = "\u00a0"  # no-break space
_UNITS = "%|‰|°C|°|EUR|USD|GB|GiB|MB|MiB|kB|KiB|bytes|ms|s|h|bpm|bits|bit|mmHg|mg/dl|mg/dL|mmol/l|mmol/L|kg|mg|ml|mm|cm"
_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?![\w/]))")
_NAMED = re.compile(r"\b(Figure|Table|Art\.|Article|Annex|No\.|p\.|n =) (?=\d|[IVX]+\b)|§ (?=\d)")
_WITH_COMMAS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|[.,]\d)")


def digits_for(values: Iterable[float | None], apart_from: Iterable[float | None] = ()) -> int:
    """Decimals that suit the largest of the values, and that keep each one on its own side of each limit.

    Three decimals below 10, fewer above; more where the numbers are very small, or where rounding would print a value
    as equal to a limit that it is not equal to.
    """
    given = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(given, default=0.0)
    digits = 3 if largest < 10 else 2 if largest < 100 else 1 if largest < 1000 else 0
    if 0 < largest < 0.01:
        digits = min(_MOST_DIGITS, 1 - math.floor(math.log10(largest)))
    limits = [abs(limit) for limit in apart_from if limit is not None]
    while digits < _MOST_DIGITS and any(v != c and round(v, digits) == round(c, digits) for v in given for c in limits):
        digits += 1
    return digits


def together(text: str) -> str:
    """The text with no line's end between a number and its unit, or between Figure, Article, n = and their number."""
    if not _DIGIT.search(text):
        return text
    return _NAMED.sub(lambda found: found[0].replace(" ", _KEPT), _UNIT.sub(_KEPT, text))


@dataclass(frozen=True)
class Numbers:
    """The numbers of one language (a Babel locale name). `to` is the word between the ends of an interval."""

    language: str
    to: str
    exact: str

    @cached_property
    def _point(self) -> str:
        from babel.numbers import get_decimal_symbol

        return get_decimal_symbol(self.language)

    def count(self, value: int) -> str:
        """An integer: 30 000."""
        return f"{value:,}".replace("-", _MINUS).replace(",", _GROUP)

    def number(self, value: float, digits: int | None = None, unit: str = "") -> str:
        """A number with so many decimals (None: as suits it), and its unit: −1 234.50 EUR.

        What would take seven decimals or more is told by its power of ten: 6.0e−7.
        """
        decimals = digits_for([value]) if digits is None else digits
        if decimals >= _TINY_DIGITS and abs(value) < _TINY:
            return self._tiny(value) + (f"\u00a0{unit}" if unit and unit != "%" else unit)
        text = f"{value:,.{decimals}f}".replace(",", _GROUP).replace(".", self._point)
        if not text.strip(f"-0{_GROUP}{self._point}"):
            text = text.removeprefix("-")  # no negative zero
        return text.replace("-", _MINUS) + (f"\u00a0{unit}" if unit and unit != "%" else unit)

    def _tiny(self, value: float) -> str:
        """The letters that the report ships have no raised minus."""
        mantissa, _, power = f"{value:.1e}".partition("e")
        return f"{mantissa.replace('.', self._point)}e{int(power)}".replace("-", _MINUS) if value else "0"

    def bare(self, value: float) -> str:
        """A number as short as it can be told exactly: the bound of a limit, a parameter."""
        return f"{value:.10g}".replace(".", self._point).replace("-", _MINUS)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share of one as a percentage: 12.3 %."""
        return f"{self.number(100 * share, digits)}{_GROUP}%"

    def level(self, level: float) -> str:
        """A confidence level: 95 %, 99.2 %."""
        return f"{self.bare(round(100 * level, 2))}{_GROUP}%"

    def regrouped(self, text: str) -> str:
        """Words of a program with their numbers grouped as the report's own are: 8,999 rows become 8 999 rows."""
        return _WITH_COMMAS.sub(lambda found: found[0].replace(",", _GROUP), text)

    def interval(self, low: float | None, high: float | None, digits: int) -> str:
        """The ends of an interval: 0.765 to 0.797. None or infinite is unbounded."""
        left = f"{_MINUS}{_UNBOUNDED}" if low is None or math.isinf(low) else self.number(low, digits)
        right = _UNBOUNDED if high is None or math.isinf(high) else self.number(high, digits)
        return f"{left}\u00a0{self.to}\u00a0{right}"

    def ends(self, low: float | None, high: float | None) -> str:
        """The ends of a range or an interval; where fewer decimals tell them exactly, with these: 0 to 28."""
        known = [end for end in (low, high) if end is not None and math.isfinite(end)]
        most = digits_for(known)
        exact = (at for at in range(most) if all(math.isclose(round(end, at), end, abs_tol=1e-9) for end in known))
        return self.interval(low, high, next(exact, most))

    def estimate(self, value: float, low: float | None, high: float | None, digits: int, unit: str = "") -> str:
        """A value with its interval: 0.781 (0.765 to 0.797)."""
        return f"{self.number(value, digits, unit)} ({self.interval(low, high, digits)})"
