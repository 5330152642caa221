"""Derived numbers of a study: used as number columns are, and what is found where they cannot be computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from study_texts import written

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError
from lockstep.data.cohort import Cohort
from lockstep.data.fingerprint import fingerprint
from lockstep.data_checks.examination import Examination, examine
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

STUDY = """schema = 1
[data]
file = "c.csv"
id = "id"
[time]
unit = "months"
landmarks = [1]
[columns.weight]
type = "number"
header = "Weight (kg)"
unit = "kg"
[columns.height]
type = "number"
header = "Height (cm)"
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.begun]
type = "date"
[columns.seen]
type = "date"
[columns.dead]
type = "category"
levels = ["0", "1"]
[derived.bmi]
value = "weight / (height / 100) ^ 2"
label = "Body-mass index"
unit = "kg/m²"
decimals = 1
"""
FURTHER = """
[derived.obese]
label = "Obesity"
cut = "bmi"
at = [30]
levels = { no = "No", yes = "Yes" }
[derived.excess]
value = "max(bmi - 25, 0)"
[derived.followed]
value = "months(begun, seen)"
decimals = 2
[endpoints.os]
time = "followed"
event = "dead == '1'"
[checks.light]
must = "bmi < 60"
reason = "nobody is so heavy"
[eligibility.known]
keep = "bmi >= 15"
reason = "weight not known, or underweight"
[analysis]
exposure = "arm"
adjust_for = ["bmi"]
[cutoff.by_bmi]
marker = "bmi"
outcome = "os"
direction = "high"
[tables.characteristics]
kind = "characteristics"
by = "arm"
rows = [{ variable = "bmi", summary = "median_iqr" }, { variable = "obese", summary = "n_percent" }]
[tables.models]
kind = "models"
endpoints = ["os"]
"""
HEADER = "id,Weight (kg),Height (cm),arm,begun,seen,dead"


def examined(folder: Path, *rows: str, more: str = "", study: str = STUDY) -> Examination:
    """Examine a file of these rows."""
    return examine(written(folder, study + more, [HEADER, *rows]))


def patients(n: int = 40) -> list[str]:
    """Return rows of patients, two of them without a weight."""
    weights = ["" if i in (7, 8) else str(50 + i * 7 % 60) for i in range(n)]
    return [
        f"{i},{weights[i]},{160 + i % 30},{'ab'[i % 2]},2010-01-{1 + i % 28:02d},201{1 + i % 5}-03-01,{int(i % 3 == 0)}"
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cohort, Results]:
    """Return the cohort and the results of the study that uses derived numbers everywhere."""
    folder = tmp_path_factory.mktemp("numbers")
    return examined(folder, *patients(), more=FURTHER).cohort, compute(read_study(folder))


def test_a_derived_number_is_that_of_each_patient(whole: tuple[Cohort, Results]) -> None:
    """Computed from the columns, in formulas and categories below it, in conditions and as the time of an endpoint."""
    cohort, _ = whole
    frame = cohort.reviewed
    bmi = frame["weight"] / (frame["height"] / 100) ** 2
    np.testing.assert_allclose(frame["bmi"], bmi, rtol=1e-11)
    assert frame["bmi"].isna().sum() == 2
    np.testing.assert_allclose(frame["excess"], np.maximum(bmi - 25, 0), atol=1e-9)
    assert (frame["obese"] == "yes").sum() == (bmi > 30).sum() > 0
    assert [item.n_unknown for item in cohort.exclusions] == [2]
    assert len(cohort.analysed) == (bmi >= 15).sum()
    days = (cohort.analysed["seen"] - cohort.analysed["begun"]).dt.days
    np.testing.assert_allclose(cohort.endpoints["os"].time, days / (365.25 / 12), rtol=1e-11)


def test_a_derived_number_has_the_results_of_a_number(whole: tuple[Cohort, Results]) -> None:
    """Its description by group, a term of a model, a marker with its unit: in the decimals that study.toml says."""
    cohort, results = whole
    median = results["bmi.median"]
    assert (median.value, median.unit, median.decimals, median.label) == (
        cohort.analysed["bmi"].median(), "kg/m²", 1, "Body-mass index: median",
    )  # fmt: skip
    assert results["bmi.by_arm.a.n"].value == (cohort.analysed["arm"] == "a").sum()
    assert results["os.adjusted.bmi.hazard_ratio"].label.endswith("Body-mass index, per unit (kg/m²)")
    assert (results["cutoff.by_bmi.threshold"].unit, results["setting.obese.cut"].unit) == ("kg/m²", "kg/m²")
    assert results["os.median"].decimals == 2
    assert results["data.queries.undefined_number"].value == 0


def test_a_derived_number_is_printed_in_tables(whole: tuple[Cohort, Results], tmp_path: Path) -> None:
    """With its label and unit, as a column's."""
    _, results = whole
    (tmp_path / "study.toml").write_text(STUDY + FURTHER, encoding="utf-8")
    study = read_study(tmp_path)
    assert "Body-mass index, kg/m²" in render_table("characteristics", study, results, Style()).markdown
    assert "Body-mass index" in render_table("models", study, results, Style()).markdown


def test_a_fingerprint_is_of_the_file_and_not_of_what_is_computed(tmp_path: Path) -> None:
    """A changed weight is one changed cell; a changed formula is a change of study.toml, which a report shows."""
    examined(tmp_path, *patients())
    found, _ = fingerprint(read_study(tmp_path), b"k" * 32)
    assert found.columns == tuple(HEADER.split(",")[1:])
    examined(tmp_path, *patients(), study=STUDY.replace("100", "1e2"))
    assert fingerprint(read_study(tmp_path), b"k" * 32)[0] == found


def test_what_cannot_be_computed_is_missing_and_a_query(tmp_path: Path) -> None:
    """It names the rows and the formula, and no value; a column behind it that is blank is no query."""
    found = examined(
        tmp_path,
        "1,70,0,a,2010-01-01,2011-01-01,0",
        "2,70,,a,2010-01-01,2011-01-01,0",
        "3,1e70,1e-5,b,2010-01-01,2011-01-01,1",
        "4,80,200,b,2010-01-01,2011-01-01,1",
        "5,80,0,b,2010-01-01,2011-01-01,1",
    )
    queries = [item for item in found.findings if item.kind == "undefined_number"]
    assert [(item.severity, item.rows, item.beside) for item in queries] == [
        ("query", (2, 6), ("Weight (kg)", "Height (cm)")),
        ("query", (4,), ("Weight (kg)", "Height (cm)")),
    ]
    assert queries[0].message == (
        "c.csv: 'bmi' of [derived], \"weight / (height / 100) ^ 2\", divides by zero in rows 2 and 6; expected a "
        "number, and their value counts as missing.\n"
        "Look the values up and mend the file; or say by if(condition, a, b) under [derived.bmi] in study.toml what is "
        "meant there. [checks.undefined_number] changes what this check does."
    )
    assert "gives a number too large to compute with in row 4" in queries[1].message
    assert found.cohort.analysed["bmi"].isna().tolist() == [True, True, True, False, True]
    assert found.cohort.missing("bmi").sum() == 4
    assert compute(read_study(tmp_path))["data.queries.undefined_number"].value == 3


def test_the_check_of_derived_numbers_can_be_an_error(tmp_path: Path) -> None:
    """As every built-in check."""
    more = '[checks.undefined_number]\nseverity = "error"\n'
    found = examined(tmp_path, "1,70,0,a,2010-01-01,2011-01-01,0", more=more)
    with pytest.raises(DataError, match="divides by zero in row 2"):
        _ = found.cohort


def test_a_derived_number_out_of_its_range_is_an_error_in_every_row(tmp_path: Path) -> None:
    """Of excluded patients too, as the cells of columns are; both ends belong to the range, but for noise."""
    more = "range = [20, 80]\n[eligibility.light]\nkeep = 'bmi < 50'\nreason = 'heavy'\n"
    rows = ["1,20,100,a,2010-01-01,2011-01-01,0", "2,80,100,a,2010-01-01,2011-01-01,0"]
    assert examined(tmp_path, *rows, more=more).cohort.reviewed["bmi"].tolist() == [20, 80]
    rows += ["3,81,100,a,2010-01-01,2011-01-01,0", "4,,100,a,2010-01-01,2011-01-01,0"]
    found = examined(tmp_path, *rows, more=more)
    assert [(item.kind, item.rows) for item in found.findings] == [("a number out of range", (4,))]
    assert found.findings[0].message == (
        "c.csv: 'bmi' of [derived], \"weight / (height / 100) ^ 2\", is out of range in row 4; expected 20 to 80.\n"
        "Mend the file, or formula or range under [derived.bmi] in study.toml."
    )


def test_what_follows_from_a_faulty_cell_is_not_reported_again(tmp_path: Path) -> None:
    """A height of 0 that is out of its own range is one error."""
    study = STUDY.replace('header = "Height (cm)"', 'header = "Height (cm)"\nrange = [50, 250]')
    found = examined(tmp_path, "1,70,0,a,2010-01-01,2011-01-01,0", "2,70,170,a,2010-01-01,2011-01-01,0", study=study)
    assert [(item.kind, item.column) for item in found.findings] == [("a number out of range", "Height (cm)")]


def test_an_optional_derived_number_is_not_missing_where_it_is_not_there(tmp_path: Path) -> None:
    """A time to what has not happened."""
    study = STUDY.replace('[columns.seen]\ntype = "date"', '[columns.seen]\ntype = "date"\noptional = true')
    more = '[derived.wait]\nvalue = "days(begun, seen)"\noptional = true\n[derived.must]\nvalue = "days(begun, seen)"\n'
    rows = ["1,70,170,a,2010-01-01,2010-01-31,0", "2,70,170,a,2010-01-01,,0"]
    cohort = examined(tmp_path, *rows, study=study, more=more).cohort
    assert cohort.analysed["wait"].tolist()[0] == 30
    assert [cohort.missing(name).sum() for name in ("wait", "must")] == [0, 1]


@pytest.mark.parametrize(("unit", "month"), [("days", None), ("days", 30.0), ("months", None), ("years", None)])
def test_months_are_as_long_as_time_says(tmp_path: Path, unit: str, month: float | None) -> None:
    """By the convention of [time], and that of endpoints between dates where follow-up is not in days."""
    time = f'unit = "{unit}"' + (f"\nmonth = {month}\nyear = 360" if month else "")
    study = STUDY.replace('unit = "months"', time)
    more = '[derived.wait]\nvalue = "months(begun, seen)"\n[derived.long]\nvalue = "years(begun, \'2020-01-01\')"\n'
    frame = examined(tmp_path, "1,70,170,a,2010-01-01,2011-01-01,0", study=study, more=more).cohort.analysed
    assert frame["wait"][0] == pytest.approx(365 / (month or 30.4375), rel=1e-11)
    assert frame["long"][0] == pytest.approx(3652 / (360 if month else 365.25), rel=1e-11)


def test_the_columns_behind_a_derived_number_are_found_through_others(tmp_path: Path) -> None:
    """Also where each of a hundred formulas names the two before it."""
    chain = '[derived.x0]\nvalue = "weight"\n[derived.x1]\nvalue = "x0 + height"\n'
    chain += "".join(f'[derived.x{i}]\nvalue = "x{i - 1} - x{i - 2}"\n' for i in range(2, 100))
    (tmp_path / "study.toml").write_text(STUDY + chain, encoding="utf-8")
    study = read_study(tmp_path)
    assert set(study.headers(["x99"])) == {"Weight (kg)", "Height (cm)"}
