"""The flagship's cohort in the file of each format: declaring nothing but the file, the results are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cohort_files import SAVERS, as_csv, typed_cells
from conftest import ROOT

from lockstep.analyses.pipeline import compute
from lockstep.data.fingerprint import compare, fingerprint
from lockstep.results.json_file import to_json
from lockstep.study.definition import read_study
from lockstep.study.model import Study

KEY = bytes(32)
LOCALES = {
    "German": {"separator": ";", "decimal": ",", "date_format": "%d.%m.%Y", "encoding": "cp1252"},
    "French": {"separator": ";", "decimal": ",", "date_format": "%d/%m/%Y", "encoding": "iso-8859-15"},
    "American": {"separator": ",", "decimal": ".", "date_format": "%m/%d/%Y", "encoding": "utf-8-sig"},
    "Swedish": {"separator": "\t", "decimal": ",", "date_format": "%Y-%m-%d", "encoding": "utf-16"},
    "Dutch": {"separator": ";", "decimal": ",", "date_format": "%d-%m-%Y", "encoding": "utf-8"},
}


def study_with(folder: Path, file: str, *, declared: str = "", date_format: str = "") -> Study:
    """Return the flagship with another data file, and the folder in which that is to be."""
    text = (ROOT / "study.toml").read_text(encoding="utf-8")
    text = text.replace('file = "data/cohort.csv"', f'file = "{file}"\n{declared}', 1)
    if date_format:
        text = text.replace('type = "date"', f'type = "date"\nformat = "{date_format}"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    if not (folder / "analysis").exists():
        shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    return read_study(folder)


def results(study: Study) -> dict[str, Any]:
    """Return the results of a study, but for where they come from."""
    found = json.loads(to_json(compute(study)))
    del found["source"]
    return found


@pytest.fixture(scope="module")
def expected(study: Study) -> dict[str, Any]:
    """Return the results of the flagship."""
    return results(study)


@pytest.mark.parametrize("name", SAVERS)
def test_each_format_has_the_same_cells(tmp_path: Path, study: Study, name: str) -> None:
    """No cell differs from the CSV file's, for all that locks and change reports compare."""
    SAVERS[name](typed_cells(study), tmp_path / f"cohort.{name}")
    found, _ = fingerprint(study_with(tmp_path, f"cohort.{name}"), KEY)
    changes = compare(fingerprint(study, KEY)[0], found)
    assert (changes.added, changes.removed, changes.changed, changes.cells) == (0, 0, 0, {})
    assert (changes.columns_added, changes.columns_removed) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", SAVERS)
def test_each_format_gives_the_same_results(tmp_path: Path, study: Study, expected: dict[str, Any], name: str) -> None:
    """Nothing is declared but the file."""
    SAVERS[name](typed_cells(study), tmp_path / f"cohort.{name}")
    assert results(study_with(tmp_path, f"cohort.{name}")) == expected


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_a_csv_file_of_each_locale_gives_the_same_results(
    tmp_path: Path, study: Study, expected: dict[str, Any], locale: str
) -> None:
    """Declared are the format of dates and an encoding, which the file cannot say; nothing where it can."""
    form = LOCALES[locale]
    (tmp_path / "cohort.csv").write_bytes(as_csv(typed_cells(study), **form))
    unicode = form["encoding"].startswith("utf")
    found = study_with(
        tmp_path,
        "cohort.csv",
        declared="" if unicode else f'encoding = "{form["encoding"]}"',
        date_format="" if form["date_format"] == "%Y-%m-%d" else form["date_format"],
    )
    assert results(found) == expected
