"""Records of how groups differ in characteristics: cross tables, and what tables of characteristics compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from ..base.snapping import snapped
from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..results.model import Record
from ..results.records import Population, Words, number
from ..statistics.arrays import Floats, Ints
from ..statistics.chi_square import chi_square
from ..statistics.fisher import FisherTest, fisher_exact
from ..statistics.group_tests import NumberTest, category_test, compare_groups, number_test
from ..statistics.standardised_difference import difference_of_categories, difference_of_numbers
from ..study.model import Study
from ..study.table_rows import RowTest, TestRule
from ..study.tables import Characteristics
from .populations import members_of

_SMALL_EXPECTED: Final = 5
_SMALL: Final = "an expected count is below 5"
_SMD_OF_NUMBER: Final = "standardised mean difference: of means, over the root of the mean of both variances"
_SMD_OF_CATEGORY: Final = "standardised mean difference of all levels (Yang & Dalton 2012)"
_LARGEST: Final = "; the largest of all pairs of groups"
_NAMED_TESTS: Final[Mapping[str, NumberTest]] = {
    "student": "student_t",
    "mann_whitney": "mann_whitney",
    "anova": "anova",
    "kruskal_wallis": "kruskal_wallis",
}


def crosstab_records(study: Study, cohort: Cohort, variable: str, by: str, population: Population) -> Iterator[Record]:
    """Yield the tests of association of two categories, of patients who have both."""
    both = cohort.analysed[[variable, by]].dropna()
    table = pd.crosstab(both[variable], both[by], dropna=False).to_numpy()
    words = {"of": study.unique_label(variable), "by": study.unique_label(by)}
    known = Population(len(both), population.text)
    yield from association_records(Key(variable=variable, by=by), table, known, words)


def association_records(key: Key, table: Ints, known: Population, words: Words) -> Iterator[Record]:
    """Yield the chi-square and Fisher's exact test of a table of counts; `words` say what it crosses (`of`, `by`)."""
    pearson = chi_square(table)
    warning = _of_small_counts(pearson.expected_min)
    for statistic, value in (
        (catalogue.CHI_SQUARE, pearson.statistic),
        (catalogue.CHI_SQUARE_DF, pearson.df),
        (catalogue.CHI_SQUARE_P, pearson.p_value),
        (catalogue.EXPECTED_MIN, pearson.expected_min),
    ):
        yield number(statistic, key, value, known, words, reason=pearson.reason, warning=warning)
    fisher = fisher_exact(table)
    yield number(
        catalogue.FISHER_P,
        key,
        fisher.p_value,
        known,
        {**words, "method": fisher.method},
        reason=fisher.reason,
        warning=_of_simulation(fisher),
    )


class _Asked(NamedTuple):
    """What tables ask to compare of a variable between groups: the test or the rule for one, and the difference."""

    test: RowTest | TestRule
    smd: bool


def comparison_records(study: Study, cohort: Cohort, population: Population) -> Iterator[Record]:
    """Yield the tests and standardised differences that tables of characteristics ask for."""
    for (variable, by, name), asked in _asked(study).items():
        patients, described = (cohort, population) if name is None else members_of(study, cohort, name, population)
        expected = patients.analysed[patients.applicable[variable]]
        known = expected[[variable, by]].dropna()
        key = Key(variable=variable, by=by, population=name)
        compared = _Compared(study, key, known, Population(len(known), described.text))
        if asked.test != "none":
            yield compared.test(asked.test)
        if asked.smd:
            yield compared.standardised_difference()


def _asked(study: Study) -> dict[tuple[str, str, str | None], _Asked]:
    """Return what is asked for, by variable, groups and population."""
    found: dict[tuple[str, str, str | None], _Asked] = {}
    for table in study.tables.values():
        if not isinstance(table, Characteristics) or table.by is None:
            continue
        for row in table.rows:
            place = row.variable, table.by, table.population
            before = found.get(place, _Asked("none", smd=False))
            test = row.test_or_rule if table.p_values and before.test == "none" else before.test
            if table.p_values or table.smd:
                found[place] = _Asked(test, before.smd or table.smd)
    return found


class _Tested(NamedTuple):
    """What a test found, whichever it was."""

    method: str
    p_value: float | None
    reason: str | None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class _Compared:
    """A variable and the groups that it is compared between, of the patients who have both."""

    study: Study
    key: Key
    frame: pd.DataFrame
    population: Population

    @property
    def variable(self) -> str:
        return str(self.key.variable)

    @property
    def by(self) -> str:
        return str(self.key.by)

    def test(self, asked: RowTest | TestRule) -> Record:
        """Return the P value of the test that is asked for, or of the one that the data call for."""
        found = _tested_counts(self._counts(), asked) if self._levels else _tested_numbers(self._numbers(), asked)
        return number(
            catalogue.GROUP_TEST_P,
            self.key,
            found.p_value,
            self.population,
            self._words(found.method),
            reason=found.reason,
            warning=found.warning,
        )

    def standardised_difference(self) -> Record:
        """Return the standardised mean difference of two groups, or the largest of several."""
        if self._levels:
            found, method = difference_of_categories(self._counts().T), _SMD_OF_CATEGORY
        else:
            found, method = difference_of_numbers(self._numbers()), _SMD_OF_NUMBER
        several = len(self.study.levels(self.by)) > 2
        return number(
            catalogue.STANDARDISED_DIFFERENCE,
            self.key,
            found.value,
            self.population,
            self._words(method + (_LARGEST if several else "")),
            reason=found.reason,
        )

    @property
    def _levels(self) -> Sequence[str]:
        return list(self.study.levels(self.variable))

    def _numbers(self) -> list[Floats]:
        values, groups = self.frame[self.variable].to_numpy(float), self.frame[self.by].to_numpy(object)
        return [values[groups == level] for level in self.study.levels(self.by)]

    def _counts(self) -> Ints:
        """Return the patients of each level (rows) in each group (columns)."""
        counted = pd.crosstab(self.frame[self.variable].astype(object), self.frame[self.by].astype(object))
        return counted.reindex(
            index=list(self._levels), columns=list(self.study.levels(self.by)), fill_value=0
        ).to_numpy(int)

    def _words(self, method: str) -> dict[str, Any]:
        return {"of": self.study.unique_label(self.variable), "by": self.study.unique_label(self.by), "method": method}


def _tested_numbers(groups: Sequence[Floats], asked: RowTest | TestRule) -> _Tested:
    n_groups = sum(1 for values in groups if len(values))
    chosen = number_test(n_groups, "median" if asked == "of_ranks" else "mean")  # "welch" is that of means, too
    found = compare_groups(groups, _NAMED_TESTS.get(asked, chosen))
    return _Tested(found.method, found.p_value, found.reason)


def _tested_counts(counts: Ints, asked: RowTest | TestRule) -> _Tested:
    if asked == "of_counts":
        asked = category_test(counts)
    if asked == "fisher":
        fisher = fisher_exact(counts)
        return _Tested(fisher.method, fisher.p_value, fisher.reason, _of_simulation(fisher))
    pearson = chi_square(counts)
    warning = _of_small_counts(pearson.expected_min)
    return _Tested(catalogue.CHI_SQUARE_P.method, pearson.p_value, pearson.reason, warning)


def _of_small_counts(expected_min: float | None) -> str | None:
    return _SMALL if expected_min is not None and snapped(expected_min) < _SMALL_EXPECTED else None


def _of_simulation(fisher: FisherTest) -> str | None:
    error = fisher.standard_error
    return None if error is None else f"simulated, with a Monte Carlo standard error of {error:.1g}"
