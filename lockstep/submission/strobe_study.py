"""A study with its results as the facts of the STROBE checklist need them: what the manuscript prints, in its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..results.model import Record, Results
from ..results.released import NOT_PRINTED, Released
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..syntax.names import FOLLOW_UP
from ..text import numbers
from ..text.style import Style


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and the ids of the results that it prints."""

    text: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedStudy:
    """A study with its results, and how numbers are printed."""

    study: Study
    results: Results
    style: Style

    def find(self, key: Key) -> Record | None:
        """Return the result of a key; None where there is none, or the manuscript does not print it."""
        if key not in self.results:
            return None
        record = self.results[key]
        if isinstance(self.results, Released) and self.results.forms[record.id].text == NOT_PRINTED:
            return None  # it only decides a claim
        return record

    def print(self, record: Record) -> str:
        """Return a result as the manuscript prints it, with its interval and unit."""
        if isinstance(self.results, Released):
            return self.results.forms[record.id].text
        return numbers.text(record, self.style)

    def count(self, record: Record) -> str:
        """Return the number of a result, without its unit or its patients."""
        return numbers.bare_text(record, self.style)

    def of(self, record: Record) -> str:
        """Return a count with the patients that it is of: ``12 of 80``."""
        return f"{self.count(record)} of {self.everybody(record)}"

    def everybody(self, record: Record) -> str:
        """Return how many patients a count is of."""
        return numbers.count_text(record.n if record.denominator is None else record.denominator, self.style)

    @property
    def comparisons(self) -> list[GroupComparison]:
        """The comparisons that have a name."""
        return [item for item in self.study.comparisons if item.name is not None]

    @property
    def variables(self) -> list[str]:
        """The variables that tables and models use, in order, the exposure first."""
        analysis, tables = self.study.analysis, self.study.tables.values()
        named = [analysis.exposure, analysis.subgroup, *analysis.univariate, *analysis.adjust_for]
        for item in self.study.comparisons:
            named += [item.groups, *item.within, *item.strata, *item.adjust_for]
        named += [name for model in self.study.models for name in (*model.variables, *model.strata)]
        named += [name for pair in analysis.crosstabs for name in pair]
        named += [name for table in tables for name in table.variables]
        return list(dict.fromkeys(name for name in named if name))

    def labels(self, names: Iterable[str]) -> str:
        """Return the labels of variables, each once."""
        return ", ".join(dict.fromkeys(self.study.label(name) for name in names))

    def design(self, comparison: GroupComparison) -> str:
        """Say how a comparison is stratified and adjusted, and whose patients it compares."""
        parts = list[str]()
        if comparison.strata:
            parts.append(f"stratified by {self.labels(comparison.strata)}")
        if comparison.adjust_for:
            parts.append(f"adjusted for {self.labels(comparison.adjust_for)}")
        if comparison.population is not None:
            parts.append(self.study.patient_sets[comparison.population].label)
        if comparison.weights is not None:
            parts.append(self.study.weights[comparison.weights].label)
        return "".join(f"; {part}" for part in parts)

    def missing_counts(self) -> Iterator[tuple[str, Record]]:
        """Yield the variables that all patients can have, each with how many lack it; cut ones as what is cut."""
        met: set[str] = set()
        for variable in self.variables:
            derived = self.study.categories.get(variable)
            name = derived.cut if derived and derived.cut else variable
            record = self.find(catalogue.MISSING_COUNT.of(variable=name))
            if record and name not in met and name != FOLLOW_UP and not (derived and derived.among):
                met.add(name)
                yield name, record
