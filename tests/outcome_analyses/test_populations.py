"""Populations: who is in them, their results beside those of all patients, and where they are drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from study_texts import TRIAL, written

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.data.cohort import build_cohort
from lockstep.data.reading import read_data
from lockstep.data_checks.examination import examine
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.results.model import Record, Results
from lockstep.study.definition import read_study
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

STUDY = f"""{TRIAL}
[columns.sex]
type = "category"
levels = {{ f = "Women", m = "Men" }}
[columns.age]
type = "number"
[columns.stopped]
type = "category"
levels = ["no", "yes"]
[analysis]
exposure = "arm"
subgroup = "sex"
"""
POPULATIONS = """
[populations.per_protocol]
label = "Per-protocol population"
keep = "stopped == 'no'"
[populations.old]
keep = "age > 60"
"""
FIGURES = """
[figures.pp]
endpoints = ["os"]
groups = "arm"
population = "per_protocol"
[figures.pp_all]
endpoints = ["os"]
population = "per_protocol"
[figures.pp_by_sex]
endpoints = ["os"]
groups = "arm"
within = "sex"
population = "per_protocol"
[figures.flow]
kind = "flow"
populations = ["per_protocol", "old"]
"""
TABLES = """
[tables.pp]
kind = "characteristics"
by = "arm"
p_values = true
smd = true
population = "per_protocol"
rows = [{ variable = "age", summary = "mean_sd" }, { variable = "sex", summary = "n_percent" }]
[tables.pp_by_sex]
kind = "characteristics"
by = "sex"
population = "per_protocol"
rows = [{ variable = "age", summary = "median_range" }, { variable = "months", summary = "median_iqr" }]
[tables.old]
kind = "characteristics"
population = "old"
rows = [{ variable = "stopped", summary = "n_percent" }]
"""
HEADER = "id,arm,sex,age,months,dead,stopped"


def patients(n: int = 60) -> list[str]:
    """Return rows of patients; of every tenth it is not known whether treatment was stopped."""
    stopped = ["" if i % 10 == 0 else "yes" if i % 4 == 1 else "no" for i in range(n)]
    return [
        f"{i},{'ab'[i % 3 == 0]},{'fm'[i % 5 < 2]},{45 + i % 31},{1 + i * 7 % 40},{int(i % 2 == 0)},{stopped[i]}"
        for i in range(n)
    ]


def results_of(folder: Path, study: str, rows: list[str]) -> Results:
    """Return the results of a study of these rows."""
    return compute(written(folder, study, [HEADER, *rows]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the study with populations and figures of them."""
    return tmp_path_factory.mktemp("populations")


@pytest.fixture(scope="module")
def found(folder: Path) -> Results:
    """Return its results."""
    return results_of(folder, STUDY + POPULATIONS + FIGURES, patients())


def test_a_population_is_counted_among_the_analysed(folder: Path, found: Results) -> None:
    """Of whom it is unknown is not in it, and counted so; analyses get a mask."""
    study = read_study(folder)
    cohort = build_cohort(study, read_data(study))
    members = cohort.population("per_protocol")
    assert members.tolist() == [(i % 10 != 0) and (i % 4 != 1) for i in range(60)]
    record = found["flow.per_protocol"]
    assert (record.value, record.denominator, record.n) == (members.sum(), 60, 60)
    assert record.label == "Patients in the population: Per-protocol population"
    assert (found["flow.per_protocol.unknown"].value, found["flow.old.unknown"].value) == (6, 0)
    assert found["flow.old"].label == "Patients in the population: Old"


@pytest.mark.usefixtures("found")
def test_a_part_of_a_cohort_is_that_of_its_patients(folder: Path) -> None:
    """Everything of each patient goes along, and the file's rows."""
    study = read_study(folder)
    cohort = build_cohort(study, read_data(study))
    members = cohort.population("old")
    part = cohort.of(members)
    assert part.rows.tolist() == cohort.rows[members].tolist()
    assert part.endpoints["os"].time.tolist() == part.analysed["months"].tolist()
    assert part.population("old").all()
    assert all(len(where) == members.sum() for where in part.applicable.values())


def test_a_population_has_the_results_of_a_study_of_it_alone(tmp_path: Path, found: Results) -> None:
    """Each record and curve, of all, by group and within subgroups, is the one where all others are excluded."""
    rule = "[eligibility.pp]\nkeep = \"stopped == 'no'\"\nreason = 'x'\n"
    alone = results_of(tmp_path, STUDY + rule, patients())
    compared = 0
    for item in alone.records:
        if item.key.endpoint != "os":
            continue
        key = replace(item.key, population="per_protocol")
        assert key.id == item.id.replace("os.", "os.per_protocol.", 1)
        record = found[key]
        for name in Record.__dataclass_fields__:
            if name not in ("key", "id", "population"):
                assert getattr(record, name) == getattr(item, name), (key.id, name)
        assert record.population == item.population.replace(
            "patients analysed", "patients analysed; Per-protocol population"
        )
        compared += 1
    assert compared > 50
    for curve in alone.curves:
        other = found.curve(replace(curve.key, population="per_protocol"))
        assert (other.time, other.survival, other.risk_table) == (curve.time, curve.survival, curve.risk_table)


def test_only_what_a_figure_asks_for_is_computed(found: Results, tmp_path: Path) -> None:
    """A population that none names is counted alone."""
    assert {item.key.population for item in found.records} == {None, "per_protocol", "old"}
    assert [item.id for item in found.records if item.key.population == "old"] == ["flow.old", "flow.old.unknown"]
    without = results_of(tmp_path, STUDY + POPULATIONS, patients())
    assert not [item.id for item in without.records if item.id.startswith("os.per_protocol")]


def test_survival_curves_of_a_population_say_so(folder: Path, found: Results) -> None:
    """In each panel, beside the level of a subgroup; their numbers are those of the population."""
    study = read_study(folder)
    texts = {name: figure_content(name, study, found, Style()).alt_text() for name in ("pp", "pp_all", "pp_by_sex")}
    n = found["flow.per_protocol"].value
    assert texts["pp"].startswith(f"Kaplan–Meier curves. Overall survival, Per-protocol population, {n} patients.")
    assert texts["pp_all"].startswith(f"Kaplan–Meier curve. Overall survival, Per-protocol population, {n} patients")
    assert "Overall survival, Per-protocol population, Sex: Women" in texts["pp_by_sex"]
    printed = {name for part in figure_content("pp", study, found, Style()).printed() for name in part.ids}
    assert "os.per_protocol.by_arm.log_rank.p_value" in printed
    assert draw(figure_content("pp_by_sex", study, found, Style()), formats=["svg"])["svg"]


def test_the_flow_ends_with_populations_where_they_are_asked_for(folder: Path, found: Results) -> None:
    """Each is a box with its number, which is traced as any other."""
    content = figure_content("flow", read_study(folder), found, Style())
    assert content.alt_text() == (
        "Flow diagram. Patients reviewed (n = 60). Patients included in the analysis (n = 60): Per-protocol population "
        f"(n = {found['flow.per_protocol'].value}); Old (n = {found['flow.old'].value})."
    )
    assert {"flow.per_protocol", "flow.old"} <= {name for part in content.printed() for name in part.ids}
    assert draw(content, formats=["svg"])["svg"]


def test_a_table_of_a_population_has_the_numbers_of_a_study_of_it_alone(tmp_path: Path) -> None:
    """Summaries, P values and differences; the heading says which patients they are, and no more is computed."""
    found = results_of(tmp_path, STUDY + POPULATIONS + TABLES, patients())
    study = read_study(tmp_path)
    printed = {name: render_table(name, study, found, Style()).markdown for name in ("pp", "pp_by_sex", "old")}
    asked = {item.key.variable for item in found.records if item.key.population == "per_protocol"}
    assert asked == {None, "age", "sex", "arm", "months"}
    assert [item.id for item in found.records if item.key.population == "old" and item.key.by] == []

    rule = "[eligibility.pp]\nkeep = \"stopped == 'no'\"\nreason = 'x'\n"
    tables = TABLES.replace('population = "per_protocol"', "").split("[tables.old]")[0]
    alone = results_of(tmp_path, STUDY + rule + tables, patients())
    by_key = {item.key: item for item in alone.records}
    described = [item for item in found.records if item.key.population == "per_protocol" and item.key.variable]
    assert len(described) > 40
    for item in described:
        other = by_key[replace(item.key, population=None)]
        assert (item.value, item.n, item.denominator, item.method) == (
            other.value, other.n, other.denominator, other.method,
        )  # fmt: skip
    study = read_study(tmp_path)
    for name in ("pp", "pp_by_sex"):
        same = render_table(name, study, alone, Style()).markdown
        assert printed[name].replace("Per-protocol population", "All patients") == same
    assert "Old" in printed["old"]


def test_a_population_does_not_change_what_is_of_all_patients(tmp_path: Path) -> None:
    """But for the decimals that all groups of a variable share, nothing of the others moves."""
    plain = results_of(tmp_path, STUDY, patients())
    more = results_of(tmp_path, STUDY + POPULATIONS + TABLES + FIGURES, patients())
    for item in plain.records:
        assert more[item.key].value == item.value


def test_an_empty_population_is_an_error(tmp_path: Path) -> None:
    """It names the population; where a faulty cell may be why, that alone is reported."""
    study = STUDY + '[populations.nobody]\nkeep = "age > 200"\n'
    with pytest.raises(DataError) as error:
        results_of(tmp_path, study, patients(3))
    assert str(error.value) == (
        "c.csv: none of 3 patients analysed is in the population 'nobody'; expected at least one.\n"
        "Mend `keep` under [populations.nobody] in study.toml, or the file."
    )
    (tmp_path / "c.csv").write_text(f"{HEADER}\n1,a,f,old,3,0,no\n", encoding="utf-8")
    assert [item.kind for item in examine(read_study(tmp_path)).findings] == ["text"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[populations.p]\nlabel = 'P'", "[populations.p.keep] is missing; expected a text"),
        ("[populations.p]\nkeep = 'agee > 1'",
         "[populations.p.keep] \"agee > 1\": there is no variable 'agee'; did you mean 'age'?"),
        ("[populations.p]\nkeep = 'age > 1'\nreason = 'x'",
         "[populations.p.reason] is not a known key; allowed: 'label' and 'keep'"),
        ("[populations.Analysed]\nkeep = 'age > 1'",
         "[populations.Analysed] this name is reserved, as are 'adjusted', 'analysed', 'excluded', 'matched', "
         "'reviewed', 'rows', 'survivors', 'unknown' and 'unmatched'"),
        ("[populations.p]\nkeep = 'age > 1'\n[populations.q]\nkeep = 'age > 2'\nlabel = 'P'",
         "[populations.q.label] is 'P', as of [populations.p]; give each its own"),
        ("[populations.p]\nkeep = 'age > 1'\n[figures.f]\nendpoints = ['os']\npopulation = 'pp'",
         "[figures.f.population] names 'pp'; the populations are: 'p'; did you mean 'p'?"),
        ("[figures.f]\nkind = 'flow'\npopulations = ['pp']",
         "[figures.f.populations] names 'pp'; the populations are: none"),
        ("[figures.f]\nkind = 'flow'\npopulations = []",
         "[figures.f.populations] is empty; expected a list of populations: none is declared"),
        ("[populations.p]\nkeep = 'age > 1'\n[figures.f]\nkind = 'flow'\nby = 'arm'\npopulations = ['p']",
         "[figures.f.populations] does not go with `by`, whose levels end the flow; make two figures"),
    ],
)  # fmt: skip
def test_what_study_toml_says_of_populations_is_checked(tmp_path: Path, text: str, message: str) -> None:
    """The key, what is there, what is allowed."""
    (tmp_path / "study.toml").write_text(STUDY + text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    assert str(error.value) == f"study.toml: {message}"
