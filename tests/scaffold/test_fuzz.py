"""New studies of made-up files: whatever headers and values they have, the study is valid and its report builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_files import made_up_file

from lockstep.analyses.pipeline import compute
from lockstep.cli.command import run_verb
from lockstep.scaffold.folder import new_study
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(100, 124))
def test_a_made_up_file_becomes_a_valid_study(seed: int, tmp_path: Path) -> None:
    """Nothing is refused that the program has written itself, and its results can be computed."""
    data = tmp_path / "cohort.csv"
    data.write_text(made_up_file(seed), encoding="utf-8")
    made = new_study(tmp_path / "study", data, Wishes())
    assert made.faults == ""
    assert compute(read_study(made.folder)).records


@pytest.mark.parametrize("seed", [10, 33, 36])
def test_its_report_builds(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At once, and no number in it is typed; all claims hold."""
    data, folder = tmp_path / "cohort.csv", str(tmp_path / "study")
    data.write_text(made_up_file(seed), encoding="utf-8")
    assert run_verb(["new", folder, "--data", str(data)]) == 0
    assert run_verb(["report", "--study", folder, "--renderer", "builtin"]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert "0 typed numbers" in capsys.readouterr().out
