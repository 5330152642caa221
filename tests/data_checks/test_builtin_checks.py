"""The checks that every data file is put to: what each one finds, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lockstep.base.errors import StudyError
from lockstep.data.findings import FaultyDataError
from lockstep.data_checks.examination import Examination, examine
from lockstep.data_checks.value_checks import outliers
from lockstep.study.definition import read_study

COLUMNS = """
[columns.born]
type = "date"
label = "Date of birth"
[columns.diagnosed]
type = "date"
[columns.age]
type = "number"
label = "Age at diagnosis"
header = "age at diagnosed"
unit = "years"
[columns.relapsed]
type = "date"
optional = true
[columns.died]
type = "date"
optional = true
[columns.last_seen]
type = "date"
optional = true
"""
HEADER = "id,born,diagnosed,age at diagnosed,relapsed,died,last_seen"
GOOD = "1950-05-05,2010-05-04,59,2011-01-01,2012-01-01,2012-01-01"

Look = Callable[..., Examination]
Found = list[tuple[str, str | None, tuple[int, ...]]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Return a function that examines the rows of a file."""

    def examined(
        rows: list[str], *, header: str = HEADER, columns: str = COLUMNS, data: str = 'id = "id"'
    ) -> Examination:
        study = f'schema = 1\n[data]\nfile = "c.csv"\n{data}\n{columns}'
        (tmp_path / "study.toml").write_text(study, encoding="utf-8")
        (tmp_path / "c.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return examine(read_study(tmp_path))

    return examined


def found(examined: Examination) -> Found:
    """Return kind, column and rows of each finding, all of which are queries."""
    assert {finding.severity for finding in examined.findings} <= {"query"}
    return [(finding.kind, finding.column, finding.rows) for finding in examined.findings]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (GOOD, []),
        ("1950-05-05,2010-05-05,60,,,", []),  # a birthday
        ("1950-05-05,2010-05-04,60.9,,,", []),  # of the running year, and a rest
        ("1950-05-05,2010-05-04,61.1,,,", [("age_contradicts_dates", "age at diagnosed", (2,))]),
        ("1950-05-05,2010-05-04,58.9,,,", [("age_contradicts_dates", "age at diagnosed", (2,))]),
        ("1950-05-05,2010-05-04,6,,,", [("age_contradicts_dates", "age at diagnosed", (2,))]),
        ("1950-05-05,,99,,,", []),  # nothing to compare with
        ("2035-01-01,2010-05-04,59,2011-01-01,2012-01-01,2012-01-01", [("before_birth", "born", (2,))]),
        ("1950-05-05,2010-05-04,59,,1949-12-31,", [
            ("contact_after_death", "diagnosed", (2,)), ("before_birth", "born", (2,))]),
        ("1950-05-05,2010-05-04,59,2012-01-02,2012-01-01,2012-01-01", [("contact_after_death", "relapsed", (2,))]),
        ("1950-05-05,2010-05-04,59,,2012-01-01,2012-01-02", [("contact_after_death", "last_seen", (2,))]),
        ("1950-05-05,2010-05-04,59,2012-01-01,,2012-01-01", []),  # on the day of the last contact
        ("1950-05-05,2010-05-04,59,2012-01-02,,2012-01-01", [("event_after_follow_up", "relapsed", (2,))]),
        ("1950-05-05,2010-05-04,59,2011-12-01,2012-01-01,2011-06-01", []),  # found at death
    ],
)  # fmt: skip
def test_dates_of_a_patient_are_in_order(look: Look, row: str, expected: Found) -> None:
    """Birth, age, events, last contact and death of one patient, each found where it is wrong and only there."""
    columns = COLUMNS + '[endpoints.os]\nstart = "diagnosed"\nend = ["died", "last_seen"]\nevent = "died present"\n'
    columns += '[eligibility.none]\nkeep = "diagnosed present and last_seen present and diagnosed <= last_seen"\n'
    columns += 'reason = "x"\n'
    assert found(look([f"1,{row}", "2,1960-01-01,2010-01-01,50,,,2013-01-01"], columns=columns)) == expected


def dated(*more: str) -> list[str]:
    """Return 25 patients seen last in 2010 and 2011, and others."""
    rows = [f"19{50 + day}-05-05,2009-01-{day + 1:02d},,,,201{day % 2}-03-{day + 1:02d}" for day in range(25)]
    return [f"{number},{row}" for number, row in enumerate([*rows, *more], start=1)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1950-05-05,2009-01-30,,,,2016-03-01", []),  # followed longest, but not by more than five years
        ("1950-05-05,2009-01-30,,,,2016-05-01", [("future_date", "last_seen", (27,))]),
        ("1950-05-05,2009-01-30,,2099-01-01,,2011-01-30", [("future_date", "relapsed", (27,))]),
        ("2050-05-05,2009-01-30,,,,2011-01-30", [("future_date", "born", (27,))]),
        ("1950-05-05,2009-01-30,,2011-03-25,,", [("future_date", "relapsed", (27,))]),  # no last contact of his own
        ("1950-05-05,2009-01-30,,2011-03-24,,", []),
        ("1950-05-05,2009-01-30,,2011-03-26,,2011-03-20", [("event_after_follow_up", "relapsed", (27,))]),
    ],
)
def test_a_date_after_all_others_is_in_the_future(look: Look, row: str, expected: Found) -> None:
    """Without a cut-off what is believable follows from the file alone; each doubtful date is found by one check."""
    assert found(look(dated(row))) == expected


def test_no_date_is_after_the_cut_off(look: Look) -> None:
    """A date after it is an error, which stops the report; on the day it is none; study.toml may make it a query."""
    cutoff = 'id = "id"\ncutoff = 2011-03-24\n'
    examined = look(dated("1950-05-05,2009-01-30,,,,2011-03-25"), data=cutoff)
    assert [(item.severity, item.column, item.rows) for item in examined.findings] == [("error", "last_seen", (27,))]
    with pytest.raises(FaultyDataError) as error:
        _ = examined.cohort
    assert str(error.value) == (
        "c.csv: column 'last_seen' has a date after the data cut-off in row 27; expected none after 2011-03-24, the "
        "`cutoff` under [data].\nLook it up and mend the file; where it is right, [checks.future_date] in study.toml "
        "changes what this check does."
    )
    assert found(look(dated(), data=cutoff)) == []
    milder = COLUMNS + '[checks.future_date]\nseverity = "query"\n'
    rows = dated("1950-05-05,2009-01-30,,,,2011-03-25")
    assert found(look(rows, data=cutoff, columns=milder)) == [("future_date", "last_seen", (27,))]
    off = COLUMNS + '[checks.future_date]\nseverity = "off"\nreason = "the cut-off is of the analysis"\n'
    assert found(look(rows, data=cutoff, columns=off)) == []


FEW = """
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.size]
type = "number"
[columns.score]
type = "number"
[columns.weight]
type = "number"
"""
FEW_HEADER = "id,arm,size,score,weight"


def sized(n: int = 60, *, arm: Callable[[int], str] = lambda i: "ab"[i % 2]) -> list[str]:
    """Return patients whose sizes, scores and weights are all different."""
    return [f"P{i + 1},{arm(i)},{10 + i},{200 - 3 * i % 97},{50 + 7 * i % 61 + i / 100}" for i in range(n)]


def few(look: Look, rows: list[str], more: str = "") -> Found:
    """Return what is found in a file of these columns."""
    return found(look(rows, header=FEW_HEADER, columns=FEW + more))


def test_a_row_of_totals_is_found(look: Look) -> None:
    """A row with an id alone, one that is called so whatever is in it, but no patient of whom one value is known."""
    assert few(look, [*sized(), "P61,,,,"]) == [("empty_row", None, (62,))]
    for called in ("n=60,,,,", "Total,,3000,,", "Mittelwert:,a,40,150.5,"):
        findings = look([*sized(), called], header=FEW_HEADER, columns=FEW).findings
        [error] = [finding for finding in findings if finding.severity == "error"]
        assert (error.kind, error.rows) == ("totals_row", (62,))
        assert called.split(",")[0] not in error.message
    assert few(look, [f"Total,{sized()[0][3:]}", *sized()[1:]]) == []  # a patient's pseudonym
    assert few(look, [*sized(), "P61,,,7,"]) == []
    only = '[columns.size]\ntype = "number"\n'
    assert found(look(["1,5", "2,"], header="id,size", columns=only)) == []


def test_a_patient_who_is_there_twice_is_found(look: Look) -> None:
    """Rows with the same values are found where that is no coincidence."""
    rows = sized()
    again = rows[4].replace("P5,", "P99,")
    assert few(look, [*rows, again]) == [("duplicate_row", None, (6, 62))]
    assert few(look, [*rows, again.replace(",14,", ",14.1,")]) == []
    same_id = look([*rows, rows[4]], header=FEW_HEADER, columns=FEW).findings
    assert [(finding.kind, finding.rows) for finding in same_id] == [("a repeated id", (6, 62))]
    coarse = '[columns.arm]\ntype = "category"\nlevels = ["a", "b"]\n[columns.size]\ntype = "number"\n'
    alike = [f"{i},{'ab'[i % 2]},{i % 9}" for i in range(60)]
    assert found(look(alike, header="id,arm,size", columns=coarse)) == []


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("STS-07", "sts7"), (2, 3)),
        (("STS 007", "STS_7"), (2, 3)),
        (("1-11", "11-1"), ()),
        (("7", "07"), (2, 3)),
        (("7", "70"), ()),
        (("4", "4.0"), (2, 3)),
        (("4.1", "4.10"), ()),
        (("A1B", "A1C"), ()),
        (("a-b-1", "AB01"), (2, 3)),
    ],
)
def test_ids_that_differ_in_form_alone_are_found(look: Look, ids: tuple[str, str], expected: tuple[int, ...]) -> None:
    """Case, zeros in front, blanks and signs make no other patient; the ids are not shown."""
    rows = [f"{name},{row.split(',', 1)[1]}" for name, row in zip(ids, sized(2), strict=True)]
    examined = look(rows, header=FEW_HEADER, columns=FEW)
    assert found(examined) == ([("similar_id", None, expected)] if expected else [])
    assert not any(name in finding.message for name in ids for finding in examined.findings if len(name) > 2)


def test_a_column_that_never_varies_is_found(look: Look) -> None:
    """Ten equal values are a query, nine are not, nor is a category with one level."""
    assert few(look, sized(10, arm=lambda _: "a")) == [("constant", "arm", ())]
    assert few(look, sized(9, arm=lambda _: "a")) == []
    one = FEW.replace('["a", "b"]', '["a"]')
    assert found(look(sized(12, arm=lambda _: "a"), header=FEW_HEADER, columns=one)) == []


def test_a_level_of_one_patient_is_found(look: Look) -> None:
    """One of 51 is rare, one of 50 is not, nor are two; the level is not shown, since it is the patient's."""
    examined = look(sized(51, arm=lambda i: "ab"[i == 7]), header=FEW_HEADER, columns=FEW)
    assert found(examined) == [("rare_level", "arm", (9,))]
    assert "'b'" not in examined.findings[0].message
    assert few(look, sized(50, arm=lambda i: "ab"[i == 7])) == []
    assert few(look, sized(51, arm=lambda i: "ab"[i in (7, 8)])) == []


NORMAL = np.arange(30, 60, dtype=float)  # quartiles 37.25 and 51.75
SKEWED = np.exp(np.linspace(0, 9, 100))


@pytest.mark.parametrize(
    ("values", "far"),
    [
        (NORMAL, []),
        ([*NORMAL, 480], [30]),
        ([*NORMAL, 480, np.nan, 490], [30, 32]),
        ([*(NORMAL + 120), 1.7], [30]),  # metres among centimetres
        ([*NORMAL, 4.8], []),  # a Karnofsky index of 20 among those from 80 to 100
        ([*NORMAL, 90], []),  # far, but not far out
        (SKEWED, []),
        ([*SKEWED, 1e8], []),  # on the logarithmic scale within the fences
        ([*SKEWED, 1e15], [100]),
        ([*[0.0] * 20, 1, 1, 2, 7], []),  # numbers of events
        ([*NORMAL, *NORMAL + 1000], []),  # two groups
        ([*NORMAL, 100, 110, 120, 130, 140, 150], []),  # a tail without a gap, and more than a few
        ([*NORMAL[:18], 480], []),  # too few to say
        ([*(NORMAL - 45), -400], [30]),  # without a logarithm
    ],
)
def test_outliers_are_far_from_all_others_on_any_scale(values: list[float], far: list[int]) -> None:
    """Typing errors and other units are found; skewed measurements, counts and groups are left alone."""
    assert np.flatnonzero(outliers(np.array(values, dtype=float))).tolist() == far


def test_an_outlier_is_a_query_of_its_row(look: Look) -> None:
    """The message names the row, not the number."""
    examined = look([*sized(), "P61,a,4711,60,60"], header=FEW_HEADER, columns=FEW)
    assert found(examined) == [("outlier", "size", (62,))]
    assert "4711" not in examined.findings[0].message


def test_a_study_says_what_a_check_does(look: Look) -> None:
    """A built-in check becomes an error or is off, by its name; a study's own check may be a query."""
    rows = [*sized(), "P61,,,,"]
    stern = look(rows, header=FEW_HEADER, columns=FEW + '[checks.empty_row]\nseverity = "error"\n')
    assert [finding.severity for finding in stern.findings] == ["error"]
    assert few(look, rows, '[checks.empty_row]\nseverity = "off"\nreason = "not seen yet"\n') == []
    own = '[checks.small]\nmust = "size < 69"\nreason = "x"\nseverity = "query"\n'
    assert few(look, sized(), own) == [("small", None, (61,))]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('[checks.outlier]\nmust = "size > 1"', "[checks.outlier.must] is not a known key of a built-in check"),
        ('[checks.outlier]\nseverity = "off"', "[checks.outlier.reason] is missing; expected why the data need no"),
        ('[checks.outlier]\nseverity = "warning"', "[checks.outlier.severity] is 'warning'; expected 'error', 'query'"),
        ('[checks.outliers]\nseverity = "off"', "'outlier' and 'undefined_number'; did you mean 'outlier'?"),
        ('[columns.arm2]\ntype = "category"\nrole = "birth"\nlevels = ["a"]', "[columns.arm2.role] is not a known key"),
        ('[columns.num]\ntype = "number"\nrole = "birth"', "[columns.num.role] is 'birth'; expected 'age'"),
    ],
)  # fmt: skip
def test_what_study_toml_says_of_checks_is_checked(look: Look, section: str, message: str) -> None:
    """The key, what stands there and what is allowed."""
    with pytest.raises(StudyError) as error:
        look(sized(2), header=FEW_HEADER, columns=FEW + section + "\n")
    assert message in str(error.value)
