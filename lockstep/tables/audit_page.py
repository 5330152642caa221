"""The audit as a page of its own, and as the supplementary table of the manuscript."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from ..base.files import write_whole
from ..results.verdicts import AUDIT_FILE, Audit, Judgement, Verdict, read_audit
from .tables import RenderedTable
from .templates import render_template

PAGE_FILE: Final = Path("build/audit.html")
"""The path of the page of a study's audit, relative to its folder."""

_MEANING: Final[dict[Verdict, str]] = {
    "impossible": "contradicts other printed statements, by the calculation that is shown",
    "unexplained": "differs from the results, and nothing shows why",
    "matches under a stated reading": "the results print so, but not in the reading that first suggests itself",
    "matches": "the results print so, at the printed precision",
    "possible": "compared with no results; the printed numbers allow it",
    "context": "nothing to compute",
}
_IN_TABLE: Final[tuple[Verdict, ...]] = ("impossible", "unexplained", "matches under a stated reading")


def write_audit_page(folder: Path) -> Path:
    """Convert build/audit.json of a study's folder to build/audit.html; return its path.

    Raises
    ------
    PublishedError
        If there is no audit, or it cannot be read.
    """
    page = folder / PAGE_FILE
    write_whole(page, audit_page(read_audit(folder / AUDIT_FILE), folder).encode())
    return page


def audit_page(audit: Audit, folder: Path) -> str:
    """Return a page of HTML that needs no other file: the score, and each statement with its verdict, worst first."""
    judgements = audit.sorted_judgements()
    sections: list[dict[str, Any]] = [
        {
            "verdict": verdict,
            "name": verdict.replace(" ", "-"),
            "meaning": meaning,
            "count": str(audit.counts[verdict]),
            "rows": _rows(judgement for judgement in judgements if judgement.verdict == verdict),
        }
        for verdict, meaning in _MEANING.items()
        if audit.counts[verdict]
    ]
    context = {
        "file": audit.published_file,
        "score": audit.score(),
        "passed": audit.passed,
        "sections": sections,
        "bad_rows": [(str(row), reason) for row, reason in audit.bad_rows],
        "hashes": [("statements", audit.published_sha256), ("results", audit.results_sha256 or "none")],
    }
    return render_template("audit.html.j2", folder, context)


def audit_table(audit: Audit, folder: Path) -> RenderedTable:
    """Return the statements that do not simply match, worst first, as a table of the document."""
    rows = _rows(judgement for judgement in audit.sorted_judgements() if judgement.verdict in _IN_TABLE)
    return RenderedTable(render_template("audit_table.html.j2", folder, {"rows": rows}))


def _rows(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """Return what a template prints of each statement: text only."""
    return [
        {
            "id": item.id,
            "where": item.where,
            "quantity": _capital(item.quantity),
            "printed": _with_unit(item.printed, item.unit),
            "computed": _with_unit(item.computed_as_printed or "", item.unit),
            "compared_with": item.compared_with or "",
            "verdict": item.verdict,
            "reason": f"{_capital(item.reason)}.",
            "proofs": item.proofs,
        }
        for item in judgements
    ]


def _with_unit(text: str, unit: str) -> str:
    return f"{text}%" if unit == "%" and text[-1:].isdecimal() else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
