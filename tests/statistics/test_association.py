"""Chi-square, Fisher's exact test and ROC cut-off: exact or with a reason, and never slow.

That the numbers are R's is held by test_reference.
"""

from __future__ import annotations

import itertools
import math
import time
import warnings
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics.chi_square import chi_square
from lockstep.statistics.fisher import fisher_exact
from lockstep.statistics.roc import roc_curve_cutoff

Table = list[list[int]]
tables = st.tuples(st.integers(2, 3), st.integers(2, 3)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 4), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)
markers = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=30)
"""Marker and outcome of each patient; few distinct values make many ties."""


# ---- cross tables --------------------------------------------------------------------------------------------------


def test_the_exact_test_has_the_name_that_it_goes_by() -> None:
    """Two by two it is Fisher's, beyond that its extension by Freeman and Halton."""
    assert fisher_exact([[3, 0], [1, 9]]).method == "Fisher's exact test"
    assert fisher_exact([[3, 4, 6], [1, 0, 1]]).method == "Fisher-Freeman-Halton exact test"


def test_a_table_of_equals_has_p_1() -> None:
    """Where no table is more likely than the observed one the sum of all is 1, ties by rounding included."""
    # fisher.test(matrix(rep(3, 20), 2), workspace = 2e7)
    even = [[3] * 10, [3] * 10]
    assert chi_square(even).p_value == 1
    assert fisher_exact(even).p_value == pytest.approx(1, rel=1e-12)


def test_empty_rows_and_columns_are_no_level() -> None:
    """A level without patients changes neither statistic nor degrees of freedom nor exact P value."""
    table, padded = [[3, 1], [2, 9]], [[0, 0, 0], [3, 0, 1], [2, 0, 9]]
    assert chi_square(padded) == chi_square(table)
    assert fisher_exact(padded) == fisher_exact(table)


@pytest.mark.parametrize("table", [[[3, 0], [5, 0]], [[0, 0], [0, 0]], [[4]], [[1, 2, 3]]])
def test_a_degenerate_table_has_a_reason(table: Table) -> None:
    """With patients in one row or column only there is nothing to test, and both tests say so."""
    reason = "fewer than two rows or columns with patients"
    test, exact = chi_square(table), fisher_exact(table)
    assert (test.statistic, test.df, test.p_value, test.expected_min, test.reason) == (None, 0, None, None, reason)
    assert (exact.p_value, exact.reason) == (None, reason)


@pytest.mark.parametrize("shape", [(4, 4), (5, 5), (6, 6)])
def test_a_table_too_large_is_simulated_in_bounded_time(shape: tuple[int, int]) -> None:
    """100,000 patients have a P value within seconds, whose method says that it is simulated, with its seed."""
    table = np.full(shape, 100_000 // math.prod(shape)) + np.arange(math.prod(shape)).reshape(shape)
    start = time.perf_counter()
    simulated = fisher_exact(table)
    assert time.perf_counter() - start < 20
    assert simulated.method == (
        "Fisher-Freeman-Halton exact test, P value by Monte Carlo simulation (100,000 tables, seed 1)"
    )
    assert simulated.p_value == pytest.approx(1)
    asked = fisher_exact(table, simulate=False)
    assert (asked.p_value, asked.standard_error, asked.reason) == (None, None, "too large for an exact test")
    assert chi_square(table).p_value is not None


def test_a_simulated_p_value_is_near_the_exact_one_and_never_0() -> None:
    """A simulation comes close to R's exact P value, the same each time; the least that it gives is 1 of 100,001."""
    table = [[3, 8, 3, 8], [0, 11, 3, 11], [5, 4, 2, 16], [1, 1, 0, 2], [2, 4, 1, 15]]
    found = fisher_exact(table)
    assert found.standard_error == pytest.approx(0.00114, abs=1e-5)
    # fisher.test(table, workspace = 2e7)
    assert found.p_value == pytest.approx(0.152889299099, abs=2 * found.standard_error)
    assert fisher_exact(table) == found
    # R: 5e-7 with fisher.test(table, workspace = 2e7); (0 + 1) / (B + 1) of B simulated tables
    rare = fisher_exact([[33, 80, 22, 50, 77, 66], [27, 60, 39, 76, 28, 42]])
    assert rare.p_value == 1 / 100_001


def test_a_large_two_by_two_table_is_still_exact() -> None:
    """With 100,000 patients a 2 x 2 table has a P value near that of chi-square."""
    table = [[25_200, 24_800], [24_900, 25_100]]
    exact, approximate = fisher_exact(table).p_value, chi_square(table).p_value
    assert exact == pytest.approx(approximate, rel=0.02)
    assert fisher_exact(table).method == "Fisher's exact test"


@pytest.mark.parametrize("table", [[[1, -1], [2, 3]], [[1.5, 2], [3, 4]], [["a", 1], [2, 3]], [1, 2], [[1, 2], [3]]])
def test_what_is_no_table_of_counts_is_refused(table: Any) -> None:
    """Negative, fractional, textual and ragged tables are one error."""
    with pytest.raises(DataError, match="expected whole numbers >= 0 in rows of equal length"):
        chi_square(table)


def by_enumeration(table: np.ndarray[Any, Any]) -> float:
    """Return Fisher's P value by going through every table with the same margins."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def probability(cells: np.ndarray[Any, Any]) -> float:
        up = [math.factorial(total) for total in (*rows.tolist(), *columns.tolist())]
        down = [math.factorial(count) for count in (int(table.sum()), *cells.ravel().tolist())]
        return math.prod(up) / math.prod(down)

    found = 0.0
    free = [range(min(row, column) + 1) for row in rows[:-1] for column in columns[:-1]]
    for values in itertools.product(*free):
        inner = np.array(values).reshape(len(rows) - 1, len(columns) - 1)
        wide = np.column_stack((inner, rows[:-1] - inner.sum(axis=1)))
        whole = np.vstack((wide, columns - wide.sum(axis=0)))
        if whole.min() >= 0 and probability(whole) <= probability(table) * (1 + 1e-7):
            found += probability(whole)
    return found


@settings(deadline=None, max_examples=60)
@given(tables)
def test_the_exact_p_value_is_that_of_going_through_all_tables(table: Table) -> None:
    """Merging and pruning change nothing: the P value is that of a plain enumeration, however the table is turned."""
    counts = np.array(table)
    kept = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    found = fisher_exact(table).p_value
    if min(kept.shape) < 2:
        assert found is None
    else:
        assert found == pytest.approx(by_enumeration(kept), rel=1e-9)
        assert fisher_exact(kept.T[::-1]).p_value == pytest.approx(found, rel=1e-9)


# ---- ROC -----------------------------------------------------------------------------------------------------------


def test_of_equal_cut_offs_the_most_sensitive_is_given() -> None:
    """Of several thresholds with the largest Youden index the one that finds most events is given, and their number."""
    found = roc_curve_cutoff([1, 2, 3, 4], [0, 1, 0, 1], direction="high")
    assert (found.threshold, found.sensitivity, found.specificity, found.ties) == (1.5, 1.0, 0.5, 2)
    mirrored = roc_curve_cutoff([-1, -2, -3, -4], [0, 1, 0, 1], direction="low")
    assert (mirrored.threshold, mirrored.sensitivity, mirrored.ties) == (-1.5, 1.0, 2)


def test_perfect_separation_has_no_interval() -> None:
    """An area of 1 has no DeLong variance: the threshold is known, the interval is not."""
    found = roc_curve_cutoff([1, 2, 8, 9], [0, 0, 1, 1], direction="high")
    assert (found.auc.value, found.auc.conf_low, found.auc.conf_high) == (1.0, None, None)
    assert (found.threshold, found.youden, found.sensitivity, found.specificity) == (5.0, 1.0, 1.0, 1.0)


def test_a_marker_that_tells_nothing_has_no_threshold() -> None:
    """One value for all, or the wrong direction, gives an area and a reason; one outcome for all not even an area."""
    for marker, direction, area in ([5, 5, 5], "low", 0.5), ([1, 2, 3], "low", 0.0):
        found = roc_curve_cutoff(marker, [0, 0, 1], direction=direction)  # type: ignore[arg-type]
        assert (found.auc.value, found.threshold, found.youden) == (area, None, None)
        assert found.reason == "no cut-off separates the outcomes better than chance"
    alone = roc_curve_cutoff([1, 2, 3], [1, 1, 1], direction="low")
    assert (alone.auc.value, alone.auc.reason, alone.reason) == (None, *["all patients have the same outcome"] * 2)


def test_a_threshold_between_neighbouring_floats_still_separates_them() -> None:
    """Where two values have no number between them the threshold is the one on the event's side."""
    least, next_to_it = 1.0, float(np.nextafter(1.0, 2.0))
    assert roc_curve_cutoff([least, next_to_it], [0, 1], direction="high").threshold == next_to_it
    assert roc_curve_cutoff([least, next_to_it], [1, 0], direction="low").threshold == least


def test_a_bad_marker_is_refused_with_its_rows() -> None:
    """A missing marker or outcome is one error that names it."""
    with pytest.raises(DataError, match="marker is missing or not a finite number in row 2"):
        roc_curve_cutoff([1, None, 3], [0, 1, 1], direction="low")  # type: ignore[list-item]
    with pytest.raises(DataError, match="outcome is neither 0 nor 1 in row 3"):
        roc_curve_cutoff([1, 2, 3], [0, 1, 2], direction="low")


@given(markers, st.sampled_from(["low", "high"]))
def test_area_and_cut_off_are_those_of_counting_pairs_and_thresholds(
    patients: list[tuple[int, bool]], direction: Literal["low", "high"]
) -> None:
    """The area is the share of pairs in the right order, ties half; no threshold has a larger Youden index."""
    marker, outcome = zip(*patients, strict=True)
    sign = 1 if direction == "high" else -1
    events = [sign * value for value, event in patients if event]
    others = [sign * value for value, event in patients if not event]
    found = roc_curve_cutoff(marker, outcome, direction=direction)
    if not events or not others:
        assert found.auc.value is None
        return
    pairs = [1.0 if event > other else 0.5 if event == other else 0.0 for event in events for other in others]
    assert found.auc.value == pytest.approx(sum(pairs) / len(pairs))
    indices = [
        sum(event > cut for event in events) / len(events) + sum(other <= cut for other in others) / len(others) - 1
        for cut in {*events, *others}
    ]
    assert max(indices) == pytest.approx(found.youden or 0, abs=1e-12)
    if found.threshold is not None:
        right = sum(event > sign * found.threshold for event in events) / len(events)
        assert right == pytest.approx(found.sensitivity)


def test_100_000_patients_take_no_time_and_change_nothing() -> None:
    """A cut-off among 100,000 distinct values is found at once, without a warning or a touch of NumPy's state."""
    rng = np.random.default_rng(4)
    outcome = rng.random(100_000) < 0.4
    marker, errors = rng.normal(size=100_000) - 0.3 * outcome, np.geterr()
    state = np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = roc_curve_cutoff(marker, outcome, direction="low")
    assert time.perf_counter() - start < 2
    assert found.auc.value == pytest.approx(0.584, abs=0.01)
    assert np.geterr() == errors
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr]
