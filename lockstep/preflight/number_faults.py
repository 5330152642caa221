"""Where printed numbers are not in the style of the draft, each fault by the rule that it breaks."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..results.model import Results
from ..study.model import Study
from ..text.decimals import p_floor, rounded
from ..text.level_names import level_name
from ..text.numbers import p_number, singular
from ..text.style import NBSP, Style
from ..word.passages import Passage, PrintedDocument
from .printed_numbers import (
    GROUPED,
    NUMBER,
    Percentage,
    PValue,
    Span,
    n_decimals,
    p_column,
    p_values,
    percent_columns,
    percentages,
    phrase_pattern,
    ratio_columns,
    ratios,
    readable,
    spans,
    value_of,
)

P_VALUES: Final = "p_values"
INTERVALS: Final = "intervals"
DECIMAL_MARKS: Final = "decimal_marks"

HOUSE_RULE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("p_decimals", "p_steps", "p_significant_digits", "p_floor", "p_letter", "p_italic", "p_spaced"), P_VALUES
    ),
    "p_leading_zero": P_VALUES,
    "range_dash": INTERVALS,
    "interval_comma": INTERVALS,
    "decimal_mark": DECIMAL_MARKS,
    "thousands": DECIMAL_MARKS,
}
"""The rule of the house that holds what a journal's rule holds where the journal is not known to have it."""

_MARKED: Final = re.compile(r"(?<![\w.,·/-])(?P<whole>\d*)(?P<mark>[.·,])(?P<part>\d+)(?![\w·]|[.,]\d)")
_LONG: Final = re.compile(r"(?<![\w.·,\u202f\u2009/-])\d{4,}(?![\w/-]|[.·,]\d)")
_GROUPED: Final = re.compile(rf"(?<![\w.·,])({GROUPED})(?!\d)")


@dataclass(frozen=True, slots=True)
class Fault:
    """A number that is not as its rule wants it."""

    rule: str
    place: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f'{self.place}: "{self.text.replace(NBSP, " ")}" {self.reason}'


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a draft: how many there are of each sort, and what is wrong with them."""

    count: Mapping[str, int]
    faults: tuple[Fault, ...]


def combined(numbers: Iterable[Numbers]) -> Numbers:
    """Return the numbers of several files as one."""
    count: Counter[str] = Counter()
    faults: list[Fault] = []
    for one in numbers:
        count.update(one.count)
        faults += one.faults
    return Numbers(count, tuple(faults))


def numbers_in(
    printed: PrintedDocument,
    study: Study,
    results: Results,
    style: Style,
    *,
    declared: Sequence[str] = (),
    quoted: Collection[str] = (),
) -> Numbers:
    """Hold every number that a draft prints against its style.

    Parameters
    ----------
    declared : phrases that are rightly typed; their numbers are passed over, as are those in the study's own labels.
    quoted : names of tables that print what others wrote, as they wrote it ("Table 4"); they are passed over.
    """
    phrases = [*declared, *_labels(study)]
    left_out = [phrase_pattern(phrase) for phrase in phrases if phrase.split()]
    count: Counter[str] = Counter()
    faults: list[Fault] = []
    largest = max((record.denominator or record.n for record in results if record.kind == "percent"), default=0)

    def judge(sort: str, found: Iterator[Fault]) -> None:
        count[sort] += 1
        faults.extend(found)

    for unit, passages in printed.units().items():
        if unit in quoted:
            continue
        headings, cells = _table(passages)
        by_place = {cell.cell: cell.text.strip() for cell in cells if cell.cell}
        for p in p_column(headings, cells):
            judge("P value", _p_faults(p, style))
        for percentage in percent_columns(headings, cells):
            judge("percentage", _percent_faults(percentage, largest, style))
        for cell, number in ratio_columns(headings, cells):
            judge("ratio", _ratio_faults(cell.place, cell.text.strip(), number, style))
        for passage in passages:
            if passage.kind in ("front", "reference"):
                continue
            text = readable(passage, left_out)
            for p in p_values(passage, text):
                judge("P value", _p_faults(p, style))
            for span in spans(passage, text):
                judge("interval or range", _span_faults(span, style))
            beside = by_place.get((passage.cell[0], passage.cell[1] - 1), "") if passage.cell else ""
            for percentage in percentages(passage, text, beside):
                judge("percentage", _percent_faults(percentage, largest, style))
            for whole, number in ratios(text):
                judge("ratio", _ratio_faults(passage.place, whole, number, style))
            judge("passage", _mark_faults(passage, text, style))
            faults.extend(_unit_faults(passage, text, style))
    return Numbers(count, tuple(faults))


def _labels(study: Study) -> Iterator[str]:
    """Yield the study's labels of levels that hold a number: "5 cm or smaller".

    A level that is nothing but a number is one where its variable is beside it, or another level: "Treatment: 2 vs 1".
    """
    for variable in (*study.columns, *study.derived):
        for label in study.levels(variable).values():
            if re.search(r"\d.*[A-Za-z]|[A-Za-z].*\d", label):
                yield label
            elif re.search(r"\d", label):
                yield from (level_name(study.label(variable), label), f"vs {label}")


def _table(passages: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Return the lowest headings of a table's columns, and its cells."""
    headings = [passage for passage in passages if passage.kind == "column" and passage.cell]
    last = max((passage.cell[0] for passage in headings if passage.cell), default=0)
    lowest = [passage for passage in headings if passage.cell and passage.cell[0] == last]
    return lowest, [passage for passage in passages if passage.kind == "cell"]


def _p_faults(p: PValue, style: Style) -> Iterator[Fault]:
    def fault(rule: str, reason: str) -> Fault:
        return Fault(rule, p.place, p.text, reason)

    if p.letter and p.letter != style.p.letter:
        yield fault("p_letter", f'has not the letter "{style.p.letter}"')
    if p.letter and p.italic is not None and p.italic != style.p.italic:
        yield fault("p_italic", f"has a letter that is {'not ' if style.p.italic else ''}italic")
    if p.sign and p.letter and p.spaced is None and "value" not in p.text:
        yield fault("p_spaced", "has space on one side of its sign only")
    elif p.spaced is not None and p.spaced != style.p.spaced:
        yield fault("p_spaced", f"has {'no ' if style.p.spaced else ''}space around its sign")
    if not p.number:
        return
    value = value_of(p.number)
    if value is None or p.sign in ("≤", "≥") or value >= 1:
        yield fault(P_VALUES, "is no P value that a reader could use; print its value")
        return
    if value == 0:
        yield fault(P_VALUES, "is 0, which no P value is")
        return
    leads = p.number.startswith("0")
    if leads != style.p.leading_zero:
        yield fault("p_leading_zero", f"has {'no' if style.p.leading_zero else 'a'} zero before the point")
    yield from (fault(rule, reason) for rule, reason in _digit_faults(p.sign, value, n_decimals(p.number), style))


def _digit_faults(sign: str, value: float, decimals: int, style: Style) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the digits of a P value: below the floor, or more or fewer decimals than asked for."""
    unit = 10.0**-decimals
    printed = f"{value:.{decimals}f}"
    if sign == "<":
        if value != p_floor(style):
            yield "p_floor", f'is not exact; only below {p_floor(style):g} does a P value print as "<"'
    elif sign == ">":
        if not any(_plain(p_number(value + part * unit, style)) == f">{printed}" for part in (0.25, 0.5, 0.75)):
            yield P_VALUES, "is not exact; print its value"
    elif value < p_floor(style):
        yield "p_floor", f"is below {p_floor(style):g}"
    else:
        # The value itself is lost: some value that rounds to what is printed must print so.
        nearby = [value + part * unit for part in (0.0, -0.49, 0.49, -0.25, 0.25)]
        if not any(_plain(p_number(near, style)) == printed for near in nearby if 0 <= near <= 1):
            if style.p.significant is not None:
                rule = "p_significant_digits"
            else:
                rule = "p_steps" if any(value < bound for bound, _ in style.p.steps) else "p_decimals"
            yield rule, f"would be {_plain(p_number(value, style))}"


def _plain(number: str) -> str:
    """Return a P value as Python would write it."""
    text = re.sub(r"\s", "", number).replace("·", ".").replace(",", ".")
    return re.sub(r"(?<!\d)\.", "0.", text)


def _span_faults(span: Span, style: Style) -> Iterator[Fault]:
    def fault(rule: str, reason: str) -> Fault:
        return Fault(rule, span.place, span.text, reason)

    low, high, value = value_of(span.low), value_of(span.high), value_of(span.value) if span.value else None
    dash = span.dash.replace(NBSP, " ")
    worded = low is None or high is None or span.low[0] in "−-" or span.high[0] in "−-"
    if dash != (" to " if worded else style.range_dash):
        yield fault("range_dash", f'has not "{" to " if worded else style.range_dash}" between its ends')
    if span.comma is not None and span.comma != style.interval_comma:
        yield fault("interval_comma", f'has {"no" if style.interval_comma else "a"} comma after "CI"')
    if span.level == "":
        yield fault(INTERVALS, "does not say its level")
    if low is not None and high is not None and low > high:
        yield fault(INTERVALS, "ends before it begins")
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield fault(INTERVALS, "does not hold its value")


def _percent_faults(percentage: Percentage, largest: int, style: Style) -> Iterator[Fault]:
    """Yield what is wrong with a percentage's decimals.

    A percentage without its count in the text may have fewer than asked for, as authors round there. Where a journal
    asks for others of few patients, an estimate (a rate of survival) may have either, as it does not say of how many.
    """
    value, decimals = value_of(percentage.number), n_decimals(percentage.number)
    if value is None:
        return
    rule, asked = "percent_decimals", style.percent_decimals
    others: set[int] = set()
    if style.percent_decimals_below is not None:
        bound, few = style.percent_decimals_below
        least, most = 0.0 if percentage.estimate else float(largest), float(largest)
        if percentage.count is not None:  # it is that share of so many patients, within rounding
            step = 10.0**-decimals
            near = value + {"<": -step, ">": step}.get(percentage.sign, 0)  # "<0.1" is what rounds to 0.0
            least = 100 * percentage.count / (near + step / 2)
            most = 100 * percentage.count / (near - step / 2) if near > step / 2 else math.inf
        if most < bound:
            rule, asked = "percent_decimals_below", few
        elif least < bound:
            others.add(few)
    alone = percentage.count is None and not percentage.in_table
    if decimals not in others and (decimals > asked or (decimals < asked and not alone)):
        yield Fault(rule, percentage.place, percentage.text, _not(decimals, asked))


def _ratio_faults(place: str, text: str, number: str, style: Style) -> Iterator[Fault]:
    """Yield a fault where a ratio has other decimals than asked for.

    It may have more where it would else print as 0 or as 1, and fewer where it has three significant digits.
    """
    value, decimals, asked = value_of(number), n_decimals(number), style.ratio_decimals
    if value is None:
        return
    hidden = value < 10.0**-asked or rounded(value, asked) == 1
    long = value >= 10 and decimals < asked and len(re.sub(r"\D", "", number)) >= style.ratio_digits
    if decimals != asked and not (hidden and decimals > asked) and not long:
        yield Fault("ratio_decimals", place, text, _not(decimals, asked))


def _not(decimals: int, asked: int) -> str:
    return f"has {decimals} decimal{'' if decimals == 1 else 's'}, not {asked}"


def _mark_faults(passage: Passage, text: str, style: Style) -> Iterator[Fault]:
    for found in _MARKED.finditer(text):
        if found["mark"] == "," and (not found["whole"] or (len(found["part"]) == 3 and found["whole"] != "0")):
            continue  # a thousand, or no number at all
        if found["mark"] != style.decimal_mark:
            reason = f'has "{found["mark"]}" for its decimal point, not "{style.decimal_mark}"'
            yield Fault("decimal_mark", passage.place, found[0], reason)
    for found in _GROUPED.finditer(text):
        mark, value = found[1][-4], value_of(found[1]) or 0
        if mark == style.decimal_mark:
            continue
        if mark != style.thousands or value < style.thousands_from:
            yield Fault("thousands", passage.place, found[0], "has its thousands set apart")
    for found in _LONG.finditer(text):
        value = int(found[0])
        year = 1000 <= value <= 2199  # a year is not grouped
        if style.thousands and value >= style.thousands_from and not year:
            yield Fault("thousands", passage.place, found[0], "has its thousands not set apart")


def _unit_faults(passage: Passage, text: str, style: Style) -> Iterator[Fault]:
    for unit, name in style.units.items():
        words = "|".join(re.escape(word) for word in {unit, singular(unit)} - {name})
        for found in re.finditer(rf"{NUMBER}[ \xa0](?:{words})\b", text) if words else ():
            yield Fault("units", passage.place, found[0], f'has not the unit "{name}"')
