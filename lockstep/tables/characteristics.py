"""The table of characteristics: summaries of variables, of all patients and of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..catalogue import catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..results.model import Record, Results
from ..study.model import Study
from ..study.table_rows import Summary, TableRow
from ..study.tables import Characteristics, Missing
from ..text import numbers
from ..text.level_names import heading, level_name
from ..text.provenance import PrintedText, joined
from ..text.style import Style
from .cells import GroupColumn, Row, bare, missing_counts, placed, variable_label

_MARKED: Final[Mapping[Summary, str]] = {
    "median_range": "Median (range).",
    "median_iqr": "Median (interquartile range).",
    "mean_sd": "Mean (standard deviation).",
}
_TEST_NAMES: Final = {
    "Pearson chi-square test without continuity correction": "Pearson chi-square test",
    "Fisher-Freeman-Halton exact test": "Fisher's exact test",
}
"""What the note calls tests whose name in the method says more."""

_NAMING: Final = ("median_range_mean", "n")
"""Summaries whose rows say themselves what they show."""

_P, _SMD = "p_value", "smd"

_OF_LEVEL: Final = (catalogue.LEVEL_COUNT, catalogue.LEVEL_PERCENT)
_MISSING: Final = (catalogue.MISSING_COUNT, catalogue.MISSING_PERCENT)
_MEAN_SD: Final = (catalogue.MEAN, catalogue.SD)
_RANGE: Final = (catalogue.MIN, catalogue.MAX)
_QUARTILES: Final = (catalogue.Q1, catalogue.Q3)
_NAMED: Final = (("Median", (catalogue.MEDIAN,)), ("Range", _RANGE), ("Mean", (catalogue.MEAN,)))


def characteristics(table: Characteristics, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of characteristics prints."""
    columns = _columns(table, study, results, style)
    marks = _Marks(style)
    comparison = _Comparison(table, results, style, marks)
    rows = []
    for spec in table.rows:
        first, *others = _VariableRows(spec, columns, marks, study, results, style, table.missing).rows()
        rows += [replace(first, compared=comparison.of(spec.variable)), *others]
    counts = any(len(cell) == 2 for row in rows for cell in row.cells)
    missing = (catalogue.MISSING_COUNT.of(variable=row.variable, population=table.population) for row in table.rows)
    some_missing = any(results[key].value for key in missing)
    compared = comparison.headings
    places = [_standing_alone(column, table, study) for column in columns]
    variables = list(dict.fromkeys(table.variables))
    return {
        "columns": columns,
        "group_columns": sum(column.by is not None for column in columns),
        "group": heading(study.label(table.by), (column.label for column in columns if column.by)) if table.by else "",
        "rows": placed(rows, places, [style.p.letter if name == _P else "SMD" for name in compared]),
        "marks": [(mark, meaning) for meaning, mark in marks.given.items()],
        "compared": compared,
        "test": comparison.only_test,
        "largest": len(study.levels(table.by)) > 2 if table.by else False,
        "counts": counts,
        "percent_heading": f"{style.count_name} (%)" if counts and style.percent_in_heading else "",
        "named": any(len(row.summaries) > 1 or row.summaries[0] in _NAMING for row in table.rows),
        "together": style.counts_with_percent,
        "known_only": some_missing,
        "missing": some_missing and table.missing == "rows",
        "not_known": missing_counts(variables, study, results, style, population=table.population)
        if table.missing == "note"
        else "",
        "ungrouped": missing_counts([table.by], study, results, style, population=table.population) if table.by else "",
    }


class _Marks:
    """The marks of a table's notes, in the order in which a reader meets them: along each row, from row to row."""

    def __init__(self, style: Style) -> None:
        self.given: dict[str, str] = {}
        self._style = style

    def of(self, meaning: str) -> str:
        """Return the mark of a note: that which it has, or the next."""
        position, marks = len(self.given), self._style.marks
        return self.given.setdefault(meaning, marks[position % len(marks)] * (1 + position // len(marks)))


def _columns(table: Characteristics, study: Study, results: Results, style: Style) -> list[GroupColumn]:
    population, everybody, key = table.population, "All patients", catalogue.ANALYSED.of()
    if population is not None:
        everybody, key = study.patient_sets[population].label, catalogue.IN_POPULATION.of(population=population)
    columns = [GroupColumn(everybody, bare(results[key], style).at(everybody), population=population)]
    for level, label in study.levels(table.by).items() if table.by else ():
        count = results[catalogue.LEVEL_COUNT.of(variable=table.by, level=level, population=population)]
        n = bare(count, style).at(level_name(study.label(str(table.by)), label))
        columns.append(GroupColumn(label, n, table.by, level, population))
    return columns if table.overall else columns[1:]


def _standing_alone(column: GroupColumn, table: Characteristics, study: Study) -> str:
    """Return a column's heading with the variable above it."""
    return level_name(study.label(table.by), column.label) if table.by and column.by else column.label


class _Comparison:
    """The columns that compare the groups, with a mark for each test where there are several."""

    def __init__(self, table: Characteristics, results: Results, style: Style, marks: _Marks) -> None:
        self._table, self._results, self._style = table, results, style
        self.headings = [name for name, asked in ((_P, table.p_values), (_SMD, table.smd)) if asked]
        tested = [row.variable for row in table.rows if table.p_values and row.test != "none"]
        found = [test for test in map(self._test, tested) if test.value is not None]
        names = list(dict.fromkeys(_test_name(test.method) for test in found))
        self.only_test = names[0] if len(names) == 1 else ""
        self._marks = marks if len(names) > 1 else None
        self._tested = set(tested)

    def of(self, variable: str) -> tuple[tuple[str, str], ...]:
        """Return the cells of a variable, each with its mark."""
        return tuple(self._p_value(variable) if name == _P else (self._smd(variable), "") for name in self.headings)

    def _p_value(self, variable: str) -> tuple[str, str]:
        if variable not in self._tested:
            return "", ""
        test = self._test(variable)
        text = PrintedText(numbers.p_number(test.value, self._style), (test.id,))
        if self._marks is None or test.value is None:
            return text, ""
        return text, self._marks.of(f"{_test_name(test.method)}.")

    def _smd(self, variable: str) -> PrintedText:
        key = catalogue.STANDARDISED_DIFFERENCE.of(self._key(variable))
        return bare(self._results[key], self._style)

    def _test(self, variable: str) -> Record:
        return self._results[catalogue.GROUP_TEST_P.of(self._key(variable))]

    def _key(self, variable: str) -> Key:
        return Key(variable=variable, by=self._table.by, population=self._table.population)


def _test_name(method: str) -> str:
    """Return what the note calls a test: its method begins with the name, and may go on with the variant."""
    name, _, variant = method.partition(",")
    name = _TEST_NAMES.get(name, name[:1].upper() + name[1:])
    return f"{name} (Monte Carlo simulation)" if "simulation" in variant else name


@dataclass(frozen=True, slots=True)
class _VariableRows:
    """The rows of one variable, in a table with these columns and marks."""

    spec: TableRow
    columns: Sequence[GroupColumn]
    marks: _Marks
    study: Study
    results: Results
    style: Style
    missing: Missing

    def rows(self) -> Iterator[Row]:
        """Yield the row of the variable, those of its levels or summaries, and that of missing values."""
        label, unit = variable_label(self.spec.variable, self.study)
        heading = f"{label}, {numbers.unit_text(unit, self.style)}" if unit else label
        if self.spec.level is not None:
            yield Row(self._level_heading(heading, self.spec.level), self._of_level(self.spec.level))
        elif self.study.levels(self.spec.variable):
            yield Row(f"{heading}, {self.style.count_name}" if self._counts_alone else heading)
            for level, level_label in self.study.levels(self.spec.variable).items():
                yield Row(level_label, self._of_level(level), indent=True)
        elif len(self.spec.summaries) == 1 and self.spec.summaries[0] in _MARKED:
            ((meaning, cells),) = self._summary(self.spec.summaries[0])
            yield Row(heading, cells, mark=self.marks.of(meaning))
        else:
            yield Row(heading)
            for summary in self.spec.summaries:
                for meaning, cells in self._summary(summary):
                    yield Row(meaning.removesuffix("."), cells, indent=True)
        missing = catalogue.MISSING_COUNT.of(variable=self.spec.variable, population=self.columns[0].population)
        if self.missing == "rows" and self.results[missing].value:
            yield Row("Missing", tuple(self._count(column, _MISSING, None) for column in self.columns), indent=True)

    @property
    def _counts_alone(self) -> bool:
        return self.spec.summaries == ("n",)

    def _level_heading(self, heading: str, level: str) -> str:
        """Return the label of a level in the variable's own row: "Diabetes" for its "Yes", but "Gender: Female"."""
        label = self.study.levels(self.spec.variable)[level]
        named = heading if label.lower() == "yes" else level_name(heading, label)
        return f"{named}, {self.style.count_name}" if self._counts_alone else named

    def _of_level(self, level: str) -> tuple[tuple[str, ...], ...]:
        return tuple(self._count(column, _OF_LEVEL, level) for column in self.columns)

    def _count(self, column: GroupColumn, statistics: Sequence[Statistic], level: str | None) -> tuple[str, ...]:
        """Print how many patients of a column, and their percentage unless counts stand alone."""
        count, percent = (
            self.results[statistic.of(column.of(self.spec.variable), level=level)] for statistic in statistics
        )
        if self._counts_alone:
            return (bare(count, self.style),)
        decimals = self.spec.decimals
        printer = numbers.bare_text if self.style.percent_in_heading else numbers.value_text
        share = self.style.empty if percent.value is None else printer(percent, self.style, decimals=decimals)
        return bare(count, self.style), PrintedText(share, (percent.id,), decimals=decimals)

    def _summary(self, summary: Summary) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
        """Yield what a summary of a number shows, in words, and its cells."""
        if summary == "median_range_mean":
            for part, statistics in _NAMED:
                yield part, self._cells(statistics, lambda *texts: self._joined(texts))
        elif summary == "mean_sd":
            yield _MARKED[summary], self._cells(_MEAN_SD, lambda mean, sd: f"{mean} ({sd})")
        elif summary in ("median_range", "median_iqr"):
            ends = _RANGE if summary == "median_range" else _QUARTILES
            yield _MARKED[summary], self._cells((catalogue.MEDIAN, *ends), self._median_and_ends)

    def _cells(self, statistics: Sequence[Statistic], words: Callable[..., str]) -> tuple[tuple[str, ...], ...]:
        """Print some statistics of each column, put together by `words`, in the same decimals."""
        return tuple((self._cell(column, statistics, words),) for column in self.columns)

    def _cell(self, column: GroupColumn, statistics: Sequence[Statistic], words: Callable[..., str]) -> PrintedText:
        parts = [
            bare(self.results[statistic.of(column.of(self.spec.variable))], self.style, decimals=self.spec.decimals)
            for statistic in statistics
        ]
        # A group without values has nothing to print: one empty cell, not a phrase for each of its numbers.
        nobody = self.results[parts[0].ids[0]].n == 0
        return joined(self.style.empty if nobody else words(*parts), *parts)

    def _median_and_ends(self, middle: str, low: str, high: str) -> str:
        return f"{middle} ({numbers.span_text(low, high, self.style)})"

    def _joined(self, texts: Sequence[str]) -> str:
        """Print one value, or the ends of a range."""
        return texts[0] if len(texts) == 1 else numbers.span_text(texts[0], texts[1], self.style)
