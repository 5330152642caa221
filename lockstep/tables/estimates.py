"""The table of estimates: endpoints and outcomes in rows, groups in columns, and what compares each with the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..base.wording import in_series
from ..catalogue import adjustment_catalogue, catalogue, competing_catalogue, outcome_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.imputation_catalogue import GROUPS_WALD_P
from ..catalogue.keys import Key
from ..endpoints.endpoints import Endpoint
from ..endpoints.outcomes import Outcome
from ..results.model import Record, Results
from ..study.comparisons import GroupComparison, rank_test
from ..study.confounding import ScoreModel
from ..study.model import Study
from ..study.tables import Estimates
from ..text import numbers
from ..text.level_names import heading, level_name
from ..text.provenance import PrintedText, joined
from ..text.sentence_case import in_sentence
from ..text.style import NBSP, Style
from ..text.survival_words import names_survival
from .cells import Row, bare, placed
from .ratio_cells import association_test, p_cell, ratio_cell

_ALL: Final = "All patients"


def estimates(table: Estimates, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of estimates prints."""
    shown = _Shown(table, study, results, style)
    rows = [row for name in table.endpoints for row in shown.endpoint(study.endpoints[name])]
    rows += [row for name in table.outcomes for row in shown.outcome(study.outcomes[name])]
    columns = [label for _, label in shown.groups]
    differences = [f"{label} vs {columns[0]}" for label in columns[1:]] if table.differences else []
    p_column = ["P"] if table.differences else []
    return {
        "group": heading(study.label(table.by), columns) if table.by else "",
        "columns": columns,
        "differences": differences,
        "rows": placed(rows, [*shown.places, *differences, *p_column]),
        "conf_level": numbers.level_text(study.analysis.conf_level, style),
        "notes": list(shown.notes()),
        "adjusted": shown.adjusted() if table.differences else "",
        "tests": shown.tests() if table.differences else "",
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rows of a table, each with a cell for every group, every difference and the P value."""

    table: Estimates
    study: Study
    results: Results
    style: Style

    @property
    def comparison(self) -> GroupComparison | None:
        """The comparison that the table names."""
        return self.study.comparison(self.table.comparison)

    @property
    def score(self) -> ScoreModel | None:
        """The weights or the matching of the patients compared."""
        compared = self.comparison
        return None if compared is None else self.study.score_behind(compared.weights, compared.population)

    @property
    def is_weighted(self) -> bool:
        """Whether proportions and means are weighted."""
        return self.score is not None and self.score.is_weighted

    @property
    def by_model(self) -> bool:
        """Whether groups are compared by models alone, which adjust or have robust variances."""
        return bool(self.adjust_for) or self.score is not None

    @property
    def adjust_for(self) -> tuple[str, ...]:
        """The variables that ratios and differences of means are adjusted for; their P values then are too."""
        return self.comparison.adjust_for if self.comparison else ()

    @property
    def is_imputed(self) -> bool:
        """Whether missing values of what is adjusted for are imputed."""
        return self.comparison is not None and self.comparison.imputation

    @property
    def groups(self) -> list[tuple[str | None, str]]:
        """The levels of the groups with their labels; one of all patients where there are none."""
        return [(None, _ALL)] if self.table.by is None else list(self.study.levels(self.table.by).items())

    @property
    def places(self) -> list[str]:
        """What a group is called by itself: "Arm: B"."""
        by = self.table.by
        return [label if by is None else level_name(self.study.label(by), label) for _, label in self.groups]

    def endpoint(self, endpoint: Endpoint) -> Iterator[Row]:
        """Yield the rows of an endpoint: events, hazard ratios and their test, median, survival at landmarks.

        The log-rank test is beside hazard ratios that are of the same patients and as little adjusted. A competing
        event makes two rows: cause-specific hazard ratios with their own test, subdistribution ones with Gray's.
        """
        key, style = self._key(endpoint.name), self.style
        log_rank = endpoint.competing is None and not self.by_model
        yield Row(endpoint.label)
        yield self._row(
            "Events / patients",
            [self._counts(key, level, catalogue.EVENTS, catalogue.PATIENTS) for level, _ in self.groups],
            key,
            catalogue.HAZARD_RATIO,
            catalogue.LOG_RANK_P
            if log_rank
            else self._of_ratios(
                catalogue.HAZARD_RATIO_P, GROUPS_WALD_P if self.is_imputed else catalogue.LIKELIHOOD_RATIO_P
            ),
        )
        if self._shows_incidence(endpoint):
            nothing = [""] * len(self.groups)
            of_all = competing_catalogue.GRAY_P
            if self.adjust_for:
                of_all = self._of_ratios(competing_catalogue.FINE_GRAY_RATIO_P, competing_catalogue.FINE_GRAY_WALD_P)
            yield self._row("Cumulative incidence", nothing, key, competing_catalogue.FINE_GRAY_RATIO, of_all)
        if endpoint.competing is None:
            medians = [self._record(key, level, catalogue.SURVIVAL_MEDIAN) for level, _ in self.groups]
            unit = numbers.unit_text(medians[0].print_unit or str(medians[0].unit), style)
            yield self._row(f"Median, {unit}", [ratio_cell(record, style) for record in medians], key)
        rate, difference = catalogue.SURVIVAL_RATE, catalogue.RATE_DIFFERENCE
        if endpoint.competing is not None:
            rate, difference = competing_catalogue.INCIDENCE, competing_catalogue.INCIDENCE_DIFFERENCE
        for year in self.study.time.landmarks:
            of_year = replace(key, at=year)
            at, of = self.study.time.landmark(year, endpoint.print_unit)
            units = (numbers.one_unit_text if at == 1 else numbers.unit_text)(of, style)
            event_free = endpoint.competing is None and not names_survival(endpoint)
            when = f"{'Event-free at' if event_free else 'At'} {at:g}"
            rates = [self._record(of_year, level, rate) for level, _ in self.groups]
            yield self._row(
                f"{when}{NBSP}{units}, %",
                [ratio_cell(record, style) for record in rates],
                of_year,
                difference,
            )

    def outcome(self, outcome: Outcome) -> Iterator[Row]:
        """Yield the rows of an outcome: counts and percentages, or mean and median, with what compares the groups."""
        key = self._key(outcome.name)
        if outcome.is_binary:
            yield Row(outcome.label)
            event = outcome.event_label[:1].upper() + outcome.event_label[1:]
            of = outcome_catalogue.OUTCOME_COUNT, catalogue.KNOWN
            counts = [self._counts(key, level, *of) for level, _ in self.groups]
            if self.by_model:
                test = self._of_ratios(outcome_catalogue.ODDS_RATIO_P, outcome_catalogue.ADJUSTED_TEST_P)
            else:
                test = association_test(key, self.results)
                if self.comparison and self.comparison.strata:
                    test = outcome_catalogue.MANTEL_HAENSZEL_P
            yield self._row(f"{event} / patients", counts, key, outcome_catalogue.ODDS_RATIO, test)
            percent = adjustment_catalogue.WEIGHTED_PERCENT if self.is_weighted else outcome_catalogue.OUTCOME_PERCENT
            percents = [ratio_cell(self._record(key, level, percent), self.style) for level, _ in self.groups]
            yield self._row(f"{event}, %", percents, key, outcome_catalogue.RISK_DIFFERENCE)
            return
        unit = self.study.variable(str(outcome.value)).unit
        yield Row(f"{outcome.label}, {numbers.unit_text(unit, self.style)}" if unit else outcome.label)
        mean = catalogue.MEAN, catalogue.SD
        if self.is_weighted:
            mean = adjustment_catalogue.WEIGHTED_MEAN, adjustment_catalogue.WEIGHTED_SD
        means = [self._summary(key, level, *mean) for level, _ in self.groups]
        test = outcome_catalogue.MEAN_TEST_P
        if self.by_model:
            test = self._of_ratios(outcome_catalogue.MEAN_DIFFERENCE_P, outcome_catalogue.ADJUSTED_TEST_P)
        yield self._row("Mean (SD)", means, key, outcome_catalogue.MEAN_DIFFERENCE, test)
        if self.is_weighted:
            return
        medians = [self._summary(key, level, catalogue.MEDIAN, catalogue.Q1, catalogue.Q3) for level, _ in self.groups]
        of_ranks = None if self.by_model else outcome_catalogue.RANK_TEST_P
        yield self._row("Median (quartiles)", medians, key, outcome_catalogue.SHIFT, of_ranks)

    def notes(self) -> Iterator[str]:
        """Yield what the abbreviations mean and what the comparisons are."""
        if self.comparison is not None and self.comparison.label:
            yield self.comparison.label
        if self.score is not None:
            yield f"{self.score.label}{' (counts are without weights)' if self.is_weighted else ''}"
        yield "CI, confidence interval"
        outcomes = [self.study.outcomes[name] for name in self.table.outcomes]
        if any(not outcome.is_binary for outcome in outcomes):
            yield "SD, standard deviation"
        if not self.table.differences:
            return
        if self.table.endpoints:
            competing = any(self._has_competing)
            yield "HR, hazard ratio" + (" (cause-specific, where events compete)" if competing else "")
            if any(self._shows_incidence(self.study.endpoints[name]) for name in self.table.endpoints):
                yield "SHR, subdistribution hazard ratio"
        if any(outcome.is_binary for outcome in outcomes):
            yield "OR, odds ratio"

    def adjusted(self) -> str:
        """Return what is adjusted, and for what; nothing where nothing is."""
        if not self.adjust_for:
            return ""
        binary = {self.study.outcomes[name].is_binary for name in self.table.outcomes}
        parts = ["hazard ratios"] if self.table.endpoints else []
        parts += ["odds ratios"] if True in binary else []
        parts += ["differences of means"] if False in binary else []
        what = in_series(parts)
        variables = in_series(in_sentence(self.study.label(name)) for name in self.adjust_for)
        imputed = ", of which missing values are imputed" if self.is_imputed else ""
        return (
            f"{what[:1].upper()}{what[1:]} and their P values are adjusted for {variables}{imputed}; all else is not."
        )

    def tests(self) -> str:
        """Return which tests the P values are of."""
        outcomes = [self.study.outcomes[name] for name in self.table.outcomes]
        strata = self.comparison.strata if self.comparison else ()
        stratified = (
            f" stratified by {in_series(in_sentence(self.study.label(name)) for name in strata)}" if strata else ""
        )
        parts: list[str] = []
        tests: list[Statistic] = []
        if not self.by_model:
            competing = self._has_competing
            name = rank_test(time_dependent=bool(self.comparison and self.comparison.time_dependent))
            parts += [f"{name} tests{stratified}"] if False in competing else []
            of_ratios = "Wald" if self._is_pair else "likelihood-ratio"
            parts += [f"{of_ratios} tests of cause-specific hazard ratios{stratified}"] if True in competing else []
            parts += [f"Gray's tests of cumulative incidence{stratified}"] if True in competing else []
            if any(outcome.is_binary for outcome in outcomes):
                parts.append(
                    f"Mantel–Haenszel tests{stratified}"
                    if stratified
                    else "chi-square tests (Fisher's exact test where an expected count is below 5)"
                )
            tests = [outcome_catalogue.MEAN_TEST_P, outcome_catalogue.RANK_TEST_P]
        else:
            if self.table.endpoints or any(outcome.is_binary for outcome in outcomes):
                several = "pooled Wald tests (D1)" if self.is_imputed else "likelihood-ratio tests"
                parts.append("Wald tests" if self._is_pair else several)
                if True in self._has_competing and not self._is_pair:
                    parts.append("Wald tests of subdistribution hazard ratios")
            parts = [f"{part}{stratified}" for part in parts]
            if any(not outcome.is_binary for outcome in outcomes):
                parts.append("t tests" if self._is_pair else "F tests")
        parts += dict.fromkeys(
            self.results[test.of(self._key(outcome.name))].method
            for test in tests
            for outcome in outcomes
            if not outcome.is_binary
        )
        return "; ".join(parts) + (", all by robust variances" if self.score is not None else "")

    @property
    def _is_pair(self) -> bool:
        return len(self.groups) == 2

    @property
    def _has_competing(self) -> set[bool]:
        """Whether there are endpoints with a competing event, and without."""
        return {self.study.endpoints[name].competing is not None for name in self.table.endpoints}

    def _shows_incidence(self, endpoint: Endpoint) -> bool:
        """Return whether cumulative incidence is compared."""
        return self.table.differences and endpoint.competing is not None

    def _of_ratios(self, of_one: Statistic, of_all: Statistic) -> Statistic:
        """Return the test that goes with ratios: of the only one its own, else that of all groups together."""
        return of_one if self._is_pair else of_all

    def _key(self, name: str) -> Key:
        return Key(endpoint=name, by=self.table.by, analysis=self.table.comparison)

    def _record(self, key: Key, level: str | None, statistic: Statistic) -> Record:
        """Return a statistic of a group, or of all patients."""
        return self.results[statistic.of(key, by_level=level)]

    def _counts(self, key: Key, level: str | None, count: Statistic, of: Statistic) -> PrintedText:
        events, n = (bare(self._record(key, level, item), self.style) for item in (count, of))
        return joined(f"{events} / {n}", events, n)

    def _summary(self, key: Key, level: str | None, middle: Statistic, *spread: Statistic) -> PrintedText:
        first, *others = (bare(self._record(key, level, statistic), self.style) for statistic in (middle, *spread))
        text = numbers.span_text(others[0], others[-1], self.style) if len(others) > 1 else others[0]
        return joined(f"{first} ({text})", first, *others)

    def _row(
        self,
        label: str,
        cells: Sequence[str],
        key: Key,
        difference: Statistic | None = None,
        test: Statistic | None = None,
    ) -> Row:
        """Return a row: what was found in each group, what compares each with the first, and the test of all."""
        if not self.table.differences:
            return Row(label, tuple((cell,) for cell in cells), indent=True)
        compared: list[str] = []
        for level, _ in self.groups[1:]:
            name = None if difference is None else difference.of(key, level=level)
            found = name is not None and name in self.results
            compared.append(self._compared(self.results[name]) if found and name is not None else "")
        p_value: str = ""
        if test is not None:
            level = self.groups[1][0] if "{level}" in test.path else None
            p_value = p_cell(self.results[test.of(key, level=level)], self.style)
        return Row(label, tuple((cell,) for cell in (*cells, *compared, p_value)), indent=True)

    def _compared(self, record: Record) -> PrintedText:
        name = numbers.RATIO_NAMES.get(record.kind)
        text = ratio_cell(record, self.style)
        return PrintedText(f"{name}{NBSP}{text}" if name else text, text.ids)
