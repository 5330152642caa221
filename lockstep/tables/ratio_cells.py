"""Cells of ratios and their P values, and what a note says of their models."""

from __future__ import annotations

from ..results.model import Record
from ..study.model import Study
from ..text import numbers
from ..text.assumptions import WHOLE_MODEL, Violation
from ..text.provenance import PrintedText
from ..text.style import Style
from ..text.term_texts import product_label
from .cells import NOTE, in_sentence


def ratio_cell(record: Record, style: Style) -> PrintedText:
    """Print a value with its limits, without unit and level, which the headings of the row and column say."""
    return PrintedText(numbers.with_limits(record, style), (record.id,))


def p_cell(record: Record, style: Style) -> PrintedText:
    """Print a P value without its letter."""
    return PrintedText(numbers.p_number(record.value, style), (record.id,))


def checked_terms(found: Violation, study: Study, style: Style) -> list[tuple[str, PrintedText]]:
    """Return the terms of a model whose hazards are not proportional, in words, each with its P value."""
    return [
        (
            WHOLE_MODEL if name is None else in_sentence(product_label(name, study)),
            PrintedText(numbers.p_text(test.value, style), (test.id,), NOTE),
        )
        for name, test in found.terms
    ]
