"""Tables: rows of printed cells for the templates, each text with the results that it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..base.errors import ReportError
from ..results.model import Record, Results
from ..study.model import FOLLOW_UP, Study, Summary, Table, TableRow, slug
from ..text import numbers
from ..text.assumptions import WHOLE_MODEL, violations
from ..text.level_names import heading, named
from ..text.provenance import Printed, joined
from ..text.style import Style
from .templates import render_template

EM_SPACE: Final = "\N{EM SPACE}"
NOTE: Final = "note"

# A word whose only capital may be its first letter: "Age", not "BMI", "T2" or "A"
_CAPITALISED: Final = re.compile(r"\b[^\W\d_][^\W\d_A-Z]+\b")
_MARKED: Final[Mapping[Summary, str]] = {
    "median_range": "Median (range).",
    "median_iqr": "Median (interquartile range).",
    "mean_sd": "Mean (standard deviation).",
}


@dataclass(frozen=True, slots=True)
class RenderedTable:
    """A table as the document shows it.

    `printed` are its texts that come from results; `marked` is the table with each of them in a span with its ids.
    """

    markdown: str
    printed: tuple[Printed, ...] = ()
    marked: str | None = None

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_marked_(self) -> str:
        return self.markdown if self.marked is None else self.marked


@dataclass(frozen=True, slots=True)
class Column:
    """A group of patients: its heading, and the path of its records below a variable ("" or ".by_sex.male")."""

    label: str
    n: str
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a heading without cells, or one cell list for each column.

    A cell list has a count and a percentage, or one text over both. `mark` leads from the label to a note.
    """

    label: str
    cells: tuple[tuple[str, ...], ...] = ()
    indent: bool = False
    mark: str = ""

    @property
    def indented_label(self) -> str:
        """The label, moved in by a character that no renderer drops."""
        return EM_SPACE + self.label if self.indent else self.label


def render_table(name: str, study: Study, results: Results, style: Style) -> RenderedTable:
    """Render a table of study.toml with its template.

    Raises
    ------
    ReportError
        If study.toml has no such table, or its template is missing or faulty (named with its line).
    """
    table = study.tables.get(name)
    if table is None:
        known = ", ".join(study.tables) or "none"
        raise ReportError(f"no table '{name}' in study.toml; it has: {known}")
    context = _models(table, study, results, style) if table.endpoints else _summary(table, study, results, style)
    printed: list[Printed] = []
    try:
        plain = render_template(table.template, study.folder, context, style, printed=printed)
        marked = render_template(table.template, study.folder, context, style, marked=True)
    except ReportError as error:
        kind = "endpoints" if table.endpoints else "rows"
        raise ReportError(
            f"{error}\n    [tables.{name}] has `{kind}`: see which template shows them in docs/study.md"
        ) from None
    return RenderedTable(plain, tuple(printed), marked)


# ---- summaries of variables ----------------------------------------------------------------------------------------


def _summary(table: Table, study: Study, results: Results, style: Style) -> dict[str, Any]:
    columns = [Column("All patients", _bare(results["flow.analysed"], style).at("All patients"), "")]
    if table.by is not None:
        columns += [
            Column(
                label=label,
                n=_bare(results[f"{slug(table.by)}.{slug(level)}.count"], style).at(
                    named(study.label(table.by), label)
                ),
                path=f".by_{slug(table.by)}.{slug(level)}",
            )
            for level, label in study.levels(table.by).items()
        ]
    marks = {
        summary: style.marks[position % len(style.marks)] * (1 + position // len(style.marks))
        for position, summary in enumerate(dict.fromkeys(row.summary for row in table.rows if row.summary in _MARKED))
    }
    rows = [row for spec in table.rows for row in _variable_rows(spec, columns, marks, study, results, style)]
    counts = any(len(cell) == 2 for row in rows for cell in row.cells)
    tests = {row.variable: _tests(row.variable, table.by, study, results, style) for row in table.rows if table.by}
    missing = any(results[f"{slug(row.variable)}.missing.count"].value for row in table.rows)
    return {
        "heading": variable_label(table.rows[0].variable, study)[0],
        "columns": columns,
        "group": heading(study.label(table.by), (column.label for column in columns[1:])) if table.by else "",
        "rows": _placed(rows, [_standing_alone(column, table, study) for column in columns]),
        "marks": [(mark, _MARKED[summary]) for summary, mark in marks.items()],
        "counts": counts,
        "several": len(table.rows) > 1 or not counts,
        "percent_heading": f"{style.count_name} (%)" if counts and style.percent_in_heading else "",
        "named": any(row.summary == "median_range_mean" for row in table.rows),
        "together": style.counts_with_percent,
        "tests": tests,
        "missing": missing,
        "ungrouped": _missing([table.by], study, results, style) if table.by else "",
    }


def _standing_alone(column: Column, table: Table, study: Study) -> str:
    """Return a column's heading with the variable that stands above it."""
    return named(study.label(table.by), column.label) if table.by and column.path else column.label


def _variable_rows(
    spec: TableRow,
    columns: Sequence[Column],
    marks: Mapping[Summary, str],
    study: Study,
    results: Results,
    style: Style,
) -> Iterator[Row]:
    stem = slug(spec.variable)
    label, unit = variable_label(spec.variable, study)
    heading = f"{label}, {numbers.unit_text(unit, style)}" if unit else label

    def cell(path: str, *parts: str) -> tuple[Printed, ...]:
        return tuple(_bare(results[f"{stem}{path}.{part}"], style) for part in parts)

    def whole(text: str, *parts: Printed) -> tuple[Printed]:
        # A group without values has nothing to print: one empty cell, not a phrase for each of its numbers.
        nobody = results[parts[0].ids[0]].n == 0
        return (joined(style.empty if nobody else text, *parts),)

    match spec.summary:
        case "n_percent":
            yield Row(heading)
            for level, level_label in study.levels(spec.variable).items():
                counts = tuple(
                    _count_percent(f"{stem}{column.path}.{slug(level)}", results, style) for column in columns
                )
                yield Row(level_label, counts, indent=True)
        case "median_range_mean":
            yield Row(heading)
            for part, parts in (("Median", ("median",)), ("Range", ("min", "max")), ("Mean", ("mean",))):
                texts = (cell(column.path, *parts) for column in columns)
                yield Row(part, tuple(whole(_joined(text, style), *text) for text in texts), indent=True)
        case "mean_sd":
            pairs = (cell(column.path, "mean", "sd") for column in columns)
            cells = tuple(whole(f"{mean} ({sd})", mean, sd) for mean, sd in pairs)
            yield Row(heading, cells, mark=marks[spec.summary])
        case "median_range" | "median_iqr":
            bounds = ("min", "max") if spec.summary == "median_range" else ("q1", "q3")
            triples = (cell(column.path, "median", *bounds) for column in columns)
            cells = tuple(
                whole(f"{middle} ({numbers.span_text(low, high, style)})", middle, low, high)
                for middle, low, high in triples
            )
            yield Row(heading, cells, mark=marks[spec.summary])
    if results[f"{stem}.missing.count"].value:
        missing = tuple(_count_percent(f"{stem}{column.path}.missing", results, style) for column in columns)
        yield Row("Missing", missing, indent=True)


def _joined(texts: Sequence[str], style: Style) -> str:
    """Print one value, or the ends of a range."""
    return texts[0] if len(texts) == 1 else numbers.span_text(texts[0], texts[1], style)


def _count_percent(stem: str, results: Results, style: Style) -> tuple[str, str]:
    percent = results[f"{stem}.percent"]
    printer = numbers.bare_text if style.percent_in_heading else numbers.value_text
    return (
        _bare(results[f"{stem}.count"], style),
        Printed(style.empty if percent.value is None else printer(percent, style), (percent.id,)),
    )


def _tests(variable: str, by: str | None, study: Study, results: Results, style: Style) -> dict[str, str]:
    stem = f"{slug(variable)}.by_{slug(by or '')}"
    if f"{stem}.chi_square.p_value" not in results:
        return {}
    chi_square, fisher = results[f"{stem}.chi_square.p_value"], results[f"{stem}.fisher.p_value"]
    return {
        "label": variable_label(variable, study)[0],
        "chi_square": Printed(numbers.p_text(chi_square.value, style), (chi_square.id,), NOTE),
        "df": _bare(results[f"{stem}.chi_square.df"], style).at(NOTE),
        "fisher": Printed(numbers.p_text(fisher.value, style), (fisher.id,), NOTE),
        "simulated": " (Monte Carlo simulation)" if "simulation" in fisher.method else "",
    }


# ---- models --------------------------------------------------------------------------------------------------------


def _models(table: Table, study: Study, results: Results, style: Style) -> dict[str, Any]:
    analysis = study.analysis
    univariable = ([analysis.exposure] if analysis.exposure else []) + list(analysis.univariate)
    rows = [
        row for variable in univariable for row in _univariable_rows(variable, table.endpoints, study, results, style)
    ]
    multivariable = list(_multivariable_rows(table.endpoints, study, results, style))
    labels = [study.endpoints[name].label for name in table.endpoints]
    sections = [
        (title, _placed(part, labels))
        for title, part in (("Univariable", rows), ("Multivariable", multivariable))
        if part or title == "Univariable"
    ]
    return {
        "endpoints": labels,
        "conf_level": numbers.level_text(analysis.conf_level, style),
        "sections": sections,
        "left_out": _missing(univariable, study, results, style),
        "complete": _complete(table.endpoints, results, style) if multivariable else "",
        "together": any(name.endswith(".p_value") and ".likelihood_ratio." in name for name in _printed_ids(sections)),
        "not_proportional": list(_not_proportional(table.endpoints, study, results, style)),
    }


def _not_proportional(
    endpoints: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[tuple[list[tuple[str, Printed]], str]]:
    """Yield the significant checks of the models shown: variables with their P values, and the models in words."""
    for found in violations(study, results, endpoints=endpoints):
        if found.model != "subgroup":
            models = f"{found.model} models" if found.model != "multivariable" else "the multivariable model"
            models = models if len(found.terms) > 1 or found.model == "multivariable" else f"the {found.model} model"
            terms = [
                (
                    WHOLE_MODEL if name is None else in_sentence(study.label(name)),
                    Printed(numbers.p_text(test.value, style), (test.id,), NOTE),
                )
                for name, test in found.terms
            ]
            yield terms, f"{models} of {in_sentence(study.endpoints[found.endpoint].label)}"


def _univariable_rows(
    variable: str, endpoints: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[Row]:
    stems = [f"{slug(name)}.by_{slug(variable)}" for name in endpoints]
    models = [f"{stem}.cox" for stem in stems]
    return _factor_rows(variable, models, [f"{stem}.likelihood_ratio" for stem in stems], study, results, style)


def _multivariable_rows(endpoints: Sequence[str], study: Study, results: Results, style: Style) -> Iterator[Row]:
    analysis, models = study.analysis, [f"{slug(name)}.adjusted" for name in endpoints]
    if not analysis.adjust_for:
        return
    for variable in ([analysis.exposure] if analysis.exposure else []) + list(analysis.adjust_for):
        stems = [f"{model}.{slug(variable)}" for model in models]
        if study.levels(variable):
            tests = [f"{model}.likelihood_ratio.{slug(variable)}" for model in models]
            yield from _factor_rows(variable, stems, tests, study, results, style)
        else:
            label, unit = variable_label(variable, study)
            cells = tuple(_ratio_and_p(stem, results, style) for stem in stems)
            yield Row(f"{label}, per {numbers.one_unit_text(unit or 'unit', style)}", cells)


def _factor_rows(
    variable: str, stems: Sequence[str], tests: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[Row]:
    """Yield the rows of a category: its name, with the test of all levels where there are several, and each level."""
    several = f"{tests[0]}.p_value" in results
    together = (("", _p(results[f"{test}.p_value"], style) if several else "") for test in tests)
    yield Row(variable_label(variable, study)[0], tuple(together))
    reference, *others = study.levels(variable).items()
    yield Row(reference[1], tuple(("1 (reference)", "") for _ in stems), indent=True)
    for level, label in others:
        yield Row(label, tuple(_ratio_and_p(f"{stem}.{slug(level)}", results, style) for stem in stems), indent=True)


def _ratio_and_p(stem: str, results: Results, style: Style) -> tuple[str, str]:
    return _ratio(results[f"{stem}.hazard_ratio"], style), _p(results[f"{stem}.p_value"], style)


def _complete(endpoints: Sequence[str], results: Results, style: Style) -> str:
    """Print how many patients the multivariable models are of, or nothing where they are of all."""
    model, everybody = results[f"{slug(endpoints[0])}.adjusted.n"], results["flow.analysed"]
    return "" if model.value == everybody.value else _bare(model, style).at(NOTE)


def _ratio(record: Record, style: Style) -> Printed:
    """Print a hazard ratio with its interval, without naming the level, which the column heading does."""
    if record.value is None:
        return Printed(numbers.value_text(record, style), (record.id,))
    worded = None in (record.conf_low, record.conf_high)
    span = numbers.span_text(*numbers.limits_text(record, style), style, worded=worded)
    return Printed(f"{numbers.value_text(record, style)} ({span})", (record.id,))


def _p(record: Record, style: Style) -> Printed:
    return Printed(numbers.p_number(record.value, style), (record.id,))


# ---- shared --------------------------------------------------------------------------------------------------------


def variable_label(variable: str, study: Study) -> tuple[str, str | None]:
    """Return a variable's printed label and unit."""
    if variable == FOLLOW_UP:
        return study.label(variable), "months"
    column = study.columns.get(variable)
    return study.label(variable), column.unit if column is not None else None


def in_sentence(label: str) -> str:
    """Return a label without its capitals at the beginning of words: "Age group" as "age group", "BMI" as it is."""
    return _CAPITALISED.sub(lambda word: word[0].lower(), label)


def _missing(variables: Sequence[str], study: Study, results: Results, style: Style) -> str:
    """Print how many patients lack a value of each variable: "Gender (2), Histologic grade (14)"; nothing if none."""
    counts = ((variable, results[f"{slug(variable)}.missing.count"]) for variable in variables)
    parts = [(variable_label(variable, study)[0], _bare(count, style)) for variable, count in counts if count.value]
    text = ", ".join(f"{label} ({count})" for label, count in parts)
    return joined(text, *(count for _, count in parts)).at(NOTE)


def _printed_ids(sections: Sequence[tuple[str, Sequence[Row]]]) -> set[str]:
    texts = (text for _, rows in sections for row in rows for cell in row.cells for text in cell)
    return {name for text in texts if isinstance(text, Printed) for name in text.ids}


def _bare(record: Record, style: Style) -> Printed:
    return Printed(numbers.bare_text(record, style), (record.id,))


def _placed(rows: Iterable[Row], columns: Sequence[str]) -> list[Row]:
    """Return rows whose cells say where they stand: "Gender: Male, All patients"."""
    placed, heading = [], ""
    for row in rows:
        heading = heading if row.indent else row.label
        name = f"{heading}: {row.label}" if row.indent and heading else row.label
        cells = tuple(
            tuple(text.at(f"{name}, {column}") if isinstance(text, Printed) else text for text in cell)
            for cell, column in zip(row.cells, columns if row.cells else (), strict=True)
        )
        placed.append(replace(row, cells=cells))
    return placed
