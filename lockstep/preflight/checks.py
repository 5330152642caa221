"""A check of a draft: what it looks at, what it finds, and how a rule's line comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..base.errors import counted
from ..document.check import Findings
from ..journals.file import Journal
from ..pdf.reading import PdfFacts
from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from ..word.facts import WordFacts
from ..word.passages import PrintedDocument
from ..word.text import ManuscriptText
from .draft_files import DraftFiles
from .figure_facts import FigureFacts
from .number_faults import Numbers

Status = Literal["pass", "fail", "not checked"]

_SHOWN: Final = 8  # places that a failing line names


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """A draft with everything that was read from its files.

    Attributes
    ----------
    text, printed, word, pdf : the manuscript, as counted, as printed, and its two files.
    inserted : the same without the numbers that are typed, which `findings` has.
    numbers : the inserted numbers, held against the style.
    blinded_word, blinded_pdf : the two files of the anonymised copy; None where it was not made.
    traces : identifying words left in the anonymised copy, a sentence each; None where it was not searched.
    others : the other Word files.
    figures : each file of a figure, measured.
    findings : claims that do not hold, numbers that are typed, references that lack something.
    front_matter : of the document.
    """

    files: DraftFiles
    text: ManuscriptText
    printed: PrintedDocument
    inserted: PrintedDocument
    numbers: Numbers
    word: WordFacts
    pdf: PdfFacts
    blinded_word: WordFacts | None = None
    blinded_pdf: PdfFacts | None = None
    traces: tuple[str, ...] | None = None
    others: tuple[WordFacts, ...] = ()
    figures: tuple[FigureFacts, ...] = ()
    findings: Findings
    study: Study
    results: Results
    journal: Journal | None
    style: Style
    front_matter: Mapping[str, Any]

    def states(self, rule: str) -> bool:
        """Return whether the journal has such a rule, as far as its file knows."""
        return self.journal is not None and rule in self.journal.rules

    def value(self, rule: str, default: Any = None) -> Any:
        """Return what the journal's rule says, `default` where it is not known to have it."""
        return default if self.journal is None else self.journal.value(rule, default)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check found: `holds` is None where there was nothing to measure, and `details` say where it fails."""

    holds: bool | None
    measured: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A rule held against a draft: a line of the preflight."""

    rule: str
    status: Status
    measured: str
    limit: str
    source: str
    detail: tuple[str, ...] = ()


Measure = Callable[[DraftFacts, Any], Measurement]
"""A check: it gets the draft and what the rule says (None for a rule of the house)."""


def at_most(measure: Callable[[DraftFacts], int], one: str) -> Measure:
    """Return the check that something is no more than the limit."""

    def check(draft: DraftFacts, limit: Any) -> Measurement:
        number = measure(draft)
        return Measurement(number <= limit, counted(number, one))

    return check


def faulty(faults: Sequence[str], measured: str) -> Measurement:
    """Return a finding that holds where there are no faults; it names the first of them."""
    more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    count = f"{measured}; {counted(len(faults), 'fault')}" if faults else measured
    return Measurement(not faults, count, (*faults[:_SHOWN], *more))


def rule_value(value: Any) -> str:
    """Return what a rule says, as a line prints it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key} {rule_value(item)}" for key, item in value.items())
        case list():
            return ", ".join(rule_value(item) for item in value)
        case str() if value != value.strip() or not value:
            return f'"{value}"'  # a space alone would not be seen
        case _:
            return str(value)
