"""What is assumed of every row, since the report does not print it: levels, order of dates, plausibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from .age_groups import LONGEST_OF_ELDERLY
from .calendar_dates import RFA_FROM
from .characteristics import (
    ALIVE_WITH,
    ALIVE_WITHOUT,
    CUT_AGE,
    DIED_OF_DISEASE,
    DIED_OF_OTHER,
    RESPONSES,
)
from .covariates import SUBTYPES, UNDIFFERENTIATED
from .records import COLUMNS, Row

LEVELS: Final = {
    "sex": ("male", "female"),
    "depth": ("superficial", "deep"),
    "histologic_subtype": SUBTYPES,
    "grade": ("1", "2", "3"),
    "surgery": ("0", "1"),
    "radiotherapy": ("0", "1"),
    "rfa": ("0", "1"),
    "response": RESPONSES,
    "vital_status": (ALIVE_WITHOUT, ALIVE_WITH, DIED_OF_DISEASE, DIED_OF_OTHER),
    "complete_record": ("0", "1"),
}
DATES: Final = (
    "date_of_birth",
    "date_initial_diagnosis",
    "date_metastasis",
    "date_metastasis_treatment",
    "date_progression",
    "date_last_followup",
)
"""In the order in which they come in a life."""

BLANK_WHERE_UNSEEN: Final = "date_progression"
LAST_DAY: Final = "2014-12-31"


@dataclass(frozen=True)
class Limit:
    """An assumption: its id, what it says, and the patients who break it."""

    id: str
    what: str
    offenders: Callable[[Sequence[Row]], Iterator[str]]


def _each(breaks: Callable[[Row], bool]) -> Callable[[Sequence[Row]], Iterator[str]]:
    """Return a check of one row at a time."""
    return lambda rows: (row["patient_id"] for row in rows if breaks(row))


def _off_codebook(row: Row) -> bool:
    return (
        tuple(row) != COLUMNS
        or any(row[column] not in ("", *allowed) for column, allowed in LEVELS.items())
        or not all(_is_date(row[column]) for column in DATES)
        or not (row["age_at_diagnosis"] + "0").isdigit()
        or not (row["primary_size_cm"] + "0").replace(".", "", 1).isdigit()
    )


def _is_date(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _lacks(row: Row) -> list[str]:
    return [column for column in COLUMNS if column != BLANK_WHERE_UNSEEN and not row[column]]


def _ids(rows: Sequence[Row]) -> Iterator[str]:
    return (row["patient_id"] for number, row in enumerate(rows, 1) if row["patient_id"] != f"STS{number:03d}")


def _order(rows: Sequence[Row]) -> Iterator[str]:
    return (b["patient_id"] for a, b in pairwise(rows) if a["date_metastasis"] > b["date_metastasis"])


def _dates_disordered(row: Row) -> bool:
    known = [row[column] for column in DATES if row[column]]
    return known != sorted(known) or known[-1] > LAST_DAY or row["date_metastasis"] == ""


def _age_off(row: Row) -> bool:
    if not (row["age_at_diagnosis"] and row["date_of_birth"] and row["date_initial_diagnosis"]):
        return False
    born, seen = (date.fromisoformat(row[column]) for column in ("date_of_birth", "date_initial_diagnosis"))
    years = seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))
    return years != int(row["age_at_diagnosis"])


def _day(row: Row, column: str) -> int:
    return date.fromisoformat(row[column]).toordinal()


def _early_ablation(row: Row) -> bool:
    start = row["date_metastasis_treatment"] or row["date_metastasis"]
    return row["rfa"] == "1" and date.fromisoformat(start).toordinal() < RFA_FROM


def _elderly_too_long(row: Row) -> bool:
    if row["complete_record"] != "1" or int(row["age_at_diagnosis"]) <= CUT_AGE:
        return False
    return _day(row, "date_last_followup") - _day(row, "date_initial_diagnosis") > LONGEST_OF_ELDERLY


def _unprogressed(row: Row) -> bool:
    """Without progression a complete record is of someone alive without disease."""
    return row["complete_record"] == "1" and not row["date_progression"] and row["vital_status"] != ALIVE_WITHOUT


def _clones(rows: Sequence[Row]) -> Iterator[str]:
    """Yield who shares the days between four successive dates with someone else."""
    spans = [_spans(row) for row in rows]
    shared = Counter(span for of_row in spans for span in of_row)
    return (row["patient_id"] for row, own in zip(rows, spans, strict=True) if any(shared[span] > 1 for span in own))


def _spans(row: Row) -> set[tuple[str, int, int, int]]:
    """Return the days between each four successive known dates; a copy keeps them when its dates are shifted.

    Two spans are too few to tell a copy: treatment begins within weeks, and two patients have them alike by chance.
    """
    known = [(column, _day(row, column)) for column in DATES[1:] if row[column]]
    runs = zip(known, known[1:], known[2:], known[3:], strict=False)
    return {(name, b - a, c - b, d - c) for (name, a), (_, b), (_, c), (_, d) in runs}


LIMITS: Final = (
    Limit("L01", "columns, levels, dates and numbers are those of the codebook", _each(_off_codebook)),
    Limit(
        "L02",
        "an analysed record lacks nothing",
        _each(lambda row: row["complete_record"] == "1" and _lacks(row) != []),
    ),
    Limit(
        "L03",
        "an excluded record lacks something",
        _each(lambda row: row["complete_record"] == "0" and _lacks(row) == []),
    ),
    Limit("L04", "patients are numbered STS001, STS002, ... in the file", _ids),
    Limit("L05", "patients stand in order of first metastasis", _order),
    Limit(
        "L06",
        "birth, diagnosis, metastasis, treatment, progression, last contact, 2014-12-31",
        _each(_dates_disordered),
    ),
    Limit("L07", "the age is that of the dates of birth and diagnosis", _each(_age_off)),
    Limit("L08", "no radiofrequency ablation before 2000", _each(_early_ablation)),
    Limit(
        "L09",
        "an undifferentiated sarcoma is of grade 3",
        _each(lambda row: row["histologic_subtype"] == SUBTYPES[UNDIFFERENTIATED] and row["grade"] in ("1", "2")),
    ),
    Limit("L10", "nobody older than 60 at diagnosis is followed for 15 years", _each(_elderly_too_long)),
    Limit("L11", "who never progressed is alive without disease", _each(_unprogressed)),
    Limit(
        "L12",
        "who had progressive disease progressed",
        _each(lambda row: row["response"] == "PD" and row["complete_record"] == "1" and not row["date_progression"]),
    ),
    Limit("L13", "no patient is a copy of another with other dates", _clones),
)
