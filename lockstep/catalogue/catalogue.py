"""The statistics that records hold: each one's kind, name, method and unit, stated here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, get_args

from ..base.errors import ResultsError
from ..statistics import moments
from ..syntax.sections import STUDY_FILE
from .keys import Key, checked_path, ids_below
from .kinds import Kind

_KAPLAN_MEIER = "Kaplan-Meier estimate{options}, {variance} variance, {conf_type} confidence interval"
_PERCENT = "100 x count / denominator"
_CHI_SQUARE = "Pearson chi-square test without continuity correction"
_LOG_RANK = "two-sided log-rank (Mantel-Cox) test{options}"
_COX = "Cox proportional-hazards model{options}, Efron ties, {interval}{adjusted}"
_MODEL = "{fit} {regression}{options}{ties}, {interval}; covariates: {covariates}"
_INTERACTION = "{test} test of the product terms in {model}"
_PRODUCT = "product of the two variables in {model}, {interval}"
_LIKELIHOOD_RATIO = "likelihood-ratio test of all levels together, in a Cox model{options}, Efron ties{adjusted}"
_MODEL_LIKELIHOOD_RATIO = (
    "likelihood-ratio test of the {fit} {short}{options} against the one without this variable{ties}; "
    "covariates: {covariates}"
)
_MODEL_WALD = (
    "{test} test of all coefficients of this variable together, in the {fit} {short}{options}{ties}; "
    "covariates: {covariates}"
)
HAZARDS_CHECK: Final = (
    "score test of scaled Schoenfeld residuals against Kaplan-Meier-transformed time (Grambsch & Therneau 1994)"
)
"""How the proportional hazards of a Cox model are checked."""

_PROPORTIONAL = f"{HAZARDS_CHECK}, in a Cox model{{options}}, Efron ties{{adjusted}}"
_MODEL_PROPORTIONAL = "{check}, in the {fit} {short}{options}, Efron ties; covariates: {covariates}"
_CUTOFF = "ROC curve; cut-off by Youden's index, the middle between observed values"


KAPLAN_MEIER_CURVE: Final = _KAPLAN_MEIER
"""The method of a curve; holds the places of ``{conf_type}``, ``{options}`` and ``{variance}``."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic: what it is called in ids and in words, what it measures, how it is computed.

    Attributes
    ----------
    path : what follows endpoint, variable and group in the ids of its results, or with parts of the key in
        braces: ``median``, ``cox.{level}.hazard_ratio``; see `lockstep.catalogue.keys.Key`.
    kind : what it measures; decides how it is printed.
    label : what it is called. Holds the places of words such as ``{of}``, the variable or endpoint that is described.
        No two statistics of one kind have the same, so that a label distinguishes statistics wherever it is shown.
    method : estimator and its conventions, with places as in the label.
    unit : where it never varies; "" for none, whatever the unit of what it describes.
    no_effect : the value that means no effect: 1 for a ratio, 0 for a difference; None where there is no such value.
    decimals : of a number or time, where these are not those of the variable that it describes.

    Raises
    ------
    ResultsError
        If path, label or method are no texts, no id can be made of the path, or there is no such kind.
    """

    path: str
    kind: Kind
    label: str
    method: str
    unit: str | None = None
    no_effect: float | None = None
    decimals: int | None = None

    def __post_init__(self) -> None:
        for name in ("path", "label", "method"):
            if not isinstance(text := getattr(self, name), str):
                raise ResultsError(f"the {name} of a statistic is of the type {type(text).__name__}; expected a text")
        checked_path(self.path)
        if self.kind not in get_args(Kind):
            raise ResultsError(f"a statistic has the kind '{self.kind}'; the kinds are: {', '.join(get_args(Kind))}")

    def of(self, key: Key | None = None, **parts: Any) -> Key:
        """Return the key of this statistic of what a key or its parts say."""
        return Key(self.path, **parts) if key is None else replace(key, statistic=self.path, **parts)


def test_of(path: str, method: str, statistic: str, df: str, p_value: str) -> tuple[Statistic, Statistic, Statistic]:
    """Return the statistic of a test, its degrees of freedom and its P value, by the label of each."""
    paths = ids_below(path, "statistic", "df", "p_value")
    return (
        Statistic(paths[0], "statistic", statistic, method),
        Statistic(paths[1], "statistic", df, method),
        Statistic(paths[2], "p_value", p_value, method),
    )


# ---- settings, flow, data, dates ------------------------------------------------------------------------------------
ALPHA = Statistic("setting.alpha", "setting", "Significance level", STUDY_FILE)
CONF_LEVEL = Statistic("setting.conf_level", "setting", "Confidence level", STUDY_FILE, "%")
CONF_TYPE = Statistic("setting.conf_type", "setting", "Scale of the confidence intervals of survival", STUDY_FILE)
MONTH = Statistic("setting.month", "setting", "{of} in a month", STUDY_FILE)
YEAR = Statistic("setting.year", "setting", "{of} in a year", STUDY_FILE)
CUT = Statistic("setting.{variable}.cut", "setting", "{of}: upper bound of the group {level}", STUDY_FILE)
ROWS = Statistic("flow.rows", "count", "Rows read: {of}", "rows of a data file with an id")
MATCHED = Statistic("flow.matched", "count", "Patients with a row in {of}", "patients of both files, by id")
UNMATCHED = Statistic("flow.unmatched", "count", "Patients without a row in {of}", "patients of the data file alone")
UNKNOWN = Statistic("flow.unknown", "count", "Patients in {of} alone", "patients of the joined file alone")
REVIEWED = Statistic("flow.reviewed", "count", "Patients reviewed", "{counted} of the data file")
EXCLUDED = Statistic("flow.excluded", "count", "Patients excluded", "count")
EXCLUDED_BY_RULE = Statistic("flow.excluded", "count", "Excluded: {of}", "count")
ANALYSED = Statistic("flow.analysed", "count", "Patients analysed", "count")
IN_POPULATION = Statistic("flow.{population}", "count", "Patients in the population: {of}", "count")
NOT_KNOWN_IN_POPULATION = Statistic(
    "flow.{population}.unknown", "count", "Patients who may be in the population, for want of a value: {of}", "count"
)
QUERIES = Statistic("data.queries", "count", "Open data queries", "entries in the list of doubtful data")
QUERIES_BY_CHECK = Statistic(
    "data.queries", "count", "Open data queries: {of}", "entries of one check in the list of doubtful data"
)
FIRST_DATE = Statistic("first", "date", "{of}: first date", "first date")
LAST_DATE = Statistic("last", "date", "{of}: last date", "last date")

# ---- characteristics ------------------------------------------------------------------------------------------------
KNOWN = Statistic("n", "count", "{of}, patients with a value", "count")
MISSING_COUNT = Statistic("missing.count", "count", "{of}, patients without a value", "count")
MISSING_PERCENT = Statistic("missing.percent", "percent", "{of}, patients without a value", _PERCENT, "%")
LEVEL_COUNT = Statistic("{level}.count", "count", "{of}: {level}", "count")
LEVEL_PERCENT = Statistic("{level}.percent", "percent", "{of}: {level}", _PERCENT, "%")
_OF_NUMBER = {
    item.name: Statistic(item.name, "number", f"{{of}}: {item.words}", item.method) for item in moments.MOMENTS
}
MEAN, SD, MEDIAN = _OF_NUMBER["mean"], _OF_NUMBER["sd"], _OF_NUMBER["median"]
Q1, Q3, MIN, MAX = _OF_NUMBER["q1"], _OF_NUMBER["q3"], _OF_NUMBER["min"], _OF_NUMBER["max"]
MOMENTS: Final = tuple(_OF_NUMBER.values())
"""What describes a number: each statistic of `lockstep.statistics.moments`, whose name is its path."""
SURVIVORS = Statistic("n", "count", "{of}: patients", "count")

# ---- cross tables ---------------------------------------------------------------------------------------------------
CHI_SQUARE, CHI_SQUARE_DF, CHI_SQUARE_P = test_of(
    "chi_square",
    _CHI_SQUARE,
    "{of} by {by}: chi-square",
    "{of} by {by}: degrees of freedom of the chi-square test",
    "{of} by {by}: chi-square test",
)
EXPECTED_MIN = Statistic("chi_square.expected_min", "number", "{of} by {by}: smallest expected count", _CHI_SQUARE)
FISHER_P = Statistic("fisher.p_value", "p_value", "{of} by {by}: Fisher's exact test", "{method}")

# ---- comparisons of characteristics ---------------------------------------------------------------------------------
GROUP_TEST_P = Statistic("test.p_value", "p_value", "{of} by {by}: test of the groups", "{method}")
STANDARDISED_DIFFERENCE = Statistic(
    "smd", "number", "{of} by {by}: standardised mean difference", "{method}", unit="", decimals=2
)

# ---- endpoints ------------------------------------------------------------------------------------------------------
PATIENTS = Statistic("n", "count", "{of}, number of patients", "count")
EVENTS = Statistic("events", "count", "{of}, number of events", "count")
CENSORED = Statistic("censored", "count", "{of}, number of patients censored", "count")
NEVER_AT_RISK = Statistic(
    "never_at_risk",
    "count",
    "{of}, number of patients never at risk",
    "patients whose follow-up ends before or at their entry",
)
FIRST_COUNT = Statistic(
    "first.{item}.count",
    "count",
    "{of}, first event: {event}",
    "patients of whom it is the first event; of events at one time, the one that study.toml lists first",
)
FIRST_PERCENT = Statistic("first.{item}.percent", "percent", "{of}, first event: {event}", _PERCENT, "%")
DEATHS_WITHOUT_EVENT = Statistic(
    "deaths_without_event", "count", "{of}, number of patients who died without the event", "count"
)
SURVIVAL_MEDIAN = Statistic(
    "median",
    "time",
    "{of}: median",
    "Kaplan-Meier median{options}, Brookmeyer-Crowley confidence interval on the {conf_type} scale",
)
SURVIVAL_RATE = Statistic("rate", "percent", "{of} at {at}", _KAPLAN_MEIER, "%")
REVERSE_MEDIAN = Statistic(
    "reverse_km.median",
    "time",
    "{of}: median by reverse Kaplan-Meier",
    "reverse Kaplan-Meier median{options} (Schemper & Smith 1996), {conf_type} confidence interval",
)

# ---- comparisons ----------------------------------------------------------------------------------------------------
LOG_RANK, LOG_RANK_DF, LOG_RANK_P = test_of(
    "log_rank",
    _LOG_RANK,
    "{of} by {by}: {test} chi-square",
    "{of} by {by}: degrees of freedom of the {test} test",
    "{of} by {by}: {test} test",
)
HAZARD_RATIO = Statistic("cox.{level}.hazard_ratio", "hazard_ratio", "{of}: {term}", _COX, no_effect=1.0)
HAZARD_RATIO_P = Statistic("cox.{level}.p_value", "p_value", "{of}: {term}, Wald test", _COX)
LIKELIHOOD_RATIO, LIKELIHOOD_RATIO_DF, LIKELIHOOD_RATIO_P = test_of(
    "likelihood_ratio",
    _LIKELIHOOD_RATIO,
    "{of} by {by}: likelihood-ratio chi-square",
    "{of} by {by}: degrees of freedom of the likelihood-ratio test",
    "{of} by {by}: likelihood-ratio test",
)
PROPORTIONAL, PROPORTIONAL_DF, PROPORTIONAL_P = test_of(
    "proportional_hazards.{level}",
    _PROPORTIONAL,
    "{of} by {by}: chi-square of proportional hazards",
    "{of} by {by}: degrees of freedom of the test of proportional hazards",
    "{of} by {by}: test of proportional hazards",
)
LEVEL_PROPORTIONAL, LEVEL_PROPORTIONAL_DF, LEVEL_PROPORTIONAL_P = test_of(
    "proportional_hazards.{level}",
    _PROPORTIONAL,
    "{of}: {term}, chi-square of proportional hazards",
    "{of}: {term}, degrees of freedom of the test of proportional hazards",
    "{of}: {term}, test of proportional hazards",
)
RATE_DIFFERENCE = Statistic(
    "{level}.rate_difference",
    "difference",
    "{of} at {at}: difference, {term}",
    "difference of Kaplan-Meier estimates{options}, normal confidence interval with {variance} variances",
    "%",
    no_effect=0.0,
)
RATE_DIFFERENCE_P = Statistic(
    "{level}.rate_difference.p_value",
    "p_value",
    "{of} at {at}: difference, {term}, z test",
    "z test of the difference of Kaplan-Meier estimates{options}, {variance} variances",
)
INTERACTION_P = Statistic(
    "interaction_{within}.p_value", "p_value", "{of}: interaction of {exposure} and {subgroup}", _INTERACTION
)
INTERACTION_RATIO = Statistic(
    "interaction_{within}.{level}.ratio", "ratio", "{of}: ratio of {ratios}, {term}", _PRODUCT, no_effect=1.0
)
INTERACTION_DIFFERENCE = Statistic(
    "interaction_{within}.{level}.difference",
    "difference",
    "{of}: difference of {ratios}, {term}",
    _PRODUCT,
    no_effect=0.0,
)

# ---- models --------------------------------------------------------------------------------------------------------
MODEL_PATIENTS = Statistic("n", "count", "{of}, {whole}, number of patients", "count")
MODEL_EVENTS = Statistic("events", "count", "{of}, {whole}, number of events", "count")
MODEL_PARAMETERS = Statistic(
    "parameters", "statistic", "{of}, {whole}, number of parameters", "coefficients that are estimated"
)
MODEL_CLUSTERS = Statistic(
    "clusters",
    "statistic",
    "{of}, {whole}, number of clusters",
    "levels of the variable that patients have",
)
EVENTS_PER_PARAMETER = Statistic(
    "events_per_parameter", "number", "{of}, {whole}, events per parameter", "{events} / parameters", decimals=1
)
TERM_PATIENTS = Statistic("{variable}.{level}.n", "count", "{of}, {model}: {term}, number of patients", "count")
TERM_EVENTS = Statistic("{variable}.{level}.events", "count", "{of}, {model}: {term}, number of events", "count")
MODEL_RATIO = Statistic(
    "{variable}.{level}.hazard_ratio", "hazard_ratio", "{of}, {model}: {term}", _MODEL, no_effect=1.0
)
MODEL_SUBDISTRIBUTION_RATIO = Statistic(
    "{variable}.{level}.subdistribution_hazard_ratio",
    "subdistribution_hazard_ratio",
    "{of}, {model}: {term}, subdistribution hazard ratio",
    _MODEL,
    no_effect=1.0,
)
MODEL_ODDS_RATIO = Statistic(
    "{variable}.{level}.odds_ratio", "odds_ratio", "{of}, {model}: {term}", _MODEL, no_effect=1.0
)
MODEL_RISK_RATIO = Statistic(
    "{variable}.{level}.risk_ratio", "risk_ratio", "{of}, {model}: {term}", _MODEL, no_effect=1.0
)
MODEL_DIFFERENCE = Statistic(
    "{variable}.{level}.difference", "difference", "{of}, {model}: {term}", _MODEL, no_effect=0.0
)
MODEL_RATIO_P = Statistic("{variable}.{level}.p_value", "p_value", "{of}, {model}: {term}, {test} test", _MODEL)
MODEL_AUC = Statistic(
    "auc",
    "probability",
    "{of}, {whole}, area under the ROC curve",
    "area under the ROC curve of the predicted risks, in the patients to whom the model was fitted, DeLong interval",
    no_effect=0.5,
)
MODEL_R_SQUARED = Statistic(
    "r_squared", "probability", "{of}, {whole}, explained share of the variance", "1 - residual / total sum of squares"
)
MODEL_LIKELIHOOD_RATIO, MODEL_LIKELIHOOD_RATIO_DF, MODEL_LIKELIHOOD_RATIO_P = test_of(
    "likelihood_ratio.{variable}",
    _MODEL_LIKELIHOOD_RATIO,
    "{of}, {model}: likelihood-ratio chi-square, {term}",
    "{of}, {model}: degrees of freedom of the likelihood-ratio test, {term}",
    "{of}, {model}: {term}, likelihood-ratio test",
)
MODEL_WALD, MODEL_WALD_DF, MODEL_WALD_P = test_of(
    "wald.{variable}",
    _MODEL_WALD,
    "{of}, {model}: Wald {distribution}, {term}",
    "{of}, {model}: degrees of freedom of the Wald test, {term}",
    "{of}, {model}: {term}, Wald test of all its coefficients",
)
MODEL_PROPORTIONAL, MODEL_PROPORTIONAL_DF, MODEL_PROPORTIONAL_P = test_of(
    "proportional_hazards.{variable}.{item}",
    _MODEL_PROPORTIONAL,
    "{of}, {model}: chi-square of proportional hazards, {term}",
    "{of}, {model}: degrees of freedom of the test of proportional hazards, {term}",
    "{of}, {model}: test of proportional hazards, {term}",
)

# ---- cut-offs -------------------------------------------------------------------------------------------------------
AUC = Statistic(
    "cutoff.{analysis}.auc",
    "probability",
    "{of}: area under the ROC curve",
    "area under the ROC curve, DeLong confidence interval",
    no_effect=0.5,
)
THRESHOLD = Statistic("cutoff.{analysis}.threshold", "number", "{of}: cut-off", _CUTOFF)
THRESHOLD_TIME = Statistic("cutoff.{analysis}.threshold", "time", "{of}: cut-off", _CUTOFF)
YOUDEN = Statistic("cutoff.{analysis}.youden", "probability", "{of}: Youden's index at the cut-off", _CUTOFF)
SENSITIVITY = Statistic("cutoff.{analysis}.sensitivity", "probability", "{of}: sensitivity at the cut-off", _CUTOFF)
SPECIFICITY = Statistic("cutoff.{analysis}.specificity", "probability", "{of}: specificity at the cut-off", _CUTOFF)
