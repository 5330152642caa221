"""The table of models: hazard ratios of each endpoint, univariable and multivariable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..results.model import Record, Results
from ..study.model import Study, slug
from ..study.tables import Models
from ..text import numbers
from ..text.assumptions import WHOLE_MODEL, violations
from ..text.provenance import PrintedText
from ..text.style import Style
from .cells import NOTE, Row, bare, in_sentence, missing, placed, variable_label


def models(table: Models, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of models prints."""
    analysis = study.analysis
    univariable = ([analysis.exposure] if analysis.exposure else []) + list(analysis.univariate)
    rows = [
        row for variable in univariable for row in _univariable_rows(variable, table.endpoints, study, results, style)
    ]
    multivariable = list(_multivariable_rows(table.endpoints, study, results, style))
    labels = [study.endpoints[name].label for name in table.endpoints]
    sections = [
        (title, placed(part, labels))
        for title, part in (("Univariable", rows), ("Multivariable", multivariable))
        if part or title == "Univariable"
    ]
    return {
        "endpoints": labels,
        "conf_level": numbers.level_text(analysis.conf_level, style),
        "sections": sections,
        "left_out": missing(univariable, study, results, style),
        "complete": _complete(table.endpoints, results, style) if multivariable else "",
        "together": any(name.endswith(".p_value") and ".likelihood_ratio." in name for name in _printed_ids(sections)),
        "not_proportional": list(_not_proportional(table.endpoints, study, results, style)),
    }


def _not_proportional(
    endpoints: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[tuple[list[tuple[str, PrintedText]], str]]:
    """Yield the significant checks of the models shown: variables with their P values, and the models in words."""
    for found in violations(study, results, endpoints=endpoints):
        if found.model != "subgroup":
            models = f"{found.model} models" if found.model != "multivariable" else "the multivariable model"
            models = models if len(found.terms) > 1 or found.model == "multivariable" else f"the {found.model} model"
            terms = [
                (
                    WHOLE_MODEL if name is None else in_sentence(study.label(name)),
                    PrintedText(numbers.p_text(test.value, style), (test.id,), NOTE),
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
    return "" if model.value == everybody.value else bare(model, style).at(NOTE)


def _ratio(record: Record, style: Style) -> PrintedText:
    """Print a hazard ratio with its interval, without naming the level, which the column heading does."""
    if record.value is None:
        return PrintedText(numbers.value_text(record, style), (record.id,))
    worded = None in (record.conf_low, record.conf_high)
    span = numbers.span_text(*numbers.limits_text(record, style), style, worded=worded)
    return PrintedText(f"{numbers.value_text(record, style)} ({span})", (record.id,))


def _p(record: Record, style: Style) -> PrintedText:
    return PrintedText(numbers.p_number(record.value, style), (record.id,))


def _printed_ids(sections: Sequence[tuple[str, Sequence[Row]]]) -> set[str]:
    texts = (text for _, rows in sections for row in rows for cell in row.cells for text in cell)
    return {name for text in texts if isinstance(text, PrintedText) for name in text.ids}
