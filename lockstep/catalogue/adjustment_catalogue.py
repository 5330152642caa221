"""The statistics of propensity scores, weights, matched sets, balance, E-values; as `lockstep.catalogue.catalogue`."""

from __future__ import annotations

from typing import Final

from .catalogue import Statistic

BALANCED: Final = 0.1
"""The standardised difference above which a covariate counts as not balanced (Austin, Stat Med 2009;28:3083-3107)."""

LARGE_WEIGHT: Final = 10
"""A weight above this lets one patient stand for more than ten."""

_SCORE = "propensity score of {exposed} by logistic regression; covariates: {covariates}"
_KISH = "Kish's effective sample size: (sum of weights)^2 / sum of squared weights"
_SMD = "difference of means or proportions, {exposed} less {unexposed}, over {denominator}, {after}"
_E_VALUE = (
    "E-value (VanderWeele & Ding 2017): risk ratio that an unmeasured confounder would need with both exposure and "
    "outcome to explain {what} away; {how}"
)

SCORED = Statistic("score.{analysis}.n", "count", "{of}, patients with a propensity score", "{score}")
UNSCORED = Statistic(
    "score.{analysis}.missing",
    "count",
    "{of}, patients without a propensity score",
    "patients without a value of the exposure or a covariate",
)
GROUP_SCORED = Statistic(
    "score.{analysis}.{level}.n", "count", "{of}: {group}, patients with a propensity score", "count"
)
SCORE_PARAMETERS = Statistic(
    "score.{analysis}.parameters", "statistic", "{of}, number of parameters of the score model", _SCORE
)
PATIENTS_PER_PARAMETER = Statistic(
    "score.{analysis}.patients_per_parameter",
    "number",
    "{of}, patients of the smaller group per parameter of the score model",
    "patients of the smaller group / parameters",
    unit="",
    decimals=1,
)
C_STATISTIC = Statistic(
    "score.{analysis}.c_statistic",
    "probability",
    "{of}, c-statistic of the propensity score",
    f"area under the ROC curve of the {_SCORE}, DeLong interval",
    no_effect=0.5,
)
TRIMMED = Statistic(
    "weights.{analysis}.trimmed", "count", "{of}, patients left out for an extreme score", "score not {range}"
)
TRUNCATED = Statistic("weights.{analysis}.truncated", "count", "{of}, weights truncated", "{weights}")
LARGE_WEIGHTS = Statistic(
    "weights.{analysis}.over_10",
    "count",
    f"{{of}}, weights above {LARGE_WEIGHT}",
    "as used, after any truncation: {weights}",
)
WEIGHTED = Statistic("weights.{analysis}.{level}.n", "count", "{of}: {group}, patients with a weight", "count")
EFFECTIVE_N = Statistic(
    "weights.{analysis}.{level}.effective_n",
    "number",
    "{of}: {group}, effective number of patients",
    _KISH,
    unit="",
    decimals=0,
)
MATCHED_SETS = Statistic("matching.{analysis}.sets", "count", "{of}, matched sets", "{matching}")
IN_MATCHED_SETS = Statistic("matching.{analysis}.{level}.n", "count", "{of}: {group}, patients matched", "{matching}")

MEAN_BEFORE = Statistic(
    "balance.{analysis}.{variable}.{level}.mean_{item}.before",
    "number",
    "{of}: {term}, mean before, {group}",
    "mean, without weights",
)
MEAN_AFTER = Statistic(
    "balance.{analysis}.{variable}.{level}.mean_{item}.after",
    "number",
    "{of}: {term}, mean after, {group}",
    "mean, {after}",
)
PERCENT_BEFORE = Statistic(
    "balance.{analysis}.{variable}.{level}.percent_{item}.before",
    "percent",
    "{of}: {term}, before, {group}",
    "100 x proportion, without weights",
    "%",
)
PERCENT_AFTER = Statistic(
    "balance.{analysis}.{variable}.{level}.percent_{item}.after",
    "percent",
    "{of}: {term}, after, {group}",
    "100 x proportion, {after}",
    "%",
)
SMD_BEFORE = Statistic(
    "balance.{analysis}.{variable}.{level}.smd.before",
    "number",
    "{of}: {term}, standardised difference before",
    "difference of means or proportions, {exposed} less {unexposed}, over {denominator}, without weights",
    unit="",
    decimals=2,
)
SMD_AFTER = Statistic(
    "balance.{analysis}.{variable}.{level}.smd.after",
    "number",
    "{of}: {term}, standardised difference after",
    _SMD,
    unit="",
    decimals=2,
)
VARIANCE_RATIO_BEFORE = Statistic(
    "balance.{analysis}.{variable}.variance_ratio.before",
    "number",
    "{of}: {term}, ratio of variances before",
    "variance in {exposed} over that in {unexposed}, without weights",
    unit="",
    decimals=2,
)
VARIANCE_RATIO_AFTER = Statistic(
    "balance.{analysis}.{variable}.variance_ratio.after",
    "number",
    "{of}: {term}, ratio of variances after",
    "variance in {exposed} over that in {unexposed}, {after}",
    unit="",
    decimals=2,
)
LARGEST_BEFORE = Statistic(
    "balance.{analysis}.largest.before",
    "number",
    "{of}: largest standardised difference before",
    "largest absolute standardised difference of all covariates and levels, without weights",
    unit="",
    decimals=2,
)
LARGEST_AFTER = Statistic(
    "balance.{analysis}.largest.after",
    "number",
    "{of}: largest standardised difference after",
    "largest absolute standardised difference of all covariates and levels, {after}",
    unit="",
    decimals=2,
)

WEIGHTED_PERCENT = Statistic(
    "weighted_percent",
    "percent",
    "{of}, patients with {event}, weighted",
    "proportion{options}, normal confidence interval of its logit",
    "%",
)
WEIGHTED_MEAN = Statistic("weighted_mean", "number", "{of}: weighted mean", "mean{options}")
WEIGHTED_SD = Statistic("weighted_sd", "number", "{of}: weighted standard deviation", "standard deviation{options}")

HAZARD_E_VALUE = Statistic("cox.{level}.e_value", "number", "{ratio}, E-value", _E_VALUE, unit="", decimals=2)
HAZARD_E_LIMIT = Statistic(
    "cox.{level}.e_value_limit", "number", "{ratio}, E-value of the limit", _E_VALUE, unit="", decimals=2
)
RISK_E_VALUE = Statistic(
    "{level}.risk_ratio.e_value", "number", "{ratio}, E-value of the risk ratio", _E_VALUE, unit="", decimals=2
)
RISK_E_LIMIT = Statistic(
    "{level}.risk_ratio.e_value_limit",
    "number",
    "{ratio}, E-value of the limit of the risk ratio",
    _E_VALUE,
    unit="",
    decimals=2,
)
ODDS_E_VALUE = Statistic(
    "{level}.odds_ratio.e_value", "number", "{ratio}, E-value of the odds ratio", _E_VALUE, unit="", decimals=2
)
ODDS_E_LIMIT = Statistic(
    "{level}.odds_ratio.e_value_limit",
    "number",
    "{ratio}, E-value of the limit of the odds ratio",
    _E_VALUE,
    unit="",
    decimals=2,
)
MODEL_E_VALUE = Statistic("{variable}.{level}.e_value", "number", "{ratio}, E-value", _E_VALUE, unit="", decimals=2)
MODEL_E_LIMIT = Statistic(
    "{variable}.{level}.e_value_limit",
    "number",
    "{ratio}, E-value of the limit",
    _E_VALUE,
    unit="",
    decimals=2,
)

ROBUST_SCORE = Statistic(
    "robust_score.statistic",
    "statistic",
    "{of} by {by}: chi-square of the robust score test",
    "robust score test of a Cox model (in place of a log-rank test){options}, Efron ties",
)
ROBUST_SCORE_DF = Statistic(
    "robust_score.df",
    "statistic",
    "{of} by {by}: degrees of freedom of the robust score test",
    "robust score test of a Cox model (in place of a log-rank test){options}, Efron ties",
)
ROBUST_SCORE_P = Statistic(
    "robust_score.p_value",
    "p_value",
    "{of} by {by}: robust score test",
    "robust score test of a Cox model (in place of a log-rank test){options}, Efron ties",
)
