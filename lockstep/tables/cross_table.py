"""The cross table: characteristics that are categories, with their tests of association with the groups."""

from __future__ import annotations

from typing import Any

from ..results.model import Results
from ..study.model import Study, slug
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
    context["tests"] = {
        row.variable: _tests(row.variable, table.by, study, results, style) for row in table.rows if table.by
    }
    return context


def _tests(variable: str, by: str | None, study: Study, results: Results, style: Style) -> dict[str, str]:
    stem = f"{slug(variable)}.by_{slug(by or '')}"
    if f"{stem}.chi_square.p_value" not in results:
        return {}
    chi_square, fisher = results[f"{stem}.chi_square.p_value"], results[f"{stem}.fisher.p_value"]
    return {
        "label": variable_label(variable, study)[0],
        "chi_square": PrintedText(numbers.p_text(chi_square.value, style), (chi_square.id,), NOTE),
        "df": bare(results[f"{stem}.chi_square.df"], style).at(NOTE),
        "fisher": PrintedText(numbers.p_text(fisher.value, style), (fisher.id,), NOTE),
        "simulated": " (Monte Carlo simulation)" if "simulation" in fisher.method else "",
    }
