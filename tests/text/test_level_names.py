"""Tests that no level is printed without its variable: "Yes" alone says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from awkward_studies import make_study
from table_cells import cells

from lockstep.analyses.pipeline import compute
from lockstep.figures.kinds import figure_content
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.tables.cells import EM_SPACE
from lockstep.tables.tables import render_table
from lockstep.text.level_names import heading, level_name
from lockstep.text.style import NBSP, Style

STYLE = Style()


@pytest.fixture(scope="module")
def of_yes_and_no(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return a study whose exposure and covariates all have the levels No and Yes."""
    folder = make_study(tmp_path_factory.mktemp("names") / "study", "everything")
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8")
    text = text.replace('{ early = "Early", late = "Late" }', '{ early = "No", late = "Yes" }')
    toml.write_text(text.replace('["marker", "stage"]', '["marker", "stage", "high"]'), encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


@pytest.mark.parametrize(
    ("variable", "level", "printed"),
    [
        ("Grade", "2", "Grade: 2"),
        ("Surgery", "Yes", "Surgery: Yes"),
        ("Local treatment", "Without local treatment", "Without local treatment"),
        ("T", "Without", "T: Without"),
        ("Stage\nof disease", "II", "Stage of disease: II"),
    ],
)
def test_a_level_that_stands_alone_names_its_variable(variable: str, level: str, printed: str) -> None:
    """A level names its variable where its own words do not."""
    assert level_name(variable, level) == printed


def test_a_variable_stands_over_its_levels_unless_each_of_them_names_it() -> None:
    """One level that says nothing by itself is enough to need the heading."""
    assert heading("Local treatment", ["Without local treatment", "With local treatment"]) == ""
    assert heading("Local treatment", ["Without local treatment", "Yes"]) == "Local treatment"


def test_every_multivariable_row_stands_under_its_variable(of_yes_and_no: tuple[Study, Results]) -> None:
    """Covariates with the levels No and Yes are distinct: each level is indented below the name of its variable."""
    rows = [row[0] for row in cells(render_table("models", *of_yes_and_no, STYLE).markdown)]
    assert rows[rows.index("Multivariable") + 1 :] == [
        "Treatment",
        f"{EM_SPACE}No",
        f"{EM_SPACE}Yes",
        f"{EM_SPACE}Yes, twice",
        "Marker, per U/L",
        "Stage",
        f"{EM_SPACE}No",
        f"{EM_SPACE}Yes",
        "High marker",
        f"{EM_SPACE}No",
        f"{EM_SPACE}Yes",
    ]


@pytest.mark.parametrize("name", ["baseline", "stage"])
def test_columns_of_groups_stand_under_their_variable(name: str, of_yes_and_no: tuple[Study, Results]) -> None:
    """The groups No and Yes of a table are of a variable, which the heading over them names."""
    table = render_table(name, *of_yes_and_no, STYLE)
    assert "Treatment" in cells(table.markdown)[0]
    places = {text.place for text in table.printed}
    assert "Treatment: Yes, twice" in places
    assert not {place for place in places if place.endswith((", Yes", ", No"))}


def test_columns_that_name_their_variable_have_no_heading_above(study: Study, results: Results) -> None:
    """Where the groups say of what they are, the table is as plain as before."""
    assert cells(render_table("response", study, results, STYLE).markdown)[0][1] == "Without local treatment(n = 63)"


def test_alternative_texts_name_variable_and_level(of_yes_and_no: tuple[Study, Results]) -> None:
    """A curve and a panel are named by variable and level."""
    study, results = of_yes_and_no
    alt = figure_content("within", study, results, STYLE).alt_text()
    assert "A, Overall survival, Stage: No, 11 patients. Treatment: No, 4 patients" in alt


def test_the_label_of_every_ratio_and_share_names_the_variable(of_yes_and_no: tuple[Study, Results]) -> None:
    """What report.html, the trace and the change report show of a level says whose it is."""
    _, results = of_yes_and_no
    assert (
        results["os.adjusted.high.yes.hazard_ratio"].label == "Overall survival, multivariable: High marker: Yes vs No"
    )
    assert results["os.by_stage.cox.late.p_value"].label == "Overall survival: Stage: Yes vs No, Wald test"
    assert results["stage.late.percent"].label == "Stage: Yes"
    assert results["os.by_arm.one.median"].population == "patients analysed; Treatment: Yes"


def test_the_checklist_names_the_variable_of_each_level(of_yes_and_no: tuple[Study, Results]) -> None:
    """Facts for STROBE name subgroups and compared groups with their variable."""
    study, results = of_yes_and_no
    told = {
        item: [fact.text.replace(NBSP, " ") for fact in facts_for(item, study, results, STYLE)]
        for item in ("12b", "15", "16a")
    }
    assert told["12b"][0] == "Subgroups: Stage (No; Yes)."
    assert "; Treatment: Yes, " in told["15"][0]
    assert told["16a"][0].startswith("Overall survival, hazard ratio, Treatment: Yes vs No: unadjusted ")


def test_degrees_of_freedom_print_as_whole_numbers(study: Study, results: Results) -> None:
    """They are of the kind of test statistics, but never "3.00"."""
    assert "df = 3)" in render_table("response", study, results, STYLE).markdown.replace(NBSP, " ")


def test_two_levels_of_one_label_are_refused(tmp_path: Path) -> None:
    """Rows that print alike could not be distinguished: levels that mean the same are one level, by `recode`."""
    from lockstep.base.errors import StudyError

    folder = make_study(tmp_path / "study", "everything")
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8").replace('two = "Yes, twice"', 'two = "Yes"')
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert str(caught.value) == (
        "study.toml: [columns.arm.levels] has 'one' and 'two', which both print as 'Yes'; "
        "give each its own label, or make them one level by `recode`"
    )
