"""What report.qmd imports: a study with its results, ready to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..base.errors import LockstepError, ReportError, StatisticError, nearest
from ..base.invocation import called
from ..base.resources import run_lockstep
from ..base.wording import in_series, listing
from ..catalogue.catalogue import MISSING_COUNT, MISSING_PERCENT
from ..figures.illustrations import Illustration, illustrate
from ..journals.file import Journal
from ..journals.profiles import active_journal, styled
from ..qmd.project import read_project
from ..results.json_file import read_results
from ..results.source import OWN_STATISTICS, RESULTS_FILE, results_are_current
from ..results.verdicts import AUDIT_FILE, PUBLISHED_FILE, Audit, audit_is_current, read_audit
from ..study.definition import read_study
from ..study.model import Study
from ..syntax.names import FOLLOW_UP
from ..syntax.sections import STUDY_FILE
from ..tables.audit_page import audit_table
from ..tables.cells import variable_label
from ..tables.tables import RenderedTable, render_table
from ..text import numbers
from ..text.level_names import one_line
from ..text.phrases import Phrase, Phrases
from ..text.sentence_case import in_sentence, lower_first
from ..text.style import Style


@dataclass(frozen=True, slots=True)
class Report(Phrases):
    """Everything that the prose can print: phrases, tables and figures of one study."""

    study: Study

    def table(self, name: str) -> RenderedTable:
        """Return a table of study.toml: the last expression of a cell in a ``::: {#tbl-...}`` div."""
        return render_table(name, self.study, self.results, self.style)

    def audit_table(self) -> RenderedTable:
        """Return the published statements that do not simply match the results, for a cell as `table`."""
        return audit_table(ensure_audit(self.study), self.study.folder)

    def audit_score(self) -> Phrase:
        """Print how many published statements match the results: "152 of 156"."""
        audit = ensure_audit(self.study)
        score = " of ".join(numbers.count_text(count, self.style) for count in (audit.matched, audit.judged))
        return Phrase(score, (), source=AUDIT_FILE.as_posix())

    def label(self, variable: str, level: str | None = None, *, inside: bool = False) -> Phrase:
        """Print the label of a variable, or of one of its levels, as study.toml has it: "Treatment", "Lev+5FU".

        With `inside`, as within a sentence: "treatment". An endpoint has a label too.

        Raises
        ------
        ReportError
            If there is no such variable, endpoint or level; names the nearest.
        """
        text = self._label(variable, level)
        return Phrase(lower_first(text) if inside else text, (), source=STUDY_FILE)

    def labels(self, variables: Sequence[str]) -> Phrase:
        """Print the labels of several variables as within a sentence: "age, sex and stage".

        Raises
        ------
        ReportError
            If there are none, or one of them is no variable; names the nearest.
        """
        if not variables:
            raise ReportError("labels([]) names no variable; Quarto cannot insert nothing")
        return Phrase(in_series([lower_first(self._label(name, None)) for name in variables]), (), source=STUDY_FILE)

    def _label(self, variable: str, level: str | None) -> str:
        study = self.study
        known = (*study.columns, *study.derived, *study.measured, FOLLOW_UP)
        if variable not in known:
            raise ReportError(
                f"label('{variable}'): no variable, endpoint or outcome of study.toml{nearest(variable, known)}"
            )
        if variable in study.measured:
            if level is not None:
                raise ReportError(f"label('{variable}', '{level}'): an endpoint or outcome has no levels")
            return one_line(study.measured[variable].label)
        levels = study.levels(variable)
        if level is not None and level not in levels:
            if not levels:
                raise ReportError(f"label('{variable}', '{level}'): '{variable}' is no category, and has no levels")
            hint = nearest(level, levels) or f"; it has: {listing(levels, word='and')}"
            raise ReportError(f"label('{variable}', '{level}'): no such level of a category{hint}")
        return one_line(study.label(variable) if level is None else levels[level])

    @property
    def landmarks(self) -> Phrase:
        """Print the landmarks of study.toml, in the unit in which times print: "1, 3 and 5 years"."""
        landmarks, unit = self.study.time.printed_landmarks
        unit = unit.removesuffix("s") if landmarks == (1,) else unit
        return Phrase(f"{in_series(f'{landmark:g}' for landmark in landmarks)} {unit}", (), source=STUDY_FILE)

    def missing(self, variables: Sequence[str]) -> Phrase:
        """Say in words for how many patients each variable is missing: "no value was missing".

        The words fit after "Among the patients analyzed, ...".
        """
        ids, parts = [], []
        for variable in variables:
            count = self.results[MISSING_COUNT.of(variable=variable)]
            ids.append(count.id)
            if count.value:
                percent = self.results[MISSING_PERCENT.of(variable=variable)]
                label = in_sentence(variable_label(variable, self.study)[0])
                parts.append(f"{label} in {self._count_percent(count, percent)}")
        if not parts:
            return Phrase("no value was missing", tuple(ids))
        return Phrase(f"values were missing for {in_series(parts)}", tuple(ids))

    def figure(self, name: str) -> Illustration:
        """Return a figure of study.toml: the last expression of a cell in a ``::: {#fig-...}`` div."""
        return illustrate(name, self.study, self.results, self.study.folder, self.style)


def open_study(folder: str | Path = ".", *, journal: Journal | None = None) -> Report:
    """Open the study in a folder, its results brought up to date with data, definition and code.

    Numbers print as the journal wants them; where none is given, that whose Quarto profile is active (``quarto render
    --profile plos-one``).

    Raises
    ------
    LockstepError
        If study.toml or the data are not valid, or an analysis failed; the message is the one that it gave.

    Examples
    --------
    >>> r = open_study(folder)  # of study.toml and report.qmd
    >>> print(r.n("flow.analysed"), r.n_percent("side.left"), r.value("bmi.median"), sep="; ")
    60; 35 (59.3%); 27.0 kg/m²
    >>> print(r.estimate("retention.by_side.cox.right.hazard_ratio"))
    1.70 (95% CI 0.75–3.87)
    >>> print(r.p("retention.by_side.log_rank.p_value"))
    P = 0.200
    >>> print(r.claim("did not differ", "retention.by_side.log_rank.p_value >= alpha"))
    did not differ
    """
    study = read_study(Path(folder).resolve())
    results = read_results(ensure_results(study))
    if journal is None and (journal := active_journal(study.folder)) is not None:
        read_project(study.folder)  # puts the journal's citation style where it is looked for
    return Report(results, number_style(study, journal), study)


def number_style(study: Study, journal: Journal | None = None) -> Style:
    """Return the style of numbers that a study asks for, and a journal where one is given."""
    return styled(Style(alpha=study.analysis.alpha), journal)


def ensure_results(study: Study, *, audit: bool = False) -> Path:
    """Return the study's results.json, computed again where it is not current.

    With `audit`, the analysis audits the published statements as well, where there are any: it has loaded all that this
    needs.

    Raises
    ------
    LockstepError
        If they cannot be computed, or a statistic of the study's own ends the program.
    """
    if not results_are_current(study):
        said = run_analysis(study.folder, "results", *(["--audit"] if audit else []))
        if RESULTS_FILE.as_posix() not in said:  # its last line, which code of the study has kept it from
            raise StatisticError(
                f"{OWN_STATISTICS.as_posix()}: it ended the program before there were results, with code 0, as "
                "os._exit() does. Take that out; a function of the study yields its records and ends."
            )
    return study.folder / RESULTS_FILE


def ensure_audit(study: Study) -> Audit:
    """Return the audit of the study's published statements, made again where it is not current.

    Raises
    ------
    LockstepError
        If there are no published statements, or rows of them are wrong.
    """
    published, path = study.folder / PUBLISHED_FILE, study.folder / AUDIT_FILE
    if not published.is_file():
        raise ReportError(
            f"there is no {PUBLISHED_FILE} to audit: a CSV file with a published statement a row, at least its id, "
            "quantity and value"
        )
    if not audit_is_current(path, published=published, results=ensure_results(study)):
        run_analysis(study.folder, "judge", allowed=(0, 1))
    audit = read_audit(path)
    if audit.bad_rows:
        row, reason = audit.bad_rows[0]
        raise ReportError(f"{PUBLISHED_FILE}, row {row}: {reason}; {called('audit')} lists every row that is wrong")
    return audit


def run_analysis(folder: Path, verb: str, *arguments: str, allowed: Sequence[int] = (0,)) -> str:
    """Run a verb that reads the data, in a process of its own; return what it prints.

    No patient row is ever in the process that writes the manuscript.

    Raises
    ------
    LockstepError
        If it ends with an exit code that is not allowed; the message is the one that it gave.
    """
    run = run_lockstep(verb, "--study", str(folder), *arguments)
    if run.returncode not in allowed:
        raise LockstepError(run.stderr.strip() or f"the analysis ended with code {run.returncode}")
    return run.stdout
