"""An error in a statistic of a study names file, line and function, and no patient; the last results stay."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPLANTS
from written_statistics import HEAD, computed, copied, write

from lockstep import Patients, Statistic
from lockstep.__main__ import main
from lockstep.analyses.pipeline import run
from lockstep.base.errors import StatisticError
from lockstep.document.report import ensure_results, run_analysis
from lockstep.results.json_file import read_results
from lockstep.results.source import OWN_STATISTICS
from lockstep.study.definition import read_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the second study."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def everyone() -> Patients:
    """Return the patients of the second study."""
    return Patients.read(IMPLANTS)


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
