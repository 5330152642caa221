"""What a document's front matter says that checks pass over: typed phrases, abbreviations, tables that quote others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base.errors import ReportError
from ..document.prose import printed_text
from ..word.passages import PrintedDocument


def declared_phrases(front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the phrases under `literals`, whose numbers do not come from the data."""
    phrases = _reasons(front_matter, "literals", '"RECIST 1.1": version of the criteria')
    return tuple(map(printed_text, phrases))


def declared_abbreviations(front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the abbreviations under `known-abbreviations`, which need no explanation where they are used."""
    return tuple(_reasons(front_matter, "known-abbreviations", "STROBE: name of a guideline"))


def quoted_tables(printed: PrintedDocument, front_matter: Mapping[str, Any]) -> frozenset[str]:
    """Return the names ("Table 4") of the tables under `quoted`, which print what others wrote as they wrote it."""
    labels = _reasons(front_matter, "quoted", "tbl-audit: statements of another report")
    names = {label.replace("-", "_"): label for label in labels}
    return frozenset(name for label, name in printed.labels.items() if label in names)


def _reasons(front_matter: Mapping[str, Any], key: str, example: str) -> Mapping[str, str]:
    stated = front_matter.get(key) or {}
    if not isinstance(stated, dict) or not all(isinstance(item, str) for pair in stated.items() for item in pair):
        raise ReportError(f"front matter: `{key}` maps each entry to the reason for it, such as {example}.")
    return stated
