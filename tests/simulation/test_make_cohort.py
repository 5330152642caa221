"""The synthetic cohort: rows without a contradiction, as the codebook describes them; the same bytes come out again."""

from __future__ import annotations

import csv
import importlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from cohort_rows import COMMITTED, DATES, PUBLISHED, ROOT, swap_sex

from analysis.simulation.errors import CohortError
from analysis.simulation.incomplete import RECORDS
from analysis.simulation.limits import LEVELS, LIMITS
from analysis.simulation.records import COLUMNS, Row, from_csv, to_csv
from analysis.simulation.verification import read_published


@pytest.fixture
def rows() -> list[Row]:
    """Return the committed rows, to be changed."""
    return from_csv(COMMITTED)


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
