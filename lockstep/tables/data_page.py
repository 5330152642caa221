"""All faults and queries of the data as a page, and as a summary for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..base.errors import counted
from ..base.files import BY_UMASK, write_whole
from ..base.terminal import wrapped
from ..base.wording import first_of
from ..results.json_file import PRIVATE
from .templates import render_template

DATA_PAGE: Final = Path("build/data.html")
"""The path of the page, relative to the study's folder."""

_MEANING: Final = {
    "error": ("Errors", "Each of these stops the report. Mend the file, or what study.toml says of it."),
    "query": ("Queries", "These stop nothing. Only the patients' records can say whether they are right."),
}
_NAMED: Final = 10  # findings in the summary
_ROWS: Final = 100  # of a finding, on the page; the list has all

Found = Mapping[str, Any]
"""What the checks found, as the process that read the data writes it."""


def n_entries(found: Found, severity: str) -> int:
    """Return how many errors or queries there are: one for each row that a finding is about."""
    return sum(int(item["entries"]) for item in found["findings"] if item["severity"] == severity)


def score(found: Found) -> str:
    """Return in one line how many errors and queries a file has.

    >>> score({"file": "c.csv", "rows": 9, "columns": 3, "findings": []})
    'c.csv, 9 rows, 3 columns: no error, no query'
    """
    errors, queries = (n_entries(found, severity) for severity in _MEANING)
    parts = (
        counted(errors, "error") if errors else "no error",
        counted(queries, "query", "queries") if queries else "no query",
    )
    size = f"{counted(found['rows'], 'row')}, {counted(found['columns'], 'column')}"
    return f"{found['file']}, {size}: {', '.join(parts)}"


def summary_lines(found: Found) -> list[str]:
    """Return the score and the first findings, as lines for a terminal."""
    lines = [score(found)]
    for item in found["findings"][:_NAMED]:
        lines += wrapped(f"  {item['severity']}: {_first_line(item)}", indent=4)
    more = len(found["findings"]) - _NAMED
    return [*lines, *([f"  and {counted(more, 'other finding')}"] if more > 0 else [])]


def write_data_page(found: Found, folder: Path) -> Path:
    """Write the page into a study's folder; return its path. With values of patients only its owner may read it.

    Raises
    ------
    ReportError
        If its template is faulty.
    """
    page = folder / DATA_PAGE
    write_whole(page, data_page(found, folder).encode(), mode=PRIVATE if found["values"] else BY_UMASK)
    return page


def data_page(found: Found, folder: Path) -> str:
    """Return a page of HTML that needs no other file: errors, then queries, then the values that were asked for.

    Raises
    ------
    ReportError
        If its template is faulty.
    """
    sections = [
        {
            "name": severity,
            "title": title,
            "meaning": meaning,
            "count": str(n_entries(found, severity)),
            "rows": _rows(item for item in found["findings"] if item["severity"] == severity),
        }
        for severity, (title, meaning) in _MEANING.items()
        if n_entries(found, severity)
    ]
    context = {
        "file": found["file"],
        "score": score(found),
        "passed": n_entries(found, "error") == 0,
        "sections": sections,
        "values": [{name: str(text) for name, text in item.items()} for item in found["values"]],
        "values_left_out": f"{found['values_left_out']:,}" if found["values_left_out"] else "",
        "sha256": found["sha256"],
    }
    return render_template("data.html.j2", folder, context)


def _rows(findings: Iterable[Found]) -> list[dict[str, Any]]:
    """Return what the template prints of each finding: text only."""
    return [
        {
            "rule": item["rule"].replace("_", " "),
            "column": item["column"] or "",
            "rows": _listed(item["rows"]),
            "found": _first_line(item),
            "remedy": " ".join(item["message"].split("\n")[1:]),
        }
        for item in findings
    ]


def _listed(rows: Sequence[int]) -> str:
    return first_of([str(row) for row in rows], most=_ROWS)


def _first_line(item: Found) -> str:
    line = str(item["message"]).split("\n", 1)[0]
    return line[:1].upper() + line[1:]
