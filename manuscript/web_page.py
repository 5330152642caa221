"""`make html`: the manuscript as one page, each printed result with its source on hover and on focus."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from analysis.results import Record, Results

from . import numbers
from .document import open_study
from .render.html import render_page
from .render.project import read_project
from .style import Style
from .turns import one_at_a_time, workshop

PAGE_FILE: Final = Path("build/report.html")
"""Where the page of a study's document stands, relative to its folder."""

_REPOSITORY: Final = Path(__file__).resolve().parent.parent


def write_web_page(folder: Path, document: str = "report.qmd") -> Path:
    """Bring the results of a study up to date and write its document as a page; return where that stands.

    Raises
    ------
    LockstepError
        If study, data or document are not valid; the last page is untouched then.
    """
    report = open_study(folder)
    study, results = report.study, report.results
    project = read_project(study.folder, fallback=_REPOSITORY)
    templates = _REPOSITORY / "templates"
    page = study.folder / PAGE_FILE
    with one_at_a_time(page.parent), workshop(page.parent) as work:
        made = work / page.name
        render_page(
            study.folder / document,
            project,
            made,
            explain=lambda record_id: facts(record_id, results),
            template=templates / "report.html",
            style=templates / "report.css",
        )
        made.replace(page)
    return page


def facts(record_id: str, results: Results) -> list[tuple[str, str]]:
    """Return what a reader may ask of a result: its full value and interval, n, population, method, warning."""
    if record_id not in results:
        curve = results.curve(record_id)
        told = ("n", str(curve.n)), ("Population", curve.population), ("Method", curve.method)
        return [("", curve.label), *told]
    record = results[record_id]
    return [
        ("", record.label),
        ("Value", _value(record)),
        *([("Interval", _interval(record))] if record.conf_level is not None else []),
        ("n", str(record.n)),
        ("Population", record.population),
        ("Method", record.method),
        *([("Warning", record.warning)] if record.warning else []),
    ]


def _value(record: Record) -> str:
    if record.value is None:
        return f"none: {record.reason}"
    denominator = f" of {record.denominator}" if record.denominator is not None and record.kind == "count" else ""
    return f"{record.value}{f' {record.unit}' if record.unit else ''}{denominator}"


def _interval(record: Record) -> str:
    if record.conf_low is None and record.conf_high is None:
        return f"none: {record.reason or 'not estimable'}"
    low, high = ("not estimable" if bound is None else str(bound) for bound in (record.conf_low, record.conf_high))
    return f"{low} to {high} ({numbers.level_text(record.conf_level or 0, Style())})"
