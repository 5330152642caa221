"""What a column of a data file is: a number, a category, a date, or nothing that a manuscript describes, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from ..base.errors import counted
from ..base.wording import listing, shown
from ..data import date_formats
from ..data.columns import date_values, number_values
from ..variables.columns import Column
from . import words
from .levels import levels_of
from .names import label_of, without_unit
from .observed import Guess, Observed, values_of
from .unseen import left_out_for_name, without_unseen_values

_MOST_LEVELS: Final = 20
_MOST_LABELLED: Final = 40  # levels to which the file itself gives labels
_LONGEST_LEVEL: Final = 40  # characters; longer is free text
_MOST_DIGITS: Final = 4  # of a level; more are an id, a telephone number, a date
_MOST_CODES: Final = 6  # whole numbers that may be codes
_LARGEST_CODE: Final = 12
_FEW_FAULTS: Final = 0.1  # of the rows with a value may be faulty in a column of numbers or dates
_LONG_NUMBER: Final = 5  # digits; whole numbers that are all different and as long are identifiers
_FEW_ROWS: Final = 10
_LOOKED_AT: Final = 500  # distinct texts, evenly spaced, of which one looks like a date where the column has dates
_A_PERSON_S_AGE: Final = (15.0, 120.0)
_SHORT_CODE: Final = re.compile(r"[A-Za-z]?[0-9]{1,2}[a-cA-C]?|[IVX]{1,4}[a-cA-C]?|[A-Za-z]|[+-]{1,4}")
_COMMON: Final = frozenset(["yes", "no", "true", "false", "male", "female", "positive", "negative", "alive", "dead"])
_COUNTS: Final = re.compile(
    r"(?:.*_)?(?:n|number|count|counts|score|size|nodes?|age|year|years|months|days|cycles)(?:_.*)?"
)
_CODE_NAMES: Final = re.compile(r"(?:.*_)?(?:inst|institution|cent(?:er|re)|site|hospital|clinic|country)(?:_.*)?")
_SAID_MISSING: Final = re.compile(r"-9{1,3}|-[1-9]")
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_IN_LEVELS: Final = re.compile(r"[0-9]{1,4}([-/. ])[0-9]{1,2}\1[0-9]{1,4}.*", re.DOTALL)
_CONSTANT: Final = "all rows that have a value have the same one"
NOT_SHOWN: Final = "values are not shown here, since they may identify a patient"


def guess_column(column: Observed) -> Guess:
    """Return what a column of the file is taken for: from what the file says of it, else from its name and cells."""
    return left_out_for_name(column.header) or without_unseen_values(_guess(column))


def _guess(column: Observed) -> Guess:
    header, said = column.header, column.description
    words_of_header, unit = without_unit(" ".join(said.label.split()) or header)
    label = words_of_header if said.label else label_of(words_of_header)
    if reason := _identifies(column):
        return Guess(kind=None, label=label, why_left_out=reason)
    if not column.counts:
        return Guess(kind=None, label=label, why_left_out="it has no value in any row")
    found = _described(column, label) or _dated(column, label) or _numeric(column, label) or _category(column, label)
    if found.kind == "number":
        found = _with_unit(replace(found, unit=said.unit or unit), column)
    elif found.kind is not None and unit:
        found = replace(found, label=" ".join(said.label.split()) or label_of(header))
    return found


def _identifies(column: Observed) -> str:
    """Return why a column may identify a person; "" where it does not."""
    header, n = column.header, column.n_known
    if column.description.identifier:
        return "the file marks it as an identifier"
    if words.names_a_person(header):
        return "its name is one of columns that identify a person"
    if words.names_a_birth(header):
        return "a date of birth identifies a person; the age does not"
    if words.names_free_text(header) and not _are_numbers(column):
        return f"free text; {NOT_SHOWN}"
    digits = {len(text) for text in column.counts if text.isdigit()}
    if len(column.counts) == n >= _FEW_ROWS and digits and min(digits) >= _LONG_NUMBER and _all_digits(column):
        return f"whole numbers of {min(digits)} or more digits, all different: an identifier"
    if words.names_an_id(header) and n >= _FEW_ROWS and len(column.counts) > 0.9 * n:
        return "it is called as ids are, and its values are all different"
    return ""


def _are_numbers(column: Observed) -> bool:
    return all(re.fullmatch(r"[+-]?[0-9]*[.,]?[0-9]+", text) for text in column.counts)


def _all_digits(column: Observed) -> bool:
    return all(text.isdigit() for text in column.counts)


def _described(column: Observed, label: str) -> Guess | None:
    """Return what a column with labelled values is, or one of a declared type that its cells agree with."""
    said = column.description
    gone = tuple(value for value, text in said.levels.items() if words.MISSING_LABELS.fullmatch(text.strip()))
    labelled = {value: text for value, text in said.levels.items() if value not in gone and text.strip()}
    others = [value for value in column.counts if value not in said.levels]
    missing = tuple(value for value in gone if value in column.counts)
    if labelled and len(others) <= len(labelled) and len(labelled) + len(others) <= _MOST_LABELLED:
        known = {value: count for value, count in column.counts.items() if value not in gone}
        if len(known) == 1 and column.n_known >= _FEW_ROWS:
            return Guess(kind=None, label=label, why_left_out=_CONSTANT)
        if all(_may_be_shown(value, count) for value, count in known.items() if value in others):
            found = levels_of(known, labelled, yes_no=False, sexes=False)
            return Guess(
                kind="category",
                label=label,
                levels=found.labels,
                recode=found.recode,
                missing=missing,
                notes=found.notes,
            )
    # A data dictionary says that a number is one; a program that stores all codes as numbers does not.
    if said.type == "number" or missing:
        return _numeric(column, label, codes=column.typed or said.type != "number", missing=missing)
    return None


def _may_be_shown(value: str, count: int) -> bool:
    """Return whether a value may be a level, and cannot be what identifies a patient."""
    if len(value) > _LONGEST_LEVEL or _ISO_IN_LEVELS.fullmatch(value):
        return False
    if sum(map(str.isdigit, value)) > _MOST_DIGITS and count < _MOST_CODES:  # "2010-2014" of many is a period
        return False
    if count > 1 or _SHORT_CODE.fullmatch(value) or value.casefold() in _COMMON:
        return True
    return bool(words.DEATH_WORDS.match(value) or words.ALIVE_WORDS.match(value))  # "died of other cause" of a status


def _dated(column: Observed, label: str) -> Guess | None:
    """Return the guess of dates: nearly every cell is one, in one of the known formats."""
    said = [text for text in column.counts if not words.means_missing(text)]
    if not said or not any(c.isdigit() for c in said[0]):
        return None
    if not any(map(date_formats.DATE.fullmatch, said[:: max(1, len(said) // _LOOKED_AT)])):
        return None  # seen at once: all formats would be tried on every text
    missing = tuple(text for text in column.counts if words.means_missing(text))
    if any(map(_ISO.fullmatch, said)) and _faults(column, "date", missing) <= _FEW_FAULTS:
        return Guess(kind="date", label=label, missing=missing)
    if column.typed and column.description.type not in (None, "date", "text"):
        return None
    fit = _formats(said)
    if not fit:
        return None
    if len(fit) == 1 and "%y" not in fit[0]:
        if _faults(column, "date", missing, form=fit[0]) > _FEW_FAULTS:
            return None
        return Guess(kind="date", label=label, missing=missing, format=fit[0], notes=("the format fits all rows",))
    if all("%y" in form for form in fit):
        reason = "dates with years of two digits: they need `format` here and `cutoff` under [data]"
    else:
        reason = f"dates whose format is open: {listing(fit)}"
    return Guess(kind=None, label=label, why_left_out=reason, missing=missing, formats=tuple(fit))


def _formats(texts: Sequence[str]) -> list[str]:
    """Return the formats that fit all texts; those of years in four digits, where there are any."""
    if (
        not re.search(r"[0-9].*[0-9]", texts[0])
        or len(texts[0]) > _LONGEST_LEVEL
        or re.fullmatch(r"[0-9.,]{1,7}", texts[0])
    ):
        return []
    likely = date_formats.fitting(texts[:5])
    fit = date_formats.fitting(texts, known=[form for form in date_formats.KNOWN if form in likely] or likely)
    if len(texts) > 5:  # of formats that read the first texts alike, another may fit all
        fit = date_formats.fitting(texts) if likely and not fit else fit
    return [form for form in fit if "%y" not in form] or fit


def _faults(column: Observed, kind: Literal["number", "date"], missing: Sequence[str], *, form: str = "") -> float:
    """Return the share of rows with a value that are no such number or date."""
    declared = Column(
        name="column",
        header=column.header,
        label="",
        type=kind,
        missing=("", *words.MISSING_ANYWHERE, *missing),
        format=form or None,
    )
    cells = column.as_cells(declared)
    unread = int(np.isnan(number_values(cells)).sum() if kind == "number" else np.isnat(date_values(cells)).sum())
    n_missing = sum(column.counts.get(text, 0) for text in missing)
    known = column.n_known - n_missing
    return 1.0 if known == 0 else (unread - (len(column.rows) - known)) / known


def _numeric(column: Observed, label: str, *, codes: bool = True, missing: Sequence[str] = ()) -> Guess | None:
    """Return the guess of numbers, or of whole numbers that are codes of a category."""
    gone = (*missing, *(text for text in column.counts if words.means_missing(text) and text not in missing))
    if _faults(column, "number", gone) > _FEW_FAULTS:
        return None
    values = values_of(column, gone)
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    below = [text for text in column.counts if _SAID_MISSING.fullmatch(text)]
    notes: tuple[str, ...] = ()
    if len(below) == 1 and (known >= 0).sum() and (distinct < 0).sum() == 1:
        gone, known = (*gone, below[0]), known[known >= 0]
        distinct = np.unique(known)
        notes = ("guess: the only negative value means that the value is missing",)
    if codes and _are_codes(column, distinct, len(known)):
        return replace(
            _category(column, label, missing=gone), notes=(*notes, *_category(column, label, missing=gone).notes)
        )
    if codes and _CODE_NAMES.fullmatch(words.plain(column.header)) and np.all(known == np.floor(known)):
        return Guess(
            kind=None, label=label, why_left_out=f"codes of {counted(len(distinct), 'place')}, too many to list"
        )
    if np.array_equal(np.diff(np.sort(known)), np.ones(len(known) - 1)) and len(known) >= _FEW_ROWS:
        return Guess(kind=None, label=label, why_left_out="a running number: all different, without a gap")
    questions: tuple[str, ...] = ()
    if len(distinct) == 1 and len(known) >= _FEW_ROWS:
        return Guess(kind=None, label=label, why_left_out=_CONSTANT)
    if len(distinct) > 1 and re.fullmatch(r"9{2,4}", f"{distinct[-1]:g}") and distinct[-1] > 2 * distinct[-2]:
        questions = (
            f"column {shown(column.header)}: its largest value is all 9s, far above the others. If it means a missing "
            f'value, write missing = ["{distinct[-1]:g}"] in its section of study.toml',
        )
    low, high = column.description.range
    return Guess(kind="number", label=label, missing=gone, range=(low, high), notes=notes, questions=questions)


def _are_codes(column: Observed, distinct: npt.NDArray[np.float64], n: int) -> bool:
    """Return whether numbers are the codes of a category: few, small and whole, or two or three in many rows."""
    if len(distinct) <= 1 or n < _FEW_ROWS:
        return len(distinct) == 2 and set(distinct) <= {0.0, 1.0, 2.0}
    if words.names_a_time(column.header) and not words.names_a_status(column.header):
        return False
    if len(distinct) == 2 or (len(distinct) == 3 and n >= 10 * _FEW_ROWS):
        return all(sum(map(str.isdigit, text)) <= _MOST_DIGITS for text in column.counts)
    whole = bool(np.all(distinct == np.floor(distinct)))
    if whole and _CODE_NAMES.fullmatch(words.plain(column.header)):
        return len(distinct) <= _MOST_CODES * 2
    if _COUNTS.fullmatch(words.plain(column.header)):
        return False
    return whole and len(distinct) <= _MOST_CODES and distinct[0] >= 0 and distinct[-1] <= _LARGEST_CODE


def _with_unit(guess: Guess, column: Observed) -> Guess:
    """Add what is known of ages: years, where they are those of adults, and their range."""
    if words.adjustment_rank(column.header, guess.label) != 0:
        return guess
    values = values_of(column, guess.missing)
    known = values[~np.isnan(values)]
    low, high = _A_PERSON_S_AGE
    if not len(known) or not (low < known.max() <= high and known.min() >= 0):
        return guess
    limits = guess.range if any(guess.range) else ("0", "120")
    if guess.unit:
        return replace(guess, range=limits) if guess.unit == "years" else guess
    return replace(guess, unit="years", range=limits, notes=(*guess.notes, "guess: an age, in years"))


def _whole(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of whole numbers as such, where a program has written all of them as 2.0."""
    if not all(re.fullmatch(r"[0-9]+(?:[.,]0+)?", text) for text in counts):
        return dict(counts)
    found: dict[str, int] = {}
    for text, count in counts.items():
        whole = re.split("[.,]", text)[0]
        found[whole] = found.get(whole, 0) + count
    return found


def _category(column: Observed, label: str, *, missing: Sequence[str] = ()) -> Guess:
    """Return the guess of a category, or of a column that is none: too many values, or values of one patient each."""
    signs = {"+", "-"} <= set(column.counts)
    unsaid = [text for text in column.counts if words.means_missing(text) and not signs]
    gone = (*missing, *(text for text in unsaid if text not in missing and text.casefold() not in {"none", "nil"}))
    known = _whole({text: count for text, count in column.counts.items() if text not in gone})
    n, out = sum(known.values()), Guess(kind=None, label=label)
    if not known:
        return replace(out, why_left_out="it has no value in any row")
    if len(known) == n and n >= 3:
        return replace(out, why_left_out=f"texts that are all different: an identifier or free text; {NOT_SHOWN}")
    if any(len(text) > _LONGEST_LEVEL for text in known):
        return replace(out, why_left_out=f"free text; {NOT_SHOWN}")
    if len(known) > _MOST_LEVELS:
        return replace(out, why_left_out=f"{len(known)} different texts, too many for a category; {NOT_SHOWN}")
    alone = [text for text, count in known.items() if not _may_be_shown(text, count)]
    if alone:
        return replace(
            out,
            why_left_out=f"of {len(known)} values {len(alone)} in one row only, or like an id or a date; {NOT_SHOWN}",
        )
    if len(known) == 1:
        return replace(out, why_left_out=_CONSTANT)
    sex = words.adjustment_rank(column.header, label) == 1
    coded = sex or words.names_groups(column.header) or words.names_a_status(column.header)
    labels = {value: text for value, text in column.description.levels.items() if value in known and text.strip()}
    found = levels_of(known, labels, yes_no=not coded, sexes=sex)
    numeric = all(label.isdigit() for label in found.labels.values())
    notes = found.notes
    if numeric:
        notes = (*notes, 'guess: few whole numbers are the codes of a category; `type = "number"` if they are counts')
    return Guess(kind="category", label=label, levels=found.labels, recode=found.recode, missing=gone, notes=notes)
