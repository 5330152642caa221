"""The table of sensitivity analyses: one estimate of an exposure under each choice, a row for each analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from ..catalogue import catalogue, competing_catalogue, outcome_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..study.models import Model
from ..study.sensitivity_rows import Measure, SensitivityRow
from ..study.tables import Sensitivity
from ..text import numbers
from ..text.level_names import level_name
from ..text.provenance import PrintedText, joined
from ..text.sentence_case import in_sentence
from ..text.style import Style
from ..text.term_texts import number_label
from .cells import Row, bare, missing_counts, placed
from .ratio_cells import association_test, p_cell, ratio_cell


class _Shown(NamedTuple):
    """What a measure is called, in which record a model and a comparison have it, and its P value in a comparison."""

    heading: str
    words: str
    of_model: Statistic | None
    of_groups: Statistic
    p_value: Statistic | None


_MEASURES: Final[Mapping[Measure, _Shown]] = {
    "hazard_ratio": _Shown(
        "HR", "hazard ratio", catalogue.MODEL_RATIO, catalogue.HAZARD_RATIO, catalogue.HAZARD_RATIO_P
    ),
    "subdistribution_hazard_ratio": _Shown(
        "SHR",
        "subdistribution hazard ratio (Fine–Gray model)",
        catalogue.MODEL_SUBDISTRIBUTION_RATIO,
        competing_catalogue.FINE_GRAY_RATIO,
        competing_catalogue.FINE_GRAY_RATIO_P,
    ),
    "odds_ratio": _Shown(
        "OR", "odds ratio", catalogue.MODEL_ODDS_RATIO, outcome_catalogue.ODDS_RATIO, outcome_catalogue.ODDS_RATIO_P
    ),
    "risk_ratio": _Shown(
        "RR", "risk ratio", catalogue.MODEL_RISK_RATIO, outcome_catalogue.RISK_RATIO, outcome_catalogue.RISK_RATIO_P
    ),
    "risk_difference": _Shown(
        "RD", "risk difference in percentage points", None, outcome_catalogue.RISK_DIFFERENCE, None
    ),
    "difference": _Shown(
        "Difference",
        "",
        catalogue.MODEL_DIFFERENCE,
        outcome_catalogue.MEAN_DIFFERENCE,
        outcome_catalogue.MEAN_DIFFERENCE_P,
    ),
}


def sensitivity(table: Sensitivity, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of sensitivity analyses prints."""
    shown = _Analyses(table, study, results, style)
    rows = [shown.row(row) for row in table.rows]
    counted, groups = shown.counted, shown.groups
    return {
        "heading": shown.heading,
        "counted": counted,
        "groups": list(groups.values()),
        "rows": placed(
            rows, ["", *(f"{label}, {counted.lower()}" for label in groups.values() or ("",)), shown.heading]
        ),
        "conf_level": numbers.level_text(study.analysis.conf_level, style),
        "notes": list(shown.notes()),
        "tests": shown.tests(),
        "enters": in_sentence(study.label(table.exposure.name)) if shown.has_time_dependent else "",
        "left_out": shown.left_out(),
    }


@dataclass(frozen=True, slots=True)
class _Analyses:
    """The rows of a table, each found in the results by its key."""

    table: Sensitivity
    study: Study
    results: Results
    style: Style

    @property
    def measure(self) -> _Shown:
        """What each row estimates."""
        return _MEASURES[self.table.measure]

    @property
    def of_numbers(self) -> bool:
        """Whether rows are of outcomes that are numbers, which have no events."""
        return self.table.measure == "difference"

    @property
    def counted(self) -> str:
        """What the columns of the groups count."""
        return "Patients" if self.of_numbers else "Events / patients"

    @property
    def groups(self) -> dict[str, str]:
        """The reference and the level that is compared with it, with their labels; of a number none."""
        levels, level = self.study.levels(self.table.exposure.name), self.table.exposure.level
        return {} if level is None else {name: levels[name] for name in (next(iter(levels)), level)}

    @property
    def heading(self) -> str:
        """The heading of the estimates; of differences of means with their unit."""
        outcome = self.study.outcomes.get(self.table.rows[0].endpoint)
        unit = self.study.variable(outcome.value).unit if outcome is not None and outcome.value else None
        return f"{self.measure.heading}, {numbers.unit_text(unit, self.style)}" if unit else self.measure.heading

    @property
    def has_time_dependent(self) -> bool:
        """Whether in one of the rows patients go from the first group to their own."""
        return any(self._begins_later(row) for row in self.table.rows)

    def row(self, row: SensitivityRow) -> Row:
        """Return a row: what differs, how many had the event, the estimate and its P value."""
        differs = self._differs(row) if row.differs is None else row.differs
        counts = [(self._counts(row, level),) for level in self.groups or [None]]
        return Row(row.label, ((differs,), *counts, self._estimate(row)))

    def notes(self) -> Iterator[str]:
        """Yield what the abbreviations mean, and what is compared with what."""
        name, words = self.measure.heading, self.measure.words
        if self.table.measure == "hazard_ratio":
            labels = dict.fromkeys(
                endpoint.competing.label
                for row in self.table.rows
                if (endpoint := self.study.endpoints[row.endpoint]).competing is not None
            )
            words = f"cause-specific {words} (follow-up censored at {' or '.join(labels)})" if labels else words
        yield ", ".join(filter(None, (name, words, self._compared)))
        yield "CI, confidence interval"

    def tests(self) -> str:
        """Return which tests the P values are of."""
        found = dict.fromkeys(test for row in self.table.rows for test in self._test_name(row))
        return " and ".join(found)

    def left_out(self) -> str:
        """Print how many patients lack a value of what comparisons are adjusted for, and are in their counts alone."""
        compared = [found for row in self.table.rows if row.model is None and (found := self._comparison(row))]
        compared = [item for item in compared if not item.imputation]
        names = dict.fromkeys(name for item in compared for name in (*item.strata, *item.adjust_for))
        return missing_counts(list(names), self.study, self.results, self.style)

    @property
    def _compared(self) -> str:
        exposure = self.table.exposure
        if exposure.level is None:
            term = next(term for term in self._model(self.table.rows[0]).terms if term.name == exposure.name)
            return f"of {in_sentence(number_label(term, self.study, self.style))}"
        label = self.study.label(exposure.name)
        reference, level = (in_sentence(level_name(label, text)) for text in self.groups.values())
        return f"{level} versus {reference}"

    def _model(self, row: SensitivityRow) -> Model:
        return next(item for item in self.study.models if item.name == row.model)

    def _comparison(self, row: SensitivityRow) -> GroupComparison:
        groups = self.table.exposure.name
        return next(item for item in self.study.comparisons if (item.name, item.groups) == (row.comparison, groups))

    def _begins_later(self, row: SensitivityRow) -> bool:
        if row.model is None:
            return self._comparison(row).time_dependent
        return any(term.time_dependent for term in self._model(row).terms if term.name == self.table.exposure.name)

    def _key(self, row: SensitivityRow) -> Key:
        """Return the key of a row's analysis: of the exposure in a model, or of the groups that it makes."""
        name = self.table.exposure.name
        if row.model is None:
            return Key(endpoint=row.endpoint, by=name, analysis=row.comparison)
        return Key(endpoint=row.endpoint, variable=name, analysis=row.model)

    def _counts(self, row: SensitivityRow, level: str | None) -> PrintedText:
        """Print events and patients of a group; of a number, those of the model."""
        key, events, n = self._key(row), catalogue.TERM_EVENTS, catalogue.TERM_PATIENTS
        if row.model is None:
            key, events, n = replace(key, by_level=level), catalogue.EVENTS, catalogue.PATIENTS
            if row.endpoint in self.study.outcomes:
                events, n = outcome_catalogue.OUTCOME_COUNT, catalogue.KNOWN
        elif level is None:
            events, n = catalogue.MODEL_EVENTS, catalogue.MODEL_PATIENTS
            key = key if self._model(row).each else replace(key, variable=None)
        else:
            key = replace(key, level=level)
        patients = bare(self.results[n.of(key)], self.style)
        if self.of_numbers:
            return joined(patients, patients)
        had = bare(self.results[events.of(key)], self.style)
        return joined(f"{had} / {patients}", had, patients)

    def _estimate(self, row: SensitivityRow) -> tuple[str, str]:
        of_level = replace(self._key(row), level=self.table.exposure.level)
        statistic = self.measure.of_groups if row.model is None else self.measure.of_model
        assert statistic is not None  # noqa: S101 (rows of models have what models estimate)
        test = self._test(row)
        p_value = self.style.empty if test is None else p_cell(self.results[test], self.style)
        return ratio_cell(self.results[statistic.of(of_level)], self.style), p_value

    def _test(self, row: SensitivityRow) -> Key | None:
        """Return the test of a row's estimate; of an unadjusted one that of both groups, where there are no others."""
        key = self._key(row)
        of_level = replace(key, level=self.table.exposure.level)
        if row.model is not None:
            return catalogue.MODEL_RATIO_P.of(of_level)
        comparison = self._comparison(row)
        by_model = comparison.adjust_for or self.study.score_behind(comparison.weights, comparison.population)
        if row.endpoint in self.study.endpoints or by_model:
            return None if self.measure.p_value is None else self.measure.p_value.of(of_level)
        if len(self.study.levels(self.table.exposure.name)) > 2:
            return None
        return (outcome_catalogue.MEAN_TEST_P if self.of_numbers else association_test(key, self.results)).of(key)

    def _test_name(self, row: SensitivityRow) -> Sequence[str]:
        test = self._test(row)
        if test is None:
            return ()
        if test.statistic == catalogue.CHI_SQUARE_P.path:
            return ("chi-square tests",)
        if test.statistic == catalogue.FISHER_P.path:
            return ("Fisher's exact test",)
        return ("t tests" if self.of_numbers else "Wald tests",)

    def _differs(self, row: SensitivityRow) -> str:
        """Say how an analysis is made, as study.toml has it."""
        item = self._comparison(row) if row.model is None else self._model(row)
        exposure, label = self.table.exposure.name, self.study.label
        parts = []
        if len({other.endpoint for other in self.table.rows}) > 1:
            parts.append(self.study.measured[row.endpoint].label)
        if item.population is not None:
            parts.append(self.study.patient_sets[item.population].label)
        if item.weights is not None:
            parts.append(self.study.weights[item.weights].label)
        if item.landmark is not None:
            parts.append(f"from {item.landmark.words} on")
        if item.imputation:
            parts.append("missing values imputed")
        if self._begins_later(row):
            parts.append(f"{in_sentence(label(exposure))} from its day on")
        if isinstance(item, GroupComparison):
            others, strata = item.adjust_for, item.strata
        else:
            strata = item.strata
            others = () if item.each else tuple(name for name in item.variables if name != exposure)
        adjusted = ", ".join(in_sentence(label(name)) for name in others)
        is_plain = self.study.score_behind(item.weights, item.population) is None
        parts += [f"adjusted for {adjusted}"] if others else ["unadjusted"] if is_plain else []
        parts += [f"stratified by {', '.join(in_sentence(label(name)) for name in strata)}"] if strata else []
        text = "; ".join(parts)
        return text[:1].upper() + text[1:]
