"""Named models: how terms enter, crude or together, within strata, what warns of too few events, and their table."""

from __future__ import annotations

from pathlib import Path

import pytest
from reference_values import REFERENCE, differences, read_rows
from study_texts import added

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.notes.assumptions import notes
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

ROOT = Path(__file__).parents[2]
TERMS = """"local_treatment", { variable = "age_at_diagnosis", per = 10 }, "sex",
  { variable = "primary_size_cm", transform = "log2" }"""
MODELS = f"""
[models.crude]
each = true
endpoint = "os"
terms = [{TERMS}, "grade"]

[models.full]
label = "Model 2"
endpoint = "os"
terms = [{TERMS}, "grade", "local_treatment:sex"]

[models.within]
endpoint = "os"
terms = [{TERMS}]
strata = ["grade", "depth"]

[models.clustered]
endpoint = "os"
terms = ["local_treatment", "grade"]
cluster = "histologic_subtype"

[models.bent]
endpoint = "os"
terms = ["local_treatment", {{ variable = "age_at_diagnosis", spline = 4 }}]

[tables.regression]
kind = "regression"
models = ["crude", "full", "bent"]
"""


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the flagship study with named models, and its results."""
    study = added(tmp_path_factory.mktemp("models"), MODELS)
    return study, compute(study)


def test_every_number_of_named_models_is_that_of_r(modelled: tuple[Study, Results]) -> None:
    """Ratios per ten units, per doubling, of products and within strata, with counts and tests, agree with R."""
    expected = read_rows(REFERENCE / "values" / "study_models.csv")
    found = {
        record.id: tuple(part for part in (record.value, record.conf_low, record.conf_high) if part is not None)
        for record in modelled[1]
    }
    assert differences(expected, {name: found[name] for name in expected}, relative=1e-6) == []


def test_a_crude_model_has_counts_of_its_own(modelled: tuple[Study, Results]) -> None:
    """Each term alone has its patients and its events per parameter, and the ratio of the univariable analysis."""
    _, results = modelled
    assert results["os.crude.n.sex"].value == results["os.by_sex.male.n"].value + results["os.by_sex.female.n"].value
    assert results["os.crude.sex.female.hazard_ratio"].value == results["os.by_sex.cox.female.hazard_ratio"].value
    assert "univariable" in results["os.crude.sex.female.hazard_ratio"].method
    assert "os.crude.proportional_hazards.global.p_value" not in results


def test_strata_are_named_by_the_method(modelled: tuple[Study, Results]) -> None:
    """Who reads a ratio sees which categories have hazards of their own, and how numbers entered."""
    method = modelled[1]["os.within.age_at_diagnosis.hazard_ratio"].method
    assert "stratified by Histologic grade and Primary tumor depth" in method
    assert "Age at diagnosis (per 10 years)" in method
    assert "(per doubling)" in method


def test_clusters_make_the_variance_robust(modelled: tuple[Study, Results]) -> None:
    """All levels of a category are then tested by Wald, and no likelihood ratio is given, which would be wrong."""
    results = modelled[1]
    assert "robust variance by Histologic subtype" in results["os.clustered.grade.2.hazard_ratio"].method
    assert "os.clustered.likelihood_ratio.grade.p_value" not in results
    assert results["os.clustered.wald.grade.df"].value == 2


def test_few_clusters_are_counted_and_noted(modelled: tuple[Study, Results]) -> None:
    """A robust variance over four clusters gives intervals that are too narrow, and the author hears of it."""
    study, results = modelled
    clusters = results["os.clustered.clusters"]
    assert (clusters.value, clusters.warning) == (4, "fewer than 20 clusters: robust intervals are too narrow")
    (line,) = [line for line in notes(study, results) if "clusters" in line]
    start = "Overall survival from initial diagnosis, Clustered: 4 clusters (Histologic subtype); fewer than 20 make"
    assert line.startswith(start)
    assert "os.full.clusters" not in results


def test_a_spline_has_tests_and_no_ratio(modelled: tuple[Study, Results]) -> None:
    """Its bends have no meaning one by one; its knots are results, so that no method discloses what is not printed."""
    study, results = modelled
    assert "os.bent.age_at_diagnosis.hazard_ratio" not in results
    assert "4 knots at Harrell's quantiles)" in results["os.bent.local_treatment.yes.hazard_ratio"].method
    knots = [results[f"os.bent.age_at_diagnosis.knot.{place}"] for place in range(1, 5)]
    assert [(knot.unit, knot.decimals) for knot in knots] == [("years", 0)] * 4
    assert results["os.bent.likelihood_ratio.age_at_diagnosis.df"].value == 3
    assert results["os.bent.parameters"].value == 4
    table = render_table("regression", study, results, Style())
    assert "Age at diagnosis, restricted cubic spline, 4 knots" in table.markdown
    assert "os.bent.non_linearity.age_at_diagnosis.p_value" in {name for text in table.printed for name in text.ids}


def test_the_table_has_each_model_in_a_column(modelled: tuple[Study, Results]) -> None:
    """Events and patients stand beside the levels; a term that a model lacks has a dash there."""
    study, results = modelled
    table = render_table("regression", study, results, Style())
    rows = {row.split("</td>")[0].split(">")[-1].strip(): row for row in table.markdown.split("<tr>") if "<td" in row}
    assert "36 / 63" in rows["Without local treatment"]
    assert rows["Without local treatment"].count("1 (reference)") == 3
    assert rows["With local treatment \N{MULTIPLICATION SIGN} Female"].count(f">{Style().empty}<") == 2
    assert "Primary tumor size, per doubling" in rows
    printed = {name for text in table.printed for name in text.ids}
    assert {"os.crude.age_at_diagnosis.hazard_ratio", "os.full.age_at_diagnosis.p_value", "os.full.n"} <= printed


def test_too_few_events_for_the_terms_are_noted(modelled: tuple[Study, Results]) -> None:
    """Under ten events per parameter the record warns, and so does what an author sees after a report."""
    study, results = modelled
    assert results["os.full.events_per_parameter"].warning
    assert not results["os.adjusted.events_per_parameter"].warning
    assert sum("events per parameter" in note and "Model 2" in note for note in notes(study, results)) == 1


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ('terms = ["sex", "sex"]', "[models.m.terms] has 'sex' twice"),
        ("terms = []", "[models.m.terms] is empty"),
        ('terms = ["sexx"]', "[models.m.terms.1.variable] names 'sexx', which is neither a column nor derived"),
        ('terms = ["date_of_birth"]', "[models.m.terms.1.variable] names 'date_of_birth', a date"),
        ('terms = ["sex", "sex:grade"]', "has the product 'sex:grade' without 'grade'"),
        ('terms = ["sex", "grade", "sex:grade"]\neach = true', "has the product 'sex:grade', which `each` leaves"),
        ('terms = [{ variable = "sex", per = 10 }]', "[models.m.terms.1.per] is for a number, and 'sex' is none"),
        ('terms = [{ variable = "age_at_diagnosis", per = 0 }]', "[models.m.terms.1.per] is 0"),
        ('terms = [{ variable = "age_at_diagnosis", transform = "ln" }]', "is 'ln'; expected 'log', 'log2' or 'log10'"),
        ('terms = [{ variable = "age_at_diagnosis", spline = 2 }]', "is 2; expected how many knots it has, from 3"),
        ('terms = [{ variable = "sex", spline = 4 }]', "[models.m.terms.1.spline] is for a number, and 'sex' is none"),
        ('terms = [{ variable = "age_at_diagnosis", spline = 4, per = 10 }]', "does not go with `per` or `transform`"),
        (
            'terms = ["sex", { variable = "age_at_diagnosis", spline = 4 }, "sex:age_at_diagnosis"]',
            "of which 'age_at_diagnosis' is a spline",
        ),
        ('terms = ["sex"]\nstrata = ["sex"]', "[models.m.strata] names 'sex', which is a term too"),
        ('terms = ["sex"]\nendpoint = "oss"', "[models.m.endpoint] names 'oss'; the endpoints are: 'os', 'pfs', "),
        ('terms = ["a:b:c"]', "expected a variable, or the product of two"),
        (
            'terms = ["sex"]\n[tables.t]\nkind = "regression"\nmodels = ["n"]',
            "[tables.t.models] names 'n'; the models are",
        ),
        ('terms = ["sex"]\n[tables.t]\nkind = "regression"\nmodels = ["m"]', "[tables.t.endpoint] is needed"),
    ],
)
def test_a_model_without_sense_is_refused(model: str, message: str, tmp_path: Path) -> None:
    """A fault in a model names its key, what is wrong and what is allowed."""
    with pytest.raises(StudyError) as caught:
        added(tmp_path / "study", f"\n[models.m]\n{model}\n")
    assert message in str(caught.value)


def test_the_name_of_the_adjusted_model_is_taken(tmp_path: Path) -> None:
    """Two models of one name would have the same ids."""
    with pytest.raises(StudyError, match=r"\[models.adjusted\] is the name of the model"):
        added(tmp_path / "study", '\n[models.adjusted]\nterms = ["sex"]\n')


def test_a_logarithm_of_nothing_is_refused(tmp_path: Path) -> None:
    """A number that is 0 or less in some patients cannot enter by its logarithm; they are counted, not shown."""
    study = added(
        tmp_path / "study",
        '\n[models.m]\nendpoint = "os"\nterms = [{ variable = "pfs_days", transform = "log" }]\n'
        '[columns.pfs_days]\ntype = "number"\nheader = "surgery"\n',
    )
    with pytest.raises(DataError, match=r"'pfs_days' enters a model by its logarithm, and is 0 or less in \d+"):
        compute(study)
