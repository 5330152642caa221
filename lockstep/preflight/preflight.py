"""The preflight: every rule of a journal and of the house held against a finished draft, a line each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..document.check import findings
from ..document.computed import Outputs
from ..journals.file import Journal
from ..journals.rules import RULES
from ..pdf.reading import read_pdf
from ..qmd.source import Document
from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from ..word.facts import read_word
from ..word.passages import read_printed
from ..word.text import ManuscriptText
from . import checks_figures, checks_files, checks_layout, checks_numbers, checks_text
from .checks import Check, DraftFacts, Measure, Measurement, Status, rule_value
from .declared import declared_phrases, quoted_tables
from .draft_files import DraftFiles
from .figure_facts import FigureFacts
from .number_faults import combined, numbers_in
from .typed import without_typed


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A rule that every draft keeps, whatever the journal: what it asks for, and where that is stated."""

    asks: str
    source: str = "a rule of Lockstep"


HOUSE: Final[dict[str, HouseRule]] = {
    "claims": HouseRule("every claim holds"),
    "literals": HouseRule("each from a result"),
    "patient_numbers": HouseRule("the same everywhere"),
    "p_values": HouseRule("all in one form"),
    "intervals": HouseRule("all in one form"),
    "decimal_marks": HouseRule("the same everywhere"),
    "abbreviations": HouseRule("explained where first used"),
    "floats_cited": HouseRule("each cited, in order"),
    "references_cited": HouseRule("each cited and listed"),
    "references_complete": HouseRule("none lacks a field"),
    "alt_text": HouseRule("for every picture", "WCAG 2.1, 1.1.1"),
    "metadata": HouseRule("titles; no path, no date"),
    "word_valid": HouseRule("valid", "ECMA-376, part 1"),
    "pdf_fonts": HouseRule("embedded, none of Type 3", "ISO 19005"),
    "pdf_tagged": HouseRule("tagged", "ISO 14289"),
    "anonymised_copy": HouseRule("no trace of an author"),
}
"""The rules of the house, by name."""

CHECKS: Final[dict[str, Measure]] = {
    **checks_numbers.CHECKS,
    **checks_text.CHECKS,
    **checks_layout.CHECKS,
    **checks_files.CHECKS,
    **checks_figures.CHECKS,
}
"""What measures each rule, of a journal or of the house."""

_ORDER: Final[tuple[Status, ...]] = ("fail", "pass", "not checked")
_WIDEST: Final = (11, 24, 44, 32)  # letters of a column; what is longer moves the rest of its line
_WORDS: Final = {"fail": "FAILS", "pass": "holds", "not checked": "not checked"}


def read_draft(
    files: DraftFiles,
    *,
    text: ManuscriptText,
    study: Study,
    results: Results,
    journal: Journal | None,
    style: Style,
    document: Document,
    figures: Sequence[FigureFacts] = (),
    traces: Collection[str] | None = None,
    incomplete: Sequence[str] = (),
    outputs: Outputs | None = None,
) -> DraftFacts:
    """Read everything that the checks look at.

    Parameters
    ----------
    text : of the manuscript, as `read_text` gives it.
    figures : the files of figures, each as `measure_figure` gives it.
    traces : identifying words left in the anonymised copy; None where it was not searched.
    incomplete : what references lack, a sentence each.
    outputs : what the document's code prints; without them, numbers that it computes are not known.

    Raises
    ------
    ReportError
        If a file is missing or cannot be read.
    """
    printed = read_printed(files.docx)
    found = replace(findings(document, results, style, outputs), references=tuple(incomplete))
    inserted = without_typed(printed, found.literals)
    declared = declared_phrases(document.front_matter)
    quoted = quoted_tables(printed, document.front_matter)
    others = tuple(path for path in (*files.tables, *files.others) if path.suffix == ".docx")
    # What has a file of its own prints numbers as well, under the same rules.
    read = [inserted]
    for path in others:
        own = read_printed(path).within(path.name, form=path not in files.tables)
        read.append(without_typed(own, found.literals))
    return DraftFacts(
        files=files,
        text=text,
        printed=printed,
        inserted=inserted,
        numbers=combined(numbers_in(one, study, results, style, declared=declared, quoted=quoted) for one in read),
        word=read_word(files.docx),
        pdf=read_pdf(files.pdf),
        blinded_word=read_word(files.blinded_docx) if files.blinded_docx.is_file() else None,
        blinded_pdf=read_pdf(files.blinded_pdf) if files.blinded_pdf.is_file() else None,
        traces=None if traces is None else tuple(traces),
        others=tuple(map(read_word, others)),
        figures=tuple(figures),
        findings=found,
        study=study,
        results=results,
        journal=journal,
        style=style,
        front_matter=document.front_matter,
    )


def preflight(draft: DraftFacts) -> tuple[Check, ...]:
    """Hold every rule against a draft; rules of the house first, then the journal's in the order of the registry."""
    house = [_line(rule, CHECKS[rule](draft, None), asks.asks, asks.source) for rule, asks in HOUSE.items()]
    return (*house, *(_of_journal(rule, draft) for rule in RULES))


def lines(checks: Sequence[Check], *, only_failures: bool = False) -> list[str]:
    """Return the preflight as lines to print: what fails first, with its places; the sum last, of all in any case."""
    shown_ones = [check for check in checks if check.status == "fail"] if only_failures else checks
    ordered = sorted(shown_ones, key=lambda check: _ORDER.index(check.status))
    cells = [(_WORDS[check.status], check.rule, check.measured, check.limit) for check in ordered]
    widths = [min(max((len(row[i]) for row in cells), default=0), _WIDEST[i]) for i in range(4)]
    printed: list[str] = []
    for check, row in zip(ordered, cells, strict=True):
        columns = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        printed.append(f"{columns}  {check.source}".rstrip())
        printed += [f"    {part}" for detail in check.detail for part in detail.splitlines()]
    count = {status: sum(check.status == status for check in checks) for status in _ORDER}
    hold = f"{count['pass']} rule{'' if count['pass'] == 1 else 's'} hold{'s' if count['pass'] == 1 else ''}"
    fail = f"{count['fail']} fail{'s' if count['fail'] == 1 else ''}"
    return [*printed, f"{hold}, {fail}, {count['not checked']} not checked"]


def _of_journal(rule: str, draft: DraftFacts) -> Check:
    stated = draft.journal.rules.get(rule) if draft.journal is not None else None
    if stated is None:
        return Check(rule, "not checked", "", "not stated", "", ())
    source = f"{stated.source} ({stated.read.isoformat()}{', secondary' if stated.secondary else ''})"
    return _line(rule, CHECKS[rule](draft, stated.value), rule_value(stated.value), source)


def _line(rule: str, found: Measurement, limit: str, source: str) -> Check:
    status: Status = "not checked" if found.holds is None else "pass" if found.holds else "fail"
    return Check(rule, status, found.measured, limit, source, () if status == "pass" else found.details)
