"""The table of models: hazard ratios of each endpoint, univariable and multivariable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ..catalogue import catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..notes.assumptions import violations
from ..results.model import Results
from ..study.model import Study
from ..study.models import ADJUSTED
from ..study.tables import Models
from ..text import numbers
from ..text.provenance import PrintedText
from ..text.sentence_case import in_sentence
from ..text.style import Style
from .cells import NOTE, Row, bare, missing_counts, placed, printed_ids, variable_label
from .ratio_cells import checked_terms, p_cell, ratio_cell


class _Shown(NamedTuple):
    """What is shown of the models of one kind: each ratio with its P value, and the test of all levels."""

    ratio: Statistic
    p_value: Statistic
    together: Statistic


_UNIVARIABLE: Final = _Shown(catalogue.HAZARD_RATIO, catalogue.HAZARD_RATIO_P, catalogue.LIKELIHOOD_RATIO_P)
_MULTIVARIABLE: Final = _Shown(catalogue.MODEL_RATIO, catalogue.MODEL_RATIO_P, catalogue.MODEL_LIKELIHOOD_RATIO_P)
_TOGETHER: Final = (_UNIVARIABLE.together.path, _MULTIVARIABLE.together.path)


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
        "hazard_ratio": _hazard_ratio(table.endpoints, study),
        "sections": sections,
        "left_out": missing_counts(univariable, study, results, style),
        "complete": _complete(table.endpoints, results, style) if multivariable else "",
        "together": any(results[name].key.statistic in _TOGETHER for _, part in sections for name in printed_ids(part)),
        "not_proportional": list(_not_proportional(table.endpoints, study, results, style)),
    }


def _hazard_ratio(endpoints: Sequence[str], study: Study) -> str:
    """Say what hazard ratios are; of endpoints with competing events, of which hazard."""
    competing = [study.endpoints[name].competing for name in endpoints]
    labels = dict.fromkeys(event.label for event in competing if event is not None)
    if not labels:
        return "hazard ratio"
    return f"hazard ratio (cause-specific: follow-up censored at {' or '.join(labels)})"


def _not_proportional(
    endpoints: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[tuple[list[tuple[str, PrintedText]], str]]:
    """Yield the significant checks of the models shown: variables with their P values, and the models in words."""
    for found in violations(study, results, endpoints=endpoints):
        if found.kind == "univariable" or found.name == ADJUSTED:
            several = found.kind == "univariable" and len(found.terms) > 1
            models = f"{found.model}s" if several else f"the {found.model}"
            yield (
                checked_terms(found, study, style),
                f"{models} of {in_sentence(study.endpoints[found.endpoint].label)}",
            )


def _univariable_rows(
    variable: str, endpoints: Sequence[str], study: Study, results: Results, style: Style
) -> Iterator[Row]:
    keys = [Key(endpoint=name, by=variable) for name in endpoints]
    return _factor_rows(variable, keys, _UNIVARIABLE, study, results, style)


def _multivariable_rows(endpoints: Sequence[str], study: Study, results: Results, style: Style) -> Iterator[Row]:
    analysis = study.analysis
    if not analysis.adjust_for:
        return
    for variable in ([analysis.exposure] if analysis.exposure else []) + list(analysis.adjust_for):
        keys = [Key(endpoint=name, analysis=ADJUSTED, variable=variable) for name in endpoints]
        if study.levels(variable):
            yield from _factor_rows(variable, keys, _MULTIVARIABLE, study, results, style)
        else:
            label, unit = variable_label(variable, study)
            cells = tuple(_ratio_and_p(key, _MULTIVARIABLE, results, style) for key in keys)
            yield Row(f"{label}, per {numbers.one_unit_text(unit or 'unit', style)}", cells)


def _factor_rows(
    variable: str, keys: Sequence[Key], shown: _Shown, study: Study, results: Results, style: Style
) -> Iterator[Row]:
    """Yield the rows of a category: its name, with the test of all levels where there are several, and each level."""
    several = shown.together.of(keys[0]) in results
    together = (("", p_cell(results[shown.together.of(key)], style) if several else "") for key in keys)
    yield Row(variable_label(variable, study)[0], tuple(together))
    reference, *others = study.levels(variable).items()
    yield Row(reference[1], tuple(("1 (reference)", "") for _ in keys), indent=True)
    for level, label in others:
        of_level = (replace(key, level=level) for key in keys)
        yield Row(label, tuple(_ratio_and_p(key, shown, results, style) for key in of_level), indent=True)


def _ratio_and_p(key: Key, shown: _Shown, results: Results, style: Style) -> tuple[str, str]:
    return ratio_cell(results[shown.ratio.of(key)], style), p_cell(results[shown.p_value.of(key)], style)


def _complete(endpoints: Sequence[str], results: Results, style: Style) -> str:
    """Print how many patients the multivariable models are of, or nothing where they are of all."""
    model = results[catalogue.MODEL_PATIENTS.of(endpoint=endpoints[0], analysis=ADJUSTED)]
    everybody = results[catalogue.ANALYSED.of()]
    return "" if model.value == everybody.value else bare(model, style).at(NOTE)
