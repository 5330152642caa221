"""Rows of the cohort file: its columns, and how a patient is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

Row = dict[str, str]
"""A patient as it stands in the file: text by column."""

COLUMNS: Final = (
    "patient_id",
    "date_of_birth",
    "age_at_diagnosis",
    "sex",
    "date_initial_diagnosis",
    "primary_size_cm",
    "depth",
    "histologic_subtype",
    "grade",
    "date_metastasis",
    "date_metastasis_treatment",
    "surgery",
    "radiotherapy",
    "rfa",
    "response",
    "date_progression",
    "date_last_followup",
    "vital_status",
    "complete_record",
)


@dataclass(frozen=True)
class Patient:
    """A patient: dates as day numbers, the size in units of 0.5 cm, no progression as None."""

    date_of_birth: int
    age: int
    sex: str
    diagnosis: int
    size: int
    depth: str
    subtype: str
    grade: int
    metastasis: int
    treatment: int
    modality: str
    response: str
    progression: int | None
    last_contact: int
    status: str


def row(patient: Patient, *, complete: bool) -> Row:
    """Return the row of a patient, as yet without a number."""
    return {
        "date_of_birth": _day(patient.date_of_birth),
        "age_at_diagnosis": str(patient.age),
        "sex": patient.sex,
        "date_initial_diagnosis": _day(patient.diagnosis),
        "primary_size_cm": f"{patient.size * 0.5:.1f}",
        "depth": patient.depth,
        "histologic_subtype": patient.subtype,
        "grade": str(patient.grade),
        "date_metastasis": _day(patient.metastasis),
        "date_metastasis_treatment": _day(patient.treatment),
        "surgery": str(int("surgery" in patient.modality)),
        "radiotherapy": str(int("radiotherapy" in patient.modality)),
        "rfa": str(int("rfa" in patient.modality)),
        "response": patient.response,
        "date_progression": "" if patient.progression is None else _day(patient.progression),
        "date_last_followup": _day(patient.last_contact),
        "vital_status": patient.status,
        "complete_record": str(int(complete)),
    }


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in order of first metastasis, as consecutive patients are numbered."""
    ordered = sorted(rows, key=lambda row: row["date_metastasis"])
    return [{"patient_id": f"STS{number:03d}", **row} for number, row in enumerate(ordered, start=1)]


def to_csv(rows: Iterable[Row]) -> bytes:
    """Return the cohort file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def from_csv(content: bytes) -> list[Row]:
    """Return the rows of a cohort file."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def _day(number: int) -> str:
    return date.fromordinal(int(number)).isoformat()
