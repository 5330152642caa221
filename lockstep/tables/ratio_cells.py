"""Cells of ratios and their P values, and what a note says of their models."""

from __future__ import annotations

from typing import Final

from ..catalogue import catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..notes.assumptions import WHOLE_MODEL, Violation
from ..results.model import Record, Results
from ..study.model import Study
from ..text import numbers
from ..text.provenance import PrintedText
from ..text.sentence_case import in_sentence
from ..text.style import Style
from ..text.term_texts import product_label
from .cells import NOTE

_FEW_EXPECTED: Final = 5  # an expected count below it asks for Fisher's exact test


def ratio_cell(record: Record, style: Style) -> PrintedText:
    """Print a value with its limits, without unit and level, which the headings of the row and column say."""
    return PrintedText(numbers.with_limits(record, style), (record.id,))


def p_cell(record: Record, style: Style) -> PrintedText:
    """Print a P value without its letter."""
    return PrintedText(numbers.p_number(record.value, style), (record.id,))


def association_test(key: Key, results: Results) -> Statistic:
    """Return the test of a binary outcome in groups: Fisher's where an expected count is small.

    A lock has the test that was printed, and not the count that decided.
    """
    expected = catalogue.EXPECTED_MIN.of(key)
    if expected in results:
        least = results[expected].value
        is_small = isinstance(least, int | float) and least < _FEW_EXPECTED
    else:
        is_small = catalogue.CHI_SQUARE_P.of(key) not in results
    return catalogue.FISHER_P if is_small else catalogue.CHI_SQUARE_P


def checked_terms(found: Violation, study: Study, style: Style) -> list[tuple[str, PrintedText]]:
    """Return the terms of a model whose hazards are not proportional, in words, each with its P value."""
    return [
        (
            WHOLE_MODEL if name is None else in_sentence(product_label(name, study)),
            PrintedText(numbers.p_text(test.value, style), (test.id,), NOTE),
        )
        for name, test in found.terms
    ]
