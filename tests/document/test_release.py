"""What may leave with a document is what it prints, as it prints it, and nothing else of its results."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPLANTS, ROOT
from hypothesis import given
from hypothesis import strategies as st
from shipped_journals import SHIPPED

from lockstep.base.errors import ResultsError
from lockstep.base.progress import Progress
from lockstep.document.printed_places import places_in, printed_at
from lockstep.document.release import attachment, release
from lockstep.document.report import number_style
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.journals.profiles import read_journal
from lockstep.pdf.reading import read_pdf
from lockstep.qmd.project import read_project
from lockstep.qmd.source import Document, parse, read_qmd
from lockstep.render import builtin
from lockstep.results.json_file import SCHEMA_FILE as RESULTS_SCHEMA
from lockstep.results.model import Results
from lockstep.results.released import SCHEMA_FILE, Released, released_from_json, released_json, released_number
from lockstep.runs.build import build
from lockstep.study.model import Study
from lockstep.study.tables import Characteristics
from lockstep.text.style import Style


@pytest.fixture(scope="module")
def flagship() -> Document:
    """Return the document of the flagship study."""
    return read_qmd(ROOT / "report.qmd")


@pytest.fixture(scope="module")
def released(flagship: Document, study: Study, results: Results) -> Released:
    """Return what may leave with the flagship's document."""
    return release(flagship, study, results, number_style(study))


def of(text: str, study: Study, results: Results, style: Style | None = None) -> Released:
    """Return what may leave with a text."""
    return release(parse(text, path=Path("report.qmd")), study, results, style or number_style(study))


@pytest.mark.parametrize("name", ["", *SHIPPED])
def test_released_numbers_print_as_the_exact_ones_in_every_style(
    name: str, flagship: Document, study: Study, results: Results
) -> None:
    """Whatever the document prints, in the style of whatever journal, it prints the same from what is released."""
    style = number_style(study, read_journal(name, ROOT) if name else None)
    found = released_from_json(released_json(release(flagship, study, results, style)))
    phrases = [place for place in places_in(flagship) if place.method not in ("table", "figure")]
    assert len(phrases) > 100
    for place in phrases:
        exact, again = (printed_at(place, study, one, style) for one in (results, found))
        assert exact is not None
        if place.method != "either":  # prints words, and not what they are chosen by
            assert again is not None, place
            assert again.text == exact.text


def test_no_released_number_has_more_digits_than_are_printed(released: Released) -> None:
    """Each number of the file stands in the text of its record; nothing is at full precision."""
    for line in json.loads(released_json(released))["records"]:
        for name in ("value", "conf_low", "conf_high"):
            number = line.get(name)
            if isinstance(number, int | float):
                printed = line["printed"].replace("\N{MINUS SIGN}", "-")
                assert f"{number:g}" in printed.replace(".00", "").replace(".0", "") or repr(number) in printed, line


def test_only_printed_records_and_drawn_curves_are_released(released: Released, results: Results) -> None:
    """Of 12 variables with their curves none is left but what the figures draw."""
    assert len(released.records) < len(results.records) / 3
    assert {curve.id.split(".")[1] for curve in released.printed_curves if "." in curve.id} == {"by_local_treatment"}
    assert "os.by_sex.male.median" in results
    assert "os.by_sex.male.median" not in released
    assert results["os.by_local_treatment.in_age_group.elderly.cox.yes.hazard_ratio"].conf_low is not None
    assert "os.by_local_treatment.in_age_group.elderly.cox.yes.hazard_ratio" not in released
    with pytest.raises(ResultsError, match="is drawn"):
        released.curve("os.by_sex.male")


def test_no_date_of_a_person_is_released_to_the_day(released: Released, study: Study, results: Results) -> None:
    """First and last dates are months, also where a text asks for the value."""
    last = "date_last_followup.last"
    assert len(str(results[last].value)) == len("2014-12-31")
    assert released[last].value == "2014-12"
    text = f'`{{python}} r.value("{last}")` and `{{python}} r.value("date_of_birth.first")`'
    found = of(text, study, results)
    assert found.forms[last].text.replace("\N{NO-BREAK SPACE}", " ") == "December 2014"
    assert len(str(found["date_of_birth.first"].value)) == len("1900-01")


@pytest.mark.parametrize(
    ("text", "value", "interval"),
    [
        ('r.value("os.median")', 6.61, False),
        ('r.estimate("os.median")', 6.61, True),
        ('r.ci("os.median")', None, True),
        ('r.value("os.rate.5y", 0)', 71, False),
        ('r.p("os.by_local_treatment.log_rank.p_value")', "<0.001", False),
    ],
)
def test_of_a_record_what_is_printed_is_released(
    text: str, value: object, interval: bool, study: Study, results: Results
) -> None:
    """A value without its interval, an interval without its value, a limit as a limit, no decimals where none print."""
    (line,) = json.loads(released_json(of(f"`{{python}} {text}`", study, results)))["records"]
    assert line["value"] == value
    assert ("conf_low" in line, "conf_high" in line, "conf_level" in line) == (interval,) * 3


def test_two_forms_of_a_number_agree_with_one_that_is_released(study: Study, results: Results) -> None:
    """49.46 prints as 49 and as 49.5, which rounds to 50: a number beside it prints as both."""
    name = "os.rate.5y"
    records = tuple(replace(one, value=49.46) if one.id == name else one for one in results.records)
    exact = replace(results, records=records)
    text = f'`{{python}} r.value("{name}", 0)` `{{python}} r.value("{name}")`'
    found = of(text, study, exact)
    assert [call.text for call in found.calls.values()] == ["49%", "49.5%"]
    assert [of(text, study, found).calls[key].text for key in found.calls] == ["49%", "49.5%"]
    closer = tuple(replace(one, value=49.4521) if one.id == name else one for one in results.records)
    assert of(text, study, replace(results, records=closer))[name] == found[name]  # it follows from the texts alone


def test_a_row_of_a_table_releases_its_numbers_in_its_own_decimals(study: Study, results: Results) -> None:
    """A row that prints without decimals lets no more of its numbers leave, and locks know in which they print."""
    table = study.tables["characteristics"]
    assert isinstance(table, Characteristics)
    rows = tuple(replace(row, decimals=0) for row in table.rows)
    rounded = replace(study, tables={**study.tables, "characteristics": replace(table, rows=rows)})
    found = of('```{python}\nr.table("characteristics")\n```\n', rounded, results)
    median = found["age_at_diagnosis.median"]
    assert (median.value, found.forms[median.id].decimals) == (48.0, (0,))


def test_a_claim_keeps_its_verdict_and_a_new_condition_has_none(study: Study, results: Results) -> None:
    """The condition was met by the exact rate, and would not be by the rounded one; another was never judged."""
    exact = results["os.rate.5y"].value
    assert isinstance(exact, float)
    met, unmet = (f"os.rate.5y {sign} {round(exact, 1)}" for sign in ((">", "<") if exact > round(exact, 1) else "<>"))
    found = of(f'`{{python}} r.claim("so", "{met}")` `{{python}} r.either("{unmet}", "a", "b")`', study, results)
    assert (found.met(met), found.met(unmet)) == (True, False)
    with pytest.raises(ResultsError, match="was no condition of the document"):
        found.met("os.rate.5y > 0")


def test_what_only_decides_a_claim_leaves_without_a_number(study: Study, results: Results) -> None:
    """A P value, a rate or a limit that no text prints is in no released record, whatever claims rest on it."""
    text = """`{python} r.claim("so", "os.by_sex.log_rank.p_value >= alpha and os.rate.5y > 50 and os.rate.1y < 99")`
    `{python} r.either("os.median.conf_low > 1", "a", "b")` `{python} r.value("os.rate.5y")`"""
    found = of(text, study, results)
    for name in ("os.by_sex.log_rank.p_value", "os.rate.1y", "os.median"):
        record = found[name]
        assert (record.value, record.conf_low, record.conf_high, record.conf_level) == (None, None, None, None)
        assert (found.forms[name].text, record.reason) == ("not printed", "not printed")
    printed = found["os.rate.5y"]
    assert printed.value is not None
    assert (printed.conf_low, printed.conf_high) == (None, None)
    assert released_from_json(released_json(found)) == found


def test_the_file_says_all_that_is_released(released: Released) -> None:
    """What is written is read back the same, and fits its schema."""
    assert released_from_json(released_json(released)) == released


def test_the_schemas_agree_on_what_a_record_is() -> None:
    """A field that records get has its place in what is released, too, where numbers are in the unit of print."""
    properties = [
        json.loads(path.read_text())["definitions"]["record"]["properties"] for path in (RESULTS_SCHEMA, SCHEMA_FILE)
    ]
    assert properties[0].keys() - {"print_unit", "per_print_unit"} | {"printed", "asked"} == properties[1].keys()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 7}, "has schema version 7"),
        ({"style": None}, "does not fit its schema"),
        ({"records": [{"id": "a"}]}, "does not fit its schema"),
    ],
)
def test_a_file_of_another_form_is_one_error(released: Released, change: Mapping[str, Any], message: str) -> None:
    """It is named, with what is wrong."""
    text = json.dumps(json.loads(released_json(released)) | change)
    with pytest.raises(ResultsError, match=message):
        released_from_json(text)


@given(st.decimals(min_value="0.0001", max_value="0.9999", places=4))
def test_a_limit_is_told_as_a_number_beyond_it(limit: object) -> None:
    """What is released of "<x" is below x, of ">x" above it, by less than a digit of it."""
    value = float(str(limit))
    assert 0 < released_number(f"<{limit}") < value < released_number(f">{limit}") < value + 0.0001


def test_released_curves_draw_the_figures_that_the_exact_ones_draw(
    released: Released, study: Study, results: Results
) -> None:
    """A figure made from a lock is the figure that was printed, to the byte."""
    style = number_style(study)
    for name in study.figures:
        exact, again = (figure_content(name, study, one, style) for one in (results, released))
        assert draw(exact, formats=["svg"]) == draw(again, formats=["svg"])


def test_what_is_released_by_hand_and_by_make_is_the_same(tmp_path: Path) -> None:
    """After `quarto render` by hand the hook attaches what `make report` attaches."""
    folder = tmp_path / "study"
    shutil.copytree(IMPLANTS, folder, ignore=shutil.ignore_patterns("build", "locks"))
    document = folder / "report.qmd"
    made = build(folder, progress=Progress(sys.stderr, shown=False), renderer="builtin").outputs[0]
    ours = read_pdf(made).attachments
    project = read_project(folder)
    (folder / "_quarto.yml").write_text(json.dumps({"format": {"typst": "default", "docx": "default"}}))
    rendered = builtin.render(document, project, tmp_path)
    shutil.copyfile(rendered.typst, document.with_suffix(".typ"))
    shutil.copyfile(rendered.docx, made.with_suffix(".docx"))
    made.write_bytes(b"as Quarto made it")
    told = {
        "QUARTO_PROJECT_DIR": str(folder),
        "QUARTO_PROJECT_OUTPUT_DIR": str(folder / "build"),
        "QUARTO_PROJECT_OUTPUT_FILES": "build/report.docx\nbuild/report.pdf",
    }
    hook = ROOT / "lockstep" / "runs" / "hook.py"
    run = subprocess.run(
        [sys.executable, hook], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert list(ours) == ["released.json"]
    assert read_pdf(made).attachments == ours
    assert attachment(document) == (ours["released.json"].decode(), ())
