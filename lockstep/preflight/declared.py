"""What a document's front matter says that checks pass over: typed phrases, abbreviations, tables that quote others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document.literals import literals_under
from ..document.prose import printed_text
from ..qmd.front_matter import reasons_under
from ..word.passages import PrintedDocument


def declared_phrases(front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the phrases under `literals`, whose numbers do not come from the data; errors as `reasons_under`."""
    return tuple(map(printed_text, literals_under(front_matter)))


def declared_abbreviations(front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the abbreviations under `known-abbreviations`, which need no explanation; errors as `reasons_under`."""
    return tuple(
        reasons_under("known-abbreviations", front_matter, of="abbreviations", example="`STROBE: name of a guideline`")
    )


def quoted_tables(printed: PrintedDocument, front_matter: Mapping[str, Any]) -> frozenset[str]:
    """Return the names ("Table 4") of the tables under `quoted`, which print what others wrote as they wrote it.

    Raises
    ------
    ReportError
        As `reasons_under`.
    """
    labels = reasons_under(
        "quoted", front_matter, of="labels of tables", example="`tbl-audit: statements of another report`"
    )
    names = {label.replace("-", "_"): label for label in labels}
    return frozenset(name for label, name in printed.labels.items() if label in names)
