"""A study's own statistics are records like all others; an error in one names file and line, and no patient."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPLANTS, ROOT
from reference_statistics import study_rows
from reference_values import REFERENCE, differences, read_rows

from lockstep import Patients, Statistic
from lockstep.__main__ import main
from lockstep.analyses.pipeline import compute, run
from lockstep.base.errors import StatisticError, StudyError
from lockstep.catalogue.keys import Key
from lockstep.document.report import ensure_results, number_style, run_analysis
from lockstep.drafts.workspace import make_workspace
from lockstep.journals.profiles import read_journal
from lockstep.results.json_file import read_results
from lockstep.results.model import Results
from lockstep.results.released import read_released
from lockstep.results.source import OWN_STATISTICS, code_hash, inputs_of, results_are_current
from lockstep.results.trial import trial_study
from lockstep.runs.build import watched_files
from lockstep.study.definition import read_study
from lockstep.text.phrases import Phrases

HEAD = "from lockstep import Statistic, statistic\n\nMEAN = Statistic('own', 'number', '{of}: own', 'by hand')\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the second study."""
    return Path(shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build", "__pycache__")))


@pytest.fixture(scope="module")
def everyone() -> Patients:
    """Return the patients of the second study."""
    return Patients.read(IMPLANTS)


def write(folder: Path, body: str, *, head: str = HEAD) -> Path:
    """Write a study's own statistics: one function `own` with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    file = folder / OWN_STATISTICS
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{head}@statistic\ndef own(patients):\n{lines}", encoding="utf-8")
    return file


def computed(folder: Path) -> Results:
    """Return the results of the study in a folder."""
    return compute(read_study(folder))


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


# ---- where a study is copied or linked -----------------------------------------------------------------------------


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


# ---- errors --------------------------------------------------------------------------------------------------------

AT = "analysis/statistics.py, line"


OTHER = "yield patients.record(Statistic({}, 'a', 'b'), {})"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("yield patients.endpoints['retentoin']", "no endpoint 'retentoin'; did you mean 'retention'?"),
        ("patients.frame['bmi'].meen()", "AttributeError: 'Series' object has no attribute 'meen'"),
        ("patients.frame['bim']", "KeyError; did you mean 'bmi'?"),
        ("raise ValueError(str(list(patients.frame['bmi'])))", "ValueError\n"),
        ("float(patients.frame['side'].iloc[0])", "ValueError\n"),
        ("assert False, patients.frame", "AssertionError\n"),
        ("raise SystemExit(patients.frame)", "SystemExit\n"),
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        (
            "yield patients.record(MEAN, float('nan'), variable='bmi')",
            "'own' is a number; expected a number, not NaN or infinite; what cannot",
        ),
        ("yield patients.record(MEAN, None, variable='bmi')", "record bmi.own: no value and no reason"),
        ("yield patients.record(MEAN, 'x', variable='bmi')", "'own' is a number; expected a number, not str"),
        ("yield patients.record(MEAN, 1)", "'own': its words have the place '{of}', which nothing fills"),
        ("yield patients.record(MEAN, 1, variable='bim')", "no variable 'bim'; did you mean 'bmi'?"),
        (
            "yield patients.record(MEAN, 1, variable='side', level='lef')",
            "no level 'lef' of 'side'; did you mean 'left'?",
        ),
        ("yield from (g.record(MEAN, 1) for g in patients.groups('bmi'))", "groups('bmi'): it has no levels"),
        (OTHER.format("'a', 'p_value'", 1.5), "'a' is a p_value; expected a number from 0 to 1"),
        (OTHER.format("'a', 'count'", 1.5), "'a' is a count; expected a whole number"),
        (OTHER.format("'a', 'hazard_ratio'", -1), "'a' is a hazard_ratio; expected 0 or more"),
        (OTHER.format("'a', 'odds'", 1), "a statistic has the kind 'odds'; the kinds are: count,"),
        (OTHER.format("'A', 'count'", 1), "a statistic has the path 'A'; expected lower-case"),
        ("raise GeneratorExit(patients.frame)", "GeneratorExit\n"),
        ("raise type('Own', (BaseException,), {})(patients.frame)", "Own\n"),
        ("list(patients.groups(3))", "the variable of groups is of the type int; expected a text"),
        ("patients.endpoints[3]", "the name of an endpoint is of the type int; expected a text"),
        ("Statistic(3, 'number', 'a', 'b')", "the path of a statistic is of the type int; expected a text"),
        ("yield patients.record('mean', 1)", "a record is of a Statistic; found is one of the type str"),
        (f"import pandas; {OTHER}".format("'a', 'date'", "pandas.NaT"), "'a' is a date; expected a date"),
        (OTHER.format("'a', 'number'", "10**400"), "'a' is a number; expected a number, not NaN or infinite"),
        (OTHER.format("'a', 'count'", "5, denominator=2"), "the value is 5; expected a whole number from 0 to 2"),
        (OTHER.format("'a', 'number'", "1, level='left'"), "level 'left' of no variable"),
    ],
)
def test_an_error_names_file_line_and_function_and_no_patient(folder: Path, body: str, said: str) -> None:
    """Only names of the code and of study.toml are shown; what an error says may hold a cell, and is not."""
    write(folder, body)
    with pytest.raises(StatisticError) as caught:
        computed(folder)
    told = str(caught.value)
    assert told.startswith(f"{AT} 7, in own: {said}")
    for cell in ("30.8", "25.7", "left Right", "nan, "):
        assert cell not in told.replace(body, "")
    if "not shown" in told:
        assert f"\n    {body}\n" in told
        assert "docs/own-statistics.md" in told


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"conf_low": "a"}, "conf_low is of the type str; expected a number"),
        ({"conf_low": 3, "conf_high": 2}, "conf_low (3) is above conf_high (2)"),
        ({"conf_low": 0, "conf_level": 95}, "conf_level is 95; expected a number between 0 and 1"),
        ({"conf_level": float("nan")}, "conf_level is not finite; expected a number"),
        ({"n": -4}, "n is -4; expected a whole number of 0 or more"),
        ({"n": 61}, "n is 61; expected a whole number from 0 to 60"),
        ({"denominator": 1.5}, "denominator is 1.5; expected a whole number"),
        ({"decimals": -2}, "decimals is -2; expected a whole number from 0 to 15"),
        ({"decimals": "x"}, "decimals is of the type str; expected a number"),
        ({"unit": 3}, "unit is of the type int; expected a text"),
        ({"warning": [30.8]}, "warning is of the type list; expected a text"),
        ({"item": 3}, "item is of the type int; expected a text"),
        ({"item": ""}, "item is empty; expected 1 to 1,000"),
        ({"item": "a" * 1001}, "item has 1,001 characters; expected 1 to 1,000"),
        ({"item": "a\ud800"}, "item: U+D800 surrogate is not seen"),
        ({"warning": "a\x00"}, "warning: U+0000 control character is not seen"),
        ({"at": "5"}, "at is of the type str; expected a number"),
        ({"at": -1}, "at is -1; expected years, 0 or more"),
    ],
)
def test_a_record_that_results_json_cannot_hold_is_refused(
    everyone: Patients, said: dict[str, Any], message: str
) -> None:
    """What could not be read again is never written; an interval upside down, or of too many patients, is neither."""
    with pytest.raises(StatisticError) as caught:
        everyone.record(Statistic("own", "number", "{of}", "by hand"), 1.0, variable="bmi", **said)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("value='abc'", "the value is of the type str"),
        ("label=object()", "label is of the type object"),
    ],
)
def test_a_record_that_was_changed_afterwards_is_held_to_the_same(folder: Path, change: str, message: str) -> None:
    """A record may be made by other means than `patients.record`."""
    write(folder, f"from dataclasses import replace\nyield replace(patients.record(MEAN, 1, variable='bmi'), {change})")
    with pytest.raises(StatisticError, match=rf"^analysis/statistics\.py, in own: {re.escape(message)}"):
        computed(folder)


@pytest.mark.parametrize("head", ["def own():", "class own:", "def own(patients, more):"])
def test_what_cannot_take_the_patients_is_told_so(folder: Path, head: str) -> None:
    """A statistic is a function of one argument."""
    (folder / OWN_STATISTICS).write_text(f"{HEAD}@statistic\n{head}\n    pass\n", encoding="utf-8")
    with pytest.raises(
        StatisticError, match=r"in own: expected a function of one argument, the patients: def own\(pat"
    ):
        computed(folder)


def test_a_function_of_two_names_runs_once(folder: Path) -> None:
    """A second name is no second statistic."""
    file = write(folder, "yield patients.record(MEAN, 1, variable='bmi')")
    file.write_text(file.read_text(encoding="utf-8") + "\nsame = own\n", encoding="utf-8")
    assert computed(folder)["bmi.own"].value == 1


def test_a_module_beside_that_is_looked_for_elsewhere_is_named(folder: Path) -> None:
    """The message says how it is imported."""
    (folder / "analysis" / "areas.py").write_text("x = 1\n", encoding="utf-8")
    write(folder, "import areas")
    with pytest.raises(
        StatisticError, match=r"No module named 'areas'\. The one beside is imported by `from \.areas imp"
    ):
        computed(folder)


def test_code_that_ends_the_program_gives_no_documents_of_old_results(folder: Path) -> None:
    """os._exit(0) looks like success, but there are no results."""
    run(read_study(folder))
    write(folder, "import os; os._exit(0)\nyield")
    with pytest.raises(
        StatisticError, match=r"^analysis/statistics\.py: it ended the program before there were results"
    ):
        ensure_results(read_study(folder))


def test_code_that_closes_standard_output_does_not_silence_the_program(folder: Path) -> None:
    """What the program has still to say is printed."""
    write(folder, "import sys; sys.stdout.close()\nyield patients.record(MEAN, 1, variable='bmi')")
    assert "build/results.json: written" in run_analysis(folder, "results")


@pytest.mark.parametrize(
    ("body", "kind"), [("yield 30.8", "float"), ("return None", "NoneType"), ("return 'a'", "str")]
)
def test_what_is_no_record_is_refused(folder: Path, body: str, kind: str) -> None:
    """A function that gives a bare number, or nothing: the message says what is expected."""
    write(folder, body)
    with pytest.raises(StatisticError) as caught:
        computed(folder)
    assert str(caught.value) == (
        f"analysis/statistics.py: own gave {kind}; expected records: `yield patients.record(...)`."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (\n", f"{AT} 1: '(' was never closed\n    x = ("),
        ("\n1 / 0\n", f"{AT} 2: ZeroDivisionError\n    1 / 0"),
        ("from .simulation import x\n", f"{AT} 1: ModuleNotFoundError: no simulation.py is in analysis/ itself"),
        ("x = 1\n", "analysis/statistics.py: has no statistic. Mark the functions that yield records with @statistic"),
    ],
)
def test_code_that_cannot_be_loaded_is_told_with_its_line(folder: Path, text: str, said: str) -> None:
    """Errors of syntax, of import and at load are as short; a package of the folder is not looked into."""
    (folder / "analysis" / "simulation").mkdir()
    (folder / "analysis" / "simulation" / "__init__.py").write_text("x = 1\n")
    (folder / OWN_STATISTICS).write_text(text, encoding="utf-8")
    with pytest.raises(StatisticError) as caught:
        computed(folder)
    assert said in str(caught.value)


def test_an_id_of_another_result_is_refused(folder: Path) -> None:
    """An own statistic takes no result's place, nor another own one's; the error names their file."""
    write(folder, "yield patients.record(Statistic('mean', 'number', '{of}: mean', 'm'), 1, variable='bmi')")
    with pytest.raises(StatisticError, match=r"^analysis/statistics\.py: two results would have the id 'bmi\.mean'"):
        computed(folder)
    write(folder, "yield from [patients.record(MEAN, 1, variable='bmi')] * 2")
    with pytest.raises(StatisticError, match=r"^analysis/statistics\.py: two results would have the id 'bmi\.own'"):
        computed(folder)


def test_the_last_results_stay_where_a_statistic_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verb ends with one message and code 1; not a byte of results.json changes."""
    assert main(["results", "--study", str(folder)]) == 0
    before = (folder / "build" / "results.json").read_bytes()
    write(folder, "patients.frame['bim']")
    assert main(["results", "--study", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{AT} 7, in own: KeyError; did you mean 'bmi'?\n    patients.frame['bim']\n")
    assert "Traceback" not in said
    assert (folder / "build" / "results.json").read_bytes() == before
    assert "retention.restricted_mean.5y" in read_results(folder / "build" / "results.json")


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
