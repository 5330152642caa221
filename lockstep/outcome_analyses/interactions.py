"""Whether what compares groups differs between the levels of another category: interaction tests, ratios of ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import pandas as pd

from ..adjusted_analyses.design import as_they_are
from ..regression.cox import CoxModel
from ..regression.generalised_linear import SEPARATED
from ..regression.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from ..regression.reasons import DIVERGES
from ..regression.regression import RegressionModel
from ..regression.wald import WaldTest, wald_test
from ..results import catalogue
from ..results.keys import Key
from ..results.model import Record
from ..results.records import number
from ..study.models import ModelKind
from ..study.terms import PRODUCT, Term
from .cox_records import PAIR, estimate_records
from .observations import ObservedPatients, OutcomeObservations
from .outcome_fits import MODEL_WORDS

Fitting: TypeAlias = Callable[[pd.DataFrame], CoxModel | RegressionModel]
"""What fits a model to a design of the patients who have a value of all its variables."""

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


def interaction_records(key: Key, known: ObservedPatients, asked: Interaction, fit: Fitting) -> Iterator[Record]:
    """Yield the test of interaction and, of a category with two levels, by how much its levels differ.

    Parameters
    ----------
    key : has the groups as `by`, the other category as `within`.
    known : the patients who have a value of all variables.
    """
    study = known.study
    terms = as_they_are(asked.variables)
    product = Term(name=PRODUCT.join((asked.groups, asked.within)))
    design = known.design([*terms, product])
    without, model = fit(known.design(terms).values), fit(design.values)
    test = _test(without, model, design.of(product.name), asked.kind)
    words = {
        **known.words,
        "exposure": study.unique_label(asked.groups),
        "subgroup": study.unique_label(asked.within),
        "model": asked.model,
        "test": "F" if isinstance(test, WaldTest) else "likelihood-ratio",
        "interval": MODEL_WORDS[asked.kind]["interval"].removesuffix(" and test"),
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


def _test(
    without: CoxModel | RegressionModel, model: CoxModel | RegressionModel, product: Sequence[str], kind: ModelKind
) -> LikelihoodRatioTest | WaldTest:
    """Test all product terms together: by the likelihood ratio, of differences of means by F."""
    if kind == "linear":
        return wald_test(model, product)
    test = likelihood_ratio_test(without, model)
    if any(term.reason in _ENDLESS for term in without.terms):
        # Products of a level without events change no likelihood, yet would count as degrees of freedom (so in R).
        ratio = MODEL_WORDS[kind]["ratios"].removesuffix("s")
        article = "an" if ratio.startswith("o") else "a"
        return replace(test, p_value=None, reason=f"{article} {ratio} {DIVERGES}")
    return test
