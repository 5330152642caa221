"""Decimals belong to a variable: all its statistics of one sort have the same, in every group."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.catalogue.keys import Key
from lockstep.results.model import Record, Results
from lockstep.results.precision import cutoff_decimals, number_decimals, recorded_decimals, time_decimals
from lockstep.statistics.baseline import NumberSummary, describe
from lockstep.statistics.roc import roc_curve_cutoff
from lockstep.study.model import Study
from lockstep.text.numbers import bare_text
from lockstep.text.style import Style


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([5, 71, math.nan], 0),
        ([5, 5.5, 20], 1),
        ([1, 1.1, 0.83], 2),
        ([0.1 + 0.2, 0.3], 1),
        ([24.221], 1),
        ([24.2214876, 18.1], 1),
        ([62.371, 58.7652292950034, 41.0], 1),
        ([3.52, 4.1], 2),
        ([0, 0, 0, 12.345], 1),
        ([1.4751234, 0.2], 3),
        ([0.000123, 0.0211], 4),
        ([1250.33333, 0.1], 1),
        ([], 0),
        ([math.nan], 0),
    ],
)
def test_a_variable_has_the_decimals_of_its_cells(values: list[float], decimals: int) -> None:
    """The most that a cell needs, but no more than three significant digits of a typical value ask for."""
    assert recorded_decimals(values) == decimals


def test_whole_numbers_get_a_decimal_where_a_median_falls_between_two() -> None:
    """In all groups then; means always have one decimal more than the data, unless study.toml states the decimals."""
    ages = [20, 40, 61]
    assert [number_decimals(ages, [40, 50], None).of(part) for part in ("mean", "median", "max")] == [1, 0, 0]
    assert [number_decimals(ages, [40, 50.5], None).of(part) for part in ("sd", "median", "q1")] == [1, 1, 1]
    assert [number_decimals(ages, [40, 50.5], 0).of(part) for part in ("sd", "median", "q1")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("values", "medians", "average", "observed"),
    [
        ([100066, 399982], [250150.5], 0, 0),  # platelets
        ([88, 220], [128.5], 1, 1),
        ([0.83, 9.12], [1.335], 2, 2),
        ([0.83, 12.3], [1.335], 2, 2),
        ([48.5, 142.5], [70.25], 1, 1),
        ([18.1234567, 41.2], [24.2], 1, 1),
        ([62.371, 58.7], [60.5], 1, 1),
        ([24.2, 31.5], [27.0], 1, 1),
        ([0, 0], [0], 1, 0),
        ([math.nan], [None], 1, 0),
    ],
)
def test_no_mean_has_more_than_four_significant_digits_for_its_largest_value(
    values: list[float], medians: list[float | None], average: int, observed: int
) -> None:
    """Half a platelet is no information."""
    found = number_decimals(values, medians, None)
    assert (found.average, found.observed) == (average, observed)


def test_every_statistic_of_a_variable_has_its_decimals(study: Study, results: Results) -> None:
    """Each row of a table has one number of decimals, since records of a variable share them over all groups."""
    parts: dict[tuple[str, bool], set[int | None]] = {}
    for record in results:
        name, _, part = record.id.partition(".")
        if record.kind == "number" and name in study.columns and "chi_square" not in part:
            parts.setdefault((name, part.rpartition(".")[2] in ("mean", "sd")), set()).add(record.decimals)
    assert parts == {
        ("age_at_diagnosis", True): {1},
        ("age_at_diagnosis", False): {1},
        ("primary_size_cm", True): {2},
        ("primary_size_cm", False): {1},
    }
    follow_up = [record for record in results if record.id.startswith("follow_up.") and record.unit == "months"]
    assert {record.decimals for record in follow_up} == {2}
    medians = [record for record in results if record.kind == "time" and record.unit == "days"]
    assert {record.decimals for record in medians if record.id.endswith(".median")} == {2}  # printed in years


@given(
    decimals=st.integers(0, 1),
    groups=st.lists(st.lists(st.integers(0, 5000), min_size=1, max_size=12), min_size=1, max_size=3),
)
@settings(max_examples=25, deadline=None)
def test_a_row_of_a_table_has_one_number_of_decimals(decimals: int, groups: list[list[int]]) -> None:
    """Whatever the data and the groups: a statistic of a variable prints as in the group beside it."""
    frame = pd.DataFrame(
        [(value / 10**decimals, str(group)) for group, values in enumerate(groups) for value in values],
        columns=["x", "group"],
    )
    described = describe(frame, numbers=["x"], categories={}, by=("group", [str(i) for i in range(len(groups))]))
    summaries = [summary for summary in described.values() if isinstance(summary, NumberSummary)]
    found = number_decimals(frame["x"], [summary["median"] for summary in summaries], None)
    for parts in (("mean", "sd"), ("median", "min", "max", "q1", "q3")):
        cells = [
            bare_text(_number(part, summary[part], found.of(part)), Style())
            for summary in summaries
            for part in parts
            if summary[part] is not None
        ]
        assert len({len(cell.partition(".")[2]) for cell in cells}) == 1
    assert all(float(bare_text(_number("max", s["max"], found.of("max")), Style())) == s["max"] for s in summaries)


def _number(part: str, value: float | None, decimals: int) -> Record:
    return Record(
        key=Key(part, variable="x"),
        kind="number",
        value=value,
        label="x",
        population="all",
        n=1,
        method="m",
        decimals=decimals,
    )


def test_survival_times_have_the_decimals_of_their_follow_up(study: Study, implants: Study) -> None:
    """Days are whole, but for short medians; months have those of the column; whole ones get one for half a month."""
    in_days = dataclasses.replace(study.endpoints["os"], print_unit=None)
    assert time_decimals(study, in_days, [30, 500], [149.5, None, 70.0]) == 0
    assert time_decimals(study, in_days, [30, 500], [149.5, 52.5]) == 1
    endpoint = implants.endpoints["retention"]
    assert time_decimals(implants, endpoint, [3.0, 5.25], [4.5]) == 2
    assert time_decimals(implants, endpoint, [3.0, 5.0], [4.0]) == 0
    assert time_decimals(implants, endpoint, [3.0, 5.0], [4.5]) == 1
    months = dataclasses.replace(study, time=dataclasses.replace(study.time, unit="months", decimals=1))
    assert time_decimals(months, in_days, [3.0333333, 5.0]) == 1
    printed = dataclasses.replace(study.endpoints["os"], print_unit="years")
    assert time_decimals(study, printed, [149, 5000], [52.5]) == study.time.decimals
    assert time_decimals(implants, dataclasses.replace(endpoint, print_unit="years"), [3.125], [4.5]) == 1


@pytest.mark.parametrize(
    ("threshold", "between", "least", "decimals"),
    [
        (1.475, (1.47, 1.48), 2, 3),
        (262.5, (262, 263), 0, 1),
        (250.5, (201, 300), 0, 0),
        (13.649999999999999, (13.6, 13.7), 1, 2),
        (5.0, (4.9999999999999991, 5.0), 0, 1),
    ],
)
def test_a_cutoff_prints_so_that_it_separates_the_same_patients(
    threshold: float, between: tuple[float, float], least: int, decimals: int
) -> None:
    """With the decimals of its marker, and more where rounding would put it onto an observed value."""
    assert cutoff_decimals(threshold, between, least) == decimals


@given(
    marker=st.lists(st.integers(0, 400).map(lambda n: n / 100), min_size=4, max_size=60),
    direction=st.sampled_from(["low", "high"]),
    data=st.data(),
)
def test_a_printed_cutoff_classifies_every_patient_as_the_exact_one(
    marker: list[float], direction: str, data: st.DataObject
) -> None:
    """Whether a reader takes "at most" or "below" it."""
    outcome = data.draw(st.lists(st.booleans(), min_size=len(marker), max_size=len(marker)))
    roc = roc_curve_cutoff(marker, outcome, direction=direction, conf_level=0.95)  # type: ignore[arg-type]
    if roc.threshold is None or roc.between is None:
        return
    decimals = cutoff_decimals(roc.threshold, roc.between, recorded_decimals(marker))
    values, printed = np.asarray(marker), float(f"{roc.threshold:.{decimals}f}")
    exact = values < roc.threshold
    assert ((values < printed) == exact).all()
    assert ((values <= printed) == exact).all()


def test_records_of_other_kinds_have_no_decimals(results: Results) -> None:
    """Their decimals are a matter of the style alone; differences of times have those of times."""
    others: list[Record] = [
        record for record in results if record.kind not in ("number", "time") and record.print_unit is None
    ]
    assert {record.decimals for record in others} == {None}
