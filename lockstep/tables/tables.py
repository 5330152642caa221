"""Tables of study.toml: what each kind prints, and its text in the document, with the results behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..results.model import Results
from ..study.model import Study
from ..text.provenance import PrintedText
from ..text.style import Style
from .balance import balance
from .characteristics import characteristics
from .cross_table import cross_table
from .estimates import estimates
from .models import models
from .regression import regression
from .sensitivity import sensitivity
from .templates import render_template

Context = Callable[[Any, Study, Results, Style], Mapping[str, Any]]
"""A kind of table: from the table's keys, study, results and style to what its template prints, text only."""

TABLE_KINDS: Final[Mapping[str, Context]] = {
    "characteristics": characteristics,
    "cross_table": cross_table,
    "models": models,
    "regression": regression,
    "estimates": estimates,
    "balance": balance,
    "sensitivity": sensitivity,
}
"""The kinds of tables, by the word that study.toml has for each; `lockstep.study.tables` reads what it asks of them."""


@dataclass(frozen=True, slots=True)
class RenderedTable:
    """A table as the document shows it.

    `printed` are its texts that come from results; `marked` is the table with each of them in a span with its ids.
    """

    markdown: str
    printed: tuple[PrintedText, ...] = ()
    marked: str | None = None

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_marked_(self) -> str:
        return self.markdown if self.marked is None else self.marked


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
        hint = nearest(name, study.tables) or "."
        raise ReportError(f"no table '{name}' in study.toml{hint} Its tables: {known}.")
    context, printed = TABLE_KINDS[table.kind](table, study, results, style), list[PrintedText]()
    try:
        plain = render_template(table.template, study.folder, context, style, printed=printed)
        marked = render_template(table.template, study.folder, context, style, marked=True)
    except ReportError as error:
        raise ReportError(
            f"{error}\n    [tables.{name}] is of kind {table.kind}, whose template is {table.kind}.html.j2"
        ) from None
    return RenderedTable(plain, tuple(printed), marked)
