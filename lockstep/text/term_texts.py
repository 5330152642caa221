"""What the terms of a model are called in rows of their own, under the heading of a table or figure."""

from __future__ import annotations

from collections.abc import Iterator

from ..study.model import Study
from ..study.term_labels import PER_LOGARITHM, TIMES, spline_words
from ..study.terms import PRODUCT, Term
from . import numbers
from .style import Style


def is_number(term: Term, study: Study) -> bool:
    """Return whether a term is a number, which has one ratio; a category or product has one for each level."""
    return len(term.variables) == 1 and not study.levels(term.name)


def number_label(term: Term, study: Study, style: Style) -> str:
    """Return what a number is called, with what its ratio is per: "Age, per 10 years"."""
    label, unit = study.label(term.name), study.variable(term.name).unit
    if term.transform:
        return f"{label}, {PER_LOGARITHM[term.transform]}"
    if term.spline:
        return f"{label}, {spline_words(term.spline)}"
    if unit == "%":
        return f"{label}, per {term.per:g}%"
    if term.per == 1:
        return f"{label}, per {numbers.one_unit_text(unit or 'unit', style)}"
    return f"{label}, per {term.per:g} {numbers.unit_text(unit or 'units', style)}"


def product_label(name: str, study: Study) -> str:
    """Return what a term's variable is called, or both variables of a product."""
    return TIMES.join(study.label(variable) for variable in name.split(PRODUCT))


def term_levels(term: Term, study: Study) -> Iterator[tuple[str | None, str]]:
    """Yield each level of a category, or each pair of a product's levels that has a ratio, with its label."""
    if len(term.variables) == 1:
        yield from study.levels(term.name).items()
        return
    none: list[tuple[str | None, str]] = [(None, "")]
    first, second = ([*study.levels(name).items()][1:] or none for name in term.variables)
    for one, label in first:
        for other, further in second:
            level = PRODUCT.join(part for part in (one, other) if part is not None)
            yield level or None, TIMES.join(filter(None, (label, further))) or product_label(term.name, study)


def reference_level(term: Term, study: Study) -> str | None:
    """Return the level of a category with which the others are compared; None of a number or product."""
    return next(iter(study.levels(term.name)), None) if len(term.variables) == 1 else None
