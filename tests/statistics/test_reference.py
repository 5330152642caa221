"""The statistics are those of R: every number of the study, of five public data sets, and of small awkward ones."""

from __future__ import annotations

import pytest
from reference_cohorts import DATASETS, Dataset, read
from reference_statistics import (
    all_tables,
    awkward_points,
    awkward_rows,
    dataset_points,
    dataset_rows,
    study_curve_rows,
    study_rows,
)
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.results.model import Results

AGREES = 1e-6
"""Relative: R and the program agree, wherever each of them stops."""

NOT_COMPUTED = {
    "setting.": "a constant of study.toml, which no statistic computes",
    "data.": "a number of entries in the list of doubtful data, which describes the file and no patient",
}
"""Records that R cannot give, by the beginning of their ids, with the reason."""

VALUES = read_rows(REFERENCE / "values" / "datasets.csv")
POINTS = read_rows(REFERENCE / "values" / "datasets_curves.csv")
AWKWARD = tuple(dict.fromkeys(read("awkward")["set"]))


def of(rows: Rows, *stem: str) -> Rows:
    """Return the rows whose ids begin with these parts."""
    parts = [".".join(stem) + end for end in (".", " at ")]
    return {name: row for name, row in rows.items() if name.startswith(tuple(parts))}


def without_width(row: Row) -> Row:
    """Return a row of a value and its limits as a record has it: equal limits, such as R's 1 to 1, are none."""
    return (row[0], None, None) if len(row) == 3 and row[1] is not None and row[1] == row[2] else row


def test_every_record_of_the_study_has_a_reference_value_or_a_reason(results: Results) -> None:
    """No number can be printed that R has not computed a second time, unless the short list says why."""
    covered = read_rows(REFERENCE / "values" / "study.csv").keys()
    missing = [record.id for record in results if record.id not in covered]
    assert {name for name in missing if not name.startswith(tuple(NOT_COMPUTED))} == set()
    assert all(any(name.startswith(start) for name in missing) for start in NOT_COMPUTED)


def test_every_number_of_the_study_is_that_of_r(results: Results) -> None:
    """Each record with its limits, the area under each curve and each curve at its ticks agree with R."""
    computed = {name: row for name, row in study_rows(results).items() if not name.startswith(tuple(NOT_COMPUTED))}
    areas, points = study_curve_rows(results)
    expected = {name: without_width(row) for name, row in read_rows(REFERENCE / "values" / "study.csv").items()}
    assert differences(expected, computed | areas, relative=AGREES) == []
    assert differences(read_rows(REFERENCE / "values" / "study_curves.csv"), points, relative=AGREES) == []


@pytest.mark.parametrize("data", DATASETS, ids=lambda data: data.name)
def test_every_statistic_of_a_public_data_set_is_that_of_r(data: Dataset) -> None:
    """Curves, medians, tests with and without strata, models and their checks, tables and cut-offs agree with R."""
    assert differences(of(VALUES, data.name), dataset_rows(data), relative=AGREES) == []
    expected = of(POINTS, data.name)
    assert differences(expected, dataset_points(data, expected), relative=AGREES) == []


@pytest.mark.parametrize("name", AWKWARD)
def test_every_statistic_of_awkward_data_is_that_of_r(name: str) -> None:
    """Flats at one half, ties, groups that leave early or have no event: values and their absence agree with R."""
    assert differences(of(VALUES, "awkward", name), awkward_rows(name), relative=AGREES) == []
    expected = of(POINTS, "awkward", name)
    assert len(expected) > 2
    assert differences(expected, awkward_points(name, expected), relative=AGREES) == []


def test_every_cross_table_is_tested_as_by_r() -> None:
    """Pearson's and Fisher's tests of small, large, even and degenerate tables agree with R."""
    assert differences(of(VALUES, "table"), all_tables(), relative=AGREES) == []


def test_no_reference_value_is_left_unread() -> None:
    """Each row that R wrote belongs to a data set that is compared above."""
    stems = [(data.name,) for data in DATASETS] + [("awkward", name) for name in AWKWARD] + [("table",)]
    for rows in (VALUES, POINTS):
        assert {name for stem in stems for name in of(rows, *stem)} == rows.keys()
