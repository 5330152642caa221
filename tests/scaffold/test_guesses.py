"""What columns are taken for, by what the file says of them, by their names and by their cells."""

from __future__ import annotations

from pathlib import Path

import lifelines.datasets
import pandas as pd
import pyreadstat
import pytest

from lockstep.cli.command import run_verb
from lockstep.scaffold import words
from lockstep.scaffold.folder import new_study
from lockstep.scaffold.levels import levels_of
from lockstep.scaffold.names import label_of, new_name, without_unit
from lockstep.scaffold.plan import StudyPlan
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study

ROWS = 40


def plan_of(folder: Path, wishes: Wishes | None = None, **columns: list[str]) -> StudyPlan:
    """Return the plan of a study with these columns beside an age."""
    frame = pd.DataFrame({"age": [str(30 + row % 20) for row in range(ROWS)], **columns})
    frame.to_csv(folder / "cohort.csv", index=False)
    return new_study(folder / "study", folder / "cohort.csv", wishes or Wishes()).plan


def cycled(*values: str) -> list[str]:
    """Return a column that has these values in turn."""
    return [values[row % len(values)] for row in range(ROWS)]


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("surgeon", cycled("Miller", "Smith"), "its name is one of columns that identify a person"),
        ("date_of_birth", cycled("1950-02-03"), "a date of birth identifies a person"),
        ("Date de naissance", cycled("1950-02-03", "1951-02-03"), "a date of birth identifies a person"),
        ("remark", [f"text {row}" for row in range(ROWS)], "free text"),
        ("mobile no", [f"07700{row:05}" for row in range(ROWS)], "identif"),
        ("registry", [str(48000 + 7 * row) for row in range(ROWS)], "whole numbers of 5 or more digits"),
        ("histology", [*cycled("lung", "liver")[1:], "a rare one"], "of 3 values 1 in one row only"),
        ("constant", cycled("same"), "all rows that have a value have the same one"),
        ("nothing", cycled(""), "no value in any row"),
        ("seen", cycled("03/04/2010", "05/06/2011"), "dates whose format is open: '%d/%m/%Y' or '%m/%d/%Y'"),
    ],
)
def test_a_column_is_left_out_with_the_reason(name: str, cells: list[str], reason: str, tmp_path: Path) -> None:
    """In study.toml too, which has none of its values."""
    plan = plan_of(tmp_path, **{name: cells})
    [left] = [column for column in plan.columns if column.header == name]
    assert not left.used
    assert reason in left.guess.why_left_out
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    assert f"# - {name}: {left.guess.why_left_out}" in text
    assert not [cell for cell in set(cells) if cell and cell in text and cell != "same"]


@pytest.mark.parametrize(
    ("cells", "kind", "levels"),
    [
        (cycled("0", "1"), "category", {"0": "No", "1": "Yes"}),
        (cycled("1", "2", "3"), "category", {"1": "1", "2": "2", "3": "3"}),
        (cycled("1.0", "2.0", ""), "category", {"1": "1", "2": "2"}),
        (cycled("Yes", "no", "yes"), "category", {"no": "No", "Yes": "Yes"}),
        (
            [*cycled("alive", "died of disease")[1:], "died of other cause"],
            "category",
            {"alive": "Alive", "died of disease": "Died of disease", "died of other cause": "Died of other cause"},
        ),
        (cycled("<20", ">20"), "category", {"<20": "<20", "over_20": ">20"}),
        (cycled("1.5", "2.5", "3,5"), "number", {}),
        (cycled("12.5", "13.1", "-9", "14.2"), "number", {}),
        (cycled("2010-02-28", "2011-03-01"), "date", {}),
        (cycled("28.02.2010", "01.03.2011"), "date", {}),
    ],
)
def test_cells_decide_what_a_column_is(cells: list[str], kind: str, levels: dict[str, str], tmp_path: Path) -> None:
    """Types, and the levels of a category with ids of their own."""
    [column] = [column for column in plan_of(tmp_path, finding=cells).columns if column.name == "finding"]
    assert column.guess.kind == kind
    assert dict(column.guess.levels) == levels


def test_levels_stand_in_their_order() -> None:
    """Numbers and bounds by size, words by their sense."""
    values = ["20-50", ">50", "<=20"]
    assert list(levels_of(dict.fromkeys(values, 5), {}, yes_no=False, sexes=False).labels) == ["<=20", "20-50", ">50"]
    values = ["severe", "mild", "moderate"]
    assert list(levels_of(dict.fromkeys(values, 5), {}, yes_no=False, sexes=False).labels) == [
        "mild",
        "moderate",
        "severe",
    ]


def test_headers_become_names_and_labels() -> None:
    """Valid, not reserved, and none twice; units come from what is in brackets or behind."""
    assert new_name("Tumor Size (cm)", set(), fallback="column_1") == "tumor_size"
    assert new_name("flow", set(), fallback="column_1") == "flow_value"
    assert new_name("X.1", {"x_1"}, fallback="column_1") == "x_1_2"
    assert new_name("男", set(), fallback="column_7") == "column_7"
    assert (label_of("ph.ecog"), label_of("tumor_size")) == ("Ph ECOG", "Tumor size")
    assert (without_unit("weight_kg"), without_unit("Smoker (y/n)")) == (("weight", "kg"), ("Smoker (y/n)", ""))


def test_two_dates_are_a_time(tmp_path: Path) -> None:
    """Said by their names, in whatever format; blanks of a date of death mean that nobody has died."""
    wishes = Wishes(time="operated to died or last_seen", event="died present")
    plan = plan_of(
        tmp_path,
        wishes,
        operated=cycled("01.02.2010", "25.03.2010"),
        died=cycled("01.02.2012", "", ""),
        last_seen=cycled("01.02.2013", "25.03.2014", "28.03.2014"),
    )
    endpoint = read_study(tmp_path / "study").endpoints["os"]
    assert (endpoint.start, endpoint.end) == ("operated", ("died", "last_seen"))
    assert plan.outcome is not None
    assert plan.outcome.n_events == 14
    assert read_study(tmp_path / "study").columns["died"].optional


def test_labels_of_a_statistics_program_are_taken(tmp_path: Path) -> None:
    """Of columns, of values, and of the endpoint; what the file says needs no guess."""
    study = read_study(labelled(tmp_path))
    assert study.columns["horTh"].label == "Hormonal therapy"
    assert study.levels("menostat") == {"0": "Premenopausal", "1": "Postmenopausal"}
    assert (study.columns["tsize"].label, study.columns["tsize"].unit) == ("Tumor size", "mm")
    [endpoint] = study.endpoints.values()
    assert (endpoint.label, endpoint.event.text) == ("Recurrence-free survival", "cens == '1'")


def labelled(folder: Path) -> Path:
    """Write a study of the public cohort of lifelines, as SPSS saves it with labels; return its folder."""
    frame = pd.read_csv(Path(lifelines.datasets.__file__).parent / "gbsg2.csv")
    frame["horTh"] = (frame["horTh"] == "yes").astype(int)
    frame["menostat"] = (frame["menostat"] == "Post").astype(int)
    labels = {
        "horTh": "Hormonal therapy",
        "tsize": "Tumor size (mm)",
        "time": "Recurrence-free survival (days)",
        "menostat": "Menopausal status",
    }
    values = {
        "horTh": {0: "No", 1: "Yes"},
        "menostat": {0: "Premenopausal", 1: "Postmenopausal"},
        "cens": {0: "Censored", 1: "Recurrence or death"},
    }
    path = folder / "gbsg2.sav"
    pyreadstat.write_sav(frame, path, column_labels=labels, variable_value_labels=values)
    return new_study(folder / "study", path, Wishes(by="horTh")).folder


@pytest.mark.slow
def test_a_file_with_labels_becomes_a_manuscript(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It builds at once, and every claim holds."""
    folder = str(labelled(tmp_path))
    assert run_verb(["report", "--study", folder, "--renderer", "builtin"]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert "5 of 5 claims hold, 0 typed numbers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "is_birth", "is_death", "is_end"),
    [
        ("dateOfBirth", True, False, False),
        ("birth_weight", False, False, False),
        ("birthplace", False, False, False),
        ("deathdt", False, True, True),
        ("Todesdatum", False, True, True),
        ("letzter Kontakt", False, False, True),
        ("last_fu", False, False, True),
        ("deadline", False, False, False),
        ("studied", False, False, False),
    ],
)
def test_dates_are_known_by_the_words_of_their_roles(name: str, is_birth: bool, is_death: bool, is_end: bool) -> None:
    """In the languages of the checks of the data; a word inside another is none."""
    found = (words.names_a_birth(name), words.names_a_date_of_death(name), words.names_an_end(name))
    assert found == (is_birth, is_death, is_end)
