"""What the search for a cohort stands on: chi-square, log-rank and Cox statistics of its own, annealing, sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from analysis.simulation.annealing import Schedule, anneal
from analysis.simulation.characteristics import with_sum
from analysis.simulation.chi_square import p_value, quantile, window
from analysis.simulation.estimates import cox_p, km_median, log_rank_p
from analysis.simulation.overall_survival import spread
from analysis.simulation.risk_sets import risk_sets
from lockstep.regression.cox import cox_regression
from lockstep.survival.kaplan_meier import kaplan_meier
from lockstep.survival.log_rank import log_rank


@pytest.mark.parametrize("df", [1, 2, 3])
@pytest.mark.parametrize("p", [0.0121, 0.238, 0.7066, 0.965])
def test_chi_square_agrees_with_scipy(df: int, p: float) -> None:
    """The closed forms and the bisection are the chi-square distribution; a window holds the P it is for, no more."""
    assert quantile(p, df) == pytest.approx(chi2.isf(p, df), rel=1e-9)
    assert p_value(quantile(p, df), df) == pytest.approx(p, rel=1e-9)
    assert p_value(0.0, df) == 1
    near = window(p, 0.0004, df)
    assert near.misses(quantile(p, df)) == 0
    assert near.misses(quantile(p + 0.00041, df)) > 0
    assert near.misses(quantile(p - 0.00041, df)) > 0


@pytest.mark.parametrize("seed", range(8))
def test_search_verification_and_analysis_agree_on_awkward_data(seed: int) -> None:
    """With ties, censoring at event times and small groups, three programs give one log-rank P, median and Cox P."""
    rng = np.random.default_rng(seed)
    n = 40
    days = rng.integers(1, 12, n)
    event = rng.random(n) < 0.7
    group = rng.permutation(np.repeat([0, 1, 2], [3, 15, 22]))
    second = (group == 1).astype(float)
    among = (rng.random(n) < 0.8).astype(float)
    sets, inside = risk_sets(days, event), among == 1

    expected = log_rank(days, event, group == 1).p_value
    assert p_value(sets.log_rank(second), 1) == pytest.approx(expected, rel=1e-9)
    assert log_rank_p(days, event, group == 1) == pytest.approx(expected, rel=1e-9)
    expected = log_rank(days, event, group).p_value
    assert p_value(sets.log_rank_of_groups(np.eye(3)[group]), 2) == pytest.approx(expected, rel=1e-9)
    assert log_rank_p(days, event, group) == pytest.approx(expected, rel=1e-9)
    expected = log_rank(days[inside], event[inside], group[inside] == 1).p_value
    assert p_value(sets.log_rank(second, among), 1) == pytest.approx(expected, rel=1e-9)

    median = kaplan_meier(days, event).median().value
    first_below = sets.event_time[sets.survival() <= 0.5 + 1e-12]
    assert km_median(days, event) == (first_below[0] if len(first_below) else np.inf)
    assert median is None or km_median(days, event) <= median  # R takes the middle of a flat at one half

    covariates = np.column_stack([second, rng.normal(50, 12, n)])
    model = cox_regression(days, event, pd.DataFrame(covariates, columns=["group", "age"]))
    assert cox_p(days, event, covariates) == pytest.approx(model.terms[0].p_value, rel=1e-6)


def test_annealing_finds_what_there_is_and_gives_up_where_there_is_nothing() -> None:
    """A reachable state is found, draws without a neighbour notwithstanding; an impossible one ends in None."""
    schedule = Schedule(moves=2000, start=1.0, cooling=0.99, floor=0.01)

    def search(cost: Callable[[int], float]) -> int | None:
        rng = np.random.RandomState(7)
        return anneal(0, lambda x: [None, x - 1, x + 1][rng.randint(3)], cost, schedule, rng)

    assert search(lambda x: abs(x - 12) / 4) == 12
    assert search(lambda x: 1 + abs(x)) is None


def test_costs_that_differ_in_their_last_bits_are_equal() -> None:
    """A tie is accepted without a draw, however a machine rounds its sums: otherwise all later draws would differ."""
    states = []
    for error in (0.0, 3e-16, -3e-16):
        rng = np.random.RandomState(3)
        costs = iter([1.0, *([1.0 + error] * 5), 0.0])
        anneal(0, lambda x: x + 1, lambda _, c=costs: next(c), Schedule(6, 0.1, 1.0, 0.1), rng)
        states.append(rng.random_sample())
    assert len(set(states)) == 1


def test_integers_with_a_sum_keep_their_bounds_and_fixed_values() -> None:
    """The sum is met by small steps; what is fixed stays, and nothing leaves its bounds."""
    rng = np.random.RandomState(5)
    low, high = np.full(142, 3), np.full(142, 9)
    found = with_sum(rng, np.full(142, 4), low, high, 142 * 8, {0: 3, 141: 20})
    assert found.sum() == 142 * 8
    assert (found[0], found[141]) == (3, 20)
    assert ((found >= low) & (found <= high))[:141].all()


def test_spread_draws_different_days_in_order() -> None:
    """The days are all within their bounds, both included, and none comes twice."""
    assert spread(np.random.RandomState(1), 5, 9, 5).tolist() == [5, 6, 7, 8, 9]
