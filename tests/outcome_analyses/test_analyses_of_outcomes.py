"""Outcomes and named comparisons: every number is R's; what is missing, small or of a part of the patients says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from reference_values import REFERENCE, differences, read_rows
from study_texts import added

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import StudyError
from lockstep.document.report import Report
from lockstep.notes.assumptions import violations
from lockstep.results.model import Record, Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.phrases import Phrases
from lockstep.text.style import NBSP, Style

ROOT = Path(__file__).parents[2]
OUTCOMES = """
[populations.adults]
keep = "age_at_diagnosis > 18"

[outcomes.full]
label = "Complete response"
event = "response == 'CR'"
event_label = "complete response"

[outcomes.size]
label = "Size"
value = "primary_size_cm"

[comparisons.arms]
groups = "local_treatment"
endpoints = ["os"]
outcomes = ["full", "size"]
within = ["sex"]

[comparisons.stratified]
groups = "local_treatment"
endpoints = ["os"]
strata = ["sex", "depth"]
adjust_for = ["age_at_diagnosis"]
within = ["size_group"]

[comparisons.sexes]
groups = "local_treatment"
endpoints = ["os"]
outcomes = ["full"]
adjust_for = ["sex", "age_at_diagnosis"]
within = ["sex"]

[comparisons.subtypes]
groups = "histologic_subtype"
outcomes = ["full", "size"]
adjust_for = ["age_at_diagnosis"]
within = ["depth"]
population = "adults"

[models.odds]
outcome = "full"
terms = ["local_treatment", { variable = "age_at_diagnosis", per = 10 }, "histologic_subtype"]

[models.risks]
outcome = "full"
kind = "risk"
terms = ["local_treatment", "age_at_diagnosis"]
cluster = "histologic_subtype"

[models.means]
outcome = "size"
terms = ["local_treatment", "histologic_subtype", "age_at_diagnosis"]

[models.crude]
outcome = "full"
each = true
terms = ["local_treatment", "age_at_diagnosis"]

[tables.estimates]
kind = "estimates"
comparison = "arms"
differences = true

[tables.adjusted]
kind = "estimates"
comparison = "stratified"
differences = true

[tables.subtypes]
kind = "estimates"
comparison = "subtypes"
differences = true

[tables.by_depth]
kind = "estimates"
by = "depth"
endpoints = ["os"]
outcomes = ["full"]

[tables.everybody]
kind = "estimates"

[tables.odds]
kind = "regression"
models = ["crude", "odds"]

[tables.means]
kind = "regression"
models = ["means"]

[figures.by_grade_in_women]
endpoints = ["os"]
groups = "grade"
within = "sex"
"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the flagship study with outcomes and named comparisons, and its results."""
    study = added(tmp_path_factory.mktemp("outcomes"), OUTCOMES)
    return study, compute(study)


def numbers(record: Record) -> tuple[float | str, ...]:
    """Return the value and limits of a record."""
    return tuple(part for part in (record.value, record.conf_low, record.conf_high) if part is not None)


def test_every_number_of_outcomes_and_named_comparisons_is_that_of_r(compared: tuple[Study, Results]) -> None:
    """Proportions, risks and means compared, stratified and adjusted ratios, interactions and models agree with R."""
    rows = read_rows(REFERENCE / "values" / "study_comparisons.csv")
    expected = {name: tuple(part for part in row if part is not None) for name, row in rows.items()}
    assert len(expected) > 250
    found = {record.id: numbers(record) for record in compared[1]}
    # R's Hodges-Lehmann limits are roots of an equation; the estimate alone is compared here.
    found = {name: values[:1] if name.endswith(".shift") else values for name, values in found.items()}
    assert differences(expected, {name: found[name] for name in expected}, relative=1e-6) == []


def test_a_named_comparison_stands_beside_the_short_form(compared: tuple[Study, Results]) -> None:
    """The same groups have results without a name and with it, each by its own method."""
    _, results = compared
    crude, stratified = (results[f"os.{name}by_local_treatment.cox.yes.hazard_ratio"] for name in ("", "stratified."))
    assert "stratified" not in crude.method
    assert "stratified by Sex and Primary tumor depth" in stratified.method
    assert stratified.method.endswith("; adjusted for Age at diagnosis")
    assert "stratified by Sex" in results["os.stratified.by_local_treatment.log_rank.p_value"].method
    assert "os.stratified.by_local_treatment.yes.rate_difference.5y" not in results


def test_within_a_subgroup_nothing_is_adjusted_for_it(compared: tuple[Study, Results]) -> None:
    """Ratios of all patients are adjusted for sex and age, of men and women for age; each says so."""
    methods = [
        compared[1][f"os.sexes.by_local_treatment.{name}"].method.rpartition("; ")[2]
        for name in ("cox.yes.hazard_ratio", "in_sex.male.cox.yes.hazard_ratio", "interaction_sex.p_value")
    ]
    age = "adjusted for Age at diagnosis"
    assert methods == ["adjusted for Sex, Age at diagnosis", age, age]


def test_a_population_is_said_in_words_and_not_in_the_id(compared: tuple[Study, Results]) -> None:
    """Who is compared follows from the comparison; its records say it."""
    record = compared[1]["full.subtypes.by_histologic_subtype.smooth_muscle_tumor.percent"]
    assert record.population.startswith("patients analysed; Adults")
    assert record.denominator == record.n


def test_adjusted_differences_of_risks_and_shifts_are_not_made_up(compared: tuple[Study, Results]) -> None:
    """A crude difference beside an adjusted ratio would be taken for adjusted, and is not given."""
    ids = {record.id for record in compared[1] if record.id.startswith(("full.subtypes", "size.subtypes"))}
    assert not any(name.endswith(("risk_difference", "shift")) for name in ids)
    assert any(name.endswith(".odds_ratio.p_value") for name in ids)


def test_what_compares_nothing_is_compared_for_a_figure_or_a_table(compared: tuple[Study, Results]) -> None:
    """Groups within a category that [analysis] does not name have curves, tests and an interaction, without a name."""
    study, results = compared
    assert "os.by_grade.in_sex.female.log_rank.p_value" in results
    assert "os.by_grade.interaction_sex.2.ratio" in results
    assert results.curve("os.by_grade.in_sex.male.3").n
    assert "full.by_depth.chi_square.p_value" in results
    assert [item.groups for item in study.comparisons if item.name is None].count("grade") == 1


def test_the_table_of_estimates_shows_groups_and_what_compares_them(compared: tuple[Study, Results]) -> None:
    """Each number is that of its record, in the decimals of text, and every cell knows its results."""
    study, results = compared
    table = render_table("estimates", study, results, Style())
    plain = table.markdown.replace(NBSP, " ").replace("\\", "")
    for text in ("36 / 63", "HR 0.33 (0.19–0.54)", "54 / 79", "OR 2.88 (1.45–5.73)", "25.5 (9.1–40.2)", "6.14 (3.83)"):
        assert f">{text}<" in plain, text
    assert "Welch's t test" in plain
    assert "Mann-Whitney U test, normal approximation" in plain
    printed = {name for text in table.printed for name in text.ids}
    assert {
        "os.arms.by_local_treatment.yes.median",
        "os.arms.by_local_treatment.log_rank.p_value",
        "os.arms.by_local_treatment.yes.rate_difference.5y",
        "full.arms.by_local_treatment.chi_square.p_value",
        "size.arms.by_local_treatment.yes.shift",
    } <= printed
    assert all(text.place for text in table.printed)


def test_an_adjusted_ratio_has_its_own_p_value_in_the_table_of_estimates(compared: tuple[Study, Results]) -> None:
    """No crude test stands beside an adjusted ratio; the note says for what it is adjusted, and what the test is."""
    study, results = compared
    two, several = (render_table(name, study, results, Style()) for name in ("adjusted", "subtypes"))
    printed = {name for text in two.printed for name in text.ids}
    assert "os.stratified.by_local_treatment.cox.yes.p_value" in printed
    assert not any("log_rank" in name for name in printed)
    assert "Hazard ratios and their P values are adjusted for age at diagnosis; all else is not" in two.markdown
    assert "from Wald tests stratified by sex and primary tumor depth" in two.markdown
    printed = {name for text in several.printed for name in text.ids}
    tests = {name for name in printed if name.endswith("p_value")}
    assert tests == {f"{outcome}.subtypes.by_histologic_subtype.adjusted_test.p_value" for outcome in ("full", "size")}
    assert "Odds ratios and differences of means and their P values are adjusted for" in several.markdown
    assert "from likelihood-ratio tests; F tests" in several.markdown.replace("\\", "")
    assert "adjusted" not in render_table("estimates", study, results, Style()).markdown


def test_survival_at_a_landmark_is_not_called_by_the_event(compared: tuple[Study, Results]) -> None:
    """Below "Death" 58% at five years would be read as dead: the row says that they are those without the event."""
    study, results = compared
    plain = render_table("estimates", study, results, Style()).markdown
    assert "At 5" in plain
    assert "Event-free" not in plain
    by_event = replace(study, endpoints={**study.endpoints, "os": replace(study.endpoints["os"], label="Death")})
    assert f"Event-free at 5{NBSP}years, %" in render_table("estimates", by_event, results, Style()).markdown


def test_a_test_of_interaction_is_called_by_its_name(compared: tuple[Study, Results]) -> None:
    """Of differences of means it is an F test, of odds ratios one of the likelihood ratio."""
    results = compared[1]
    name = "subtypes.by_histologic_subtype.interaction_depth.p_value"
    assert results[f"size.{name}"].method.startswith("F test of the product terms in a linear regression")
    assert results[f"full.{name}"].method.startswith("likelihood-ratio test of the product terms in a logistic")


def test_a_table_of_estimates_needs_no_groups(compared: tuple[Study, Results]) -> None:
    """Without groups there is one column, of all patients, and no P value."""
    study, results = compared
    everybody = render_table("everybody", study, results, Style())
    assert "All patients" in everybody.markdown
    assert "81 / 142" in everybody.markdown
    assert "Sex" not in render_table("by_depth", study, results, Style()).markdown


def test_tables_of_models_say_what_their_ratios_are(compared: tuple[Study, Results]) -> None:
    """Odds ratios are not called hazard ratios, and differences of means have the unit of the outcome."""
    study, results = compared
    odds, means = (render_table(name, study, results, Style()).markdown for name in ("odds", "means"))
    assert "OR (95% CI)" in odds
    assert "OR, odds ratio" in odds
    assert "hazard" not in odds
    assert "Difference, cm (95% CI)" in means
    assert "0 (reference)" in means
    assert "from t tests" in means
    assert "from F tests" in means


def test_phrases_print_differences_and_ratios_of_outcomes(compared: tuple[Study, Results]) -> None:
    """A claim can name the limits of an odds ratio; a difference of percentages is in percentage points."""
    r = Phrases(compared[1], Style())
    stem = "full.arms.by_local_treatment"
    assert str(r.n_percent(f"{stem}.yes")).replace(NBSP, " ") == "54 (68.4%)"
    difference = str(r.difference(f"{stem}.yes.risk_difference")).replace(NBSP, " ")
    assert difference == "25.5 percentage points (95% CI 9.1–40.2)"
    assert str(r.ratio(f"{stem}.yes.risk_ratio")).replace(NBSP, " ").startswith("RR 1.59 (")
    assert str(r.claim("more", f"{stem}.yes.odds_ratio.conf_low > 1")) == "more"


def test_hazards_that_are_not_proportional_are_those_of_the_comparison(compared: tuple[Study, Results]) -> None:
    """The note names the comparison, whose model is not the univariable one."""
    study, results = compared
    found = [item for item in violations(study, results) if item.kind == "comparison"]
    assert all(item.name in {"arms", "stratified", "sexes"} for item in found)
    assert all("comparison" in item.model for item in found)


SMALL = """schema = 1
[data]
file = "c.csv"
id = "id"
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.site]
type = "category"
levels = ["x", "y", "z"]
[columns.response]
type = "category"
levels = ["no", "yes"]
[columns.days]
type = "number"
unit = "days"
[outcomes.responded]
event = "response == 'yes'"
[outcomes.stay]
value = "days"
[analysis]
exposure = "arm"
"""
ROWS = "id,arm,site,response,days\n1,a,x,yes,3\n2,a,y,no,\n3,b,x,,7\n4,b,x,yes,7\n5,b,y,yes,2\n6,,y,no,4\n"


def small(folder: Path, text: str = "", rows: str = ROWS) -> Results:
    """Return the results of six patients, of whom some lack their outcome or their arm."""
    (folder / "study.toml").write_text(SMALL + text, encoding="utf-8")
    (folder / "c.csv").write_text(rows, encoding="utf-8")
    return compute(read_study(folder))


def test_unknown_outcomes_are_counted_as_missing(tmp_path: Path) -> None:
    """Nobody without a value is taken for one without the event, in all patients and in each group."""
    results = small(tmp_path)
    found = {name: results[f"responded.{name}"].value for name in ("n", "missing.count", "count")}
    assert found == {"n": 5, "missing.count": 1, "count": 3}
    assert results["responded.percent"].value == 60
    assert results["responded.by_arm.b.n"].value == 2
    assert results["responded.by_arm.b.missing.count"].value == 1
    assert results["stay.by_arm.a.n"].value == 1


def test_percentages_of_few_patients_warn(tmp_path: Path) -> None:
    """Of fewer than 20 patients the record advises counts; of twenty it does not."""
    assert "fewer than 20 patients" in str(small(tmp_path)["responded.percent"].warning)
    rows = "id,arm,site,response,days\n" + "".join(f"{i},a,x,{'yes' if i % 3 else 'no'},{i}\n" for i in range(20))
    assert small(tmp_path, rows=rows)["responded.percent"].warning is None


def test_what_cannot_be_estimated_has_its_reason(tmp_path: Path) -> None:
    """All patients of a group with the event have no odds ratio, and groups of one value no test; the run goes on."""
    results = small(
        tmp_path,
        '[comparisons.sites]\ngroups = "site"\nwithin = ["arm"]\n'
        '[models.m]\noutcome = "responded"\nterms = ["arm", "site"]\n'
        '[models.n]\noutcome = "stay"\nterms = ["arm", "site"]\n',
    )
    assert results["responded.by_arm.b.odds_ratio"].reason == "all patients of a group have the event"
    assert results["responded.sites.by_site.z.percent"].reason == "no patients"
    assert results["responded.sites.by_site.z.risk_difference"].value is None
    assert results["stay.by_arm.mean_test.p_value"].value is None
    assert results["responded.m.arm.b.odds_ratio"].value is None
    unknown = [record.id for record in results if record.value is None and not record.reason]
    assert unknown == []


def test_swapping_the_groups_inverts_ratios_and_turns_differences(tmp_path: Path) -> None:
    """What compares b with a is the opposite of what compares a with b."""
    responses = [(arm, i, (i * 7 + (arm == "b") * i) % 3 > 0) for arm in "ab" for i in range(40)]
    lines = (f"{arm}{i},{arm},x,{'yes' if yes else 'no'},{i % 9}" for arm, i, yes in responses)
    rows = "id,arm,site,response,days\n" + "\n".join(lines) + "\n"
    swapped = rows.replace(",a,", ",?,").replace(",b,", ",a,").replace(",?,", ",b,")
    one, other = (small(tmp_path, rows=text) for text in (rows, swapped))
    for name in ("odds_ratio", "risk_ratio"):
        first, second = (results[f"responded.by_arm.b.{name}"] for results in (one, other))
        assert float(first.value or 0) * float(second.value or 0) == pytest.approx(1)
        assert float(first.conf_low or 0) * float(second.conf_high or 0) == pytest.approx(1)
    for name in ("responded.by_arm.b.risk_difference", "stay.by_arm.b.mean_difference", "stay.by_arm.b.shift"):
        assert float(one[name].value or 0) == pytest.approx(-float(other[name].value or 0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[outcomes.x]\n", "[outcomes.x] expected either `event`, a condition"),
        ('[outcomes.x]\nvalue = "days"\nevent = "days > 1"\n', "[outcomes.x] expected either `event`, a condition"),
        ('[outcomes.x]\nvalue = "arm"\n', "[outcomes.x.value] names 'arm', a category; expected a number"),
        ('[outcomes.x]\nvalue = "days"\nevent_label = "e"\n', "[outcomes.x.event_label] belongs to `event`"),
        ('[outcomes.arm]\nvalue = "days"\n', "this name is taken by [columns.arm]"),
        ("[comparisons.c]\n", "[comparisons.c.groups] is missing"),
        ('[comparisons.c]\ngroups = "arm"\noutcomes = ["resp"]\n', "names 'resp'; the outcomes are: 'responded' and"),
        ('[comparisons.c]\ngroups = "arm"\nwithin = ["arm"]\n', "has 'arm', whose groups are compared"),
        ('[comparisons.c]\ngroups = "arm"\nadjust_for = ["days", "days"]\n', "has 'days' twice"),
        (
            '[comparisons.c]\ngroups = "arm"\nstrata = ["site"]\noutcomes = ["stay"]\n',
            "is for endpoints and binary outcomes",
        ),
        (
            '[endpoints.e]\ntime = "days"\nevent = "response present"\n[comparisons.c]\ngroups = "arm"\n'
            'endpoints = ["e"]\nstrata = ["site"]\nwithin = ["site"]\n',
            "[comparisons.c.within] has 'site', which is in `strata` too",
        ),
        ('[comparisons.c]\ngroups = "arm"\npopulation = "pp"\n', "names 'pp'; the populations are: none"),
        ('[comparisons.c]\ngroups = "arm"\n[models.c]\noutcome = "stay"\nterms = ["arm"]\n', "this name is taken by"),
        ('[models.m]\noutcome = "stay"\nkind = "logistic"\nterms = ["arm"]\n', "a model of a number is 'linear'"),
        ('[models.m]\noutcome = "responded"\nkind = "cox"\nterms = ["arm"]\n', "is 'logistic' or 'risk'"),
        ('[models.m]\noutcomes = ["responded", "stay"]\nterms = ["arm"]\n', "make a model of each"),
        ('[models.m]\noutcome = "stay"\nterms = ["arm"]\nstrata = ["site"]\n', "add the variable to `terms`"),
        ('[models.m]\nterms = ["arm"]\n', "study.toml declares none under [endpoints]; name an outcome, by `outcome`"),
        ('[tables.t]\nkind = "estimates"\ncomparison = "c"\n', "names 'c'; the comparisons are: none"),
        ('[tables.t]\nkind = "estimates"\ndifferences = true\n', "name them by `by` or `comparison`"),
        (
            '[models.m]\noutcome = "responded"\nterms = ["arm"]\n[models.k]\noutcome = "responded"\nkind = "risk"\n'
            'terms = ["arm"]\n[tables.t]\nkind = "regression"\nmodels = ["m", "k"]\n',
            "whose ratios are of different kinds; make a table of each",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """A fault names its key, what was found, what is allowed and what to do."""
    (tmp_path / "study.toml").write_text(SMALL + text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    assert message in str(caught.value)


def test_an_outcome_has_a_label_to_print(compared: tuple[Study, Results]) -> None:
    """Prose asks for the label of an outcome as for that of an endpoint."""
    study, results = compared
    assert str(Report(results, Style(), study).label("full")) == "Complete response"


def test_a_table_is_the_same_from_what_it_prints_alone(compared: tuple[Study, Results]) -> None:
    """A lock holds what was printed: the table of estimates needs nothing else, also where Fisher's test was shown."""
    study, results = compared
    for name in ("estimates", "adjusted", "subtypes", "by_depth", "everybody", "odds", "means"):
        table = render_table(name, study, results, Style())
        printed = {record_id for text in table.printed for record_id in text.ids}
        alone = replace(results, records=tuple(record for record in results if record.id in printed), curves=())
        assert render_table(name, study, alone, Style()).markdown == table.markdown
    kept = {"full.arms.by_local_treatment.fisher.p_value"}
    few = tuple(item for item in results if item.id in kept or "by_local_treatment.chi_square" not in item.id)
    fisher = {
        name
        for text in render_table("estimates", study, replace(results, records=few), Style()).printed
        for name in text.ids
    }
    assert kept <= fisher
