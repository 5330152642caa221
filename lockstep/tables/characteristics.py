"""The table of characteristics: summaries of variables, of all patients and of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..results import catalogue
from ..results.catalogue import Statistic
from ..results.model import Results
from ..study.model import Study
from ..study.tables import Characteristics, Summary, TableRow
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

_OF_LEVEL: Final = (catalogue.LEVEL_COUNT, catalogue.LEVEL_PERCENT)
_MISSING: Final = (catalogue.MISSING_COUNT, catalogue.MISSING_PERCENT)
_RANGE: Final = (catalogue.MIN, catalogue.MAX)
_QUARTILES: Final = (catalogue.Q1, catalogue.Q3)
_NAMED: Final = (("Median", (catalogue.MEDIAN,)), ("Range", _RANGE), ("Mean", (catalogue.MEAN,)))


def characteristics(table: Characteristics, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of characteristics prints."""
    columns = [GroupColumn("All patients", bare(results[catalogue.ANALYSED.of()], style).at("All patients"))]
    if table.by is not None:
        for level, label in study.levels(table.by).items():
            count = results[catalogue.LEVEL_COUNT.of(variable=table.by, level=level)]
            n = bare(count, style).at(level_name(study.label(table.by), label))
            columns.append(GroupColumn(label, n, table.by, level))
    marks = {
        summary: style.marks[position % len(style.marks)] * (1 + position // len(style.marks))
        for position, summary in enumerate(dict.fromkeys(row.summary for row in table.rows if row.summary in _MARKED))
    }
    rows = [row for spec in table.rows for row in _variable_rows(spec, columns, marks, study, results, style)]
    counts = any(len(cell) == 2 for row in rows for cell in row.cells)
    some_missing = any(results[catalogue.MISSING_COUNT.of(variable=row.variable)].value for row in table.rows)
    return {
        "columns": columns,
        "group": heading(study.label(table.by), (column.label for column in columns[1:])) if table.by else "",
        "rows": placed(rows, [_standing_alone(column, table, study) for column in columns]),
        "marks": [(mark, _MARKED[summary]) for summary, mark in marks.items()],
        "counts": counts,
        "percent_heading": f"{style.count_name} (%)" if counts and style.percent_in_heading else "",
        "named": any(row.summary == "median_range_mean" for row in table.rows),
        "together": style.counts_with_percent,
        "missing": some_missing,
        "ungrouped": missing_counts([table.by], study, results, style) if table.by else "",
    }


def _standing_alone(column: GroupColumn, table: Characteristics, study: Study) -> str:
    """Return a column's heading with the variable above it."""
    return level_name(study.label(table.by), column.label) if table.by and column.by else column.label


def _variable_rows(
    spec: TableRow,
    columns: Sequence[GroupColumn],
    marks: Mapping[Summary, str],
    study: Study,
    results: Results,
    style: Style,
) -> Iterator[Row]:
    label, unit = variable_label(spec.variable, study)
    heading = f"{label}, {numbers.unit_text(unit, style)}" if unit else label

    def cell(column: GroupColumn, *statistics: Statistic) -> tuple[PrintedText, ...]:
        return tuple(bare(results[statistic.of(column.of(spec.variable))], style) for statistic in statistics)

    def count_percent(column: GroupColumn, statistics: Sequence[Statistic], level: str | None) -> tuple[str, str]:
        percent, count = (
            results[statistic.of(column.of(spec.variable), level=level)] for statistic in reversed(statistics)
        )
        printer = numbers.bare_text if style.percent_in_heading else numbers.value_text
        share = style.empty if percent.value is None else printer(percent, style)
        return bare(count, style), PrintedText(share, (percent.id,))

    def whole(text: str, *parts: PrintedText) -> tuple[PrintedText]:
        # A group without values has nothing to print: one empty cell, not a phrase for each of its numbers.
        nobody = results[parts[0].ids[0]].n == 0
        return (joined(style.empty if nobody else text, *parts),)

    match spec.summary:
        case "n_percent":
            yield Row(heading)
            for level, level_label in study.levels(spec.variable).items():
                counts = tuple(count_percent(column, _OF_LEVEL, level) for column in columns)
                yield Row(level_label, counts, indent=True)
        case "median_range_mean":
            yield Row(heading)
            for part, statistics in _NAMED:
                texts = (cell(column, *statistics) for column in columns)
                yield Row(part, tuple(whole(_joined(text, style), *text) for text in texts), indent=True)
        case "mean_sd":
            pairs = (cell(column, catalogue.MEAN, catalogue.SD) for column in columns)
            cells = tuple(whole(f"{mean} ({sd})", mean, sd) for mean, sd in pairs)
            yield Row(heading, cells, mark=marks[spec.summary])
        case "median_range" | "median_iqr":
            bounds = _RANGE if spec.summary == "median_range" else _QUARTILES
            triples = (cell(column, catalogue.MEDIAN, *bounds) for column in columns)
            cells = tuple(
                whole(f"{middle} ({numbers.span_text(low, high, style)})", middle, low, high)
                for middle, low, high in triples
            )
            yield Row(heading, cells, mark=marks[spec.summary])
    if results[catalogue.MISSING_COUNT.of(variable=spec.variable)].value:
        missing = tuple(count_percent(column, _MISSING, None) for column in columns)
        yield Row("Missing", missing, indent=True)


def _joined(texts: Sequence[str], style: Style) -> str:
    """Print one value, or the ends of a range."""
    return texts[0] if len(texts) == 1 else numbers.span_text(texts[0], texts[1], style)
