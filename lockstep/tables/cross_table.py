"""The cross table: characteristics that are categories, with their tests of association with the groups."""

from __future__ import annotations

from typing import Any

from ..catalogue.catalogue import CHI_SQUARE_DF, CHI_SQUARE_P, FISHER_P
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.model import Study
from ..study.tables import CrossTable
from ..text import numbers
from ..text.provenance import PrintedText
from ..text.style import Style
from .cells import NOTE, bare, variable_label
from .characteristics import characteristics


def cross_table(table: CrossTable, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a cross table prints: that of characteristics, a heading and the tests."""
    context = characteristics(table, study, results, style)
    context["several"] = len(table.rows) > 1 or not context["counts"]
    context["heading"] = variable_label(table.rows[0].variable, study)[0]
    # [analysis] crosses variables of all patients; a column of P values has the tests of those shown.
    tested = [row.variable for row in table.rows if table.by and not (table.p_values or table.population)]
    context["tests"] = {variable: _tests(variable, table.by, study, results, style) for variable in tested}
    return context


def _tests(variable: str, by: str | None, study: Study, results: Results, style: Style) -> dict[str, str]:
    key = Key(variable=variable, by=by)
    if CHI_SQUARE_P.of(key) not in results:
        return {}
    chi_square, fisher = results[CHI_SQUARE_P.of(key)], results[FISHER_P.of(key)]
    return {
        "label": variable_label(variable, study)[0],
        "chi_square": PrintedText(numbers.p_text(chi_square.value, style), (chi_square.id,), NOTE),
        "df": bare(results[CHI_SQUARE_DF.of(key)], style).at(NOTE),
        "fisher": PrintedText(numbers.p_text(fisher.value, style), (fisher.id,), NOTE),
        "simulated": " (Monte Carlo simulation)" if "simulation" in fisher.method else "",
    }
