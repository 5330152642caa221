"""Records of multiple imputation: how it was done, and how many values it filled in; none of the values, nor whose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..catalogue import imputation_catalogue as catalogue
from ..catalogue.keys import Key
from ..results.model import Record
from ..results.records import Population, count, number, record
from ..study.imputation import MultipleImputation
from ..study.model import Study
from .imputed_cohort import ImputedValues

HALF: Final = 50.0  # percent

MOSTLY: Final = "more than half of the values are imputed: results rest on the imputation model"
FEW_SETS: Final = "fewer data sets than percent of patients with a missing value: estimates depend on the seed"


def imputation_records(
    study: Study, asked: MultipleImputation, imputed: ImputedValues, analysed: Population
) -> Iterator[Record]:
    """Yield number, seed and iterations of the data sets, patients with imputed values, and values by variable."""
    share = 100 * imputed.n_patients / analysed.n
    warning = FEW_SETS if asked.sets < share else None
    yield number(catalogue.SETS, Key(), asked.sets, analysed, warning=warning)
    yield number(catalogue.SEED, Key(), asked.seed, analysed)
    yield number(catalogue.ITERATIONS, Key(), asked.iterations, analysed)
    yield count(catalogue.PATIENTS_IMPUTED, Key(), imputed.n_patients, analysed, of=analysed.n)
    yield record(catalogue.PATIENTS_IMPUTED_PERCENT, Key(), share, analysed, denominator=analysed.n)
    for name, missing in imputed.missing.items():
        key, expected = Key(variable=name), imputed.expected[name]
        words = {"of": study.unique_label(name), "method": imputed.models[name]}
        percent = 100 * missing / expected
        warning = MOSTLY if percent > HALF else None
        yield count(catalogue.VALUES_IMPUTED, key, missing, analysed, words, of=expected, warning=warning)
        yield record(
            catalogue.VALUES_IMPUTED_PERCENT, key, percent, analysed, words, denominator=expected, warning=warning
        )
