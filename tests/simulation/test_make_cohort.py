"""The synthetic cohort: printed statements are constraints, what is broken is named, the same bytes come out again."""

from __future__ import annotations

import csv
import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from analysis.simulation.analysed import analysed
from analysis.simulation.annealing import Schedule, anneal
from analysis.simulation.characteristics import with_sum
from analysis.simulation.chi_square import p_value, quantile, window
from analysis.simulation.constraints import IMPOSSIBLE, constraints
from analysis.simulation.errors import CohortError
from analysis.simulation.estimates import cox_p, km_median, log_rank_p
from analysis.simulation.incomplete import RECORDS
from analysis.simulation.limits import LEVELS, LIMITS
from analysis.simulation.overall_survival import spread
from analysis.simulation.records import COLUMNS, Row, from_csv, to_csv
from analysis.simulation.risk_sets import risk_sets
from analysis.simulation.verification import broken, read_published, verify
from lockstep.results.model import Results
from lockstep.statistics.cox import cox_regression
from lockstep.statistics.survival import kaplan_meier, log_rank
from lockstep.study.expressions import parse_expression

ROOT = Path(__file__).parents[2]
COMMITTED = (ROOT / "data" / "cohort.csv").read_bytes()
PUBLISHED = read_published(ROOT / "data" / "published.csv")
CONSTRAINED = [id_ for constraint in constraints() for id_ in constraint.ids]
DATES = [column for column in COLUMNS if column.startswith("date_")]


@pytest.fixture
def rows() -> list[Row]:
    """Return the committed rows, to be changed."""
    return from_csv(COMMITTED)


def analysed_row(rows: list[Row], **having: str) -> Row:
    """Return the last analysed row that has some values."""
    found = [r for r in rows if r["complete_record"] == "1" and all(r[k] == v for k, v in having.items())]
    return found[-1]


def later(row: Row, column: str, days: int) -> None:
    """Move a date of a row."""
    row[column] = (date.fromisoformat(row[column]) + timedelta(days)).isoformat()


# ---- the constraints -------------------------------------------------------------------------------------------------


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


# ---- what is broken is named -----------------------------------------------------------------------------------------


def swap_sex(rows: list[Row]) -> None:
    """Make a man a woman."""
    analysed_row(rows, sex="male")["sex"] = "female"


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


# ---- the rows --------------------------------------------------------------------------------------------------------


def test_excluded_records_lack_what_their_reasons_say(rows: list[Row]) -> None:
    """The 12 excluded records are incomplete in 12 ways, each lacking just the columns that its reason names."""
    excluded = [row for row in rows if row["complete_record"] == "0"]
    for row, record in zip(excluded, RECORDS, strict=True):
        lacking = {column for column in COLUMNS if not row[column]}
        assert lacking - {"date_progression"} == set(record.lacks) - {"date_progression"}
        assert row["date_metastasis"] == record.metastasis.isoformat()
    assert len({record.why for record in RECORDS}) == len({record.lacks for record in RECORDS}) == len(RECORDS) == 12
    lacked = {column for record in RECORDS for column in record.lacks}
    assert lacked >= {
        "date_initial_diagnosis",
        "response",
        "date_last_followup",
        "histologic_subtype",
        "grade",
        "depth",
    }
    assert lacked >= {"date_metastasis_treatment", "primary_size_cm", "vital_status", "surgery"}


def test_excluded_records_are_patients_of_their_own(rows: list[Row]) -> None:
    """No excluded patient shares a birthday or the way from treatment to the end with any other patient."""
    frame = pd.DataFrame(rows)
    days = frame[DATES].apply(pd.to_datetime)
    frame["course"] = list(zip(*(days[d] - days["date_metastasis"] for d in DATES[3:]), strict=True))
    excluded = frame["complete_record"] == "0"
    for row in frame[excluded].itertuples():
        others = frame[frame["patient_id"] != row.patient_id]
        assert row.date_of_birth not in set(others["date_of_birth"])
        assert row.course not in set(others["course"])
    assert frame.loc[excluded, "vital_status"].nunique() > 2
    assert frame.loc[excluded, "sex"].nunique() == 2


def test_dates_of_every_row_are_in_order_and_agree_with_the_age(rows: list[Row]) -> None:
    """Known dates run from birth to last contact, metastases are of July 1965 to May 2013, ages in completed years."""
    for row in rows:
        known = [row[column] for column in DATES if row[column]]
        assert known == sorted(known)
        assert "1965-07-01" <= row["date_metastasis"] <= "2013-05-31"
        assert known[-1] <= "2014-12-31"
        if row["age_at_diagnosis"] and row["date_initial_diagnosis"]:
            born, seen = (date.fromisoformat(row[c]) for c in ("date_of_birth", "date_initial_diagnosis"))
            birthday = born.replace(year=seen.year, day=min(born.day, 28))
            assert int(row["age_at_diagnosis"]) == seen.year - born.year - (seen < birthday)


def test_the_codebook_describes_the_file() -> None:
    """data/README.md says first that no row is a patient; it names columns, levels, limits, modules, exclusions."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# The data: synthetic, no row is a patient"
    table = text[text.index("| column |") : text.index("Labels, eligibility")]
    named = [name for line in table.strip().splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert tuple(named) == COLUMNS
    assert all(level in table for levels in LEVELS.values() for level in levels)
    for record in RECORDS:
        lacks = ", ".join(f"`{column}`" for column in record.lacks)
        assert f"| {record.metastasis:%Y-%m} | {lacks} | {record.why} |" in text
    modules = {path.stem for path in (ROOT / "analysis" / "simulation").glob("*.py")} - {
        "__init__",
        "__main__",
        "errors",
    }
    assert modules <= set(re.findall(r"`(\w+)`", text))
    limits = re.findall(r"^\| L(\d\d)(?:(?:–|, )L(\d\d))? \|", text, re.MULTILINE)
    numbers = [number for low, high in limits for number in range(int(low), int(high or low) + 1)]
    assert [f"L{number:02d}" for number in numbers] == [limit.id for limit in LIMITS]


def test_rows_survive_the_file(rows: list[Row]) -> None:
    """Rows that are read and written again are the same bytes."""
    assert to_csv(rows) == COMMITTED


# ---- what the searches stand on --------------------------------------------------------------------------------------


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


# ---- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_cohort_is_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    """`make cohort` gives the committed file, byte for byte, silently where no one watches."""
    output = tmp_path / "new" / "cohort.csv"
    done = subprocess.run(
        [sys.executable, "-m", "analysis.simulation", "--output", output],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert output.read_bytes() == COMMITTED
    assert (done.stdout, done.stderr) == ("cohort.csv: written\n", "")


def test_nothing_is_written_where_a_constraint_is_broken(
    rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cohort that fails its verification leaves the old file as it is, names what is broken, and exits with 1."""
    script = importlib.import_module("analysis.simulation.__main__")
    output = tmp_path / "cohort.csv"
    output.write_text("the old one")
    monkeypatch.setattr(script, "make_cohort", lambda seed, report: (swap_sex(rows), rows)[1])  # noqa: ARG005
    assert script.main(["--output", str(output)]) == 1
    assert output.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [output]
    assert "P022 (male, patients): found 59, printed 60" in capsys.readouterr().err


def test_a_cohort_that_is_right_is_written(
    rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is written, and the second time it is said that nothing changed."""
    script = importlib.import_module("analysis.simulation.__main__")
    monkeypatch.setattr(script, "make_cohort", lambda seed, report: rows)  # noqa: ARG005
    for said in ("written", "the same bytes"):
        assert script.main(["--output", str(tmp_path / "c.csv")]) == 0
        assert capsys.readouterr().out == f"c.csv: {said}\n"
    assert (tmp_path / "c.csv").read_bytes() == COMMITTED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seed", "-1"], "'-1' is not a whole number from 0 to 4294967295"),
        (["--seed", "4294967296"], "'4294967296' is not a whole number from 0 to 4294967295"),
        (["--output", str(ROOT)], "is a folder; name a file in it"),
    ],
)
def test_a_bad_option_is_refused_before_the_search(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits a minute to learn that an option was wrong."""
    with pytest.raises(SystemExit, match="2"):
        importlib.import_module("analysis.simulation.__main__").main(arguments)
    assert message in capsys.readouterr().err


def test_printed_statements_must_all_be_there(tmp_path: Path) -> None:
    """A published.csv that is missing, or lacks a statement, is refused by name before anything is made."""
    path = tmp_path / "published.csv"
    with pytest.raises(CohortError, match=r"^published\.csv: cannot be read"):
        read_published(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "value", "precision"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row for id_, row in PUBLISHED.items() if id_ not in ("P133", "P160"))
    with pytest.raises(CohortError, match=r"^published\.csv: has no statement P133, P160; expected every id"):
        read_published(path)
