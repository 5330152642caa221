"""The cells of a category as levels, and what is wrong with them: unknown values, contradicting labels.

A cell may hold anything, even a name. Messages show it where it says nothing but which level is meant: a misspelt one,
its beginning, the same number; and a single digit where levels are numbers, in several rows.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ..base.errors import counted, row_list
from ..base.wording import level_hint, listing, printable, shown
from .columns import GROUPED, NUMBER, SPREADSHEET_ERROR, Cells
from .findings import DataFinding

_CODE: Final = re.compile(r"(?:\+|(?P<minus>-))?(?P<whole>[0-9]*)(?:[.,](?P<part>[0-9]+))?")
_DIGIT: Final = re.compile("-?[0-9]")
_MOST_LEVELS: Final = 5  # unknown values of a category; more are no levels
_NEAR: Final = 0.8
"""Of the letters in common (difflib's ratio): "femal" is near to "Female", the surname "Hale" not to "Male"."""
_DATE: Final = re.compile(r"[0-9]{1,4}([-/. ])[0-9]{1,2}\1[0-9]{1,4}([T ].*)?", re.DOTALL)
_BOOLEANS: Final = {"true": "1", "false": "0"}


def categories(cells: Cells) -> tuple[pd.Categorical, list[DataFinding]]:
    """Return the levels of a category column; a value must be a level, or be recoded to one.

    Where all levels are numbers, a program may have written them with other decimals, or a comma: ``2.0`` is the level
    ``2``, and ``0,50`` the level ``0.5``. The label of a level means it too, as in an export that writes labels for
    codes, unless some label means another level as well. TRUE and FALSE, in any case, are the levels of these names in
    any case, else 1 and 0 where there are no others.

    Returns
    -------
    values, findings
        Findings are unknown values, which are shown only where they are like a level, and codes to which the file gives
        the label of another level; both are missing among the values.
    """
    levels = list(cells.column.levels or ())
    place = {level: position for position, level in enumerate(levels)}
    place |= {text: place[level] for text, level in cells.column.recode.items()}
    place |= dict.fromkeys(cells.missing, -1)
    place |= _numeric_codes(cells.texts, place, levels)
    place |= _labels(cells.texts, place, cells.column.levels or {})
    place |= _booleans(cells.texts, place, levels)
    unknown = [position for position, text in enumerate(cells.texts) if text not in place]
    at = [place.get(text, -1) for text in cells.texts]
    contradicted = _contradicted(cells, at, levels)
    codes: Any = np.array([-1 if position in contradicted else code for position, code in enumerate(at)], dtype=np.intp)
    findings = [_unknown_levels(cells, unknown, levels)] if unknown else []
    findings += _contradictions(cells, contradicted)
    return pd.Categorical.from_codes(codes[cells.codes], categories=pd.Index(levels)), findings


def _contradicted(cells: Cells, at: Sequence[int], levels: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Return the texts that the file calls by the name of another level: by position, their level and that other.

    Parameters
    ----------
    at : the place of each text's level, -1 for none.

    Notes
    -----
    A level goes by its label and by itself, in any case and with any blanks. What the file calls like no level of the
    column is another wording, and says nothing.
    """
    names = {level: {_plain(level), _plain(label)} for level, label in (cells.column.levels or {}).items()}
    found = {}
    for position, (text, place) in enumerate(zip(cells.texts, at, strict=True)):
        label = _plain(cells.labels.get(text, ""))
        if place < 0 or not label or label in names[levels[place]]:
            continue
        other = next((level for level in levels if label in names[level]), None)
        if other is not None:
            found[position] = levels[place], other
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _contradictions(cells: Cells, contradicted: Mapping[int, tuple[str, str]]) -> Iterator[DataFinding]:
    """Yield an error for each code that means one level in the file, and another in study.toml."""
    labels = cells.column.levels or {}
    about = f"{cells.file}: column {shown(cells.column.header)} has"
    for position, (level, other) in contradicted.items():
        rows, text = cells.rows_of([position]), cells.texts[position]
        own = f"{shown(level)} ({printable(labels[level])})" if labels[level] != level else shown(level)
        yield DataFinding(
            kind="a contradicted label",
            severity="error",
            column=cells.column.header,
            rows=tuple(rows),
            message=(
                f"{about} {shown(text)} in {row_list(rows)}: the file labels it {shown(cells.labels[text])}, which in "
                f"study.toml is the level {shown(other)}, not {own}; expected one meaning of a code.\n"
                f"Find out which is right: mend the levels under [columns.{cells.column.name}] in study.toml, or the "
                "labels in the file."
            ),
            listed=f"{about} a code in {row_list(rows)} that the file labels as another level; expected its own label.",
        )


def _numeric_codes(texts: Iterable[str], place: Mapping[str, int], levels: list[str]) -> dict[str, int]:
    """Return the place of each text that is a level but for its decimals, where all levels are numbers.

    Leading zeros count, as in the levels themselves: ``01`` is not ``1``. What may be a level with its thousands set
    apart as well ("1,000" beside the levels 1 and 1000) is neither.
    """
    numbers = [_without_zeros(level) for level in levels]
    if None in numbers or len(set(numbers)) < len(numbers):
        return {}
    found = {}
    for text in texts:
        grouped = GROUPED.fullmatch(text) and re.sub("[.,]", "", text) in levels
        if text not in place and not grouped and (number := _without_zeros(text)) in numbers:
            found[text] = numbers.index(number)
    return found


def _without_zeros(text: str) -> str | None:
    """Return a decimal number with a point and without zeros at its end; None for other texts."""
    met = _CODE.fullmatch(text)
    if met is None or not (met["whole"] or met["part"]):
        return None
    part = (met["part"] or "").rstrip("0")
    return f"{met['minus'] or ''}{met['whole'] or '0'}{'.' if part else ''}{part}"


def _labels(texts: Iterable[str], place: Mapping[str, int], levels: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each text that is the label of a level; no two levels have the same.

    Where a label is also the code of another level, or means a missing value, no label counts: with the levels
    ``{ 1 = "0", 2 = "1" }`` a cell of 0 and 1 could be meant either way.
    """
    labels = {label.strip(): place[level] for level, label in levels.items()}
    if any(place.get(label, at) != at for label, at in labels.items()):
        return {}
    return {text: labels[text] for text in texts if text not in place and text in labels}


def _booleans(texts: Iterable[str], place: Mapping[str, int], levels: list[str]) -> dict[str, int]:
    """Return the place of each text that is TRUE or FALSE and no level as it is written."""
    named = {level.casefold(): place[level] for level in levels}
    if set(levels) == set(_BOOLEANS.values()):
        named |= {text: place[level] for text, level in _BOOLEANS.items()}
    folded = {text: text.casefold() for text in texts if text not in place}
    return {text: named[fold] for text, fold in folded.items() if fold in _BOOLEANS and fold in named}


def _unknown_levels(cells: Cells, unknown: list[int], levels: list[str]) -> DataFinding:
    few = len(unknown) <= _MOST_LEVELS
    named = [position for position in unknown if few and _is_like_a_level(cells, position)]
    found = [f"{shown(cells.texts[position])} in {row_list(cells.rows_of([position]))}" for position in named]
    others = [position for position in unknown if position not in named]
    reason = ""
    if len(others) == 1:
        found.append(f"{_kind_of_text(cells.texts[others[0]])} in {row_list(cells.rows_of(others))}")
        reason = "\nA value that is like no level is not shown: it may identify a patient."
    elif others:
        found.append(f"{len(others)} {'other ' if named else ''}unknown values in {row_list(cells.rows_of(others))}")
        reason = "\nValues that are like no level are not shown: they may identify patients."
    hinted = level_hint(cells.texts[named[0]], cells.column.levels or {}) if named else ""
    rows = cells.rows_of(unknown)
    about, expected = f"{cells.file}: column {shown(cells.column.header)} has", f"expected {listing(levels)}"
    return DataFinding(
        kind="an unknown level",
        severity="error",
        column=cells.column.header,
        rows=tuple(rows),
        message=(
            f"{about} {', '.join(found)}; {expected}{hinted or '.'}\nDeclare the level, or recode it, under "
            f"[columns.{cells.column.name}] in study.toml, or mend the file.{reason}"
        ),
        listed=f"{about} an unknown level in {row_list(rows)}; {expected}.",
    )


def _is_like_a_level(cells: Cells, position: int) -> bool:
    """Return whether an unknown value says nothing of a patient but the level that was meant; see the module."""
    text, labels = cells.texts[position], cells.column.levels or {}
    if any(_same_number(text, level) for level in labels):
        return True
    if _DIGIT.fullmatch(text):
        return any(map(_DIGIT.fullmatch, labels)) and int((cells.codes == position).sum()) > 1
    written = _plain(text)
    return any(_is_like(written, _plain(name)) for name in (*labels, *labels.values()))


def _is_like(text: str, name: str) -> bool:
    """Return whether a text is a name, its beginning, or nearly the name; numbers in it have to be those of the name.

    A number may be a year or an age, which is near to a level by chance.
    """
    if re.findall("[0-9]+", text) != re.findall("[0-9]+", name):
        return False
    near = len(text) <= 2 * len(name) and difflib.SequenceMatcher(None, text, name).ratio() >= _NEAR
    return bool(text) and (name.startswith(text) or near)


def _same_number(one: str, other: str) -> bool:
    return all(NUMBER.fullmatch(text) for text in (one, other)) and float(one) == float(other)


def _kind_of_text(text: str) -> str:
    if _DATE.fullmatch(text):
        return "a date"
    if re.fullmatch(SPREADSHEET_ERROR[0], text):
        return SPREADSHEET_ERROR[1]
    if text.casefold() in _BOOLEANS:
        return "TRUE or FALSE"
    return "a number" if NUMBER.fullmatch(text) else f"a text of {counted(len(text), 'character')}"
