"""Exports of REDCap, written as REDCap writes them: a raw export and the data dictionary of its project."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
"""The columns of a data dictionary."""

FLAGSHIP_CODES: Mapping[str, Mapping[str, str]] = {
    "sex": {"male": "1", "female": "2"},
    "depth": {"superficial": "1", "deep": "2"},
    "histologic_subtype": {
        "so-called fibrohistiocytic tumor": "1",
        "undifferentiated sarcoma": "2",
        "smooth muscle tumor": "3",
        "fibroblastic/myofibroblastic tumor": "4",
    },
    "response": {"CR": "0", "PR": "1", "SD": "2", "PD": "3"},
    "vital_status": {
        "alive without disease": "10",
        "alive with disease": "11",
        "died of disease": "20",
        "died of other cause": "21",
    },
}
"""The codes that a REDCap project has for levels of the flagship's columns, which REDCap does not allow as codes."""


def field(name: str, form: str, kind: str, label: str, **more: str) -> list[str]:
    """Return a row of a data dictionary; `more` are "choices", "validation", "low", "high" and "identifier"."""
    row = dict.fromkeys(HEADER, "") | dict(zip(HEADER[:5], (name, form, "", kind, label), strict=True))
    names = {
        "choices": HEADER[5],
        "validation": HEADER[7],
        "low": HEADER[8],
        "high": HEADER[9],
        "identifier": HEADER[10],
    }
    return list((row | {names[key]: text for key, text in more.items()}).values())


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def dictionary_of(*fields: Sequence[str]) -> str:
    """Return a data dictionary of these fields as CSV."""
    return written([HEADER, *fields])


def flagship_export(cohort: Path, labels: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """Return the flagship's cohort as a raw export of REDCap, and its data dictionary.

    Parameters
    ----------
    labels : the label of each level, by column.
    """
    with cohort.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    fields = []
    for name in header:
        if name in labels:
            codes = FLAGSHIP_CODES.get(name, {level: level for level in labels[name]})
            choices = " | ".join(f"{codes[level]}, {label}" for level, label in labels[name].items())
            fields.append(field(name, "chart", "radio", name, choices=choices))
        else:
            validation = "date_dmy" if name.startswith("date_") else "number" if "_" in name[3:] else ""
            fields.append(field(name, "chart", "text", name, validation="" if name == "patient_id" else validation))
    coded = [
        [FLAGSHIP_CODES.get(name, {}).get(cell, cell) for name, cell in zip(header, row, strict=True)] for row in rows
    ]
    return written([[*header, "chart_complete"], *([*row, "2"] for row in coded)]), dictionary_of(*fields)
