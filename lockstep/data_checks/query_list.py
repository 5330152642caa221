"""The list of all faults and queries: as CSV, an entry a row, for the site that has the records; as JSON for the page.

It may go to another site: ids and values are in it only where they are asked for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ..base.wording import printable
from ..data.findings import DataFinding
from ..data.reading import TextRows
from .examination import Examination

LIST_FILE: Final = Path("build/data-queries.csv")
"""The path of the list, relative to the study's folder."""

MOST_SHOWN: Final = 1000
"""Rows of each finding whose values are on the page: the CSV has all of them."""

_COLUMNS: Final = ("row", "column", "kind", "rule", "message")
_WITH_VALUES: Final = ("id", "values")

_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")
# At the start, or behind what may separate cells where another program reads the list: then a formula would begin.
_FORMULA: Final = re.compile(r"(^|[,;|\t\r\n\"])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the list.

    Attributes
    ----------
    row : of the file; None for a finding about a whole column.
    id, values : of the patient; empty unless they are asked for. Values are those of the columns concerned, by name.
    """

    row: int | None
    finding: DataFinding
    id: str = ""
    values: str = ""


def entries(examined: Examination, *, values: bool, most: int | None = None) -> Iterator[Entry]:
    """Yield an entry for each row of each finding, errors first, by rows.

    Parameters
    ----------
    values : with ids and values of the patients.
    most : the rows of each finding; None for all.
    """
    files = examined.data.files if values else {}
    places = {join: {int(row): at for at, row in enumerate(file.table.rows)} for join, file in files.items()}
    found = [(row, finding) for finding in examined.findings for row in finding.rows[:most] or (None,)]
    for row, finding in sorted(found, key=lambda item: (item[1].severity, item[0] or 0)):
        if row is None or not values:
            yield Entry(row=row, finding=finding)
        else:
            at = places[finding.join][row]
            yield Entry(row=row, finding=finding, **_of_patient(files[finding.join], at, finding))


def _of_patient(file: TextRows, at: int, finding: DataFinding) -> dict[str, str]:
    names = [name for name in dict.fromkeys((finding.column, *finding.beside)) if name in file.table.columns]
    cells = {str(name): file.table.columns[str(name)] for name in names}
    shown = (
        f"{_on_one_line(name)}: {_on_one_line(column.texts[column.codes[at]]) or '(blank)'}"
        for name, column in cells.items()
    )
    return {"id": _on_one_line(file.ids.texts[file.ids.codes[at]]), "values": "; ".join(shown)}


def _on_one_line(text: str) -> str:
    """Return a text whole, with control characters escaped."""
    return printable(text, most=len(text))


def list_csv(examined: Examination, *, values: bool) -> str:
    """Return the list as CSV; no cell of it is a formula, whatever the data hold and whatever program opens it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    files = {join: examined.disclosed[file.table.file] for join, file in examined.data.files.items()}
    several = len(files) > 1
    writer.writerow((*(["file"] if several else []), *_COLUMNS, *(_WITH_VALUES if values else ())))
    for entry in entries(examined, values=values):
        finding, column = entry.finding, _on_one_line(entry.finding.column or "")
        cells = ["" if entry.row is None else str(entry.row), column, finding.severity, finding.kind]
        cells += [
            _short(_disclosed(finding, examined), files[finding.join]),
            *((entry.id, entry.values) if values else ()),
        ]
        cells = [*([files[finding.join]] if several else []), *cells]
        writer.writerow(map(harmless, cells))
    return text.getvalue()


def harmless(cell: str) -> str:
    """Return a cell of which a spreadsheet makes no formula: an apostrophe goes before what would begin one.

    >>> harmless("=1+1"), harmless("-12,5"), harmless("a; @b")
    ("'=1+1", '-12,5', "a; '@b")
    """
    return cell if _PLAIN_NUMBER.fullmatch(cell) else _FORMULA.sub(r"\1\2'", cell)


def list_json(examined: Examination, *, values: bool) -> str:
    """Return the findings as JSON, for the page and the summary that another process makes."""
    data, file = examined.data, examined.disclosed[examined.data.table.file]
    found: dict[str, Any] = {
        "file": file,
        "sha256": data.sha256,
        "rows": len(data.table.rows),
        "columns": data.n_columns,
        "findings": [
            {
                "rule": finding.kind,
                "severity": finding.severity,
                "column": finding.column,
                "rows": finding.rows,
                "entries": finding.n,
                "message": _in_its_file(_disclosed(finding, examined), file),
            }
            for finding in examined.findings
        ],
        "values": [
            {"row": entry.row, "id": entry.id, "rule": entry.finding.kind, "values": entry.values}
            for entry in (entries(examined, values=True, most=MOST_SHOWN) if values else ())
            if entry.row is not None
        ],
        "values_left_out": sum(max(0, len(finding.rows) - MOST_SHOWN) for finding in examined.findings)
        if values
        else 0,
    }
    return json.dumps(found, ensure_ascii=False)


def _disclosed(finding: DataFinding, examined: Examination) -> DataFinding:
    """Return a finding whose messages have no path of a file outside of the study's folder."""
    message, listed = finding.message, finding.listed
    for called, disclosed in examined.disclosed.items():
        message, listed = message.replace(called, disclosed), listed and listed.replace(called, disclosed)
    return replace(finding, message=message, listed=listed)


def _in_its_file(finding: DataFinding, file: str) -> str:
    """Return the message without the name of the data file, which is said once; another file is named."""
    return finding.message.removeprefix(f"{file}: ") if finding.join is None else f"in {finding.message}"


def _short(finding: DataFinding, file: str) -> str:
    """Return what was found and what is expected, without values, and what the keeper of study.toml may do about it."""
    return (finding.listed or finding.message).split("\n", 1)[0].removeprefix(f"{file}: ")
