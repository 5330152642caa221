"""A change report says what changed since a lock, all of it and nothing else."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import docx
import pytest
from cohort_files import save_parquet, save_sav, save_zsav
from locked_study import CLAIM, PATIENT, edit, freeze, make_study

from lockstep.__main__ import main
from lockstep.analyses.pipeline import compute
from lockstep.document.report import number_style
from lockstep.results.model import Results
from lockstep.revisions.changes import Changes
from lockstep.revisions.changes_page import change_report_json, changes_html, write_changes
from lockstep.revisions.differences import changes_since_lock
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.text.numbers import text
from lockstep.word import validity as ooxml

# Locks, builds and change reports.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analysis_here")]


MOVES = {
    "retention.events": ("24", "23"),
    "retention.rate.2y": ("89.1%", "90.8%"),  # its interval is not printed
    "retention.by_fixation.log_rank.p_value": ("P = 0.182", "P = 0.623"),
    "retention.adjusted.fixation.uncemented.hazard_ratio": ("2.72 (95% CI 0.97–7.59)", "1.72 (95% CI 0.61–4.87)"),
    "retention.by_fixation.uncemented.median": (
        "52.4 months (95% CI 25.6–71.3)",
        "62.5 months (95% CI 25.6 to not reached)",
    ),
}
"""What the document prints of what this patient moves."""


@pytest.fixture
def study(locked: Path, tmp_path: Path) -> Path:
    """Return a copy of the study with its lock."""
    return Path(shutil.copytree(locked, tmp_path / "study"))


@pytest.fixture(scope="module")
def perturbed(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the study in which one patient was corrected since the lock."""
    folder = Path(shutil.copytree(locked, tmp_path_factory.mktemp("perturbed") / "study"))
    edit(folder / "data" / "implants.csv", *PATIENT)
    return folder


@pytest.fixture(scope="module")
def found(perturbed: Path) -> Changes:
    """Return what one corrected patient changes."""
    return changes_since_lock(perturbed)


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def moved(old: Results, new: Results, study: Study) -> dict[str, tuple[str, str]]:
    """Return all results that print otherwise, with their texts."""
    texts = {record.id: tuple(plain(text(one[record.id], number_style(study))) for one in (old, new)) for record in new}
    return {record_id: (then, now) for record_id, (then, now) in texts.items() if then != now}


def test_no_change_gives_an_empty_report(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is listed, and the three files say so."""
    assert main(["changes", "--study", str(study)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing has changed since lock first: all ")
    content = json.loads((study / "build" / "changes.json").read_text())
    assert content["nothing"] is True
    assert content["printed"] > 35  # a count with its percentage is one
    for part in ("values", "claims", "figures", "causes", "presentation", "study_lines", "unfollowed"):
        assert content[part] == [], part
    page = (study / "build" / "changes.html").read_text()
    assert "<table" not in page
    assert "<h2" not in page
    text = " ".join(paragraph.text for paragraph in docx.Document(str(study / "build" / "changes.docx")).paragraphs)
    assert "Nothing has changed since lock first" in text


def test_one_patient_gives_exactly_the_values_that_it_moves(locked: Path, perturbed: Path, found: Changes) -> None:
    """A direct comparison of the two results finds the same; what moved and is not printed is nowhere in the report."""
    study = read_study(perturbed)
    differing = moved(compute(read_study(locked)), compute(study), study)
    listed = {value.id: (plain(value.old), plain(value.new)) for value in found.values}
    assert listed == MOVES
    assert MOVES.items() - differing.items() == {("retention.rate.2y", MOVES["retention.rate.2y"])}
    assert len(differing) > len(MOVES)
    content = change_report_json(found)
    assert not [record_id for record_id in differing if record_id not in MOVES and f'"{record_id}"' in content]


def test_the_tests_of_one_table_are_told_apart(study: Path) -> None:
    """Chi-square and Fisher of the same two variables are called by their names."""
    with (study / "report.qmd").open("a", encoding="utf-8") as document:
        for test in ("chi_square", "fisher"):
            document.write(f'\n`{{python}} r.p("side.by_fixation.{test}.p_value")`\n')
    edit(study / "data" / "implants.csv", "I001;uncemented;30,8;left", "I001;uncemented;30,8;right")
    labels = {value.id: value.label for value in changes_since_lock(study).values}
    assert labels["side.by_fixation.chi_square.p_value"] == "Side by Fixation: chi-square test"
    assert labels["side.by_fixation.fisher.p_value"] == "Side by Fixation: Fisher's exact test"
    assert labels["side.left.count"] == "Side: Left"


def test_each_value_stands_with_its_places(perturbed: Path, found: Changes) -> None:
    """The lines are those of report.qmd that hold the call, tables and figures go by their label."""
    lines = (perturbed / "report.qmd").read_text(encoding="utf-8").splitlines()
    for value in found.values:
        for spot in value.spots:
            if spot.where.startswith("report.qmd:"):
                assert value.id in lines[int(spot.where.split(":")[1]) - 1]
            else:
                assert spot.where in ("fig-retention", "tbl-baseline")
    median = next(value for value in found.values if value.id.endswith(".median"))
    assert [spot.where for spot in median.spots] == ["fig-retention"]


def test_the_data_are_compared_in_counts_and_ids_come_only_when_asked_for(perturbed: Path, found: Changes) -> None:
    """One patient with two changed cells; who it is stays out of the report."""
    assert found.data.rows is not None
    assert found.data.rows["cells"] == {"months": 1, "revised": 1}
    assert [found.data.rows[name] for name in ("added", "removed", "changed")] == [0, 0, 1]
    page = changes_html(found, perturbed)
    assert "Changed cells: months (1), revised (1)." in page
    assert "I001" not in page
    asked = changes_since_lock(perturbed, list_ids=True)
    assert "Changed patients: I001" in changes_html(asked, perturbed)


def test_a_change_outside_of_named_columns_is_not_denied(study: Path) -> None:
    """A column without a name is not compared, so it is not said that only the order of rows can have changed."""
    data = study / "data" / "implants.csv"
    header, *rows = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join([f"{header};", *(f"{row};2" for row in rows)]) + "\n", encoding="utf-8")
    assert changes_since_lock(study).data.lines()[-1].endswith("or a column without a name of its own.")


def test_without_the_key_the_report_says_what_it_cannot_know(perturbed: Path, tmp_path: Path) -> None:
    """Rows and columns are still counted, results still compared."""
    folder = Path(shutil.copytree(perturbed, tmp_path / "study"))
    (folder / ".lockstep-key").unlink()
    found = changes_since_lock(folder)
    assert (found.data.key_missing, found.data.rows) == (True, None)
    assert len(found.values) == len(MOVES)
    assert "The key of the lock, .lockstep-key, is not here" in changes_html(found, folder)


def test_only_the_data_are_blamed_where_only_they_changed(found: Changes) -> None:
    """The summary names the reason."""
    assert (found.causes, found.presentation, found.study_lines) == ((), (), ())
    assert "The data changed; the study definition and the analysis are those of the lock." in found.summary()


def test_a_file_that_was_saved_again_has_not_changed(study: Path) -> None:
    """In another format, or by another program: other bytes, and no cell that differs."""
    path = study / "data" / "implants.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    numbers = {name: [float(row[name].replace(",", ".") or "nan") for row in rows] for name in ("bmi", "months")}
    cells = {name: [row[name] for row in rows] for name in rows[0]} | numbers
    for save in (save_sav, save_zsav, save_parquet):
        save({name: [None if cell != cell else cell for cell in column] for name, column in cells.items()}, path)
        found = changes_since_lock(study)
        assert not found.data.same
        assert found.data.lines()[-1] == (
            "The data file was saved again: no patient and no cell of a named column differs, only the form of the "
            "file, the order of its rows, or a column without a name of its own."
        )
        assert (found.values, found.claims, found.figures) == ((), (), ())
        assert "The data file was saved again with the same cells; " in found.summary()


def test_a_long_summary_fits_a_terminal(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Data and definition changed: the sentence that says so is broken between words."""
    edit(study / "study.toml", 'label = "Fixation"', 'label = "Kind"')
    edit(study / "data" / "implants.csv", *PATIENT)
    assert main(["changes", "--study", str(study)]) == 0
    *lines, _ = capsys.readouterr().out.splitlines()
    assert "The study definition or the analysis changed" in " ".join(lines)
    assert max(map(len, lines)) <= 120


def test_a_changed_study_definition_is_said_apart(study: Path) -> None:
    """Where the data are the same, study.toml's lines are shown; each time has its own level."""
    edit(study / "study.toml", "[analysis]\n", "[analysis]\nalpha = 0.2\n")
    found = changes_since_lock(study)
    assert found.data.same
    assert found.causes == ("The study definition, study.toml, changed.",)
    assert found.study_lines == ("+alpha = 0.2",)
    assert "the data did not change" in found.summary()
    assert [(claim.outcome, claim.words) for claim in found.claims] == [("broke", "did not differ")]


def test_what_only_rounding_hides_is_no_change(study: Path) -> None:
    """A lock holds printed numbers: a value that moved and prints the same is as it was."""
    edit(study / "data" / "implants.csv", "I004;cemented;29,1;", "I004;cemented;29,1001;")
    found = changes_since_lock(study)
    assert (found.values, found.figures, found.data.same, found.nothing) == ((), (), False, False)
    assert found.summary().startswith(f"Each of the {found.printed} printed results is as in lock first.")


def test_a_result_that_a_new_text_prints_was_not_printed_then(study: Path) -> None:
    """The lock does not hold what it was: the report says so, and counts it with nothing that differs."""
    edit(study / "report.qmd", CLAIM, CLAIM + '\nIt was `{python} r.estimate("bmi.q1")`.\n')
    edit(study / "data" / "implants.csv", *PATIENT)
    found = changes_since_lock(study)
    new = found.values[-1]
    assert (new.id, new.rank, new.old) == ("bmi.q1", "new", "not printed then")
    assert {value.id for value in found.values[:-1]} == set(MOVES)
    assert found.summary().startswith(
        f"{len(MOVES)} of {found.printed} printed results differ from lock first. 1 was not"
    )
    assert "Printed now, and not in the lock (1)" in changes_html(found, study)


def test_another_call_for_a_printed_result_is_no_change(study: Path) -> None:
    """Where the text prints a result in another form than the lock's, the numbers that both print are compared."""
    edit(study / "report.qmd", 'r.value("retention.rate.2y")', 'r.estimate("retention.rate.2y")')
    found = changes_since_lock(study)
    assert found.values == ()


def test_a_table_or_figure_that_came_or_went_is_named(study: Path) -> None:
    """Nothing is said to be the same only because it is not printed any more; what is new cannot be compared."""
    document = study / "report.qmd"
    text = document.read_text(encoding="utf-8")
    figure = text[text.index("::: {#fig-retention}") :].split("\n:::\n")[0] + "\n:::\n"
    table = '::: {.wide #tbl-again}\n\n```{python}\nr.table("baseline")\n```\n\nAgain.\n:::\n'
    document.write_text(text.replace(figure, table) + '\nIt was `{python} r.value("bmi.q1")`.\n', encoding="utf-8")
    found = changes_since_lock(study)
    assert [(value.id, value.rank) for value in found.values] == [("bmi.q1", "new")]
    assert (found.figures, found.causes) == ((), ())
    assert found.presentation[:4] == (
        "The text of report.qmd changed.",
        "Tables and figures that are new in it: tbl-again.",
        "Tables and figures that are gone from it: fig-retention.",
        "Results that it prints now and did not: bmi.q1.",
    )
    gone = found.presentation[-1]
    assert gone.startswith("Results that it no longer prints: ")
    assert "retention.by_fixation.hybrid.median" in gone
    assert "Data, study definition and analysis are those of the lock" in found.summary()
    assert "are gone from it: fig-retention" in changes_html(found, study)


def test_a_level_with_markup_is_printed_and_nothing_else(study: Path) -> None:
    """What the data or the definition hold cannot become part of the page."""
    edit(study / "study.toml", 'label = "Fixation"', 'label = "<script>alert(1)</script> {{ 7*7 }}"')
    edit(study / "data" / "implants.csv", *PATIENT)
    page = changes_html(changes_since_lock(study), study)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_needs_no_other_file_and_the_word_file_is_valid(perturbed: Path, found: Changes) -> None:
    """Figures of then and now are inside both; nothing is fetched; the Word file has no error."""
    page, as_json, word_file = write_changes(found, perturbed)
    text = page.read_text(encoding="utf-8")
    assert text.count('src="data:image/png;base64,') == 2
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text)
    targets = re.findall(r'href="#(.*?)"', text)
    assert targets
    assert set(targets) <= set(re.findall(r'id="(.*?)"', text))
    assert "http" not in text
    assert ooxml.problems(word_file) == []
    document = docx.Document(str(word_file))
    assert len(document.inline_shapes) == 2
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "retention.by_fixation.uncemented.median" in cells
    assert json.loads(as_json.read_text(encoding="utf-8"))["figures"] == ["fig-retention"]


def test_the_same_comparison_is_the_same_bytes(perturbed: Path, found: Changes) -> None:
    """No time and no order of chance is in a change report."""
    first = [path.read_bytes() for path in write_changes(found, perturbed)]
    assert [path.read_bytes() for path in write_changes(changes_since_lock(perturbed), perturbed)] == first


def test_a_statement_is_one_change_and_a_list_of_missing_values_is_none_of_each_variable(tmp_path: Path) -> None:
    """A count with its percentage is reported once; of `missing`, only the variables whose number of values changed."""
    folder = make_study(tmp_path / "study")
    added = '\nLeft `{python} r.n_percent("side.left")`; `{python} r.missing(["side", "bmi"])`.\n'
    edit(folder / "report.qmd", "# Results\n", f"# Results\n{added}")
    freeze(folder, "first")
    edit(folder / "data" / "implants.csv", "I001;uncemented;30,8;left;", "I001;uncemented;30,8;;")
    values = {value.id: value for value in changes_since_lock(folder).values}
    left, missing = values["side.left.count"], values["side.missing.count"]
    assert re.fullmatch(r"\d+ \(\d+\.\d%\) -> \d+ \(\d+\.\d%\)", plain(f"{left.old} -> {left.new}"))
    assert left.rank == "count"
    assert len([spot for spot in left.spots if spot.where.startswith("report.qmd:")]) == 1
    assert (plain(missing.old), plain(missing.new)) == ("1 (1.7%)", "2 (3.3%)")
    assert not {"side.left.percent", "side.missing.percent", "bmi.missing.count"} & values.keys()
