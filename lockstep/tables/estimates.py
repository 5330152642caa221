"""The table of estimates: endpoints and outcomes in rows, groups in columns, and what compares each with the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..results import catalogue, outcome_catalogue
from ..results.catalogue import Statistic
from ..results.keys import Key
from ..results.model import Record, Results
from ..study.endpoints import Endpoint
from ..study.model import Study
from ..study.outcomes import Outcome
from ..study.tables import Estimates
from ..text import numbers
from ..text.level_names import heading, level_name
from ..text.provenance import PrintedText, joined
from ..text.style import NBSP, Style
from .cells import Row, bare, in_sentence, placed
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
    def groups(self) -> list[tuple[str | None, str]]:
        """The levels of the groups with their labels; one of all patients where there are none."""
        return [(None, _ALL)] if self.table.by is None else list(self.study.levels(self.table.by).items())

    @property
    def places(self) -> list[str]:
        """What a group is called by itself: "Arm: B"."""
        by = self.table.by
        return [label if by is None else level_name(self.study.label(by), label) for _, label in self.groups]

    def endpoint(self, endpoint: Endpoint) -> Iterator[Row]:
        """Yield the rows of an endpoint: events, hazard ratios and log-rank test, median, survival at landmarks."""
        key, style = self._key(endpoint.name), self.style
        yield Row(endpoint.label)
        yield self._row(
            "Events / patients",
            [self._counts(key, level, catalogue.EVENTS, catalogue.PATIENTS) for level, _ in self.groups],
            key,
            catalogue.HAZARD_RATIO,
            catalogue.LOG_RANK_P if endpoint.competing is None else catalogue.GRAY_P,
        )
        if endpoint.competing is None:
            medians = [self._record(key, level, catalogue.SURVIVAL_MEDIAN) for level, _ in self.groups]
            unit = numbers.unit_text(medians[0].print_unit or str(medians[0].unit), style)
            yield self._row(f"Median, {unit}", [ratio_cell(record, style) for record in medians], key)
        rate = catalogue.SURVIVAL_RATE if endpoint.competing is None else catalogue.INCIDENCE
        for year in self.study.time.landmarks:
            of_year = replace(key, at=year)
            at, of = self.study.time.landmark(year, endpoint.print_unit)
            units = (numbers.one_unit_text if at == 1 else numbers.unit_text)(of, style)
            rates = [self._record(of_year, level, rate) for level, _ in self.groups]
            yield self._row(
                f"At {at:g}{NBSP}{units}, %",
                [ratio_cell(record, style) for record in rates],
                of_year,
                catalogue.RATE_DIFFERENCE,
            )

    def outcome(self, outcome: Outcome) -> Iterator[Row]:
        """Yield the rows of an outcome: counts and percentages, or mean and median, with what compares the groups."""
        key = self._key(outcome.name)
        if outcome.is_binary:
            yield Row(outcome.label)
            event = outcome.event_label[:1].upper() + outcome.event_label[1:]
            of = outcome_catalogue.OUTCOME_COUNT, catalogue.KNOWN
            counts = [self._counts(key, level, *of) for level, _ in self.groups]
            yield self._row(
                f"{event} / patients", counts, key, outcome_catalogue.ODDS_RATIO, association_test(key, self.results)
            )
            percents = [
                ratio_cell(self._record(key, level, outcome_catalogue.OUTCOME_PERCENT), self.style)
                for level, _ in self.groups
            ]
            yield self._row(f"{event}, %", percents, key, outcome_catalogue.RISK_DIFFERENCE)
            return
        unit = self.study.variable(str(outcome.value)).unit
        yield Row(f"{outcome.label}, {numbers.unit_text(unit, self.style)}" if unit else outcome.label)
        means = [self._summary(key, level, catalogue.MEAN, catalogue.SD) for level, _ in self.groups]
        yield self._row("Mean (SD)", means, key, outcome_catalogue.MEAN_DIFFERENCE, outcome_catalogue.MEAN_TEST_P)
        medians = [self._summary(key, level, catalogue.MEDIAN, catalogue.Q1, catalogue.Q3) for level, _ in self.groups]
        yield self._row("Median (quartiles)", medians, key, outcome_catalogue.SHIFT, outcome_catalogue.RANK_TEST_P)

    def notes(self) -> Iterator[str]:
        """Yield what the abbreviations mean and what the comparisons are."""
        yield "CI, confidence interval"
        outcomes = [self.study.outcomes[name] for name in self.table.outcomes]
        if any(not outcome.is_binary for outcome in outcomes):
            yield "SD, standard deviation"
        if not self.table.differences:
            return
        if self.table.endpoints:
            competing = any(self.study.endpoints[name].competing for name in self.table.endpoints)
            yield "HR, hazard ratio" + (" (cause-specific, where events compete)" if competing else "")
        if any(outcome.is_binary for outcome in outcomes):
            yield "OR, odds ratio"

    def tests(self) -> str:
        """Return which tests the P values are of."""
        outcomes = [self.study.outcomes[name] for name in self.table.outcomes]
        comparison = self.study.comparison(self.table.comparison)
        strata = ", ".join(in_sentence(self.study.label(name)) for name in comparison.strata) if comparison else ""
        stratified = f" stratified by {strata}" if strata else ""
        competing = {self.study.endpoints[name].competing is not None for name in self.table.endpoints}
        parts = [f"log-rank tests{stratified}"] if False in competing else []
        parts += ["Gray's test"] if True in competing else []
        if any(outcome.is_binary for outcome in outcomes):
            parts.append("chi-square tests (Fisher's exact test where an expected count is below 5)")
        if any(not outcome.is_binary for outcome in outcomes):
            parts += dict.fromkeys(
                self.results[test.of(self._key(outcome.name))].method
                for test in (outcome_catalogue.MEAN_TEST_P, outcome_catalogue.RANK_TEST_P)
                for outcome in outcomes
                if not outcome.is_binary
            )
        return "; ".join(parts)

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
        cells: Sequence[PrintedText],
        key: Key,
        difference: Statistic | None = None,
        test: Statistic | None = None,
    ) -> Row:
        """Return a row: what was found in each group, what compares each with the first, and the test of all."""
        if not self.table.differences:
            return Row(label, tuple((cell,) for cell in cells), indent=True)
        compared: list[str] = []
        for level, _ in self.groups[1:]:
            found = difference and difference.of(key, level=level)
            compared.append(self._compared(self.results[found]) if found and found in self.results else "")
        p_value = "" if test is None else p_cell(self.results[test.of(key)], self.style)
        return Row(label, tuple((cell,) for cell in (*cells, *compared, p_value)), indent=True)

    def _compared(self, record: Record) -> PrintedText:
        name = numbers.RATIO_NAMES.get(record.kind)
        text = ratio_cell(record, self.style)
        return PrintedText(f"{name}{NBSP}{text}" if name else text, text.ids)
