"""The statistics of outcomes, binary or a number, and of groups compared in them; models of them are in `catalogue`."""

from __future__ import annotations

from .catalogue import Statistic, test_of

OUTCOME_COUNT = Statistic("count", "count", "{of}, number of patients with {event}", "count")
OUTCOME_PERCENT = Statistic(
    "percent", "percent", "{of}, patients with {event}", "100 x count / denominator, Wilson score interval", "%"
)
RISK_DIFFERENCE = Statistic(
    "{level}.risk_difference",
    "difference",
    "{of}: difference of risks, {term}",
    "{method}",
    "%",
    no_effect=0.0,
)
RISK_RATIO = Statistic("{level}.risk_ratio", "risk_ratio", "{of}: {term}", "{method}", no_effect=1.0)
RISK_RATIO_P = Statistic("{level}.risk_ratio.p_value", "p_value", "{of}: risk ratio, {term}, Wald test", "{method}")
ODDS_RATIO = Statistic("{level}.odds_ratio", "odds_ratio", "{of}: {term}", "{method}", no_effect=1.0)
ODDS_RATIO_P = Statistic("{level}.odds_ratio.p_value", "p_value", "{of}: odds ratio, {term}, Wald test", "{method}")
MEAN_DIFFERENCE = Statistic(
    "{level}.mean_difference", "difference", "{of}: difference of means, {term}", "{method}", no_effect=0.0
)
MEAN_DIFFERENCE_P = Statistic(
    "{level}.mean_difference.p_value", "p_value", "{of}: difference of means, {term}, t test", "{method}"
)
SHIFT = Statistic(
    "{level}.shift",
    "difference",
    "{of}: shift, {term}",
    "Hodges-Lehmann estimate, interval of the Mann-Whitney test",
    no_effect=0.0,
)
MEAN_TEST = Statistic("mean_test.statistic", "statistic", "{of} by {by}: statistic of the test of means", "{method}")
MEAN_TEST_P = Statistic("mean_test.p_value", "p_value", "{of} by {by}: test of means", "{method}")
RANK_TEST = Statistic("rank_test.statistic", "statistic", "{of} by {by}: statistic of the test of ranks", "{method}")
RANK_TEST_P = Statistic("rank_test.p_value", "p_value", "{of} by {by}: test of ranks", "{method}")
ADJUSTED_TEST = Statistic(
    "adjusted_test.statistic", "statistic", "{of} by {by}: statistic of the adjusted test of all groups", "{method}"
)
ADJUSTED_TEST_DF = Statistic(
    "adjusted_test.df", "statistic", "{of} by {by}: degrees of freedom of the adjusted test of all groups", "{method}"
)
ADJUSTED_TEST_P = Statistic("adjusted_test.p_value", "p_value", "{of} by {by}: adjusted test of all groups", "{method}")
MANTEL_HAENSZEL, MANTEL_HAENSZEL_DF, MANTEL_HAENSZEL_P = test_of(
    "mantel_haenszel",
    "generalised Cochran-Mantel-Haenszel test without continuity correction{options}",
    "{of} by {by}: Mantel-Haenszel chi-square",
    "{of} by {by}: degrees of freedom of the Mantel-Haenszel test",
    "{of} by {by}: Mantel-Haenszel test",
)
