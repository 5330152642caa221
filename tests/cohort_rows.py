"""The rows of the committed cohort, to be changed, and the printed statements that they are held to."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from analysis.simulation.records import COLUMNS, Row
from analysis.simulation.verification import read_published

ROOT = Path(__file__).parent.parent
COMMITTED = (ROOT / "data" / "cohort.csv").read_bytes()
PUBLISHED = read_published(ROOT / "data" / "published.csv")
DATES = [column for column in COLUMNS if column.startswith("date_")]


def analysed_row(rows: list[Row], **having: str) -> Row:
    """Return the last analysed row that has some values."""
    found = [r for r in rows if r["complete_record"] == "1" and all(r[k] == v for k, v in having.items())]
    return found[-1]


def later(row: Row, column: str, days: int) -> None:
    """Move a date of a row."""
    row[column] = (date.fromisoformat(row[column]) + timedelta(days)).isoformat()


def swap_sex(rows: list[Row]) -> None:
    """Make a man a woman."""
    analysed_row(rows, sex="male")["sex"] = "female"
