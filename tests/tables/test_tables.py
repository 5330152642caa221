"""Tables print the paper's cells, whatever labels hold; a template computes nothing and hides nothing."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from table_cells import cells

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import ReportError
from lockstep.results.model import Results
from lockstep.study import tables as study_tables
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.study.table_rows import Summary, TableRow
from lockstep.tables.tables import TABLE_KINDS, render_table
from lockstep.text.sentence_case import in_sentence
from lockstep.text.style import NBSP, Style

STYLE = Style()


def test_table_1_prints_the_published_characteristics(study: Study, results: Results) -> None:
    """Levels are indented, counts and percentages have their own columns, rows of medians carry a dagger."""
    rows = {row[0]: row[1:3] for row in cells(render_table("characteristics", study, results, STYLE).markdown)}
    assert rows["Age at diagnosis, years†"][0] == "47.5 (5.0–71.0)"
    assert rows["\N{EM SPACE}Male"] == ["60", "42.3%"]
    assert rows["\N{EM SPACE}Fibroblastic/myofibroblastic tumors"] == ["2", "1.4%"]
    assert rows["\N{EM SPACE}2009 or later"] == ["72", "50.7%"]


@pytest.mark.parametrize("name", ["characteristics", "response"])
def test_a_row_has_one_number_of_decimals(name: str, study: Study, results: Results) -> None:
    """All cells of all groups, ends of ranges as well; counts and percentages are rows of their own kind."""
    numeric = [row[1:] for row in cells(render_table(name, study, results, STYLE).markdown)[2:]]
    checked = 0
    for row in numeric:
        for kind in (r"\d+(?:\.(\d+))?%", r"(?<![\d.])\d+\.(\d+)(?![\d.%])"):
            decimals = {len(found or "") for cell in row for found in re.findall(kind, cell)}
            assert len(decimals) <= 1, row
            checked += len(decimals)
    assert checked >= 3
    spans = [cell for row in numeric for cell in row if "–" in cell]
    assert all(len({len(part.partition(".")[2]) for part in re.findall(r"[\d.]+", cell)}) == 1 for cell in spans)


def test_table_2_prints_the_published_responses_and_both_tests(study: Study, results: Results) -> None:
    """Counts and percentages are of each group; the note names both tests."""
    source = render_table("response", study, results, STYLE).markdown
    rows = {row[0]: row[1:] for row in cells(source)}
    assert rows["Complete response"] == ["27 (42.9%)", "54 (68.4%)"]
    assert rows["Partial response"] == ["16 (25.4%)", "13 (16.5%)"]
    plain = source.replace(NBSP, " ")
    assert "(df = 3), *P* = 0.012" in plain
    assert "*P* = 0.011" in plain


def test_the_models_print_reference_levels_and_ratios(study: Study, results: Results) -> None:
    """Each endpoint has its hazard ratio and P value, the first level of a variable is the reference."""
    rows = cells(render_table("models", study, results, STYLE).markdown)
    by_label = {row[0].strip(): row[1:] for row in rows}
    assert by_label["Without local treatment"] == ["1 (reference)", "", "1 (reference)", ""]
    assert by_label["Female"] == ["1.07 (0.65–1.76)", "0.783", "0.84 (0.60–1.18)", "0.312"]
    assert by_label["Age at diagnosis, per year"][0] == "1.01 (0.995–1.02)"


def test_an_interval_stands_beside_the_p_value_of_its_own_test(study: Study, results: Results) -> None:
    """A hazard ratio has its Wald test; a variable's own row has a likelihood-ratio test, of several levels only."""
    table = render_table("models", study, results, STYLE)
    rows = {row[0].strip(): row[1:] for row in cells(table.markdown)}
    assert rows["Sex"] == ["", "", "", ""]
    assert rows["Histologic grade"] == ["", "0.964", "", "0.897"]
    printed = {name for text in table.printed for name in text.ids}
    assert "os.by_grade.likelihood_ratio.p_value" in printed
    assert "os.by_sex.cox.female.p_value" in printed
    assert not any("log_rank" in name for name in printed)
    note = table.markdown.split(":::")[1]
    assert "*P* values of hazard ratios are from Wald tests, those of a variable with several levels" in note

    pairs = dataclasses.replace(study, analysis=dataclasses.replace(study.analysis, univariate=("sex",)))
    assert "likelihood-ratio" not in render_table("models", pairs, results, STYLE).markdown


def test_the_note_of_the_models_tells_where_hazards_are_not_proportional(study: Study, results: Results) -> None:
    """Violations stand below the hazard ratios with term, model and P value; without one there is no word of them."""
    table = render_table("models", study, results, STYLE)
    note = table.markdown.split(":::")[1].replace(NBSP, " ")
    assert (
        "The check of proportional hazards was significant"
        " for age group (*P* = 0.005) in the univariable model of overall survival from initial diagnosis;"
        " for local treatment (*P* = 0.018) in the univariable model of progression\\-free survival;"
        " and for local treatment (*P* = 0.018) in the multivariable model of progression\\-free survival. There a"
    ) in note
    assert "os.by_age_group.proportional_hazards.p_value" in {name for text in table.printed for name in text.ids}
    strict = dataclasses.replace(study, analysis=dataclasses.replace(study.analysis, alpha=0.001))
    assert "proportional" not in render_table("models", strict, results, STYLE).markdown


@pytest.mark.parametrize(
    ("label", "printed"),
    [
        ("Without local treatment", "without local treatment"),
        ("Body-mass index (BMI)", "body-mass index (BMI)"),
        ("Stage IV", "stage IV"),
        ("T2", "T2"),
        ("Group A", "group A"),
        ("IgG Positive", "IgG positive"),
        ("Karnofsky Index", "Karnofsky index"),
        ("ECOG Performance Status", "ECOG performance status"),
        ("Fine–Gray Model", "Fine–Gray model"),
        ("Non-Hodgkin Lymphoma", "Non-Hodgkin lymphoma"),
        ("Crohn's Disease", "Crohn's disease"),
        ("Patient's Age", "patient's age"),
        ("Body-Mass Index", "body-mass index"),
        ("Ki-67", "Ki-67"),
        ("Hb at Start", "Hb at start"),
        ("So-called tumors of No Type", "so-called tumors of no type"),
        ("Über 60", "über 60"),
    ],
)
def test_a_label_in_a_sentence_keeps_its_abbreviations(label: str, printed: str) -> None:
    """A model against "T1" is not printed as one against "t1"."""
    assert in_sentence(label) == printed


def test_a_cross_table_of_several_variables_names_each(study: Study, results: Results) -> None:
    """Levels stand below their variable and tests behind it; a single variable is the heading of its column."""
    one = study.tables["response"]
    assert "Response to metastasis treatment: Pearson" not in render_table("response", study, results, STYLE).markdown

    rows = (*one.rows, dataclasses.replace(one.rows[0], variable="sex"))
    two = dataclasses.replace(study, tables={**study.tables, "response": dataclasses.replace(one, rows=rows)})
    source = render_table("response", two, results, STYLE).markdown
    labels = [row[0] for row in cells(source)]
    assert "Response to metastasis treatment" in labels
    assert labels[-3:] == ["Sex", "\u2003Male", "\u2003Female"]
    assert "Characteristic</th>" in source
    assert "Response to metastasis treatment: Pearson" in source


@pytest.mark.parametrize("template", ["characteristics.html.j2", "cross_table.html.j2"])
@pytest.mark.parametrize("summary", ["median_range", "median_iqr", "mean_sd", "median_range_mean"])
@pytest.mark.parametrize("by", ["local_treatment", None])
def test_each_template_of_rows_shows_numbers_too(
    template: str, summary: Summary, by: str | None, study: Study, results: Results
) -> None:
    """A number alone, or beside a category, prints as its summary says, in whichever template of rows."""
    age, sex = (
        TableRow(variable="age_at_diagnosis", summaries=(summary,)),
        TableRow(variable="sex", summaries=("n_percent",)),
    )
    for rows in ((age,), (age, sex)):
        table = dataclasses.replace(study.tables["response"], template=template, rows=rows, by=by)
        source = render_table(
            "response", dataclasses.replace(study, tables={"response": table}), results, STYLE
        ).markdown
        found = {row[0].strip("\N{EM SPACE}"): row[1] for row in cells(source) if len(row) > 1}
        own_columns = template == "cross_table.html.j2" and by is not None  # it has no column for all patients
        median, ends, mean = ("53.0", "8.0–71.0", "45.2") if own_columns else ("47.5", "5.0–71.0", "44.3")
        if summary == "median_range_mean":
            assert (found["Median"], found["Range"], found["Mean"]) == (median, ends, mean)
            assert "Age at diagnosis, years" in found
        else:
            printed = found["Age at diagnosis, years†"]
            assert printed.startswith(mean if summary == "mean_sd" else median)
            assert "† M" in source
        assert ("%" in source.split(":::")[1]) == (len(rows) > 1 and template == "cross_table.html.j2")


def test_without_adjustment_there_is_no_multivariable_model(study: Study) -> None:
    """A study that adjusts for nothing has the univariable part of the table alone."""
    crude = dataclasses.replace(study, analysis=dataclasses.replace(study.analysis, adjust_for=()), models=())
    source = render_table("models", crude, compute(crude), STYLE).markdown
    assert "Univariable" in source
    assert "ultivariable" not in source


def test_missing_values_have_their_own_row(implants: Study, implants_results: Results) -> None:
    """Two implants without a body-mass index and one without a side are counted, not left out."""
    source = render_table("baseline", implants, implants_results, Style()).markdown
    missing = [row[1:3] for row in cells(source) if row[0].strip() == "Missing"]
    assert missing == [["2", "3.3%"], ["1", "1.7%"]]
    assert "with a known value" in source


def test_a_group_of_nobody_has_empty_cells(study: Study, results: Results) -> None:
    """Where a group has no patients, the cell of its median and range is empty, once."""
    stem = "age_at_diagnosis.by_local_treatment.no."
    empty = dataclasses.replace(
        results,
        records=tuple(
            dataclasses.replace(record, value=None, n=0, reason="no value") if record.id.startswith(stem) else record
            for record in results.records
        ),
    )
    rows = {row[0]: row[1:] for row in cells(render_table("characteristics", study, empty, STYLE).markdown)}
    assert rows["Age at diagnosis, years†"] == ["47.5 (5.0–71.0)", "–", "47.0 (5.0–71.0)"]


@pytest.mark.parametrize("label", ["{{ 7*7 }}", "<script>alert(1)</script>", "| a |", "@fig-1", '#read("x")', "=cmd()"])
def test_a_hostile_label_is_printed_literally(study: Study, results: Results, label: str) -> None:
    """A label is text: no template, markup or reference is made of it."""
    column = dataclasses.replace(study.columns["sex"], levels={"male": label, "female": "Female"})
    hostile = dataclasses.replace(study, columns={**study.columns, "sex": column})
    rows = cells(render_table("characteristics", hostile, results, STYLE).markdown)
    assert ["60", "42.3%"] in [row[1:3] for row in rows if row[0].strip() == label]


def test_a_note_speaks_only_of_what_the_table_shows(study: Study, results: Results) -> None:
    """Counts are "values" where no row has a mark, and are not spoken of where there are none."""

    def note(*rows: TableRow) -> str:
        tables = {"one": dataclasses.replace(study.tables["characteristics"], rows=rows)}
        return render_table("one", dataclasses.replace(study, tables=tables), results, STYLE).markdown.split(":::")[1]

    age = TableRow(variable="age_at_diagnosis", summaries=("median_range",))
    sex = TableRow(variable="sex", summaries=("n_percent",))
    assert "Other values are numbers and percentages of patients." in note(age, sex)
    assert "\nValues are numbers and percentages of patients." in note(sex)
    follow_up = TableRow(variable="follow_up", summaries=("median_range_mean",))
    assert "\nValues are numbers and percentages of patients, or what their row says." in note(sex, follow_up)
    assert "numbers" not in note(age)


def test_a_cross_table_without_groups_shows_all_patients(study: Study, results: Results) -> None:
    """Where no groups are compared, the column of all patients is not left out."""
    tables = {"response": dataclasses.replace(study.tables["response"], by=None)}
    rows = cells(render_table("response", dataclasses.replace(study, tables=tables), results, STYLE).markdown)
    assert rows[:2] == [
        ["Response to metastasis treatment", "All patients(n = 142)"],
        ["Complete response", "81 (57.0%)"],
    ]


def test_a_template_for_other_tables_is_named(study: Study, results: Results) -> None:
    """A table of rows with the template of models says where the right one stands."""
    tables = {"response": dataclasses.replace(study.tables["response"], template="models.html.j2")}
    said = r"models\.html\.j2:7: .*\n    \[tables\.response\] is of kind cross_table, whose template is cross_table"
    with pytest.raises(ReportError, match=said):
        render_table("response", dataclasses.replace(study, tables=tables), results, STYLE)


def test_what_study_toml_can_name_can_be_printed() -> None:
    """Each kind of table that is read has a module that prints it, under the same word."""
    assert set(study_tables.TABLE_KINDS) == set(TABLE_KINDS)


@pytest.mark.parametrize("name", ["characteristics", "response", "models"])
def test_a_table_that_names_its_kind_needs_no_template(
    name: str, study: Study, results: Results, tmp_path: Path
) -> None:
    """The kind alone prints what today's keys and template print."""
    kind = {"characteristics": "characteristics", "response": "cross_table", "models": "models"}[name]
    text = (study.folder / "study.toml").read_text(encoding="utf-8")
    said = re.sub(rf"(?<=\[tables\.{name}\]\n)template = .*", f'kind = "{kind}"', text)
    assert said != text
    (tmp_path / "study.toml").write_text(said, encoding="utf-8")
    table = render_table(name, read_study(tmp_path), results, STYLE)
    assert table.markdown == render_table(name, study, results, STYLE).markdown


def test_an_unknown_table_and_a_faulty_template_are_named(study: Study, results: Results, tmp_path: Path) -> None:
    """The message says which table there is, which template is missing, and where one is wrong."""
    with pytest.raises(ReportError, match=r"no table 'baseline' in study\.toml\. Its tables: characteristics"):
        render_table("baseline", study, results, STYLE)

    (tmp_path / "templates").mkdir()

    def with_template(text: str | None) -> Study:
        if text is not None:
            (tmp_path / "templates" / "own.j2").write_text(text)
        table = dataclasses.replace(study.tables["response"], template="own.j2")
        return dataclasses.replace(study, folder=tmp_path, tables={"response": table})

    for text, message in [
        (None, "own.j2 does not exist"),
        ("{% if %}", "own.j2:1"),
        ("{% include 'part.j2' %}", "part.j2 does not exist; templates/own.j2 includes it"),
        ("a\n{{ nothing }}", "own.j2:2: 'nothing' is undefined"),
    ]:
        with pytest.raises(ReportError, match=message):
            render_table("response", with_template(text), results, STYLE)
