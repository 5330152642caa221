"""Tests that every verb answers on every study of the tests, whatever of its data is empty."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from awkward_studies import VARIANTS, make_study, write_data
from made_once import made_once

from lockstep.analyses.pipeline import compute
from lockstep.cli.command import run_verb
from lockstep.study.definition import read_study

STUDIES = sorted(path.parent for path in (Path(__file__).parents[1] / "studies").glob("*/study.toml"))
TELLING = ("a level of the exposure is not in a subgroup", "nothing is known but the endpoints")
"""Variants of which the quick verbs are tried always; of all others, and with documents, every verb in slow tests."""

PUBLISHED = "id,quantity,value,unit,record\nS1,patients,{n},,flow.analysed\n"
Captured = pytest.CaptureFixture[str]


def verb(name: str, folder: Path, *more: str) -> int:
    """Run a verb on a study as the command line does; return its exit code."""
    renderer = ["--renderer", "builtin"] if name in ("report", "lock", "redline", "draft") else []
    return run_verb([name, "--study", str(folder), *renderer, *more])


def quick_verbs(folder: Path, capsys: Captured) -> str:
    """Run the verbs that make no document; return what `trace` printed."""
    for name in ("results", "check", "html"):
        assert verb(name, folder) == 0, (name, capsys.readouterr())
    capsys.readouterr()
    assert verb("trace", folder) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("variant", TELLING)
def test_the_quick_verbs_answer_on_data_with_empty_groups(variant: str, tmp_path: Path, capsys: Captured) -> None:
    """Results, check, html and trace succeed where a group, a column or nearly everybody is missing."""
    traced = quick_verbs(make_study(tmp_path / "study", variant), capsys)
    assert "not estimable" in traced
    assert re.findall(r"\b(?:nan|inf|None)\b", traced) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_has_results(variant: str, tmp_path: Path) -> None:
    """Whatever is empty, each statistic has a value or the reason why it has none; no interval is without width."""
    results = compute(read_study(make_study(tmp_path / "study", variant)))
    assert results["flow.analysed"].value
    for record in results:
        assert record.value is not None or record.reason, record.id
        if record.conf_level is not None and record.value is not None:
            missing = record.conf_low is None or record.conf_high is None
            assert (record.reason is not None) == missing, record.id
            assert missing or record.conf_low != record.conf_high, record.id
    repeated = {
        (record.kind, record.label, record.population): record.value for record in results
    }  # a later record of this name overwrites an earlier one
    for record in results:
        assert repeated[record.kind, record.label, record.population] == record.value, record.id


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the full study with its report and a lock of it; tests change a copy."""

    def make(folder: Path) -> None:
        make_study(folder, "everything")
        assert verb("report", folder) == 0
        assert verb("lock", folder, "before") == 0

    return made_once(tmp_path_factory, "everything", make)


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_verb_answers_on_every_variant(variant: str, locked: Path, tmp_path: Path, capsys: Captured) -> None:
    """The quick verbs, report, changes and redline succeed where the data of a full study become those of a variant."""
    folder = Path(shutil.copytree(locked, tmp_path / "study"))
    write_data(folder, variant)
    assert quick_verbs(folder, capsys)
    for name in ("report", "changes", "redline"):
        assert verb(name, folder) == 0, (name, capsys.readouterr())
    n = json.loads((folder / "build" / "results.json").read_text(encoding="utf-8"))["source"]["data_rows"]
    assert n > 0
    assert (folder / "build" / "redline.docx").is_file()


@pytest.mark.slow
@pytest.mark.usefixtures("without_libreoffice", "analysis_here", "workers_here")
@pytest.mark.parametrize("variant", TELLING)
def test_a_draft_is_made_of_data_with_empty_groups(variant: str, tmp_path: Path, capsys: Captured) -> None:
    """The draft for a journal holds the same documents, and says what it lacks, without an accident."""
    folder = make_study(tmp_path / "study", variant)
    assert verb("draft", folder, "--force", "generic") == 0, capsys.readouterr()
    assert (folder / "build" / "drafts" / "generic.zip").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES, ids=lambda folder: folder.name)
def test_every_verb_answers_on_every_study_of_the_tests(study: Path, tmp_path: Path, capsys: Captured) -> None:
    """Each study folder of the tests goes through all verbs."""
    folder = tmp_path / "study"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("build", "locks"))
    quick_verbs(folder, capsys)
    results = json.loads((folder / "build" / "results.json").read_text(encoding="utf-8"))
    n = next(record["value"] for record in results["records"] if record["id"] == "flow.analysed")
    (folder / "data" / "published.csv").write_text(PUBLISHED.format(n=n), encoding="utf-8")
    for name, more in {"report": (), "lock": ("before",), "changes": (), "redline": (), "audit": ()}.items():
        assert verb(name, folder, *more) == 0, (name, capsys.readouterr())
    assert verb("draft", folder, "--force", "generic") == 0, capsys.readouterr()
