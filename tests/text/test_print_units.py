"""Times print in the unit that study.toml asks for, everywhere; results.json keeps the unit of the data."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from shipped_journals import SHIPPED

from lockstep.analyses.pipeline import compute
from lockstep.document.claims import Claim, verdict_on
from lockstep.document.release import in_form_of, release
from lockstep.document.report import Report, number_style
from lockstep.figures.kinds import figure_content
from lockstep.journals.profiles import read_journal
from lockstep.qmd.source import parse
from lockstep.results.json_file import from_json, to_json
from lockstep.results.model import Results
from lockstep.results.print_units import in_print_unit
from lockstep.results.released import released_from_json, released_json
from lockstep.study.definition import read_study
from lockstep.study.figures import SurvivalCurves
from lockstep.study.model import Study
from lockstep.syntax.expressions import parse_expression
from lockstep.text.numbers import interval_text, value_text
from lockstep.text.printed_as import prints
from lockstep.text.style import NBSP, Style


@pytest.fixture(scope="module")
def in_months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the flagship whose data are days, of 30 a month, and whose times print in months, PFS in days."""
    folder = tmp_path_factory.mktemp("months")
    for name in ("data", "analysis"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "study.toml").read_text(encoding="utf-8")
    for old, new in (
        ("decimals = 2  ", "decimals = 1  "),
        ('print_unit = "years"', 'print_unit = "months"'),
        ('origin = "initial diagnosis"', 'origin = "first diagnosis"'),
        ("[endpoints.pfs]\n", '[endpoints.pfs]\nprint_unit = "days"\n'),
        ('origin = "treatment"\n', ""),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


def test_results_keep_the_unit_of_the_data(in_months: tuple[Study, Results], results: Results) -> None:
    """The numbers of results.json are those of a study that says nothing of printing, and survive the file."""
    found = in_months[1]
    assert from_json(to_json(found)) == found
    for record in found:
        if not record.key.id.startswith("setting"):
            same = results[record.id]
            assert (record.value, record.conf_low, record.unit) == (same.value, same.conf_low, same.unit)


def test_text_prints_the_unit_that_is_asked_for(in_months: tuple[Study, Results]) -> None:
    """Medians, follow-up and cut-offs in months; an endpoint with a unit of its own in that; decimals as asked."""
    study, results = in_months
    r = Report(results, number_style(study), study)
    assert r.estimate("os.median").text == f"80.4{NBSP}months (95%{NBSP}CI 72.0–208.7)"
    assert r.value("os.median", 2).text == f"80.37{NBSP}months"
    assert r.value("pfs.median").text == f"147{NBSP}days"
    assert r.value("cutoff.pfs_for_death.threshold").text == f"262.5{NBSP}days"
    assert r.range("follow_up").text == "3.0–476.2"
    # 60.8 months of 30 days are no landmark
    assert results["os.rate.5y"].label == "Overall survival from initial diagnosis at 5 years"


@pytest.mark.parametrize("journal", SHIPPED)
def test_every_journal_prints_it(in_months: tuple[Study, Results], journal: str) -> None:
    """In its own decimal mark, dash and name of a month."""
    study, results = in_months
    style = number_style(study, read_journal(journal, study.folder))
    median = in_print_unit(results["os.median"])
    text = value_text(results["os.median"], style)
    assert text.startswith(f"80{style.decimal_mark}4{NBSP}{style.units.get('months', 'months')}")
    assert value_text(median, style) == text
    assert interval_text(median, style) == interval_text(results["os.median"], style)


def test_figures_and_tables_print_it(in_months: tuple[Study, Results]) -> None:
    """Medians of a figure, the label of follow-up; the axis has its stated unit, and names the time zero."""
    study, results = in_months
    study = replace(study, figures={"both": SurvivalCurves(name="both", endpoints=("os", "pfs"))})
    panels = figure_content("both", study, results, number_style(study)).panels
    assert panels[0].groups[0].estimate_text.startswith(f"80.4{NBSP}months")
    assert panels[0].time_label == "Time since first diagnosis (years)"
    assert panels[1].time_label_short == panels[1].time_label == "Time (years)"
    assert study.follow_up_print_unit == "months"


def test_conditions_compare_in_the_unit_of_the_data(in_months: tuple[Study, Results]) -> None:
    """And values of a broken claim are shown as printed, with decimals enough to show that it fails."""
    _, results = in_months
    broken = verdict_on(Claim(1, "longer", parse_expression("os.median > 2411.3")), results, Style())
    assert not broken.holds
    assert broken.found["os.median"].startswith(f"80.37{NBSP}months")
    assert verdict_on(Claim(1, "longer", parse_expression("os.median > 2410")), results, Style()).holds


def test_what_is_released_is_what_is_printed(in_months: tuple[Study, Results]) -> None:
    """The record of a lock is in the printed unit, is read back the same, and compares with the results of now."""
    study, results = in_months
    style = number_style(study)
    document = parse('---\ntitle: "T"\n---\n\n`{python} r.estimate("os.median")`\n', path=study.folder / "report.qmd")
    released = release(document, study, results, style)
    median = released["os.median"]
    assert (median.value, median.unit, median.print_unit) == (80.4, "months", None)
    assert released_from_json(released_json(released)) == released
    now, text = in_form_of(results["os.median"], median, released.forms["os.median"], style)
    assert (now.value, text) == (80.4, released.forms["os.median"].text)


def test_typed_numbers_are_found_in_the_printed_unit(in_months: tuple[Study, Results]) -> None:
    """A typed "80.4 months" is the median; "2411 days" prints nowhere."""
    found = prints(in_months[1], Style())
    assert "os.median" in found.ids("80.4", after=" months")
    assert found.ids("2411", after=" days") == ()


def test_a_time_without_a_print_unit_is_left_alone(implants_results: Results) -> None:
    """Nothing is copied or rounded where study.toml asks for no unit."""
    assert all(in_print_unit(record) is record for record in implants_results)


def test_what_cannot_be_estimated_stays_so(in_months: tuple[Study, Results]) -> None:
    """A median that is not reached is none in months either, and a missing limit has its words."""
    record = replace(in_months[1]["os.median"], value=None, conf_high=None, reason="not reached")
    assert in_print_unit(record).value is None
    assert interval_text(record, Style()) == f"95%{NBSP}CI 72.0 to not reached"


def test_an_axis_without_a_unit_has_that_of_print(tmp_path: Path) -> None:
    """Months reach the last landmark; an endpoint of another unit does not share the axis."""
    text = (ROOT / "tests" / "studies" / "implants" / "study.toml").read_text(encoding="utf-8")
    assert "[time]" in text
    (tmp_path / "study.toml").write_text(text.replace("[time]\n", '[time]\nprint_unit = "months"\n', 1))
    study = read_study(tmp_path)
    assert {endpoint.axis.unit for endpoint in study.endpoints.values() if endpoint.axis.is_default} <= {"months"}
