"""A study's own statistics are records like all others, of the patients that they ask for."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT
from reference_statistics import study_rows
from reference_values import REFERENCE, differences, read_rows
from written_statistics import HEAD, computed, copied, write

from lockstep import Patients, Statistic
from lockstep.analyses.pipeline import run
from lockstep.base.errors import StatisticError
from lockstep.catalogue.keys import Key
from lockstep.document.report import number_style
from lockstep.results.model import Results
from lockstep.results.source import OWN_STATISTICS, results_are_current
from lockstep.study.definition import read_study
from lockstep.text.phrases import Phrases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the second study."""
    return copied(tmp_path)


# ---- the documented example ----------------------------------------------------------------------------------------


def test_the_documented_example_is_that_of_the_small_study() -> None:
    """What docs/own-statistics.md shows whole is the file that runs here."""
    text = (ROOT / "docs" / "own-statistics.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert (IMPLANTS / OWN_STATISTICS).read_text(encoding="utf-8") in examples


def test_the_restricted_mean_is_that_of_r(implants_results: Results) -> None:
    """Value and limits agree with `summary(survfit(...), rmean = )`, of all patients and in each group."""
    expected = read_rows(REFERENCE / "values" / "implants.csv")
    without = {name: (row[0], None, None) if len(set(row)) == 1 else row for name, row in expected.items()}
    found = {name: row for name, row in study_rows(implants_results).items() if "restricted_mean" in name}
    assert differences(without, found, relative=1e-9) == []


def test_an_own_statistic_is_a_record_like_all_others(implants_results: Results) -> None:
    """It has key, label, method, unit, decimals, number and set of patients, and is printed like any other."""
    record = implants_results["retention.by_fixation.cemented.restricted_mean.5y"]
    assert record.key == Key("restricted_mean", endpoint="retention", by="fixation", by_level="cemented", at=5)
    assert (record.kind, record.unit, record.decimals, record.conf_level) == ("time", "months", 1, 0.95)
    assert record.label == "Implant retention: restricted mean to 5 years"
    assert (record.n, record.population) == (32, "patients analysed; Fixation: Cemented")
    assert record.method.startswith("area under the Kaplan-Meier curve")
    r = Phrases(implants_results, number_style(read_study(IMPLANTS)))
    assert str(r.estimate(record.id)) == "48.5\xa0months (95%\xa0CI 41.7–55.3)"
    assert str(r.claim("long", f"{record.id} > 48 and {record.id}.conf_low > 40")) == "long"


def test_the_crude_proportions_are_the_flagship_s_own(results: Results) -> None:
    """What only that paper prints is computed in its folder, after everything that the engine computes."""
    own = [record for record in results if "followed_beyond" in record.key.statistic]
    assert own == list(results.records[-len(own) :])
    assert [record.id for record in own[:2]] == ["os.followed_beyond.1y.count", "os.followed_beyond.1y.percent"]
    assert (own[0].value, own[0].denominator, own[1].unit) == (125, 142, "%")
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "lockstep" / "analyses").glob("*.py"))
    assert "followed_beyond" not in code


def test_unit_and_decimals_are_the_nearest_that_are_said() -> None:
    """Those of the call, else the statistic's, else those of what it describes; "" is no unit, a percentage has %."""
    patients = Patients.read(IMPLANTS)
    of_bmi = Statistic("own", "number", "{of}: own", "by hand")
    index = replace(of_bmi, unit="", decimals=0)
    bmi = [patients.record(found, 1.5, variable="bmi") for found in (of_bmi, index)]
    assert [(record.unit, record.decimals) for record in bmi] == [("kg/m²", 1), (None, 0)]
    said = patients.record(index, 1.5, variable="bmi", unit="kg", decimals=3)
    assert (said.unit, said.decimals) == ("kg", 3)
    assert patients.record(of_bmi, 1.5, variable="bmi", unit="").unit is None
    assert patients.record(Statistic("own", "percent", "own", "by hand"), 10.0).unit == "%"


# ---- patients and records ------------------------------------------------------------------------------------------


def test_groups_within_groups_have_the_keys_of_subgroups() -> None:
    """The inner groups are compared within the outer, as the engine's own records are."""
    patients = Patients.read(IMPLANTS)
    assert list(patients.frame.columns) == ["fixation", "bmi", "side", "months", "revised"]
    outer = list(patients.groups("side"))
    inner = [group for part in outer for group in part.groups("fixation")]
    assert [part.n for part in outer] == [int((patients.frame["side"] == level).sum()) for level in ("left", "right")]
    assert sum(group.n for group in inner) == sum(part.n for part in outer) < patients.n  # one has no side
    first = inner[0]
    assert first.key.id == "by_fixation.in_side.left.cemented"
    assert first.population.text == "patients analysed; Side: Left; Fixation: Cemented"
    assert len(first.endpoints["retention"].time) == len(first.frame) == first.n
    with pytest.raises(StatisticError, match="two levels of grouping are the most"):
        next(first.groups("revised"))


def test_what_a_function_does_to_its_patients_reaches_nobody_else(folder: Path) -> None:
    """Each function has patients of its own to change."""
    body = "yield patients.record(MEAN, patients.frame['bmi'].mean(), variable='bmi', item='{0}')\n"
    spoil = "patients.frame['bmi'] = 0.0\npatients.endpoints['retention'].time[:] = 0\npatients.study.columns.clear()\n"
    write(folder, body.format("a") + spoil)
    file = folder / OWN_STATISTICS
    second = "".join(f"    {line}\n" for line in body.format("b").splitlines())
    file.write_text(file.read_text() + f"\n@statistic\ndef other(patients):\n{second}", encoding="utf-8")
    results = computed(folder)
    assert results["bmi.own.a"].value == results["bmi.own.b"].value == pytest.approx(results["bmi.mean"].value)
    assert results["bmi.own.a"].unit == "kg/m²"


def test_a_function_may_return_a_list_and_take_help_from_beside(folder: Path) -> None:
    """A module beside is imported by its relative name; its text counts as code of the analysis."""
    write(
        folder,
        "return [patients.record(MEAN, two(), variable='bmi')]",
        head=HEAD + "from .beside import two\n\n",
    )
    (folder / "analysis" / "beside.py").write_text("def two():\n    return 2\n", encoding="utf-8")
    assert computed(folder)["bmi.own"].value == 2
    run(study := read_study(folder))
    assert results_are_current(study)
    (folder / "analysis" / "beside.py").write_text("def two():\n    return 3\n", encoding="utf-8")
    assert not results_are_current(study)
    assert computed(folder)["bmi.own"].value == 3


def test_code_is_run_as_it_is_written_whatever_its_time(folder: Path) -> None:
    """A compiled file of the same size and second is not taken for the text."""
    values = []
    for number in (2, 3):
        file = write(folder, f"yield patients.record(MEAN, {number}, variable='bmi')")
        os.utime(file, (10**9, 10**9))
        values.append(computed(folder)["bmi.own"].value)
    assert values == [2, 3]
    assert not (folder / "analysis" / "__pycache__").exists()


def test_two_studies_in_one_process_share_nothing(folder: Path, tmp_path: Path) -> None:
    """Each has its own module, and none is left behind."""
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    body = "global seen\nseen += 1\nyield patients.record(MEAN, seen, variable='bmi')"
    for place, number in ((folder, 10), (other, 20)):
        write(place, body, head=f"{HEAD}seen = {number}\n")
    before = set(sys.modules)
    assert [computed(place)["bmi.own"].value for place in (folder, other, folder)] == [11, 21, 11]
    assert not {name for name in set(sys.modules) - before if "study_" in name}


def test_a_function_of_two_names_runs_once(folder: Path) -> None:
    """A second name is no second statistic."""
    file = write(folder, "yield patients.record(MEAN, 1, variable='bmi')")
    file.write_text(file.read_text(encoding="utf-8") + "\nsame = own\n", encoding="utf-8")
    assert computed(folder)["bmi.own"].value == 1
