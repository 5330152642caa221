"""`lockstep new`: a study folder that builds at once, out of a data file alone."""

from __future__ import annotations

import random
import re
import stat
from pathlib import Path

import lifelines.datasets
import pytest

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import LockstepError
from lockstep.cli.command import run_verb
from lockstep.scaffold.folder import new_study
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study

PUBLIC = Path(lifelines.datasets.__file__).parent
"""Public cohorts that are installed with lifelines."""


def cohort(folder: Path, text: str, name: str = "cohort.csv") -> Path:
    """Write a data file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(n: int = 60) -> str:
    """Return a made-up cohort."""
    draw = random.Random(7)  # noqa: S311 (no secret)
    lines = ["Patient,arm,Age (years),sex,grade,remarks,OS months,status"]
    for row in range(n):
        arm, sex, grade = draw.choice(["control", "new"]), draw.choice("mf"), draw.choice("123")
        cells = [f"P{row:03}", arm, draw.randint(30, 85), sex, grade, f"seen by Dr {row}", draw.randint(1, 60)]
        lines.append(",".join(map(str, [*cells, draw.choice(["alive", "dead", "dead"])])))
    return "\n".join(lines) + "\n"


def test_a_cohort_is_recognised(tmp_path: Path) -> None:
    """Ids, types, units, time, event, groups and covariates; the study is valid and its results can be computed."""
    made = new_study(tmp_path / "study", cohort(tmp_path, rows_of()), Wishes())
    study = read_study(made.folder)
    assert made.faults == ""
    assert study.id_column == "Patient"
    assert {name: column.type for name, column in study.columns.items()} == {
        "arm": "category", "age": "number", "sex": "category", "grade": "category", "os_months": "number",
        "status": "category",
    }  # fmt: skip
    assert study.columns["age"].unit == "years"
    assert study.levels("sex") == {"m": "Male", "f": "Female"}
    assert (study.time.unit, study.endpoints["os"].label) == ("months", "Overall survival")
    assert study.endpoints["os"].event.text == "status == 'dead'"
    assert (study.analysis.exposure, study.analysis.adjust_for[:2]) == ("arm", ("age", "sex"))
    ids = {record.id for record in compute(study).records}
    assert {"os.median", "os.by_arm.log_rank.p_value", "os.adjusted.arm.new.hazard_ratio"} <= ids


def test_what_identifies_a_person_is_left_out_and_not_shown(tmp_path: Path) -> None:
    """No cell of an id or of free text is in any file but the data."""
    made = new_study(tmp_path / "study", cohort(tmp_path, rows_of()), Wishes())
    for path in made.folder.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "P001" not in text
            assert "Dr 1" not in text
    assert stat.S_IMODE((made.folder / "data" / "cohort.csv").stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is not empty is refused before anything is written; an empty one is used."""
    data, folder = cohort(tmp_path, rows_of()), tmp_path / "study"
    folder.mkdir()
    new_study(folder, data, Wishes())
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(LockstepError, match="is not empty"):
        new_study(folder, data, Wishes())
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.csv", "study"]


def test_an_unknown_column_leaves_nothing_behind(tmp_path: Path) -> None:
    """What the user says is checked before anything is written."""
    data = cohort(tmp_path, rows_of())
    with pytest.raises(LockstepError, match=r"--by: there is no column 'amr'.*did you mean 'arm'"):
        new_study(tmp_path / "study", data, Wishes(by="amr"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.csv"]


def test_what_was_not_found_is_listed_with_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A status of which it is open what is the event is a question, not a guess."""
    assert run_verb(["new", str(tmp_path / "study"), "--data", str(PUBLIC / "gbsg2.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "add --time time --event \"cens == '1'\"" in said
    assert read_study(tmp_path / "study").endpoints == {}


@pytest.mark.slow
def test_a_public_cohort_becomes_a_manuscript(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The public example of the README: three commands, all claims hold, no number is typed."""
    folder = str(tmp_path / "study")
    said = ["--time", "time", "--event", "cens == '1'", "--by", "horTh", "--unit", "days"]
    assert run_verb(["new", folder, "--data", str(PUBLIC / "gbsg2.csv"), *said]) == 0
    assert run_verb(["report", "--study", folder, "--renderer", "builtin"]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert "5 of 5 claims hold, 0 typed numbers" in capsys.readouterr().out


def test_many_groups_are_left_to_table_and_figure(tmp_path: Path) -> None:
    """The text lists medians and hazard ratios of few groups alone; the model's covariates are one list."""
    sites = ["head", "body", "tail", "neck", "fundus", "cardia"]
    lines = rows_of(120).splitlines()
    text = "\n".join([f"{lines[0]},site", *(f"{line},{sites[at % 6]}" for at, line in enumerate(lines[1:]))])
    made = new_study(tmp_path / "study", cohort(tmp_path, text), Wishes(by="site"))
    report = (made.folder / "report.qmd").read_text(encoding="utf-8")
    assert "Medians are given in @fig-survival" in report
    assert "in the group" not in report
    assert 'contains `{python} r.labels(["site", "age", "sex"])`;' in report


def test_the_references_are_those_that_the_text_cites(tmp_path: Path) -> None:
    """The check of a new study does not begin with references that nobody has cited."""
    made = new_study(tmp_path / "study", cohort(tmp_path, rows_of()), Wishes())
    report = (made.folder / "report.qmd").read_text(encoding="utf-8")
    keys = re.findall(r"@\w+\{(\w+),", (made.folder / "references.bib").read_text(encoding="utf-8"))
    assert {"kaplan1958", "mantel1966"} <= set(keys)
    assert "gray1988" not in keys
    assert [key for key in keys if f"@{key}" not in report] == []
