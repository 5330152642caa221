"""Trials, locks, drafts, checks and watching know the statistics of a study, and whether their code is current."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from written_statistics import computed, copied

from lockstep.__main__ import main
from lockstep.analyses.pipeline import run
from lockstep.base.errors import StudyError
from lockstep.catalogue.keys import Key
from lockstep.drafts.workspace import make_workspace
from lockstep.journals.profiles import read_journal
from lockstep.results.released import read_released
from lockstep.results.source import OWN_STATISTICS, code_hash, inputs_of, results_are_current
from lockstep.results.trial import trial_study
from lockstep.runs.build import watched_files
from lockstep.study.definition import read_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the second study."""
    return copied(tmp_path)


def test_a_trial_with_other_data_has_the_own_statistics(folder: Path, tmp_path: Path) -> None:
    """`DATA=` computes them from the other file."""
    rows = (folder / "data" / "implants.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "new.csv").write_text("\n".join(rows[:-9]) + "\n", encoding="utf-8")
    place = trial_study(folder, tmp_path / "new.csv")
    mine, tried = computed(folder), computed(place)
    name = "retention.restricted_mean.2y"
    assert (mine[name].n, tried[name].n) == (60, 51)
    assert mine.source.code_sha256 == tried.source.code_sha256


def test_their_code_belongs_to_the_results_and_other_code_beside_does_not(folder: Path) -> None:
    """Staleness and locks see the modules of analysis/; a folder in there, such as a simulation, is not one of them."""
    study, engine, before = read_study(folder), code_hash(), code_hash(folder)
    assert before != engine
    assert {path.relative_to(folder).as_posix() for path in inputs_of(study)} == {
        "data/implants.csv",
        "analysis/statistics.py",
    }
    (folder / "analysis" / "simulation").mkdir()
    (folder / "analysis" / "simulation" / "a.py").write_text("x = 1\n")
    assert code_hash(folder) == before
    (folder / OWN_STATISTICS).unlink()
    assert code_hash(folder) == engine
    assert "retention.restricted_mean.2y" not in computed(folder)


def test_a_link_out_of_the_study_is_no_code_of_it(folder: Path, tmp_path: Path) -> None:
    """What a study runs lies in its folder."""
    file = folder / OWN_STATISTICS
    file.rename(tmp_path / "elsewhere.py")
    file.symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(StudyError, match=r"statistics\.py: is a link that leads out of the study's folder"):
        read_study(folder)


def test_a_check_that_runs_nothing_computes_no_own_statistic(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`RUN=0` refuses where results are not there yet; once they are, it reads them."""
    assert main(["check", "--no-run", "--study", str(folder)]) == 1
    assert "analysis/statistics.py would be run to make it" in capsys.readouterr().err
    assert not (folder / "build" / "results.json").exists()
    run(read_study(folder))
    assert main(["check", "--no-run", "--study", str(folder)]) == 0


@pytest.mark.slow
def test_a_lock_and_a_change_report_know_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the document prints of them is released with their key, and compared when the data change."""
    text = (folder / "report.qmd").read_text(encoding="utf-8")
    printed = 'Mean: `{python} r.estimate("retention.restricted_mean.5y")`.\n\n::: {#tbl-baseline}'
    (folder / "report.qmd").write_text(text.replace("::: {#tbl-baseline}", printed), encoding="utf-8")
    assert main(["lock", "--study", str(folder), "--renderer", "builtin", "--", "first"]) == 0
    released = read_released(folder / "locks" / "first" / "released.json")
    assert released["retention.restricted_mean.5y"].key == Key("restricted_mean", endpoint="retention", at=5)
    assert released.forms["retention.restricted_mean.5y"].text.startswith("49.1")
    data = folder / "data" / "implants.csv"
    data.write_text("\n".join(data.read_text(encoding="utf-8").splitlines()[:-9]) + "\n", encoding="utf-8")
    file = folder / OWN_STATISTICS
    file.write_text(file.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["changes", "--study", str(folder)]) == 0
    found = json.loads((folder / "build" / "changes.json").read_text(encoding="utf-8"))
    (change,) = (value for value in found["values"] if value["id"] == "retention.restricted_mean.5y")
    assert change["old"].startswith("49.1")
    assert change["new"] != change["old"]
    assert "The code of the analysis changed." in found["causes"]
    assert main(["trace", "--study", str(folder)]) == 0
    assert "area under the Kaplan-Meier curve up to the landmark" in " ".join(capsys.readouterr().out.split())


def test_a_draft_s_workspace_has_them(folder: Path) -> None:
    """The folder in which a draft is made finds the study's own results current, and can compute them."""
    run(read_study(folder))
    place = make_workspace(folder, read_journal("generic", folder), folder / "build" / "stage")
    assert results_are_current(read_study(place))
    assert "retention.restricted_mean.5y" in computed(place)


def test_a_save_of_their_code_is_seen(folder: Path) -> None:
    """`make watch` looks at the modules of analysis/, and at the place of the first one."""
    (folder / "analysis" / "beside.py").write_text("x = 1\n", encoding="utf-8")
    watched = watched_files(folder)
    assert {folder / "analysis" / "beside.py", folder / OWN_STATISTICS} <= watched.keys()
    shutil.rmtree(folder / "analysis")
    assert folder / OWN_STATISTICS in watched_files(folder)
