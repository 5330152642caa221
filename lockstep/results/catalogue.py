"""The statistics that records hold: each one's kind, name, method and unit, stated here and nowhere else."""

from __future__ import annotations

from enum import Enum, unique

from .model import Kind

_KAPLAN_MEIER = "Kaplan-Meier estimate, Greenwood variance, {conf_type} confidence interval"
_BEYOND = "patients followed beyond this time without the event, of all patients; not a survival rate"
_PERCENT = "100 x count / denominator"
_QUARTILE = "linear interpolation (Hyndman & Fan type 7)"
_CHI_SQUARE = "Pearson chi-square test without continuity correction"
_LOG_RANK = "two-sided log-rank (Mantel-Cox) test"
_COX = "Cox proportional-hazards model, Efron ties, Wald confidence interval and test"
_ADJUSTED = f"multivariable {_COX}; covariates: {{covariates}}"
_INTERACTION = "likelihood-ratio test of the product terms in a Cox model, Efron ties"
_LIKELIHOOD_RATIO = "likelihood-ratio test of all levels together, in a Cox model, Efron ties"
_ADJUSTED_LIKELIHOOD_RATIO = (
    "likelihood-ratio test of the multivariable Cox model against the one without this variable, Efron ties; "
    "covariates: {covariates}"
)
_SCHOENFELD = "score test of scaled Schoenfeld residuals against Kaplan-Meier-transformed time"
_PROPORTIONAL = f"{_SCHOENFELD} (Grambsch & Therneau 1994), in a Cox model, Efron ties"
_ADJUSTED_PROPORTIONAL = (
    f"{_SCHOENFELD} (Grambsch & Therneau 1994), in the multivariable Cox model, Efron ties; covariates: {{covariates}}"
)
_CUTOFF = "ROC curve; cut-off by Youden's index, the middle between observed values"

KAPLAN_MEIER_CURVE = _KAPLAN_MEIER
"""The method of a curve; holds the place of ``{conf_type}``."""


@unique
class Statistic(Enum):
    """A statistic: what it measures, what it is called, how it is computed and, where that never varies, its unit.

    `label` and `method` hold the places of words such as ``{of}``, the variable or endpoint that is described. No two
    statistics of one kind have the same label, so that a label tells statistics apart wherever it is shown.
    """

    label: str
    method: str
    unit: str | None
    kind: Kind

    def __init__(self, kind: Kind, label: str, method: str, unit: str | None = None) -> None:
        """Take the parts of a member."""
        self.kind, self.label, self.method, self.unit = kind, label, method, unit

    # settings, flow, dates
    SETTING = "setting", "{of}", "study.toml"
    REVIEWED = "count", "Patients reviewed", "rows of the data file"
    EXCLUDED = "count", "Patients excluded", "count"
    EXCLUDED_BY_RULE = "count", "Excluded: {of}", "count"
    ANALYSED = "count", "Patients analysed", "count"
    FIRST_DATE = "date", "{of}: first date", "first date"
    LAST_DATE = "date", "{of}: last date", "last date"

    # characteristics
    KNOWN = "count", "{of}, patients with a value", "count"
    MISSING_COUNT = "count", "{of}, patients without a value", "count"
    MISSING_PERCENT = "percent", "{of}, patients without a value", _PERCENT, "%"
    LEVEL_COUNT = "count", "{of}: {level}", "count"
    LEVEL_PERCENT = "percent", "{of}: {level}", _PERCENT, "%"
    MEAN = "number", "{of}: mean", "arithmetic mean"
    SD = "number", "{of}: standard deviation", "standard deviation, n - 1 in the denominator"
    MEDIAN = "number", "{of}: median", "median: the middle value, or the mean of the middle two"
    Q1 = "number", "{of}: lower quartile", f"lower quartile, {_QUARTILE}"
    Q3 = "number", "{of}: upper quartile", f"upper quartile, {_QUARTILE}"
    MIN = "number", "{of}: smallest value", "smallest value"
    MAX = "number", "{of}: largest value", "largest value"
    SURVIVORS = "count", "{of}: patients", "count"

    # cross tables
    CHI_SQUARE = "statistic", "{of} by {by}: chi-square", _CHI_SQUARE
    CHI_SQUARE_DF = "statistic", "{of} by {by}: degrees of freedom of the chi-square test", _CHI_SQUARE
    CHI_SQUARE_P = "p_value", "{of} by {by}: chi-square test", _CHI_SQUARE
    EXPECTED_MIN = "number", "{of} by {by}: smallest expected count", _CHI_SQUARE
    FISHER_P = "p_value", "{of} by {by}: Fisher's exact test", "{method}"

    # endpoints
    PATIENTS = "count", "{of}, number of patients", "count"
    EVENTS = "count", "{of}, number of events", "count"
    CENSORED = "count", "{of}, number of patients censored", "count"
    DEATHS_WITHOUT_EVENT = "count", "{of}, number of patients who died without the event", "count"
    SURVIVAL_MEDIAN = (
        "time", "{of}: median", "Kaplan-Meier median, Brookmeyer-Crowley confidence interval on the {conf_type} scale"
    )  # fmt: skip
    SURVIVAL_RATE = "percent", "{of} at {at}", _KAPLAN_MEIER, "%"
    BEYOND_COUNT = "count", "{of}, patients followed beyond {at} without the event", _BEYOND
    BEYOND_PERCENT = "percent", "{of}, patients followed beyond {at} without the event", _BEYOND, "%"
    REVERSE_MEDIAN = (
        "time",
        "{of}: median by reverse Kaplan-Meier",
        "reverse Kaplan-Meier median (Schemper & Smith 1996), {conf_type} confidence interval",
    )

    # comparisons
    LOG_RANK = "statistic", "{of} by {by}: log-rank chi-square", _LOG_RANK
    LOG_RANK_DF = "statistic", "{of} by {by}: degrees of freedom of the log-rank test", _LOG_RANK
    LOG_RANK_P = "p_value", "{of} by {by}: log-rank test", _LOG_RANK
    HAZARD_RATIO = "hazard_ratio", "{of}: {term}", _COX
    HAZARD_RATIO_P = "p_value", "{of}: {term}, Wald test", _COX
    LIKELIHOOD_RATIO = "statistic", "{of} by {by}: likelihood-ratio chi-square", _LIKELIHOOD_RATIO
    LIKELIHOOD_RATIO_DF = (
        "statistic", "{of} by {by}: degrees of freedom of the likelihood-ratio test", _LIKELIHOOD_RATIO
    )  # fmt: skip
    LIKELIHOOD_RATIO_P = "p_value", "{of} by {by}: likelihood-ratio test", _LIKELIHOOD_RATIO
    PROPORTIONAL = "statistic", "{of} by {by}: chi-square of proportional hazards", _PROPORTIONAL
    PROPORTIONAL_DF = (
        "statistic", "{of} by {by}: degrees of freedom of the test of proportional hazards", _PROPORTIONAL
    )  # fmt: skip
    PROPORTIONAL_P = "p_value", "{of} by {by}: test of proportional hazards", _PROPORTIONAL
    LEVEL_PROPORTIONAL = "statistic", "{of}: {term}, chi-square of proportional hazards", _PROPORTIONAL
    LEVEL_PROPORTIONAL_DF = (
        "statistic", "{of}: {term}, degrees of freedom of the test of proportional hazards", _PROPORTIONAL
    )  # fmt: skip
    LEVEL_PROPORTIONAL_P = "p_value", "{of}: {term}, test of proportional hazards", _PROPORTIONAL
    INTERACTION_P = "p_value", "{of}: interaction of {exposure} and {subgroup}", _INTERACTION

    # multivariable models
    ADJUSTED_PATIENTS = "count", "{of}, multivariable model, number of patients", "count"
    ADJUSTED_EVENTS = "count", "{of}, multivariable model, number of events", "count"
    ADJUSTED_RATIO = "hazard_ratio", "{of}, multivariable: {term}", _ADJUSTED
    ADJUSTED_RATIO_P = "p_value", "{of}, multivariable: {term}, Wald test", _ADJUSTED
    ADJUSTED_LIKELIHOOD_RATIO = (
        "statistic", "{of}, multivariable: likelihood-ratio chi-square, {term}", _ADJUSTED_LIKELIHOOD_RATIO
    )  # fmt: skip
    ADJUSTED_LIKELIHOOD_RATIO_DF = (
        "statistic", "{of}, multivariable: degrees of freedom of the likelihood-ratio test, {term}",
        _ADJUSTED_LIKELIHOOD_RATIO,
    )  # fmt: skip
    ADJUSTED_LIKELIHOOD_RATIO_P = (
        "p_value", "{of}, multivariable: {term}, likelihood-ratio test", _ADJUSTED_LIKELIHOOD_RATIO
    )  # fmt: skip
    ADJUSTED_PROPORTIONAL = (
        "statistic", "{of}, multivariable: chi-square of proportional hazards, {term}", _ADJUSTED_PROPORTIONAL
    )  # fmt: skip
    ADJUSTED_PROPORTIONAL_DF = (
        "statistic", "{of}, multivariable: degrees of freedom of the test of proportional hazards, {term}",
        _ADJUSTED_PROPORTIONAL,
    )  # fmt: skip
    ADJUSTED_PROPORTIONAL_P = (
        "p_value", "{of}, multivariable: test of proportional hazards, {term}", _ADJUSTED_PROPORTIONAL
    )  # fmt: skip

    # cut-offs
    AUC = "probability", "{of}: area under the ROC curve", "area under the ROC curve, DeLong confidence interval"
    THRESHOLD = "number", "{of}: cut-off", _CUTOFF
    THRESHOLD_TIME = "time", "{of}: cut-off", _CUTOFF
    YOUDEN = "probability", "{of}: Youden's index at the cut-off", _CUTOFF
    SENSITIVITY = "probability", "{of}: sensitivity at the cut-off", _CUTOFF
    SPECIFICITY = "probability", "{of}: specificity at the cut-off", _CUTOFF
