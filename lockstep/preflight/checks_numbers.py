"""Checks of printed numbers: each is in the journal's form, comes from the results, and is the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from ..base.errors import counted
from ..word.passages import Passage
from .checks import DraftFacts, Measure, Measurement, faulty
from .checks_text import EMPTIES
from .declared import declared_phrases, quoted_tables
from .number_faults import DECIMAL_MARKS, HOUSE_RULE, INTERVALS, P_VALUES
from .patient_numbers import counted_numbers, disagreements

_SORTS: Final = {  # what rules are about, by how they begin: what is counted, and how many are called
    "p_": ("P value", "P values"),
    "range_dash": ("interval or range", "intervals and ranges"),
    "interval": ("interval or range", "intervals and ranges"),
    "percent": ("percentage", "percentages"),
    "ratio": ("ratio", "ratios"),
}
_NOTE_MARK: Final = re.compile(r"(?:^|(?<=[.;)] ))(?P<mark>[*†‡§¶‖#|]{1,2}|[a-z])(?:[ \xa0](?=[A-Z\d])|(?=[A-Z]))")
_COUNT_NAME: Final = re.compile(r"(?<![\w.])(?:[nN]|No\.)(?=[ \xa0]\(%|\s*$)")
_PERCENT_CELL: Final = re.compile(r"\d[\d,]*[ \xa0]\([<>]?\d+(?:[.·,]\d+)?%\)|[<>]?\d+(?:[.·,]\d+)?%")
_SHARED_CELL: Final = re.compile(r"\d[\d,]*[ \xa0]\([<>]?\d+(?:[.·,]\d+)?%?\)")


def _in_style(rule: str) -> Measure:
    """Return the check that no printed number breaks a rule; a rule of the house holds what the journal leaves open."""
    sort, many = next((names for start, names in _SORTS.items() if rule.startswith(start)), ("", "numbers"))

    def check(draft: DraftFacts, _: Any) -> Measurement:
        rules = {rule} | {name for name, house in HOUSE_RULE.items() if house == rule and not draft.states(name)}
        faults = [str(fault) for fault in draft.numbers.faults if fault.rule in rules]
        count = draft.numbers.count
        number = count.get(sort, 0) if sort else sum(count.values()) - count.get("passage", 0)
        return faulty(faults, counted(number, sort or "number", many))

    return check


def _tables(draft: DraftFacts) -> Iterator[tuple[str, list[Passage]]]:
    quoted = quoted_tables(draft.printed, draft.front_matter)
    for unit, passages in draft.printed.units().items():
        if unit.startswith("Table") and unit not in quoted:
            yield unit, [passage for passage in passages if passage.kind in ("column", "cell", "note")]


def _marks(passages: list[Passage]) -> Iterator[tuple[str, bool]]:
    """Yield the marks of the notes under a table, and whether each is raised."""
    for passage in passages:
        for found in _NOTE_MARK.finditer(passage.text) if passage.kind == "note" else ():
            yield found["mark"], found.start("mark") in passage.raised


def _footnote_marks(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for table, passages in _tables(draft):
        marks = [mark for mark, _ in _marks(passages)]
        number += len(marks)
        for place, (mark, right) in enumerate(zip_longest(marks, limit[: len(marks)]), start=1):
            if mark != right:
                asked = f'not "{right}"' if right else f"and the journal has only {len(limit)}"
                faults.append(f'{table}: note {place} has the mark "{mark}", {asked}')
        cells = [passage.text for passage in passages if passage.kind != "note"]
        faults += [
            f'{table}: no cell has the mark "{mark}"'
            for mark in marks
            if not any(cell.rstrip().endswith(mark) or mark in cell for cell in cells)
        ]
    return faulty(faults, counted(number, "mark"))


def _marks_raised(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for table, passages in _tables(draft):
        for mark, raised in _marks(passages):
            number += 1
            if raised != limit:
                faults.append(f'{table}: the mark "{mark}" is {"" if raised else "not "}raised')
    return faulty(faults, counted(number, "mark"))


def _empty_cell(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for _, passages in _tables(draft):
        for passage in passages:
            text = passage.text.strip()
            if passage.kind == "cell" and text in {*EMPTIES, limit}:
                number += 1
                if text != limit:
                    faults.append(f'{passage.place}: an empty cell holds "{text}"')
    return faulty(faults, counted(number, "empty cell"))


def _count_name(draft: DraftFacts, limit: Any) -> Measurement:
    """The size of a group, "(n = 60)", has this name in every style; counts with percentages want one."""
    faults, number = [], 0
    for table, passages in _tables(draft):
        named = any(_COUNT_NAME.search(passage.text) for passage in passages)
        if not named and any(_SHARED_CELL.fullmatch(passage.text.strip()) for passage in passages):
            faults.append(f'{table}: nothing says that cells are "{limit} (%)"')
        for passage in passages:
            for found in _COUNT_NAME.finditer(passage.text):
                number += 1
                if found[0] != limit:
                    faults.append(f'{passage.place}: "{found[0]}" for a number of patients')
    return faulty(faults, counted(number, "name"))


def _counts_with_percent(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for table, passages in _tables(draft):
        apart = any(passage.kind == "column" and passage.text.strip() == "%" for passage in passages)
        together = [
            passage for passage in passages if passage.kind == "cell" and _SHARED_CELL.fullmatch(passage.text.strip())
        ]
        number += len(together)
        if limit and apart:
            faults.append(f"{table}: percentages have columns of their own")
        if not limit:
            faults += [f'{passage.place}: "{passage.text.strip()}" holds both' for passage in together]
    return faulty(faults, f"{counted(number, 'cell')} with both")


def _percent_in_heading(draft: DraftFacts, limit: Any) -> Measurement:
    faults, number = [], 0
    for _, passages in _tables(draft):
        for passage in passages:
            cell = passage.text.strip()
            signed = bool(_PERCENT_CELL.fullmatch(cell))
            if passage.kind == "cell" and (signed or _SHARED_CELL.fullmatch(cell)):
                number += 1
                if signed == limit:
                    faults.append(f'{passage.place}: "{cell}" has {"a" if signed else "no"} sign of its own')
    return faulty(faults, counted(number, "cell"))


def _patient_numbers(draft: DraftFacts, _: Any) -> Measurement:
    faults = disagreements(
        draft.inserted,
        draft.study,
        draft.results,
        draft.style,
        declared=declared_phrases(draft.front_matter),
        quoted=quoted_tables(draft.printed, draft.front_matter),
    )
    number = counted_numbers(draft.printed, draft.study)
    return faulty(faults, counted(number, "number of patients", "numbers of patients"))


def _claims(draft: DraftFacts, _: Any) -> Measurement:
    held = draft.findings.claims - len(draft.findings.broken)
    return Measurement(
        not draft.findings.broken, f"{held} of {counted(draft.findings.claims, 'claim')}", draft.findings.broken
    )


def _literals(draft: DraftFacts, _: Any) -> Measurement:
    typed, computed = draft.findings.typed, draft.findings.computed
    measured = counted(len(typed), "typed number") + (f", {len(computed)} of code" if computed else "")
    return Measurement(not (typed or computed), measured, (*typed, *computed))


CHECKS: Final[dict[str, Measure]] = {
    **{
        rule: _in_style(rule)
        for rule in (
            *HOUSE_RULE,
            "percent_decimals",
            "percent_decimals_below",
            "ratio_decimals",
            "units",
            P_VALUES,
            INTERVALS,
            DECIMAL_MARKS,
        )
    },
    "footnote_marks": _footnote_marks,
    "footnote_marks_raised": _marks_raised,
    "empty_cell": _empty_cell,
    "count_name": _count_name,
    "counts_with_percent": _counts_with_percent,
    "percent_in_heading": _percent_in_heading,
    "patient_numbers": _patient_numbers,
    "claims": _claims,
    "literals": _literals,
}
"""The checks of this module, by rule."""
