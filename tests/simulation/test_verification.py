"""A cohort is held to what is printed and to its limits: whatever is broken in it is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cohort_rows import COMMITTED, DATES, PUBLISHED, ROOT, analysed_row, later, swap_sex

from analysis.simulation.analysed import analysed
from analysis.simulation.constraints import IMPOSSIBLE, constraints
from analysis.simulation.errors import CohortError
from analysis.simulation.limits import LIMITS
from analysis.simulation.records import Row, from_csv
from analysis.simulation.verification import broken, verify
from lockstep.results.model import Results
from lockstep.syntax.expressions import parse_expression

CONSTRAINED = [id_ for constraint in constraints() for id_ in constraint.ids]


@pytest.fixture
def rows() -> list[Row]:
    """Return the committed rows, to be changed."""
    return from_csv(COMMITTED)


def test_every_computable_statement_is_a_constraint_or_impossible() -> None:
    """The 156 statements are 152 constraints, each named once, and four impossible ones."""
    computable = {id_ for id_, row in PUBLISHED.items() if row["record"] or row["condition"]}
    assert len(computable) == 156
    assert sorted(CONSTRAINED) == sorted(computable - set(IMPOSSIBLE))
    assert set(IMPOSSIBLE) <= computable


def test_the_committed_cohort_breaks_nothing(rows: list[Row]) -> None:
    """All constraints and all limits hold in the file that is analysed."""
    assert broken(rows, PUBLISHED) == []


def test_the_verification_measures_what_the_analysis_records(rows: list[Row], results: Results) -> None:
    """Two programs written apart give the same number for every statement, to nine digits."""
    cohort, compared = analysed(rows), 0
    for constraint in constraints():
        found = constraint.measure(cohort)
        for row in (PUBLISHED[id_] for id_ in constraint.ids):
            if row["condition"]:
                expression = parse_expression(row["condition"])
                values = {n: results["setting.alpha" if n == "alpha" else n].value for n in expression.names}
                assert bool(found) == expression.holds(values), constraint.what
            elif not isinstance(found, str):
                record = results[row["reading_record"] or row["record"]]
                assert found == pytest.approx(record.value, rel=1e-9), constraint.what
                compared += 1
    assert compared > 130


def test_ids_named_in_the_generator_are_statements() -> None:
    """A comment that says where a number is printed names a statement of published.csv."""
    sources = [*sorted((ROOT / "analysis" / "simulation").glob("*.py")), ROOT / "data" / "README.md"]
    named = {id_ for path in sources for id_ in re.findall(r"\bP\d{3}\b", path.read_text(encoding="utf-8"))}
    assert named <= set(PUBLISHED)
    assert len(named) > 100


def undo_death(rows: list[Row]) -> None:
    """Let someone who died of disease live on."""
    analysed_row(rows, vital_status="died of disease")["vital_status"] = "alive with disease"


def delay(rows: list[Row], start: str, end: str, days: int) -> None:
    """Let the patients for whom it was just so many days until an event have it a day later."""
    late = [row for row in rows if row["complete_record"] == "1" and row[start] and row[end]]
    late = [row for row in late if date.fromisoformat(row[end]) - date.fromisoformat(row[start]) == timedelta(days)]
    assert late
    for row in late:
        later(row, end, 1)


def shift_the_median_of_os(rows: list[Row]) -> None:
    """Let the patient whose death makes the median of OS live a day longer."""
    delay(rows, "date_initial_diagnosis", "date_last_followup", 2411)


def shift_the_medians_of_pfs(rows: list[Row]) -> None:
    """Let those whose progression makes the medians of PFS progress a day later."""
    for days in (74, 147, 195):
        delay(rows, "date_metastasis_treatment", "date_progression", days)


def grow_older(rows: list[Row]) -> None:
    """Make someone two years older; one year is within the rounding of the printed mean."""
    row = analysed_row(rows, age_at_diagnosis="30")
    row["age_at_diagnosis"] = "32"
    later(row, "date_of_birth", -730)


def enlarge(rows: list[Row]) -> None:
    """Make a tumor a centimetre larger; half of it is within the rounding of the printed mean."""
    row = analysed_row(rows, depth="deep")
    row["primary_size_cm"] = str(float(row["primary_size_cm"]) + 1)


def exchange_grades(rows: list[Row]) -> None:
    """Exchange the grades of two patients."""
    of = {"histologic_subtype": "smooth muscle tumor"}
    one, other = analysed_row(rows, grade="1", **of), analysed_row(rows, grade="3", **of)
    one["grade"], other["grade"] = other["grade"], one["grade"]


def treat_locally(rows: list[Row]) -> None:
    """Give surgery to someone without local treatment."""
    analysed_row(rows, surgery="0", radiotherapy="0", rfa="0")["surgery"] = "1"


def respond_better(rows: list[Row]) -> None:
    """Turn a partial into a complete response."""
    analysed_row(rows, response="PR", surgery="1")["response"] = "CR"


def start_earlier(rows: list[Row]) -> None:
    """Move the first metastasis out of July 1965."""
    rows[0]["date_metastasis"] = rows[0]["date_initial_diagnosis"] = "1965-06-30"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (swap_sex, {"P022", "P023", "P024", "P025", "P084"}),
        (undo_death, {"P135", "P136", "P096"}),
        (shift_the_median_of_os, {"P133"}),
        (grow_older, {"P076"}),
        (enlarge, {"P101"}),
        (exchange_grades, {"P132"}),
        (treat_locally, {"P051", "P053", "P110", "P060"}),
        (shift_the_medians_of_pfs, {"P148", "P155", "P156"}),
        (respond_better, {"P057", "P061", "P073", "P120"}),
        (start_earlier, {"P008"}),
    ],
)
def test_a_changed_row_names_the_statements_it_breaks(
    rows: list[Row], change: Callable[[list[Row]], None], named: set[str]
) -> None:
    """A flipped event, a shifted date or an exchanged label names the statements it breaks, with both numbers."""
    change(rows)
    with pytest.raises(CohortError, match=r"Nothing was written\.$") as error:
        verify(rows, PUBLISHED)
    lines = str(error.value).splitlines()[1:-1]
    assert {line.split()[0] for line in lines} >= named
    assert all(re.search(r": found .+, printed .+$", line) for line in lines)


BEYOND: list[tuple[str, Row, Row]] = [
    ("L01", {"sex": "male"}, {"sex": "Male"}),
    ("L01", {}, {"date_of_birth": "1950-02-30"}),
    ("L01", {}, {"age_at_diagnosis": "-4"}),
    ("L02", {"depth": "deep"}, {"depth": ""}),
    ("L04", {}, {"patient_id": "STS001"}),
    ("L05", {"patient_id": "STS100"}, {"date_metastasis": "1999-12-31", "date_initial_diagnosis": "1999-12-31"}),
    ("L06", {}, {"date_last_followup": "2015-01-01"}),
    ("L06", {"patient_id": "STS100"}, {"date_initial_diagnosis": "2014-01-01"}),
    ("L07", {"age_at_diagnosis": "30"}, {"age_at_diagnosis": "29"}),
    ("L08", {"patient_id": "STS010"}, {"rfa": "1"}),
    ("L09", {"histologic_subtype": "undifferentiated sarcoma"}, {"grade": "2"}),
    ("L10", {"patient_id": "STS005"}, {"age_at_diagnosis": "61", "date_of_birth": "1914-03-10"}),
    ("L11", {"vital_status": "died of disease"}, {"date_progression": ""}),
    ("L12", {"response": "PD"}, {"date_progression": ""}),
]
"""A limit, an analysed row, and the change that takes it beyond."""


@pytest.mark.parametrize(("limit", "having", "change"), BEYOND)
def test_a_row_beyond_a_limit_is_named(rows: list[Row], limit: str, having: Row, change: Row) -> None:
    """Each limit is named with the patient who is beyond it, also where the row could not be analysed at all."""
    row = analysed_row(rows, **having)
    row |= change
    found = {item.id: item.found for item in broken(rows, PUBLISHED)}
    assert row["patient_id"] in found[limit]


def test_a_whole_record_cannot_be_excluded(rows: list[Row]) -> None:
    """An excluded record that lacks nothing is named: there would be no reason to exclude it."""
    row = analysed_row(rows, sex="male")
    row["complete_record"] = "0"
    assert [(item.id, row["patient_id"] in item.found) for item in broken(rows, PUBLISHED)] == [("L03", True)]


def test_a_copy_with_other_dates_is_found(rows: list[Row]) -> None:
    """An excluded row that is an analysed one shifted in time and partly blanked is named, and so is its source."""
    place = next(i for i, r in enumerate(rows) if r["complete_record"] == "0" and r["date_metastasis"] > "2007")
    source = rows[place - 1]
    copy = source | {"patient_id": rows[place]["patient_id"], "complete_record": "0", "depth": "", "sex": "female"}
    for column in DATES:
        later(copy, column, 1)
    rows[place] = copy
    (item,) = (item for item in broken(rows, PUBLISHED) if item.id == "L13")
    assert item.found == f"not so in {source['patient_id']}, {copy['patient_id']}"


def test_every_limit_is_seen_broken() -> None:
    """No limit is in the table that no row here breaks; two more are broken by tests of their own."""
    assert sorted({limit for limit, _, _ in BEYOND} | {"L03", "L13"}) == [limit.id for limit in LIMITS]
