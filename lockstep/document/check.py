"""`make check`: whether the document still says what the results say, and nothing that does not come from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..base.errors import ReportError, counted
from ..base.invocation import called
from ..base.terminal import wrapped
from ..base.wording import first_of
from ..notes import assumptions
from ..qmd.front_matter import DOCUMENT
from ..qmd.project import read_project
from ..qmd.source import Document, Inline, read_qmd
from ..results.json_file import read_results
from ..results.model import Results
from ..results.source import OWN_STATISTICS, RESULTS_FILE, own_code, results_are_current
from ..study.definition import read_study
from ..study.model import Study
from ..text.ratio_units import too_small_units
from ..text.style import Style
from . import claims, literals
from .computed import Outputs, run_document
from .printed_places import call_in, places_in, printed_at
from .reference_list import reference_findings
from .report import Report, number_style, open_study
from .trace import trace_of
from .unwritten import unwritten

_MOST_LINES: Final = 10
_MOST_UNWRITTEN: Final = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found; `broken`, `typed`, `computed` and `references` make it fail, the others are worth knowing.

    `unwritten` are the places that say that they are to be written.

    `computed` are numbers that the document's code prints with no result behind them; `literals` are the numbers that
    `typed` and `computed` report.
    """

    claims: int
    broken: tuple[str, ...]
    typed: tuple[str, ...]
    unused: tuple[str, ...]
    unprinted: str = ""
    literals: tuple[literals.LiteralNumber, ...] = ()
    units: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    reference_notes: tuple[str, ...] = ()
    not_checked: str = ""
    notes: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every claim holds, every number comes from a result or is declared, no reference lacks anything."""
        return not (self.broken or self.typed or self.computed or self.references)

    def lines(self) -> list[str]:
        """Return the findings as lines to print: what is worth knowing, then what fails, and the verdict at the end."""
        count = self.claims - len(self.broken)
        hold = "claim holds" if count == self.claims == 1 else "claims hold"
        held = f"{count} of {self.claims} {hold}" if self.claims else "no claims"
        return [
            *self.unused,
            *(line for text in self.units for line in wrapped(text, indent=4)),
            *(line for text in self.reference_notes for line in wrapped(text, indent=4)),
            *(line for note in self.notes for line in wrapped(f"note: {note}", indent=4)),
            *self._unwritten(),
            *([f"{self.unprinted}; {called('trace', unprinted=True)} lists them"] if self.unprinted else []),
            *(wrapped(self.not_checked, indent=4) if self.not_checked else []),
            *(line for text in self.references for line in wrapped(text, indent=4)),
            *self.computed,
            *self.typed,
            *self.broken,
            f"{held}, {counted(len(self.typed), 'typed number')}"
            f"{self._without_result()}{self._incomplete()}{self._to_write()}",
        ]

    def _without_result(self) -> str:
        count = sum(literal.code is not None for literal in self.literals)
        return f", {counted(count, 'computed number')} without a result" if count else ""

    def _incomplete(self) -> str:
        count = len(self.references)
        return f", {counted(count, 'reference')} to mend" if count else ""

    def _unwritten(self) -> list[str]:
        """Return the first of the places to be written, and how many more there are: a new manuscript has dozens."""
        first = [line for text in self.unwritten[:_MOST_UNWRITTEN] for line in wrapped(text, indent=4)]
        more = len(self.unwritten) - _MOST_UNWRITTEN
        if more <= 0:
            return first
        return [*first, f"{counted(more, 'further place')} to be written; look for “to be written” in {DOCUMENT}"]

    def _to_write(self) -> str:
        count = len(self.unwritten)
        return f", {counted(count, 'place')} to be written" if count else ""


def check(folder: Path, *, run: bool = True) -> Findings:
    """Check the document of a study against its results, which are brought up to date first.

    Parameters
    ----------
    run : whether the document's code is run. Without it, what only a run can show is reported as not checked.

    Raises
    ------
    LockstepError
        If study, data or document are not valid; or nothing is to be run, and results are only to be had by running
        the study's own statistics.
    """
    if not run:
        _refuse_to_compute(read_study(folder.resolve()))
    report = open_study(folder)
    read = read_qmd(report.study.folder / DOCUMENT)
    outputs = run_document(read) if run else None
    found = findings(read, report.results, report.style, outputs)
    traced = trace_of(read, report.results, outputs) if outputs is not None else None
    printed = {entry.id for entry in traced.entries} if traced else _ids_without_running(read, report)
    units = too_small_units(report.study, report.results, report.style, printed)
    references = reference_findings(read, read_project(report.study.folder))
    return replace(
        found,
        unprinted=traced.unprinted_line() if traced else "",
        not_checked="" if traced else _not_checked(read, report),
        units=units,
        references=references.faults,
        reference_notes=references.notes,
        notes=assumptions.notes(report.study, report.results),
        unwritten=unwritten(read),
    )


def _refuse_to_compute(study: Study) -> None:
    """Refuse a check that runs nothing where results have to be made, and the study has code of its own for that."""
    if own_code(study.folder) and not results_are_current(study):
        raise ReportError(
            f"{RESULTS_FILE.as_posix()} is not up to date, and {OWN_STATISTICS.as_posix()} would be run to make it: a "
            f"program, as the document is.\nRead it; then {called('results')} runs it, and here nothing is run. "
            "Without that file, what it computes is not checked."
        )


def _ids_without_running(document: Document, report: Report) -> set[str]:
    """Return the ids of the results that a document prints, as far as its text shows."""
    asked = (printed_at(place, report.study, report.results) for place in places_in(document) if not place.computed)
    return {record_id for printed in asked if printed is not None for record_id in printed.ids}


def _not_checked(document: Document, report: Report) -> str:
    """Say what of a document cannot be known without running it."""
    inline = [part for part in document.parts if isinstance(part, Inline)]
    computed = [str(part.line) for part in inline if not _is_answered(part, report)]
    lines = f" (line{'' if len(computed) == 1 else 's'} {first_of(computed, most=_MOST_LINES)})"
    return (
        f"{document.name} was not run. Not checked: that it can be run, what its cells compute, which results it "
        f"leaves out, and {counted(len(computed), 'inline expression')} that only running it can answer"
        f"{lines if computed else ''}"
    )


def _is_answered(part: Inline, report: Report) -> bool:
    """Return whether what an inline expression prints is known without running it."""
    call = call_in(part.expression)
    return call is not None and printed_at(call, report.study, report.results) is not None


def findings(document: Document, results: Results, style: Style, outputs: Outputs | None = None) -> Findings:
    """Hold the claims of a document against the results, and look for numbers that do not come from them.

    Parameters
    ----------
    outputs : what the document's code prints; without them, only what is typed is known.
    """
    verdicts = claims.verdicts(document, results, style)
    found = literals.literals_in(document, results, style, outputs)
    return Findings(
        claims=len(verdicts),
        broken=_broken(verdicts, document),
        typed=literals.described(found.undeclared, document.name),
        computed=literals.described_computed(found.undeclared, document.name),
        unused=tuple(
            f"{document.name}: '{phrase}' is declared under `literals` but not in the text" for phrase in found.unused
        ),
        literals=found.undeclared,
    )


def broken_claims(path: Path, study: Study) -> tuple[str, ...]:
    """Report each claim of a document that the current results do not support, with its line and the values found."""
    document, results = read_qmd(path), read_results(study.folder / RESULTS_FILE)
    return _broken(claims.verdicts(document, results, number_style(study)), document)


def _broken(verdicts: tuple[claims.ClaimVerdict, ...], document: Document) -> tuple[str, ...]:
    return tuple(claims.claim_message(verdict, document.name) for verdict in verdicts if not verdict.holds)
