"""Whether what compares groups differs between the levels of another category: interaction tests, ratios of ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import pandas as pd

from ..adjusted_analyses.design import as_they_are
from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..regression.cox import CoxModel
from ..regression.generalised_linear import SEPARATED
from ..regression.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from ..regression.reasons import DIVERGES
from ..regression.regression import RegressionModel
from ..regression.wald import WaldTest, wald_test
from ..results.model import Record
from ..results.records import number
from ..study.models import ModelKind
from ..study.terms import PRODUCT, Term
from .cox_records import PAIR, estimate_records
from .observations import ObservedPatients, OutcomeObservations
from .outcome_fits import MODEL_WORDS
from .pooled_fits import (
    POOLED_INTERVAL,
    PooledModel,
    completed_patients,
    imputation_in_words,
    pooled_fit,
    pooled_test_in_words,
)

Fitting: TypeAlias = Callable[[Any, pd.DataFrame], CoxModel | RegressionModel]
"""What fits a model to patients who have a value of all its variables, and their design."""

_ENDLESS: Final = (DIVERGES, SEPARATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Groups of a category in the levels of another, in a model of some kind.

    `model` is the model in words: "a Cox model, Efron ties"; `adjust_for` are further variables of it.
    """

    groups: str
    within: str
    kind: ModelKind
    model: str
    adjust_for: Sequence[str] = ()

    @property
    def variables(self) -> list[str]:
        """The variables that a patient of the model has."""
        return [self.groups, self.within, *self.adjust_for]


def interaction_records(
    key: Key, observed: ObservedPatients, asked: Interaction, fit: Fitting, *, further: Sequence[str] = ()
) -> Iterator[Record]:
    """Yield the test of interaction and, of a category with two levels, by how much its levels differ.

    Parameters
    ----------
    key : has the groups as `by`, the other category as `within`.
    observed : the patients; those are taken who have a value of all variables, and of `further` ones.
    """
    study, variables = observed.study, [*asked.variables, *further]
    terms = as_they_are(asked.variables)
    product = Term(name=PRODUCT.join((asked.groups, asked.within)))
    model: CoxModel | RegressionModel | PooledModel
    if observed.completed:
        known, parts = completed_patients(observed, variables)
        design, model = pooled_fit(known, parts, [*terms, product], asked.kind, fit)
        test: LikelihoodRatioTest | WaldTest = model.test(design.of(product.name))
    else:
        known = observed.complete(variables)
        design = known.design([*terms, product])
        without, model = fit(known, known.design(terms).values), fit(known, design.values)
        test = _test(without, model, design.of(product.name), asked.kind)
    interval = POOLED_INTERVAL if observed.completed else MODEL_WORDS[asked.kind]["interval"]
    words = {
        **known.words,
        "exposure": study.unique_label(asked.groups),
        "subgroup": study.unique_label(asked.within),
        "model": asked.model + (imputation_in_words(study, known, variables) if observed.completed else ""),
        "test": _test_name(test, asked.kind, pooled=isinstance(model, PooledModel)),
        "interval": interval.removesuffix(" and test"),
        "ratios": MODEL_WORDS[asked.kind]["ratios"],
    }
    if len(study.levels(asked.within)) == PAIR:
        statistic = catalogue.INTERACTION_RATIO
        if asked.kind == "linear":
            statistic = catalogue.INTERACTION_DIFFERENCE
        several = len(study.levels(asked.groups)) > PAIR
        for term in model.terms:
            column = design.columns[term.term]
            if column.term == product.name:
                level = str(column.level).split(PRODUCT)[0] if several else None
                ratio, _ = estimate_records(
                    (statistic, catalogue.INTERACTION_P),
                    replace(key, level=level),
                    term,
                    model,
                    known.population,
                    {**words, "term": column.words},
                    unit=known.unit if isinstance(known, OutcomeObservations) else None,
                )
                yield ratio
    yield number(catalogue.INTERACTION_P, key, test.p_value, known.population, words, reason=test.reason)


def _test_name(test: LikelihoodRatioTest | WaldTest, kind: ModelKind, *, pooled: bool) -> str:
    if isinstance(test, LikelihoodRatioTest):
        return "likelihood-ratio"
    if pooled:
        return pooled_test_in_words(test)
    return "F" if kind == "linear" else "Wald"


def _test(
    without: CoxModel | RegressionModel, model: CoxModel | RegressionModel, product: Sequence[str], kind: ModelKind
) -> LikelihoodRatioTest | WaldTest:
    """Test all product terms together: by the likelihood ratio; of differences of means, and robust, by Wald or F."""
    if kind == "linear" or model.is_robust:
        return wald_test(model, product)
    test = likelihood_ratio_test(without, model)
    if any(term.reason in _ENDLESS for term in without.terms):
        # Products of a level without events change no likelihood, yet would count as degrees of freedom (so in R).
        ratio = MODEL_WORDS[kind]["ratios"].removesuffix("s")
        article = "an" if ratio.startswith("o") else "a"
        return replace(test, p_value=None, reason=f"{article} {ratio} {DIVERGES}")
    return test
