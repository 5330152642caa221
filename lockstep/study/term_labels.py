"""What the terms of models are called: "Age, per 10 years", "Gender", "Treatment x Gender"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .model import Study
from .terms import PRODUCT, Term, Transform

TIMES: Final = " \N{MULTIPLICATION SIGN} "

PER_LOGARITHM: Final[Mapping[Transform, str]] = {
    "log": "per unit of the natural logarithm",
    "log2": "per doubling",
    "log10": "per tenfold increase",
}
"""What a ratio is per where a number enters by its logarithm."""


def spline_words(knots: int) -> str:
    """Return how a spline is called: "restricted cubic spline, 4 knots"."""
    return f"restricted cubic spline, {knots} knots"


def term_name(study: Study, name: str) -> str:
    """Return what the variable of a term is called, or both variables of a product; distinct from all others."""
    return TIMES.join(study.unique_label(variable) for variable in name.split(PRODUCT))


def term_label(study: Study, term: Term) -> str:
    """Return what a term is called, a number with what its ratio is per; distinct from all others."""
    per = _per(study, term)
    return ", ".join(filter(None, (term_name(study, term.name), per)))


def covariate_label(study: Study, term: Term) -> str:
    """Return what a covariate is called in a list of them: what its ratio is per only where that is not one unit."""
    name, is_plain = term_name(study, term.name), term.per == 1 and term.transform is None and term.spline is None
    return name if is_plain else f"{name} ({_per(study, term)})"


def _per(study: Study, term: Term) -> str:
    """Return what the ratio of a number is per; nothing for other terms."""
    if len(term.variables) > 1 or study.levels(term.name):
        return ""
    if term.transform:
        return PER_LOGARITHM[term.transform]
    if term.spline:
        return spline_words(term.spline)
    unit = study.variable(term.name).unit
    if unit == "%":
        return f"per {term.per:g}%"
    return f"per {term.per:g} {unit or 'units'}" if term.per != 1 else f"per unit ({unit})" if unit else "per unit"
