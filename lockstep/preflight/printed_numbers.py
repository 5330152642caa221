"""Numbers in printed text: P values, intervals, percentages and ratios, found as a reader finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..word.passages import Passage
from ..word.reading import CITATION

MARKS: Final = ".·,"
GROUPED: Final = r"[1-9]\d{0,2}(?:[,\u202f\u2009]\d{3})+"
NUMBER: Final = rf"(?:{GROUPED}(?:[.·]\d+)?(?!\d)|\d+(?:[{MARKS}]\d+)?|[.·]\d+)"
SIGNED: Final = rf"[−-]?{NUMBER}"
LIMIT: Final = rf"[<>]?{SIGNED}"
WORDS: Final = r"not (?:reached|estimable)"
DASH: Final = r"[ \xa0]?[–—‒-][ \xa0]?|[ \xa0]to[ \xa0]|,[ \xa0]|;[ \xa0]"

_OF_WHAT: Final = r"(?:[ \xa0]for[ \xa0][a-z-]+)?"  # "P for trend = 0.03", "P for interaction"
_P: Final = re.compile(
    rf"(?<![\w-])(?P<letter>[Pp])(?P<values>[ \xa0-]values?)?{_OF_WHAT}"
    rf"(?:(?P<before>[ \xa0]*)(?P<sign>[=<>≤≥])(?P<after>[ \xa0]*)|[ \xa0](?:of|was|were)[ \xa0])"
    rf"(?P<number>{NUMBER}|NS\b|n\.?s\b)"
)
_P_CELL: Final = re.compile(rf"(?P<sign>[=<>≤≥]?)(?P<after>[ \xa0]*)(?P<number>{NUMBER}|NS|n\.?s\.?)")
_P_HEADING: Final = re.compile(rf"(?P<letter>[Pp])(?:[ \xa0-][Vv]alues?)?{_OF_WHAT}")
_INTERVAL: Final = re.compile(
    rf"(?:(?P<level>{NUMBER})%[ \xa0]?)?(?<![A-Za-z])(?:CI|confidence interval)s?(?P<comma>,?)[ \xa0:]+[\[(]?"
    rf"(?P<low>{LIMIT}|{WORDS})(?P<dash>{DASH})(?P<high>{LIMIT}|{WORDS})"
)
_RANGE: Final = re.compile(rf"\b(?:range|IQR)[,:]?[ \xa0]+(?P<low>{SIGNED})(?P<dash>{DASH})(?P<high>{SIGNED})")
_SPAN_CELL: Final = re.compile(
    rf"(?P<value>{LIMIT})[ \xa0][\[(](?P<low>{LIMIT}|{WORDS})(?P<dash>{DASH})(?P<high>{LIMIT}|{WORDS})[\])]"
)
_PERCENT: Final = re.compile(
    rf"(?:(?<![\w.·])(?P<count>\d[\d,]*)[ \xa0]\()?(?P<sign>[<>]?)(?<![\w.·,])(?P<number>{NUMBER})[ \xa0]?%"
    r"(?![ \xa0]?(?:CI|conf))"
)
_ITS_INTERVAL: Final = re.compile(rf"[ \xa0][\[(](?:{NUMBER}%[ \xa0]?CI|{LIMIT}(?:{DASH}){LIMIT}[\])])")
_RATIO_NAME: Final = r"(?:(?i:hazard|odds|risk|rate) ratios?|[HOR]Rs?)\b"
_RATIO: Final = re.compile(
    rf"\b{_RATIO_NAME}[^.;·\d]{{0,30}}?(?<![\w.·,])(?P<number>{NUMBER})(?![ \xa0]?%|\w)",
)
_RATIO_HEADING: Final = re.compile(_RATIO_NAME)
_NO_NUMBER: Final = re.compile(
    r"https?://\S+|doi:\S+|10\.\d{4,}/\S+|\S+@\S+"
    r"|\b(?:Tables?|Figures?|Figs?\.?)[ \xa0]\d+(?:,\d+)*"
    r"|\b(?:[Vv]ersion|v\.?|Python|R|SAS|Stata|SPSS)[ \xa0]?\d[\w.]*|\b\d+\.\d+\.\d[\w.]*"
)


@dataclass(frozen=True, slots=True)
class PValue:
    """A P value as printed; an empty `letter` or `sign` was not printed.

    `spaced` is None where there is no sign, or space on one side of it only.
    """

    place: str
    text: str
    letter: str
    italic: bool | None
    sign: str
    spaced: bool | None
    number: str


@dataclass(frozen=True, slots=True)
class Span:
    """An interval or range as printed: `level` is None for no interval, "" for one whose level is missing."""

    place: str
    text: str
    low: str
    high: str
    dash: str
    level: str | None = None
    comma: bool | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage as printed, the count before it where there is one, whether a table holds it.

    `sign` is "<" or ">" of what would else print as none or all.
    `estimate`: whether its interval follows, as for a rate of survival, which is no share of counted patients.
    """

    place: str
    text: str
    number: str
    count: int | None
    in_table: bool
    estimate: bool = False
    sign: str = ""


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern of a phrase, whatever space is between its words; "grade 3" is not in "grade 3.5"."""
    words = r"[\s\xa0]+".join(map(re.escape, phrase.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)(?![{MARKS}]\d)")


def readable(passage: Passage, left_out: Sequence[re.Pattern[str]] = ()) -> str:
    """Return a passage's text with what is no number of the study blanked: addresses, versions, raised marks ..."""
    text = "".join(
        " " if i in passage.raised and letter in f"0123456789,–-{CITATION}" else letter
        for i, letter in enumerate(passage.text)
    )
    for pattern in (_NO_NUMBER, *left_out):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def value_of(number: str) -> float | None:
    """Return the value of a printed number, whatever its marks; None for words."""
    digits = number.replace("−", "-")
    if re.fullmatch(rf"-?{GROUPED}(?:[.·]\d+)?", digits):
        digits = re.sub(r"[,\u202f\u2009]", "", digits)
    try:
        return float(digits.replace("·", ".").replace(",", "."))
    except ValueError:
        return None


def n_decimals(number: str) -> int:
    """Return the decimals of a printed number."""
    found = None if re.fullmatch(rf"[−-]?{GROUPED}", number) else re.search(rf"[{MARKS}]\d+$", number)
    return len(re.split(f"[{MARKS}]", found[0])[-1]) if found else 0


def p_values(passage: Passage, text: str) -> Iterator[PValue]:
    """Yield the P values of running text."""
    for found in _P.finditer(text):
        sign = found["sign"] or ""
        before, after = bool(found["before"]), bool(found["after"])
        spaced = before if sign and not found["values"] and before == after else None
        plain = passage.kind == "alt text" or passage.italic is None
        italic = None if plain else found.start("letter") in (passage.italic or ())
        yield PValue(passage.place, found[0], found["letter"], italic, sign, spaced, found["number"])


def p_column(headings: Sequence[Passage], cells: Sequence[Passage]) -> Iterator[PValue]:
    """Yield the headings of a table that announce P values, and the values below them."""
    columns = set()
    for cell in headings:
        if (found := _P_HEADING.fullmatch(cell.text.strip())) and cell.cell:
            columns.add(cell.cell[1])
            place = cell.text.index(found["letter"])
            italic = None if cell.italic is None else place in cell.italic
            yield PValue(cell.place, cell.text.strip(), found["letter"], italic, "", None, "")
    for cell in cells:
        if cell.cell and cell.cell[1] in columns and (found := _P_CELL.fullmatch(cell.text.strip())):
            spaced = bool(found["after"]) if found["sign"] else None
            yield PValue(cell.place, cell.text.strip(), "", None, found["sign"] or "=", spaced, found["number"])


def spans(passage: Passage, text: str) -> Iterator[Span]:
    """Yield the intervals and ranges of a passage."""
    for found in _INTERVAL.finditer(text):
        yield Span(
            passage.place,
            found[0],
            found["low"],
            found["high"],
            found["dash"],
            level=found["level"] or "",
            comma=bool(found["comma"]),
        )
    for found in _RANGE.finditer(text):
        yield Span(passage.place, found[0], found["low"], found["high"], found["dash"])
    cell = _SPAN_CELL.fullmatch(text.strip()) if passage.kind == "cell" else None
    if cell is not None:
        yield Span(passage.place, cell[0], cell["low"], cell["high"], cell["dash"], value=cell["value"])


def percentages(passage: Passage, text: str, beside: str = "") -> Iterator[Percentage]:
    """Yield the percentages of a passage; the level of an interval is none. The cells of a form are text.

    A cell that is a percentage alone has its count in the cell `beside` it, on the left, where that is a number.
    """
    in_table = passage.kind == "cell" and passage.italic is not None
    for found in _PERCENT.finditer(text):
        number = beside if in_table and found[0] == text.strip() and beside.isdecimal() else found["count"]
        count = int(number.replace(",", "")) if number else None
        estimate = bool(_ITS_INTERVAL.match(text, found.end()))
        yield Percentage(passage.place, found[0], found["number"], count, in_table, estimate, found["sign"])


def percent_columns(headings: Sequence[Passage], cells: Sequence[Passage]) -> Iterator[Percentage]:
    """Yield the percentages of columns that are headed "%", with the count beside them."""
    columns = {cell.cell[1] for cell in headings if cell.cell and cell.text.strip() == "%"}
    by_place = {cell.cell: cell.text.strip() for cell in cells if cell.cell}
    for cell in cells:
        if cell.cell and cell.cell[1] in columns and re.fullmatch(NUMBER, number := cell.text.strip()):
            beside = by_place.get((cell.cell[0], cell.cell[1] - 1), "")
            count = int(beside) if beside.isascii() and beside.isdigit() else None
            yield Percentage(cell.place, f"{number} under %", number, count, True)


def ratios(text: str) -> Iterator[tuple[str, str]]:
    """Yield each ratio of running text, as printed and as a number."""
    for found in _RATIO.finditer(text):
        yield found[0], found["number"]


def ratio_columns(headings: Sequence[Passage], cells: Sequence[Passage]) -> Iterator[tuple[Passage, str]]:
    """Yield each number of columns that hold ratios with their intervals."""
    columns = {cell.cell[1] for cell in headings if cell.cell and _RATIO_HEADING.match(cell.text.strip())}
    for cell in cells:
        found = _SPAN_CELL.fullmatch(cell.text.strip())
        if cell.cell and cell.cell[1] in columns and found:
            for name in ("value", "low", "high"):
                if value_of(found[name]) is not None:
                    yield cell, found[name]
