"""Models with imputed values: one fit of each completed data set, pooled by Rubin's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from ..adjusted_analyses.design import ModelDesign
from ..adjustment.pooling import PooledTerm, pooled_terms, pooled_wald_test
from ..base.errors import counted
from ..base.wording import in_series
from ..catalogue import imputation_catalogue
from ..catalogue.keys import Key
from ..regression.cox import CoxModel
from ..regression.regression import RegressionModel
from ..regression.wald import WaldTest
from ..results.model import Record
from ..results.records import Words, count, count_and_percent, number
from ..study.model import Study
from ..study.models import ModelKind
from ..study.terms import Term
from .observations import ObservedPatients, OutcomeObservations

Patients = TypeVar("Patients", bound=ObservedPatients)

POOLED_INTERVAL: Final = "t confidence interval and test by Rubin's rules"
"""The interval and test of an estimate that is pooled over imputed data sets."""

NOT_IMPUTED: Final = "with all values that are not imputed"
HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledModel:
    """A model fitted to each completed data set; `terms` are pooled. The patients of all fits are the same."""

    fits: tuple[CoxModel | RegressionModel, ...]
    terms: tuple[PooledTerm, ...]
    conf_level: float
    df_complete: float

    @property
    def n(self) -> int:
        """Patients."""
        return self.fits[0].n

    @property
    def events(self) -> int | None:
        """Patients with the event; None where the outcome is a number."""
        return self.fits[0].events

    @property
    def parameters(self) -> int:
        """Coefficients that were estimated."""
        return max(fit.parameters for fit in self.fits)

    def test(self, columns: Sequence[str]) -> WaldTest:
        """Test columns of the design together, by D1."""
        return pooled_wald_test(self.fits, columns, df_complete=self.df_complete)


def completed_patients(
    observed: Patients, variables: Sequence[str], enter: Callable[[Patients], Patients] = lambda patients: patients
) -> tuple[Patients, tuple[Patients, ...]]:
    """Return the patients who have all variables in each data set: as observed, and as each of these completes them.

    Parameters
    ----------
    enter : what is done with the patients before, such as following them from a landmark on.
    """
    parts = [enter(part) for part in observed.of_each_set()]
    keep = np.logical_and.reduce([part.has_all(variables) for part in parts])
    known = enter(replace(observed, completed=())).where(keep, *(() if keep.all() else (NOT_IMPUTED,)))
    return known, tuple(part.where(keep) for part in parts)


def pooled_fit(
    known: Patients,
    parts: Sequence[Patients],
    terms: Sequence[Term],
    kind: ModelKind,
    fit: Callable[[Patients, pd.DataFrame], CoxModel | RegressionModel],
) -> tuple[ModelDesign, PooledModel]:
    """Fit a model to each completed data set; return the design of the first, and the pooled model.

    Parameters
    ----------
    known : the patients as observed: their values decide where splines have their knots, in all data sets.
    """
    knots, level = known.knots(terms), known.study.analysis.conf_level
    designs = [part.design(terms, knots) for part in parts]
    fits = [fit(part, design.values) for part, design in zip(parts, designs, strict=True)]
    parameters = max(each.parameters for each in fits)
    events = fits[0].events if kind in ("cox", "fine_gray") else None
    complete = fits[0].n - parameters - 1 if events is None else events - parameters
    df_complete = float(max(complete, 1))
    pooled = pooled_terms(fits, df_complete=df_complete, exponentiate=kind != "linear", conf_level=level)
    return designs[0], PooledModel(fits=tuple(fits), terms=pooled, conf_level=level, df_complete=df_complete)


def imputation_in_words(study: Study, known: ObservedPatients, variables: Sequence[str]) -> str:
    """Say for methods how missing values were imputed: ", missing values of Albumin imputed (...)"."""
    asked = study.imputation
    if asked is None:
        return ""
    lacking = [study.unique_label(name) for name in dict.fromkeys(variables) if known.frame[name].isna().any()]
    of = f"missing values of {in_series(lacking)}" if lacking else "missing values (here none)"
    given = ["the other variables", *(f"auxiliary {study.unique_label(name)}" for name in asked.auxiliary)]
    given += [f"event and Nelson-Aalen estimate of {study.unique_endpoint_label(name)}" for name in asked.endpoints]
    given += map(study.unique_endpoint_label, asked.outcomes)
    return (
        f", {of} imputed (chained equations given {in_series(given)}; assumed missing at random; "
        f"{counted(asked.sets, 'data set')}, {counted(asked.iterations, 'iteration')} each, seed {asked.seed})"
    )


def pooled_test_in_words(test: WaldTest) -> str:
    """Name the test of several coefficients over imputed data sets, with its degrees of freedom."""
    if test.df_residual is None:
        return "pooled Wald (D1)"
    return f"pooled Wald (D1, F with {test.df} and {test.df_residual:.1f} degrees of freedom)"


def mostly_missing(known: ObservedPatients, variables: Sequence[str]) -> str | None:
    """Return the warning of an estimate whose variable is imputed in more than half of the patients."""
    n = known.population.n
    found = [name for name in variables if n and known.patients(known.frame[name].isna().to_numpy()) > HALF * n]
    if not found:
        return None
    labels = " and ".join(map(known.study.unique_label, found))
    return f"{labels} is imputed in more than half of the patients: the estimate rests on the imputation model"


def imputed_records(
    of_model: Key,
    key: Key,
    known: ObservedPatients,
    pooled: PooledModel,
    design: ModelDesign,
    variables: Sequence[str],
    words: Words,
) -> Iterator[Record]:
    """Yield how many patients of a model had a value imputed, and the fraction of missing information of each term.

    Parameters
    ----------
    of_model, key : of the model's counts, and of its terms.
    """
    imputed = known.patients(~known.has_all(variables))
    statistics = (imputation_catalogue.MODEL_IMPUTED, imputation_catalogue.MODEL_IMPUTED_PERCENT)
    yield from count_and_percent(statistics, of_model, imputed, known.population, words, of=known.population.n)
    for term in pooled.terms:
        column = design.columns[term.term]
        if column.bend is None:
            yield number(
                imputation_catalogue.MISSING_INFORMATION,
                replace(key, variable=column.term, level=column.level),
                term.missing_information,
                known.population,
                {**words, "term": column.words},
                reason=term.reason,
            )


def outcome_missing_record(key: Key, observed: ObservedPatients, words: Words) -> Iterator[Record]:
    """Yield how many patients a model leaves out since their outcome is missing, which is not imputed."""
    if isinstance(observed, OutcomeObservations):
        missing = observed.population.n - observed.known().population.n
        warning = f"the outcome of {counted(missing, 'patient')} is missing, and is not imputed" if missing else None
        statistic = imputation_catalogue.OUTCOME_MISSING
        yield count(statistic, key, missing, observed.population, words, of=observed.population.n, warning=warning)
