"""study.toml: what it may say, and what it means where it says nothing; the documentation has every key."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from study_texts import BASE, MINIMAL, ROOT, read, refusal

from lockstep.endpoints.endpoints import Axis
from lockstep.endpoints.exposure_times import Landmark
from lockstep.endpoints.time_units import TimeUnits
from lockstep.study.definition import read_study
from lockstep.study.figures import ModelForest, SubgroupForest
from lockstep.study.model import Study
from lockstep.study.tables import Characteristics
from lockstep.syntax.names import slug


def test_the_flagship_study_is_read_whole(study: Study) -> None:
    """The definition that ships with the project means what it says."""
    assert list(study.columns)[:3] == ["date_of_birth", "age_at_diagnosis", "sex"]
    assert study.columns["grade"].levels == {"1": "1", "2": "2", "3": "3"}
    assert study.columns["date_progression"].optional
    assert study.time == TimeUnits(
        unit="days", print_unit="years", month=30.0, year=365.0, landmarks=(1.0, 3.0, 5.0), decimals=2
    )
    assert study.derived["age_group"].at == (60.0,)
    assert list(study.derived["modality"].when or {}) == ["surgery", "radiotherapy", "rfa", "surgery_radiotherapy"]
    assert study.endpoints["pfs"].end == ("date_progression", "date_last_followup")
    assert study.endpoints["os"].event.names == ("vital_status",)
    assert study.analysis.crosstabs == (("response", "local_treatment"), ("response", "histologic_subtype"))
    assert study.analysis.cutoffs["pfs_for_death"].direction == "low"
    assert [row.summaries for row in study.tables["characteristics"].rows][-1] == ("n_percent",)
    assert study.figures["by_age_group"].within == "age_group"


def test_almost_everything_may_be_left_out(tmp_path: Path) -> None:
    """A schema version, a file, its id and one column make a study."""
    study = read(tmp_path, MINIMAL)
    assert (study.title, study.data.missing, study.label("age")) == ("Untitled study", ("", "NA"), "Age")
    assert study.time == TimeUnits(unit="days", month=30.4375, year=365.25, landmarks=(1.0, 3.0, 5.0), decimals=1)
    assert study.columns["age"].decimals is None
    assert (study.analysis.alpha, study.analysis.conf_level) == (0.05, 0.95)
    assert (study.analysis.exposure, study.analysis.subgroup, study.analysis.follow_up) == (None, None, None)
    assert (study.analysis.univariate, study.analysis.adjust_for, study.analysis.crosstabs) == ((), (), ())
    parts = [study.derived, study.endpoints, study.tables, study.figures, study.eligibility, study.analysis.cutoffs]
    assert not any(parts)


def test_an_endpoint_has_defaults(tmp_path: Path) -> None:
    """Label, abbreviation, name of the event and axis follow from the name and the landmarks."""
    endpoint = read(tmp_path, BASE.replace("[endpoints.os]", "[endpoints.graft_loss]")).endpoints["graft_loss"]
    assert (endpoint.label, endpoint.abbreviation, endpoint.event_label) == ("Graft loss", "GRAFT_LOSS", "event")
    assert endpoint.axis == Axis(unit="years", ticks=(0.0, 1.0, 2.0, 3.0, 4.0, 5.0))


@pytest.mark.parametrize(
    ("landmarks", "unit", "ticks"),
    [
        ("[0.5]", "months", (0, 1, 2, 3, 4, 5, 6)),
        ("[0.1, 0.75]", "months", (0, 2, 4, 6, 8, 10)),
        ("[1]", "months", (0, 2, 4, 6, 8, 10, 12)),
        ("[1.5]", "months", (0, 3, 6, 9, 12, 15, 18)),
        ("[2]", "years", (0, 1, 2)),
        ("[1, 3, 5.5]", "years", (0, 1, 2, 3, 4, 5, 6)),
        ("[7]", "years", (0, 2, 4, 6, 8)),
        ("[30]", "years", (0, 5, 10, 15, 20, 25, 30)),
    ],
)
def test_a_default_axis_reaches_the_last_landmark(
    tmp_path: Path, landmarks: str, unit: str, ticks: tuple[int, ...]
) -> None:
    """It has at most seven ticks, at round numbers."""
    study = read(tmp_path, BASE + f"[time]\nlandmarks = {landmarks}\n")
    assert study.endpoints["os"].axis == Axis(unit=unit, ticks=tuple(map(float, ticks)))


@pytest.mark.parametrize(
    ("time", "endpoint", "unit", "axis"),
    [
        ("", "", None, Axis(unit="years", ticks=(0.0, 1.0, 2.0, 3.0, 4.0, 5.0), is_default=True)),
        ('print_unit = "months"', "", "months", Axis(unit="months", ticks=(0.0, 12.0, 24.0, 36.0, 48.0, 60.0))),
        ('print_unit = "months"', 'print_unit = "years"', "years", Axis(unit="years", ticks=(0.0, 1, 2, 3, 4, 5))),
        ('print_unit = "days"', "axis = { ticks = [0, 90] }", "days", Axis(unit="days", ticks=(0.0, 90.0))),
        (
            'print_unit = "days"',
            'axis = { unit = "years", ticks = [0, 2] }',
            "days",
            Axis(unit="years", ticks=(0.0, 2.0)),
        ),
    ],
)
def test_an_endpoint_prints_in_the_unit_of_the_paper(
    tmp_path: Path, time: str, endpoint: str, unit: str | None, axis: Axis
) -> None:
    """Unless it has one of its own; its axis is in that unit, unless it states another."""
    found = read(tmp_path, f"{BASE}{endpoint}\n[time]\n{time}\n").endpoints["os"]
    assert found.print_unit == unit
    assert found.axis == axis


def test_a_unit_of_print_that_the_data_do_not_know_is_refused(tmp_path: Path) -> None:
    """Days cannot be made of months."""
    message = refusal(tmp_path, BASE + '[time]\nunit = "months"\nprint_unit = "days"\n')
    assert message == "study.toml: [time.print_unit] is 'days'; expected 'months' or 'years'"


@pytest.mark.parametrize(
    ("years", "unit", "words"),
    [
        (5, None, "5 years"), (1, "years", "1 year"), (5, "months", "60 months"), (0.25, "months", "3 months"),
        (1, "days", "1 year"), (4, "days", "1461 days"), (1 / 12, "months", "1 month"), (0.3, "years", "0.3 years"),
    ],
)  # fmt: skip
def test_a_landmark_is_named_in_the_unit_of_print(years: float, unit: str | None, words: str) -> None:
    """Where it is a whole number of that unit, else in years."""
    time = TimeUnits(unit="days", month=30.4375, year=365.25, landmarks=(years,))
    assert time.landmark_words(years, unit) == words


@pytest.mark.parametrize(
    ("years", "unit", "printed"),
    [
        ((1, 3, 5), None, ((1, 3, 5), "years")),
        ((1, 3), "months", ((12, 36), "months")),
        ((0.3, 1), "months", ((0.3, 1), "years")),
        ((1,), "days", ((1,), "years")),
    ],
)
def test_all_landmarks_are_named_in_one_unit(years: tuple[float, ...], unit: str | None, printed: object) -> None:
    """That of print where each is a whole number of it, else years."""
    time = TimeUnits(unit="days", month=30.4375, year=365.25, landmarks=years, print_unit=unit)
    assert time.printed_landmarks == printed


@pytest.mark.parametrize(
    ("unit", "month", "year"), [("days", 30.4375, 365.25), ("months", 1.0, 12.0), ("years", 1 / 12, 1.0)]
)
def test_months_and_years_follow_from_the_unit(tmp_path: Path, unit: str, month: float, year: float) -> None:
    """A ready follow-up column may be in days, months or years."""
    text = BASE.replace('start = "start"\nend = "stop"', 'time = "age"') + f'[time]\nunit = "{unit}"\n'
    study = read(tmp_path, text)
    assert (study.time.per("months"), study.time.per("years"), study.time.per(unit)) == (month, year, 1.0)
    assert (study.endpoints["os"].time, study.endpoints["os"].start, study.endpoints["os"].end) == ("age", None, ())


def test_levels_keep_their_order_and_stay_text(tmp_path: Path) -> None:
    """Neither numbers nor No and Yes nor hostile texts are anything but text; a list of levels labels itself."""
    hostile = ["{{ 7*7 }}", '#read("x")', "| a |", "<script>", "@fig-1", "=cmd()"]
    listed = ", ".join(f"'{text}'" for text in hostile)
    text = MINIMAL + f"[columns.x]\ntype = 'category'\nlevels = [{listed}]\n"
    text += "[columns.y]\ntype = 'category'\nlevels = { 10 = 'Ten', 9 = 'Nine', no = 'No' }\n"
    study = read(tmp_path, text)
    assert list(study.levels("x").items()) == [(text, text) for text in hostile]
    assert list(study.levels("y").items()) == [("10", "Ten"), ("9", "Nine"), ("no", "No")]


def test_labels_and_levels_are_known_of_every_variable(tmp_path: Path) -> None:
    """Columns, derived variables and the reserved follow_up can be asked alike."""
    text = BASE.replace('type = "number"', 'type = "number"\nlabel = "Age at entry"')
    text += "[derived.old]\ncut = 'age'\nat = [60]\nlevels = { n = 'Young', y = 'Old' }\n[analysis]\nfollow_up = 'os'\n"
    study = read(tmp_path, text)
    assert (study.label("age"), study.levels("age")) == ("Age at entry", {})
    assert (study.label("old"), study.levels("old")) == ("Old", {"n": "Young", "y": "Old"})
    assert (study.label("follow_up"), study.levels("follow_up")) == ("Follow-up", {})


def test_a_blank_cell_is_always_missing(tmp_path: Path) -> None:
    """[data] missing adds to the blank cell; it cannot take it away."""
    study = read(tmp_path, MINIMAL.replace('id = "id"', 'id = "id"\nmissing = ["-99", " . "]'))
    assert study.data.missing == ("", "-99", ".")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so-called fibrohistiocytic tumor", "so_called_fibrohistiocytic_tumor"),
        ("CR", "cr"),
        ("<= 60", "___60"),
        ("1", "1"),
        ("Größe (cm²)", "gro_e__cm2_"),
        ("Café", "cafe"),
        ("", ""),
        ("男", "_"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    """A name in an id is lower case; what is neither letter nor digit is an underscore; accents are dropped."""
    assert slug(text) == expected


def test_reading_a_study_is_light() -> None:
    """The manuscript reads the study on its fast path: neither pandas nor numpy is imported for it."""
    code = (
        "import sys; from pathlib import Path; from lockstep.study.definition import read_study; "
        "read_study(Path('.')); "
        "print({'pandas', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_byte_order_mark_and_crlf_do_no_harm(tmp_path: Path) -> None:
    """Editors on Windows write both."""
    (tmp_path / "study.toml").write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert list(read_study(tmp_path).columns) == ["age"]


BALANCED = {"weights", "matching"}
"""The keys of tables and figures of balance, in the same table of docs/study.md as those of other kinds."""

DOCUMENTATION = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")


def test_the_examples_of_the_documentation_are_studies(tmp_path: Path) -> None:
    """Both examples of docs/study.md are read, and the second uses every section."""
    small, whole = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)
    assert list(read(tmp_path, small).columns) == ["age"]
    study = read(tmp_path, whole)
    parts = [study.eligibility, study.derived, study.populations, study.endpoints, study.analysis.cutoffs]
    assert all([*parts, study.tables, study.figures])


def test_the_examples_of_several_rows_and_files_are_studies(tmp_path: Path) -> None:
    """Those of docs/study.md: a joined file with several rows a patient, and such a data file."""
    labs, visits = re.findall(r"```\n(\[data.*?)```", DOCUMENTATION, re.DOTALL)
    study = read(tmp_path, BASE + labs)
    assert (study.joins["labs"].rows, study.columns["crp"].join, list(study.row_columns)) == (
        "samples", "labs", ["sampled"],
    )  # fmt: skip
    study = read(tmp_path, f"schema = 1\n{visits}")
    assert (study.data.rows, study.data.order, list(study.row_columns)) == ("visits", "day", ["event", "day"])
    assert list(study.columns) == ["weight", "toxicity"]


def test_the_example_of_formulas_is_a_study(tmp_path: Path) -> None:
    """That of docs/study.md: numbers of numbers, dates and conditions, and a category that one of them is cut into."""
    [example] = re.findall(r"```\n(\[derived.*?)```", DOCUMENTATION, re.DOTALL)
    columns = "".join(f"[columns.{name}]\ntype = 'number'\n" for name in ("weight", "height", "crp", "ferritin"))
    columns += "".join(f"[columns.{name}]\ntype = 'date'\n" for name in ("born", "operated"))
    columns += "[columns.treatment]\ntype = 'category'\nlevels = ['control', 'adjuvant']\n"
    study = read(tmp_path, BASE + columns + example.replace("arm ==", "treatment =="))
    assert [item.type for item in study.derived.values()] == ["number"] * 4 + ["category"]
    assert (study.variable("bmi").unit, study.variable("bmi").decimals) == ("kg/m²", 1)
    assert set(study.columns_behind(["weight_group", "dose"])) == {"weight", "height", "treatment"}


def test_the_keys_of_compared_groups_and_of_rows_are_documented(tmp_path: Path) -> None:
    """Those that a table of characteristics and its rows allow beside the keys of all tables."""

    def allowed(keys: str) -> list[str]:
        message = refusal(tmp_path, f"{BASE}[tables.x]\nkind = 'characteristics'\n{keys}")
        return re.findall(r"'(\w+)'", message.split("allowed: ")[1])

    table = DOCUMENTATION.split("### Groups compared\n")[1].split("### ")[0].split("\n\n")[1]
    further = [key for key in allowed("zzz = 1") if key not in ("kind", "template", "rows", "by")]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == further
    rows = DOCUMENTATION.split("### Rows\n")[1].split("### ")[0]
    assert all(f"| `{key}` |" in rows for key in allowed("rows = [{ zzz = 1 }]") if key != "variable")


def test_the_example_of_compared_groups_is_a_table(tmp_path: Path) -> None:
    """That of docs/study.md, in the study there that uses every section, by a category that is not the exposure."""
    [example] = re.findall(r"```\n(\[tables.*?)```", DOCUMENTATION, re.DOTALL)
    whole = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)[1]
    table = read(tmp_path, f"{whole}\n{example}").tables["characteristics_by_smoking"]
    assert isinstance(table, Characteristics)
    assert (table.by, table.p_values, table.smd, table.overall, table.missing) == ("smoker", True, True, False, "note")
    assert [row.test_or_rule for row in table.rows] == ["of_means", "fisher", "of_counts", "none"]


def test_the_example_of_delayed_entry_is_a_study(tmp_path: Path) -> None:
    """That of docs/study.md: an endpoint that is like another, but at risk later."""
    example = re.findall(r"```\n(\[endpoints.*?)```", DOCUMENTATION, re.DOTALL)[0]
    dates = ("date_initial_diagnosis", "date_last_followup", "date_metastasis")
    columns = "".join(f"[columns.{name}]\ntype = 'date'\n" for name in dates)
    columns += "[columns.vital_status]\ntype = 'category'\nlevels = ['alive', 'dead']\n"
    *_, one, other = read(tmp_path, BASE + columns + example).endpoints.values()
    assert (one.entry, other.entry, other.start) == (None, "date_metastasis", "date_initial_diagnosis")
    assert replace(other, name=one.name, label=one.label, abbreviation=one.abbreviation, entry=None) == one


def test_the_example_of_exposures_that_begin_later_is_a_study(tmp_path: Path) -> None:
    """That of docs/study.md: a landmark, groups that patients enter later, and a model of the same."""
    [example] = re.findall(r"```\n(\[columns.transplanted.*?)```", DOCUMENTATION, re.DOTALL)
    dates = "".join(f"[columns.{name}]\ntype = 'date'\n" for name in ("begun", "last_seen"))
    endpoint = "[endpoints.os]\nstart = 'begun'\nend = 'last_seen'\nevent = \"transplanted == 'no'\"\n"
    study = read(tmp_path, MINIMAL + dates + endpoint + example)
    landmark, later = study.comparisons  # the figure shows one of them, and makes none of its own
    assert landmark.landmark == Landmark(at=365.25, words="1 year")
    assert later.time_dependent
    assert study.models[0].terms[0].time_dependent


def test_the_example_of_models_is_a_study_with_a_table_and_a_forest_plot(tmp_path: Path) -> None:
    """That of docs/study.md, in the study there that uses every section."""
    [example] = re.findall(r"```\n(\[models\.crude.*?)```", DOCUMENTATION, re.DOTALL)
    whole = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)[1]
    study = read(tmp_path, f"{whole}\n{example}")
    models, subgroups = study.figures["regression"], study.figures["subgroups"]
    assert isinstance(models, ModelForest)
    assert isinstance(subgroups, SubgroupForest)
    assert (models.endpoint, models.models, models.terms) == ("rfs", ("crude", "full"), ("arm", "smoker", "age"))
    assert (subgroups.groups, subgroups.within) == ("arm", ("smoker",))
    assert subgroups.favours == ("Adjuvant better", "Control better")


def test_the_example_of_weights_and_matching_is_a_study(tmp_path: Path) -> None:
    """That of docs/study.md, in the study there that uses every section: comparisons, a model, balance."""
    [example] = re.findall(r"```\n(\[weights\.iptw.*?)```", DOCUMENTATION, re.DOTALL)
    whole = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)[1]
    study = read(tmp_path, f"{whole}\n{example}")
    weighted, matched = study.comparison("weighted"), study.comparison("matched")
    assert weighted is not None
    assert matched is not None
    assert (weighted.label, weighted.weights, weighted.e_value) == ("Weighted", "iptw", True)
    assert study.score_behind(matched.weights, matched.population) == study.matchings["pairs"]
    assert study.weights["iptw"].covariates == ("smoker", "age")


def test_the_examples_of_composite_endpoints_are_studies(tmp_path: Path) -> None:
    """Those of docs/study.md: an endpoint of times and one of dates, whose event is called by its events."""
    example = re.findall(r"```\n(\[endpoints.*?)```", DOCUMENTATION, re.DOTALL)[-1]
    columns = "".join(f"[columns.{name}]\ntype = 'number'\n" for name in ("rtime", "dtime"))
    columns += "".join(
        f"[columns.{name}]\ntype = 'date'\n" for name in ("operated", "relapsed", "date_of_death", "last_seen")
    )
    columns += "".join(f"[columns.{name}]\ntype = 'category'\nlevels = ['0', '1']\n" for name in ("recurred", "died"))
    study = read(tmp_path, BASE + columns + example)
    rfs, dfs = study.endpoints["rfs"], study.endpoints["dfs"]
    assert (rfs.event_label, dfs.event_label) == ("recurrence or death", "relapse or death")
    assert (rfs.between_dates, rfs.times, dfs.between_dates) == (False, ("rtime", "dtime"), True)
    assert (rfs.event.text, dfs.event.text) == (
        "recurred == '1' or died == '1'", "relapsed present or date_of_death present",
    )  # fmt: skip
    assert set(dfs.made_of) == {"operated", "date_of_death", "last_seen", "relapsed"}


def test_the_example_of_competing_events_is_an_endpoint(tmp_path: Path) -> None:
    """That of docs/study.md: death without relapse competes, by a condition."""
    [example] = re.findall(r"```\n# Death without relapse competes.\n(\[endpoints.*?)```", DOCUMENTATION, re.DOTALL)
    columns = "[columns.rtime]\ntype = 'number'\n"
    columns += "".join(f"[columns.{name}]\ntype = 'category'\nlevels = ['0', '1']\n" for name in ("relapsed", "died"))
    competing = read(tmp_path, BASE + columns + example).endpoints["relapse"].competing
    assert competing is not None
    assert (competing.label, competing.made_of) == ("death without relapse", ("died",))


@pytest.mark.parametrize(
    ("heading", "text", "elsewhere"),
    [
        ("[data]", BASE.replace("[data]", "[data]\nzzz = 1"), set()),
        (
            "[data.join.*name*]",
            BASE.replace("[columns", "[data.join.x]\nfile = 'x.csv'\nid = 'id'\nzzz = 1\n[columns", 1),
            set(),
        ),
        ("[time]", BASE + "[time]\nzzz = 1\n", set()),
        (
            "[columns.*name*]",
            BASE + "[columns.x]\ntype = 'number'\nzzz = 1\n",
            {"levels", "recode", "known_at", "format"},
        ),
        (
            "[columns.*name*]",
            BASE + "[columns.x]\ntype = 'category'\nzzz = 1\n",
            {"unit", "range", "decimals", "format", "identifier", "role"},
        ),
        (
            "[columns.*name*]",
            BASE + "[columns.x]\ntype = 'date'\nzzz = 1\n",
            {"levels", "recode", "known_at", "unit", "decimals"},
        ),
        ("[checks.*name*]", BASE + "[checks.x]\nmust = 'age > 1'\nreason = 'r'\nzzz = 1\n", set()),
        ("[eligibility.*name*]", BASE + "[eligibility.x]\nzzz = 1\n", set()),
        ("[derived.*name*]", BASE + "[derived.x]\nzzz = 1\n", {"value", "unit", "decimals", "range"}),
        (
            "[derived.*name*]",
            BASE + "[derived.x]\nvalue = 'age'\nzzz = 1\n",
            {"levels", "when", "cut", "at", "reason", "among", "known_at"},
        ),
        ("[populations.*name*]", BASE + "[populations.x]\nzzz = 1\n", set()),
        ("[endpoints.*name*]", BASE + "[endpoints.x]\nzzz = 1\n", set()),
        ("[outcomes.*name*]", BASE + "[outcomes.x]\nzzz = 1\n", set()),
        ("[comparisons.*name*]", BASE + "[comparisons.x]\nzzz = 1\n", set()),
        ("[analysis]", BASE + "[analysis]\nzzz = 1\n", set()),
        ("[models.*name*]", BASE + "[models.x]\nzzz = 1\n", set()),
        ("[imputation]", BASE + "[models.x]\nterms = ['age']\nimputation = true\n[imputation]\nzzz = 1\n", set()),
        ("[cutoff.*name*]", BASE + "[cutoff.x]\nzzz = 1\n", set()),
        (
            "[tables.*name*]",
            BASE + "[tables.x]\nzzz = 1\n",
            {"outcomes", "comparison", "differences"} | BALANCED,
        ),
        ("[weights.*name*]", BASE + "[weights.x]\nzzz = 1\n", set()),
        ("[matching.*name*]", BASE + "[matching.x]\nzzz = 1\n", set()),
        (
            "[figures.*name*]",
            BASE + "[figures.x]\nzzz = 1\n",
            {"competing", "by", "populations", "models", "terms", "endpoint", "outcome", "favours"} | BALANCED,
        ),
        (
            "[figures.*name*]",
            BASE + "[figures.x]\nkind = 'cumulative_incidence'\nzzz = 1\n",
            {"by", "populations", "models", "terms", "endpoint", "outcome", "comparison", "favours"} | BALANCED,
        ),
        (
            "[figures.*name*]",
            BASE + "[figures.x]\nkind = 'flow'\nzzz = 1\n",
            {
                "endpoints",
                "groups",
                "within",
                "population",
                "competing",
                "models",
                "terms",
                "endpoint",
                "outcome",
                "comparison",
                "favours",
            }
            | BALANCED,
        ),
        (
            "[figures.*name*]",
            BASE + "[figures.x]\nkind = 'forest'\nzzz = 1\n",
            {"endpoints", "by", "population", "populations", "competing"} | BALANCED,
        ),
    ],
)
def test_every_key_is_documented(tmp_path: Path, heading: str, text: str, elsewhere: set[str]) -> None:
    """The keys that a section allows are those that its first table in docs/study.md lists."""
    allowed = set(re.findall(r"'(\w+)'", refusal(tmp_path, text).split("allowed: ")[1]))
    table = DOCUMENTATION.split(f"## {heading}\n")[1].split("\n| ", 1)[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) - elsewhere == allowed
