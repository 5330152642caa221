"""A number or month as a publication prints it, and whether a computed value prints so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

Sign = Literal["=", "<", "<=", ">", ">="]

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

MOST_DECIMALS: Final = 15
"""No measured value is printed more exactly than a float holds it."""

_NUMBER: Final = re.compile(
    r"(?P<sign><=|>=|[<>=≤≥])?\s*(?P<minus>[-+\N{MINUS SIGN}]?)(?P<digits>\d{1,12}(?:\.\d{1,15})?|\.\d{1,15})\s*%?",
    re.ASCII,
)
_MONTH: Final = re.compile(rf"({'|'.join(MONTHS)})\s+(\d{{4}})", re.ASCII)
_SIGNS: Final[Mapping[str | None, Sign]] = {
    None: "=", "=": "=", "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as printed: its value, the decimals it was rounded to, and a sign other than "=" where it is a bound."""

    value: Decimal
    decimals: int
    sign: Sign = "="

    def __str__(self) -> str:
        return f"{'' if self.sign == '=' else self.sign + ' '}{fixed(self.value, self.decimals)}"

    @property
    def low(self) -> Fraction:
        """The least true value that rounds to this, whichever way a tie is rounded."""
        return Fraction(self.value) - self._half

    @property
    def high(self) -> Fraction:
        """The greatest true value that rounds to this, whichever way a tie is rounded."""
        return Fraction(self.value) + self._half

    @property
    def _half(self) -> Fraction:
        return Fraction(1, 2 * 10**self.decimals)

    def can_be(self, value: Fraction) -> bool:
        """Return whether a true value could print so, whichever way ties are rounded: what fails is impossible."""
        match self.sign:
            case "=":
                return self.low <= value <= self.high
            case "<" | "<=":
                return value <= Fraction(self.value)
            case ">" | ">=":
                return value >= Fraction(self.value)

    def is_print_of(self, value: float | Fraction) -> bool:
        """Return whether a computed value prints so, rounded half up on its decimal representation."""
        number = exact(value)
        match self.sign:
            case "=":
                return half_up(number, self.decimals) == self.value
            case "<":
                return number < Fraction(self.value)
            case "<=":
                return number <= Fraction(self.value)
            case ">":
                return number > Fraction(self.value)
            case ">=":
                return number >= Fraction(self.value)


def parse_printed(text: str, *, decimals: int | None = None) -> PrintedNumber | None:
    """Return a printed number such as "16.4", "16.4%", "< 0.001" or "≤ 5"; None for any other text.

    Parameters
    ----------
    decimals : the decimals of the print, where the text has lost trailing zeros ("0.9" for 0.900); without it, those of
        the text.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    value = Decimal(found["digits"])
    written = len(found["digits"].partition(".")[2])
    return PrintedNumber(
        value=value if found["minus"] in ("", "+") else -value,
        decimals=written if decimals is None else decimals,
        sign=_SIGNS[found["sign"]],
    )


def parse_month(text: str) -> tuple[int, int] | None:
    """Return the year and month of a text such as "July 1965"; None for any other text."""
    found = _MONTH.fullmatch(text.strip())
    return None if found is None else (int(found[2]), MONTHS.index(found[1]) + 1)


def month_of(iso: str) -> tuple[int, int]:
    """Return the year and month of an ISO date."""
    day = date.fromisoformat(iso)
    return day.year, day.month


def exact(value: float | Fraction) -> Fraction:
    """Return a number exactly; a float as its shortest decimal representation, which is what people round."""
    return Fraction(Decimal(repr(value))) if isinstance(value, float) else Fraction(value)


def half_up(value: Fraction, decimals: int) -> Decimal:
    """Round half away from zero, exactly."""
    scaled = abs(value) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


def fixed(value: Fraction | Decimal, decimals: int) -> str:
    """Return a number with fixed decimals for a message, rounded half up."""
    rounded = half_up(Fraction(value), decimals)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"
