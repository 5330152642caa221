"""`make html`: the manuscript as one page, each printed result with its source on hover and on focus."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..base.interrupts import forget_interrupts, uninterrupted
from ..base.resources import TEMPLATES
from ..document.release import release
from ..document.report import open_study
from ..qmd.front_matter import DOCUMENT
from ..qmd.project import read_project
from ..qmd.source import read_qmd
from ..render.html import render_page
from ..results.model import Results
from ..results.released import Form
from .run_lock import one_at_a_time, workshop

PAGE_FILE: Final = Path("build/report.html")
"""The path of the page of a study's document, relative to its folder."""


def write_web_page(folder: Path) -> Path:
    """Bring the results of a study up to date and write its document as a page; return its path.

    Raises
    ------
    LockstepError
        If study, data or document are not valid; the last page is untouched then.
    """
    report = open_study(folder)
    study, results = report.study, report.results
    forms = release(read_qmd(study.folder / DOCUMENT), study, results, report.style).forms
    project = read_project(study.folder)
    page = study.folder / PAGE_FILE
    with one_at_a_time(page.parent), workshop(page.parent) as work:
        made = work / page.name
        render_page(
            study.folder / DOCUMENT,
            project,
            made,
            explain=lambda record_id: facts(record_id, results, forms),
            template=TEMPLATES / "report.html",
            style=TEMPLATES / "report.css",
            lua_filter=TEMPLATES / "report.lua",
        )
        with suppress(KeyboardInterrupt), uninterrupted():
            made.replace(page)
            forget_interrupts()
    return page


def facts(record_id: str, results: Results, forms: Mapping[str, Form]) -> list[tuple[str, str]]:
    """Return what a reader may ask of a result: what is printed of it, n, population, method, warning.

    `forms` are those of what may leave with the document: a number that it does not print is not shown here either.
    """
    if record_id not in results:
        curve = results.curve(record_id)
        terms = ("n", str(curve.n)), ("Population", curve.population), ("Method", curve.method)
        return [("", curve.label), *terms]
    record, form = results[record_id], forms.get(record_id)
    return [
        ("", record.label),
        *([("Value", form.text)] if form else []),
        *([("Reason", record.reason)] if record.reason else []),
        ("n", str(record.n)),
        ("Population", record.population),
        ("Method", record.method),
        *([("Warning", record.warning)] if record.warning else []),
    ]
