"""The design of a model: the columns of numbers that stand for its terms, and what each column compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ..base.errors import DataError, counted
from ..catalogue.keys import Key
from ..regression.splines import spline_columns, spline_knots
from ..statistics.arrays import Bools
from ..study.model import Study
from ..study.term_labels import covariate_label, term_label
from ..study.terms import PRODUCT, Term, Transform

_LOGARITHMS: Final[Mapping[Transform, Callable[[pd.Series[float]], pd.Series[float]]]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
}


@dataclass(frozen=True, slots=True)
class DesignColumn:
    """A column of a design: its term, the level that it indicates, "Gender: Female vs Male", and its values.

    `bend` is its place among the columns of a spline, 0 for the number itself: none of these has a ratio of its own.
    """

    term: str
    level: str | None
    words: str
    values: pd.Series[float]
    bend: int | None = None

    @property
    def name(self) -> str:
        """What the column is called in the design."""
        name = Key(variable=self.term, level=self.level).id
        return name if self.bend is None else f"{name} ({self.bend})"


@dataclass(frozen=True, slots=True)
class ModelDesign:
    """The columns of a model's design by their names, and the knots of its splines by their terms."""

    columns: Mapping[str, DesignColumn]
    index: pd.Index[int]
    knots: Mapping[str, tuple[float, ...]]

    @property
    def values(self) -> pd.DataFrame:
        """The design as numbers: (n, p)."""
        return pd.DataFrame({name: column.values for name, column in self.columns.items()}, index=self.index)

    def of(self, term: str) -> list[str]:
        """Return the names of the columns of a term."""
        return [name for name, column in self.columns.items() if column.term == term]

    def bends_of(self, term: str) -> list[str]:
        """Return the names of the columns by which a spline is more than a straight line."""
        return [name for name in self.of(term) if self.columns[name].bend]


def knots_of(frame: pd.DataFrame, terms: Sequence[Term]) -> dict[str, tuple[float, ...]]:
    """Return the knots of the splines among terms, by the values that are known.

    Raises
    ------
    DataError
        If a number has too few distinct values for its knots.
    """
    return {
        term.name: spline_knots(frame[term.name].dropna().astype(float), term.spline, name=term.name)
        for term in terms
        if term.spline is not None and len(frame)
    }


def design_of(
    study: Study,
    frame: pd.DataFrame,
    terms: Sequence[Term],
    *,
    knots: Mapping[str, tuple[float, ...]] | None = None,
    one_each: Bools | None = None,
) -> ModelDesign:
    """Return the design of terms over patients of whom all variables are known.

    Where patients have several rows, `one_each` is (n,) True for one row of each: knots are quantiles of patients.

    Numbers are in the units that a term says, by their logarithm or as a spline, a category is an indicator of each
    level but the first, a product has a column for each pair of columns of its two parts, which are terms too. Splines
    have these `knots`, or those of the patients.

    Raises
    ------
    DataError
        If a logarithm is asked for of a number that is not above 0 in all patients, or a spline of one with too few
        distinct values for its knots.
    """
    columns: dict[str, DesignColumn] = {}
    patients = frame if one_each is None else frame[one_each]
    knots = knots_of(patients, terms) if knots is None else knots
    for term in terms:
        parts = [[column for column in columns.values() if column.term == name] for name in term.variables]
        if term.name in knots:
            found = _spline(study, frame, term, knots[term.name])
        else:
            found = _product(term, *parts) if len(parts) > 1 else _main(study, frame, term)
        columns |= {column.name: column for column in found}
    return ModelDesign(columns, frame.index, knots)


def covariate_in_words(study: Study, term: Term) -> str:
    """Name a covariate, of a spline where its knots are; they are results of their own, which no method discloses."""
    label = covariate_label(study, term)
    return label if term.spline is None else f"{label.removesuffix(')')} at Harrell's quantiles)"


def as_they_are(variables: Sequence[str]) -> tuple[Term, ...]:
    """Return the terms of variables that enter as they are."""
    return tuple(Term(name=name) for name in variables)


def _main(study: Study, frame: pd.DataFrame, term: Term) -> Iterator[DesignColumn]:
    values, levels = frame[term.name], list(study.levels(term.name).items())
    if not levels:
        yield DesignColumn(term.name, None, term_label(study, term), _scaled(study, term, values.astype(float)))
    label = study.unique_label(term.name)
    for level, text in levels[1:]:
        words = f"{label}: {text} vs {levels[0][1]}"
        yield DesignColumn(term.name, level, words, (values == level).astype(float))


def _spline(study: Study, frame: pd.DataFrame, term: Term, knots: Sequence[float]) -> Iterator[DesignColumn]:
    columns = spline_columns(frame[term.name].astype(float), knots)
    for bend, values in enumerate(columns.T):
        yield DesignColumn(term.name, None, term_label(study, term), pd.Series(values, index=frame.index), bend)


def _scaled(study: Study, term: Term, values: pd.Series[float]) -> pd.Series[float]:
    if term.transform is None:
        return values / term.per if term.per != 1 else values
    impossible = int((values <= 0).sum())
    if impossible:
        patients = counted(impossible, "patient")
        raise DataError(
            f"{study.data_file}: '{term.name}' enters a model by its logarithm, and is 0 or less in {patients}; "
            "expected numbers above 0.\n"
            "Mend the file, exclude these patients by a rule under [eligibility] in study.toml, or take another form."
        )
    return _LOGARITHMS[term.transform](values)


def _product(term: Term, first: Sequence[DesignColumn], second: Sequence[DesignColumn]) -> Iterator[DesignColumn]:
    for one in first:
        for other in second:
            levels = [column.level for column in (one, other) if column.level is not None]
            words = f"{one.words} \N{MULTIPLICATION SIGN} {other.words}"
            yield DesignColumn(term.name, PRODUCT.join(levels) or None, words, one.values * other.values)
