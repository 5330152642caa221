"""A table of sensitivity analyses: one estimate under each choice, each in the record of its comparison or model."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from study_texts import refusal
from table_cells import cells

from lockstep.analyses.pipeline import compute
from lockstep.base.resources import PACKAGE
from lockstep.results.model import Results
from lockstep.results.released import released_number
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.study.tables import Sensitivity
from lockstep.tables.tables import render_table
from lockstep.text.numbers import plain_digits
from lockstep.text.style import NBSP, PValueStyle, Style

STYLE = Style()
DOCUMENTATION = (PACKAGE.parent / "docs" / "study.md").read_text(encoding="utf-8")

# Three arms of 24, an odd label, a covariate that two patients lack, a treatment that begins on its day.
ARMS = ("a", "b", "c")
STUDY = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[time]
unit = "months"
[columns.arm]
type = "category"
label = "Arm"
levels = { a = "Control", b = "$x_1$ <b>& *New*", c = "Old" }
[columns.treated]
type = "category"
levels = { no = "Never", yes = "Treated" }
known_at = "treated_at"
[columns.treated_at]
type = "number"
optional = true
[columns.age]
type = "number"
unit = "years"
[columns.size]
type = "number"
unit = "cm"
[columns.months]
type = "number"
[columns.status]
type = "category"
levels = ["alive", "relapsed", "dead"]
[populations.older]
label = "Patients over 50"
keep = "age > 50"
[endpoints.os]
label = "Overall survival"
time = "months"
event = "status == 'dead'"
event_label = "death"
[endpoints.relapse]
label = "Relapse"
time = "months"
event = "status == 'relapsed'"
event_label = "relapse"
competing = "status == 'dead'"
competing_label = "death without relapse"
[outcomes.failed]
label = "Failure"
event = "status != 'alive'"
event_label = "failure"
[outcomes.tumour]
label = "Tumour size"
value = "size"
[comparisons.arms]
groups = "arm"
[comparisons.adjusted_arms]
groups = "arm"
adjust_for = ["age"]
[comparisons.begins]
groups = "treated"
endpoints = ["os"]
time_dependent = true
[models.cox]
endpoint = "os"
terms = ["arm", "age"]
population = "older"
[models.fine]
endpoint = "relapse"
kind = "fine_gray"
terms = ["arm"]
[models.odds]
outcome = "failed"
terms = ["arm", "age"]
[models.means]
outcome = "tumour"
terms = ["arm", "age"]
[models.risks]
outcome = "failed"
kind = "risk"
terms = ["arm"]
[models.by_age]
endpoint = "os"
terms = [{ variable = "age", per = 10 }, "arm"]
[models.crude_age]
endpoint = "os"
each = true
terms = [{ variable = "age", per = 10 }, "arm"]
[models.bent]
endpoint = "os"
terms = [{ variable = "age", spline = 3 }, "arm"]
[models.per_year]
endpoint = "os"
terms = ["age"]
[models.treatment]
endpoint = "os"
terms = [{ variable = "treated", time_dependent = true }, "age"]
[models.late]
endpoint = "os"
terms = ["treated"]
landmark = 6
"""


def rows() -> str:
    """Return the data file: 72 patients in three arms, of whom two have no age."""
    lines = ["id,arm,treated,treated_at,age,size,months,status"]
    for i in range(72):
        treated = f"yes,{2 + i % 9}" if i % 4 == 1 else "no,"
        age = "" if i in (7, 40) else str(35 + (i * 7) % 41)
        status = ("alive", "dead", "relapsed", "dead", "alive")[(i + i // 24) % 5]
        lines.append(f"{i},{ARMS[i // 24]},{treated},{age},{2 + (i * 5) % 13 / 2},{3 + (i * 11) % 37},{status}")
    return "\n".join(lines) + "\n"


def written(folder: Path, table: str) -> Study:
    """Return the study with a table of these keys."""
    (folder / "cohort.csv").write_text(rows(), encoding="utf-8")
    text = f'{STUDY}[tables.one]\nkind = "sensitivity"\n{table}\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder)


def shown(folder: Path, table: str, style: Style = STYLE) -> tuple[list[list[str]], str, Results]:
    """Return the cells of a table of these keys, its note, and the results."""
    study = written(folder, table)
    results = compute(study)
    source = render_table("one", study, results, style).markdown
    note = source.split(":::")[1].replace(NBSP, " ").replace("\\", "")
    return cells(source), note, results


def test_each_row_has_the_estimate_of_its_analysis(tmp_path: Path) -> None:
    """A comparison and a model of one endpoint: counts of both groups, ratio and P value are those of their records."""
    table = """
exposure = "arm"
level = "c"
endpoint = "os"
rows = [
  { label = "Crude", comparison = "arms" },
  { label = "With *age*", comparison = "adjusted_arms" },
  { label = "Older", model = "cox" },
  { label = "Crude, again", model = "crude_age", differs = "One <term> $alone$" },
]"""
    found, note, results = shown(tmp_path, table)
    assert found[:2] == [
        ["", "", "Events / patients", "", ""],
        ["Analysis", "What differs", "Control", "Old", "HR (95% CI)", "P"],
    ]
    assert [row[:2] for row in found[2:]] == [
        ["Crude", "Unadjusted"],
        ["With *age*", "Adjusted for age"],
        ["Older", "Patients over 50; adjusted for age"],
        ["Crude, again", "One <term> $alone$"],
    ]
    of = [
        ("os.arms.by_arm.a.", "os.arms.by_arm.c.", "os.arms.by_arm.cox.c."),
        ("os.adjusted_arms.by_arm.a.", "os.adjusted_arms.by_arm.c.", "os.adjusted_arms.by_arm.cox.c."),
        ("os.cox.arm.a.", "os.cox.arm.c.", "os.cox.arm.c."),
        ("os.crude_age.arm.a.", "os.crude_age.arm.c.", "os.crude_age.arm.c."),
    ]
    for row, (reference, level, estimate) in zip(found[2:], of, strict=True):
        for cell, group in zip(row[2:4], (reference, level), strict=True):
            assert cell == f"{results[group + 'events'].value} / {results[group + 'n'].value}"
        ratio = results[estimate + "hazard_ratio"].value
        assert isinstance(ratio, float)
        assert released_number(plain_digits(row[4].split(" ")[0], STYLE)) == pytest.approx(ratio, abs=0.006)
        assert row[5] == f"{results[estimate + 'p_value'].value:.3f}"
    assert "HR, hazard ratio, arm: old versus arm: control; CI, confidence interval." in note
    assert "*P* values are from Wald tests." in note
    assert "Patients left out of adjusted comparisons for a missing value: Age (2)." in note


def test_a_treatment_that_begins_later_counts_patients_in_both_groups(tmp_path: Path) -> None:
    """The words and the note say so, and a landmark is named."""
    table = """
exposure = "treated"
endpoint = "os"
rows = [
  { label = "A", comparison = "begins" }, { label = "B", model = "treatment" }, { label = "C", model = "late" },
]"""
    found, note, results = shown(tmp_path, table)
    assert [row[1] for row in found[2:]] == [
        "Treated from its day on; unadjusted",
        "Treated from its day on; adjusted for age",
        "From 6 months on; unadjusted",
    ]
    assert found[3][2] == f"{results['os.treatment.treated.no.events'].value} / 70"
    assert "Where treated counts from its day on, patients are counted in each group that they have been in." in note
    assert "left out" not in note


@pytest.mark.parametrize(
    ("table", "heading", "word", "test"),
    [
        ('level = "b"\nendpoint = "relapse"\nrows = [{ label = "A", comparison = "arms" }]',
         "HR", "cause-specific hazard ratio (follow-up censored at death without relapse)", "Wald tests"),
        ('level = "b"\nestimate = "subdistribution_hazard_ratio"\nendpoint = "relapse"\n'
         'rows = [{ label = "A", comparison = "arms" }, { label = "B", model = "fine" }]',
         "SHR", "subdistribution hazard ratio (Fine–Gray model)", "Wald tests"),
        ('level = "b"\noutcome = "failed"\nrows = [{ label = "A", comparison = "adjusted_arms" }, '
         '{ label = "B", model = "odds" }]',
         "OR", "odds ratio", "Wald tests"),
        ('level = "b"\noutcome = "failed"\nrows = [{ label = "A", model = "risks" }]',
         "RR", "risk ratio", "Wald tests"),
        ('level = "b"\noutcome = "failed"\nestimate = "risk_difference"\nrows = [{ label = "A", comparison = "arms" }]',
         "RD", "risk difference in percentage points", ""),
        ('level = "b"\noutcome = "tumour"\nrows = [{ label = "A", comparison = "arms" }, '
         '{ label = "B", comparison = "adjusted_arms" }, { label = "C", model = "means" }]',
         "Difference, cm", "Difference, arm: $x_1$", "t tests"),
    ],
)  # fmt: skip
def test_every_kind_of_estimate_is_lined_up(tmp_path: Path, table: str, heading: str, word: str, test: str) -> None:
    """Ratios of endpoints and outcomes, and differences; the note says what each is, and by what it is tested."""
    found, note, _ = shown(tmp_path, f'exposure = "arm"\n{table}')
    assert found[1][4] == f"{heading} (95% CI)"
    assert all(re.match(r"[−0-9.]+ \(", row[4]) for row in found[2:])
    assert word in note
    assert (f"values are from {test}." in note) if test else ("values are from" not in note)
    assert found[0][2] == ("Patients" if heading.startswith("Difference") else "Events / patients")


def test_two_groups_have_the_test_of_association(tmp_path: Path) -> None:
    """An unadjusted odds ratio of two groups stands beside the test of their counts, which the note names."""
    keys = 'exposure = "treated"\noutcome = "failed"\nrows = [{ label = "A", comparison = "groups" }]\n'
    found, note, results = shown(tmp_path, f'{keys}[comparisons.groups]\ngroups = "treated"\noutcomes = ["failed"]')
    assert found[2][5] == f"{results['failed.groups.by_treated.chi_square.p_value'].value:.3f}"
    assert "*P* values are from chi-square tests." in note


def test_a_number_has_one_column_of_counts(tmp_path: Path) -> None:
    """Its association is per so many units, as in its models; events and patients are those of the model."""
    table = """
exposure = "age"
rows = [{ label = "Crude", model = "crude_age" }, { label = "With arm", model = "by_age" }]"""
    found, note, results = shown(tmp_path, table)
    assert found[0] == ["Analysis", "What differs", "Events / patients", "HR (95% CI)", "P"]
    assert [row[1] for row in found[1:]] == ["Unadjusted", "Adjusted for arm"]
    assert {row[2] for row in found[1:]} == {f"{results['os.by_age.events'].value} / 70"}
    assert "HR, hazard ratio, of age, per 10 years; CI" in note


def test_a_journal_has_its_numbers_there_too(tmp_path: Path) -> None:
    """Decimal mark, thin P values and all: cells are printed by the same style as sentences."""
    style = Style(decimal_mark="·", p=PValueStyle(letter="p", leading_zero=True, italic=False))
    table = 'exposure = "arm"\nlevel = "c"\nendpoint = "os"\nrows = [{ label = "A", comparison = "arms" }]'
    found, _, _ = shown(tmp_path, table, style)
    assert "·" in found[2][4]
    assert found[1][-1] == "p"


def test_its_numbers_are_followed_to_their_results(tmp_path: Path) -> None:
    """Each printed text knows its records and its place in the table."""
    table = 'exposure = "arm"\nlevel = "c"\nendpoint = "os"\nrows = [{ label = "A", comparison = "arms" }]'
    study = written(tmp_path, table)
    printed = render_table("one", study, compute(study), STYLE).printed
    assert [(text.place, text.ids) for text in printed] == [
        ("A, Control, events / patients", ("os.arms.by_arm.a.events", "os.arms.by_arm.a.n")),
        ("A, Old, events / patients", ("os.arms.by_arm.c.events", "os.arms.by_arm.c.n")),
        ("A, HR", ("os.arms.by_arm.cox.c.hazard_ratio",)),
        ("A, HR", ("os.arms.by_arm.cox.c.p_value",)),
    ]


def test_it_is_the_same_from_what_it_prints_alone(tmp_path: Path) -> None:
    """A lock holds what was printed: the table needs nothing else."""
    keys = 'exposure = "arm"\nlevel = "c"\noutcome = "failed"\n'
    table = f'{keys}rows = [{{ label = "A", comparison = "adjusted_arms" }}, {{ label = "B", model = "odds" }}]'
    study = written(tmp_path, table)
    results = compute(study)
    whole = render_table("one", study, results, STYLE)
    printed = {record_id for text in whole.printed for record_id in text.ids}
    alone = replace(results, records=tuple(record for record in results if record.id in printed), curves=())
    assert render_table("one", study, alone, STYLE).markdown == whole.markdown


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('rows = []', ".exposure] is missing; expected the category or number whose association is estimated"),
        ('exposure = "none"\nrows = []', ".exposure] names 'none', which is neither a column nor derived"),
        ('exposure = "arm"\nrows = []',
         ".level] is missing; expected a level of 'arm' but the first, which it is compared with: 'b' or 'c'"),
        ('exposure = "arm"\nlevel = "a"\nrows = []',
         ".level] is 'a'; expected a level of 'arm' but the first, which it is compared with: 'b' or 'c'"),
        ('exposure = "age"\nlevel = "a"\nrows = []', ".level] is of a category, and 'age' is a number; leave it out"),
        ('exposure = "age"\nrows = []',
         '.rows] is empty; expected rows such as { model = "adjusted", label = "Main analysis" }'),
        ('exposure = "age"\nrows = [{ label = "A", model = "by_age", comparison = "arms" }]',
         ".rows.1.model] does not go with `comparison`; make a row of each"),
        ('exposure = "age"\nrows = [{ label = "A", model = "zzz" }]', ".rows.1.model] names 'zzz'; the models are: "),
        ('exposure = "age"\nrows = [{ label = "A", model = "fine" }]',
         ".rows.1.model] is 'fine', without 'age'; its terms are: 'arm'"),
        ('exposure = "age"\nrows = [{ label = "A", model = "bent" }]',
         ".rows.1.model] is 'bent', where 'age' is a spline and has no ratio"),
        ('exposure = "age"\nrows = [{ label = "A", comparison = "arms" }]',
         ".rows.1.comparison] is 'arms', of 'arm'; the table is of 'age'"),
        ('exposure = "age"\nrows = [{ label = "A" }]',
         ".rows.1] expected `comparison` or `model`: [analysis] does not compare 'age'"),
        ('exposure = "age"\nrows = [{ label = "A", model = "by_age" }, { label = "B", model = "per_year" }]',
         ".rows] name models with 'age' per several numbers of units; one table has one estimate"),
        ('exposure = "age"\nendpoint = "relapse"\nrows = [{ label = "A", model = "by_age" }]',
         ".rows.1] is of 'relapse'; model 'by_age' is of: 'os'"),
        ('exposure = "arm"\nlevel = "c"\nrows = [{ label = "A", comparison = "arms" }]',
         ".rows.1.endpoint] (or `outcome`) is missing, here and in the table; the comparison is in: 'os', 'relapse', "
         "'failed' and 'tumour'"),
        ('exposure = "arm"\nlevel = "c"\nrows = [{ label = "A", model = "cox" }, { label = "B", model = "odds" }]',
         ".rows] have no estimate of one kind. Row 'A' has: 'hazard_ratio'; row 'B' has: 'odds_ratio'. Make a table of "
         "each kind"),
        ('exposure = "arm"\nlevel = "c"\nestimate = "risk_difference"\nrows = [{ label = "A", model = "odds" }]',
         ".estimate] is 'risk_difference'; row 'A' has: 'odds_ratio'"),
        ('exposure = "arm"\nlevel = "c"\nby = "arm"\nrows = []',
         ".by] is not a known key of a table of sensitivity analyses; allowed: 'kind', 'template', 'rows', 'exposure', "
         "'level', 'endpoint', 'outcome' and 'estimate'"),
        ('exposure = "arm"\nlevel = "c"\nrows = [{ label = "A", cox = "x" }]',
         ".rows.1.cox] is not a known key of a row of sensitivity analyses; allowed: 'label', 'comparison', 'model', "
         "'endpoint', 'outcome' and 'differs'"),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_one_column_is_refused(tmp_path: Path, table: str, message: str) -> None:
    """The error names the row, what it has and what is allowed."""
    text = f'{STUDY}[tables.one]\nkind = "sensitivity"\n{table}\n'
    assert f"study.toml: [tables.one{message}" in refusal(tmp_path, text)


def test_the_example_of_the_documentation_is_a_table(tmp_path: Path) -> None:
    """That of docs/study.md, in the study there that uses every section, prints a row for each analysis."""
    [example] = re.findall(r"```\n(\[models\.sensitivity\].*?)```", DOCUMENTATION, re.DOTALL)
    whole = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)[1]
    (tmp_path / "study.toml").write_text(f"{whole}\n{example}", encoding="utf-8")
    (tmp_path / "data").mkdir()
    lines = ["patient,arm,Smoker (y/n),age,operated,relapsed,last_seen,status"]
    for i in range(60):
        arm, relapsed = ("control", "adjuvant")[i % 2], f"2019-{i % 11 + 1:02}-20" if i % 3 == 0 else ""
        end = f"2020-{i % 12 + 1:02}-28,{'dead' if i % 5 == 0 else 'alive'}"
        lines.append(f"{i},{arm},{'NY'[i % 7 < 3]},{40 + i % 40},2018-{i % 9 + 1:02}-15,{relapsed},{end}")
    (tmp_path / "data" / "cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = read_study(tmp_path)
    table = study.tables["sensitivity"]
    assert isinstance(table, Sensitivity)
    found = cells(render_table("sensitivity", study, compute(study), STYLE).markdown)
    assert [row[0] for row in found[2:]] == [row.label for row in table.rows]
    assert [row[1] for row in found[2:]] == [
        "Adjusted for age",
        "Unadjusted",
        "Adjusted for smoker, age",
        "Baseline hazards by smoking; adjusted for age",
        "Patients aged 60 or older; adjusted for smoker, age",
    ]
