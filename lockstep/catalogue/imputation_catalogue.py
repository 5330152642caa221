"""The statistics of multiple imputation: how it was done, what was missing, and how much that matters."""

from __future__ import annotations

from typing import Final

from .catalogue import Statistic

_STUDY: Final = "study.toml"
_PERCENT: Final = "100 x count / denominator"

SETS = Statistic("imputation.sets", "setting", "Multiple imputation: number of data sets", _STUDY)
SEED = Statistic("imputation.seed", "setting", "Multiple imputation: seed", _STUDY)
ITERATIONS = Statistic("imputation.iterations", "setting", "Multiple imputation: iterations of each data set", _STUDY)
PATIENTS_IMPUTED = Statistic(
    "imputation.patients.count", "count", "Multiple imputation: patients with an imputed value", "count"
)
PATIENTS_IMPUTED_PERCENT = Statistic(
    "imputation.patients.percent", "percent", "Multiple imputation: patients with an imputed value", _PERCENT, "%"
)
VALUES_IMPUTED = Statistic("imputed.count", "count", "{of}, values imputed", "count; {method}")
VALUES_IMPUTED_PERCENT = Statistic("imputed.percent", "percent", "{of}, values imputed", _PERCENT, "%")

MODEL_IMPUTED = Statistic("imputed.count", "count", "{of}, {whole}, patients with an imputed value", "count")
MODEL_IMPUTED_PERCENT = Statistic(
    "imputed.percent", "percent", "{of}, {whole}, patients with an imputed value", _PERCENT, "%"
)
MISSING_INFORMATION = Statistic(
    "{variable}.{level}.missing_information",
    "probability",
    "{of}, {model}: {term}, fraction of missing information",
    "fraction of missing information (Rubin 1987) in the {fit} {regression}{options}{ties}; covariates: {covariates}",
)
OUTCOME_MISSING = Statistic(
    "outcome_missing",
    "count",
    "{of}, {whole}, patients left out since the outcome is missing",
    "count; outcomes are not imputed",
)

_GROUPS: Final = "{test} test of all levels together, in a Cox model{options}, Efron ties{adjusted}"
GROUPS_WALD = Statistic("pooled_wald.statistic", "statistic", "{of} by {by}: pooled Wald F", _GROUPS)
GROUPS_WALD_DF = Statistic(
    "pooled_wald.df", "statistic", "{of} by {by}: degrees of freedom of the pooled Wald test", _GROUPS
)
GROUPS_WALD_P = Statistic("pooled_wald.p_value", "p_value", "{of} by {by}: pooled Wald test", _GROUPS)
