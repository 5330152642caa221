"""Groups are described and compared as tables ask for, with the numbers of R (tests/reference/characteristics.R)."""

from __future__ import annotations

from pathlib import Path

import pytest
from reference_values import REFERENCE, Rows, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.results.model import Results
from lockstep.study.definition import read_study

COLON = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[columns.rx]
type = "category"
levels = ["obs", "lev", "lev_5fu"]
[columns.event]
type = "category"
levels = ["0", "1"]
[columns.age]
type = "number"
[columns.nodes]
type = "number"
[columns.differ]
type = "category"
levels = ["1", "2", "3"]
[columns.extent]
type = "category"
levels = ["1", "2", "3", "4"]

[analysis]
exposure = "rx"
[tables.one]
kind = "characteristics"
by = "rx"
p_values = true
smd = true
rows = [
  { variable = "age", summary = ["mean_sd", "median_iqr"] },
  { variable = "nodes", summary = "median_iqr" },
  { variable = "differ", summary = "n_percent" },
  { variable = "extent", summary = "n_percent" },
]
[tables.two]
kind = "characteristics"
by = "differ"
p_values = true
smd = true
rows = [
  { variable = "age", summary = "median_range", test = "anova" },
  { variable = "nodes", summary = "median_iqr", test = "welch" },
  { variable = "event", summary = "n_percent" },
]
"""

PBC = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[columns.trt]
type = "category"
levels = ["1", "2"]
[columns.event]
type = "category"
levels = ["0", "1"]
[columns.age]
type = "number"
[columns.bili]
type = "number"
[columns.stage]
type = "category"
levels = ["1", "2", "3", "4"]
[columns.edema]
type = "category"
levels = ["0", "0.5", "1"]

[tables.one]
kind = "characteristics"
by = "trt"
p_values = true
smd = true
rows = [
  { variable = "age", summary = "mean_sd" },
  { variable = "bili", summary = "median_iqr" },
  { variable = "edema", summary = "n_percent" },
  { variable = "event", summary = "n_percent", level = "1", test = "fisher" },
]
[tables.two]
kind = "characteristics"
by = "event"
p_values = true
rows = [{ variable = "age", summary = "median_range", test = "student" }]
[tables.two_again]
kind = "characteristics"
by = "event"
smd = true
rows = [{ variable = "age", summary = "mean_sd" }]
[tables.two_more]
kind = "characteristics"
by = "event"
p_values = true
smd = true
rows = [{ variable = "edema", summary = "n_percent" }]
[tables.three]
kind = "characteristics"
by = "edema"
p_values = true
smd = true
rows = [{ variable = "stage", summary = "n_percent" }, { variable = "bili", summary = "median_range" }]
"""


def results_of(folder: Path, name: str, study: str) -> Results:
    """Compute a study of one of the reference data sets."""
    header, *rows = (REFERENCE / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    lines = [f"id,{header}", *(f"{position},{row}" for position, row in enumerate(rows, start=1))]
    (folder / "cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return compute(read_study(folder))


@pytest.fixture(scope="module")
def colon(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Return the results of the colon data, by three arms and by three grades that not everybody has."""
    return results_of(tmp_path_factory.mktemp("colon"), "colon", COLON)


@pytest.fixture(scope="module")
def pbc(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Return the results of the pbc data, a study without an exposure."""
    return results_of(tmp_path_factory.mktemp("pbc"), "pbc", PBC)


@pytest.mark.parametrize(
    ("name", "by"), [("colon", "rx"), ("colon", "differ"), ("pbc", "trt"), ("pbc", "event"), ("pbc", "edema")]
)
def test_groups_are_described_and_compared_as_in_r(name: str, by: str, request: pytest.FixtureRequest) -> None:
    """Counts, percentages and moments of each group; the test that goes with a row or is asked for; differences."""
    results: Results = request.getfixturevalue(name)
    expected = {
        id_: row
        for id_, row in read_rows(REFERENCE / "values" / "characteristics.csv").items()
        if id_.startswith(f"{name}.") and f".by_{by}." in id_
    }
    found = Rows()
    for id_ in expected:
        record = results[id_.removeprefix(f"{name}.")]
        found[id_] = (record.value,)
    assert len(expected) > 30
    assert differences(expected, found, relative=1e-6) == []


def test_by_another_category_only_what_its_tables_show_is_described(colon: Results) -> None:
    """A table by another category costs no record of variables that it does not have, and repeats none."""
    by_grade = {record.key.variable for record in colon if record.key.by == "differ"}
    assert by_grade == {"age", "nodes", "event"}
    assert {record.key.variable for record in colon if record.key.by == "rx"} >= {"event", "extent", "rx"}


def test_a_test_is_chosen_by_the_data_and_named(colon: Results, pbc: Results) -> None:
    """More than two groups, medians, small expected counts: the method says which test it was."""
    methods = {
        id_: results[id_].method
        for results, id_ in [
            (colon, "age.by_rx.test.p_value"),
            (colon, "nodes.by_rx.test.p_value"),
            (colon, "differ.by_rx.test.p_value"),
            (colon, "age.by_differ.test.p_value"),
            (pbc, "age.by_trt.test.p_value"),
            (pbc, "bili.by_trt.test.p_value"),
            (pbc, "stage.by_edema.test.p_value"),
            (pbc, "age.by_event.test.p_value"),
        ]
    }
    assert methods == {
        "age.by_rx.test.p_value": "Welch's analysis of variance",
        "nodes.by_rx.test.p_value": "Kruskal-Wallis test",
        "differ.by_rx.test.p_value": "Pearson chi-square test without continuity correction",
        "age.by_differ.test.p_value": "analysis of variance",
        "age.by_trt.test.p_value": "Welch's t test",
        "bili.by_trt.test.p_value": "Mann-Whitney U test, normal approximation",
        "stage.by_edema.test.p_value": "Fisher-Freeman-Halton exact test",
        "age.by_event.test.p_value": "Student's t test",
    }
    assert colon["nodes.by_rx.test.p_value"].n == colon["nodes.n"].value
    assert "largest of all pairs" in colon["age.by_rx.smd"].method
    assert "largest" not in pbc["age.by_trt.smd"].method
