"""Cells of ratios and their P values, and what a note says of their models."""

from __future__ import annotations

from ..results.model import Record
from ..study.model import Study
from ..study.models import PRODUCT
from ..study.term_labels import TIMES
from ..text import numbers
from ..text.assumptions import WHOLE_MODEL, Violation
from ..text.provenance import PrintedText
from ..text.style import Style
from .cells import NOTE, in_sentence


def ratio_cell(record: Record, style: Style) -> PrintedText:
    """Print a ratio with its interval, without naming the level, which the column heading does."""
    if record.value is None:
        return PrintedText(numbers.value_text(record, style), (record.id,))
    worded = None in (record.conf_low, record.conf_high)
    span = numbers.span_text(*numbers.limits_text(record, style), style, worded=worded)
    return PrintedText(f"{numbers.value_text(record, style)} ({span})", (record.id,))


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


def product_label(name: str, study: Study) -> str:
    """Return what a term's variable is called in a table, or both variables of a product."""
    return TIMES.join(study.label(variable) for variable in name.split(PRODUCT))
