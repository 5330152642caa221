"""Tests that each statistic is described once: no record bears the name of another."""

from __future__ import annotations

import string
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lockstep.analyses.pipeline import compute
from lockstep.catalogue import (
    adjustment_catalogue,
    catalogue,
    competing_catalogue,
    imputation_catalogue,
    outcome_catalogue,
    spline_catalogue,
    time_catalogue,
)
from lockstep.catalogue.catalogue import Statistic
from lockstep.catalogue.keys import Key
from lockstep.results.model import Record, Results
from lockstep.results.records import NO_INTERVAL, NO_WIDTH, Population, interval, number
from lockstep.statistics.baseline import NumberSummary, describe
from lockstep.statistics.estimate import Estimate
from lockstep.study.definition import read_study

ROOT = Path(__file__).parents[2]
STUDIES = [ROOT, *sorted(path.parent for path in (ROOT / "tests" / "studies").glob("*/study.toml"))]
STATISTICS = {
    name: item
    for name, item in (
        vars(catalogue)
        | vars(competing_catalogue)
        | vars(outcome_catalogue)
        | vars(time_catalogue)
        | vars(spline_catalogue)
    ).items()
    if isinstance(item, Statistic)
}
EVERYBODY = Population(142, "patients analysed")


def repeated(results: Results) -> list[list[Record]]:
    """Return the records that share kind, label and population although they say different things."""
    named: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in results:
        named[record.kind, record.label, record.population].append(record)
    return [
        records
        for records in named.values()
        if len({(record.id.rsplit(".", 1)[-1], record.value, record.method) for record in records}) > 1
    ]


@pytest.fixture(scope="module", params=STUDIES, ids=lambda folder: folder.name)
def results(request: pytest.FixtureRequest) -> Results:
    """Return the results of a study."""
    return compute(read_study(request.param))


def test_no_two_statistics_of_a_kind_are_called_alike() -> None:
    """The catalogue gives each statistic of a kind a label of its own."""
    names = [(statistic.kind, statistic.label) for statistic in STATISTICS.values()]
    assert sorted(set(names)) == sorted(names)


def test_every_label_says_what_it_describes() -> None:
    """Each label but those of whole cohorts and of the analysis as a whole has a place for the variable or endpoint."""
    without = [
        name
        for name, statistic in STATISTICS.items()
        if "of" not in [field for _, field, _, _ in string.Formatter().parse(statistic.label)]
    ]
    assert without == ["ALPHA", "CONF_LEVEL", "CONF_TYPE", "REVIEWED", "EXCLUDED", "ANALYSED", "QUERIES"]


def test_no_two_records_of_different_statistics_share_kind_label_and_population(results: Results) -> None:
    """In each study that the tests have, a record's label, population and kind say what it is."""
    assert [[record.id for record in records] for records in repeated(results)] == []


def test_every_record_is_of_a_statistic_that_is_described(results: Results) -> None:
    """What a record's key names is in the catalogue, with the record's kind, unit and method, or is the study's own."""
    own = {"followed_beyond.{at}.count", "followed_beyond.{at}.percent", "restricted_mean"}
    entries = defaultdict[str, list[Statistic]](list)
    of_designs = (vars(adjustment_catalogue) | vars(imputation_catalogue)).values()
    for statistic in (*STATISTICS.values(), *(item for item in of_designs if isinstance(item, Statistic))):
        entries[statistic.path].append(statistic)
    assert {record.key.statistic for record in results} - entries.keys() <= own
    for record in results:
        described = entries[record.key.statistic]
        assert record.key.statistic in own or any(
            (record.kind, record.no_effect) == (entry.kind, entry.no_effect)
            and record.unit in ((entry.unit,) if entry.unit else (record.unit,))
            and record.method.startswith(_before_words(entry.method))
            for entry in described
        )
        assert record.unit == "%" or record.kind != "percent", record.id


def test_the_share_followed_beyond_a_time_is_not_called_survival() -> None:
    """The share of patients followed beyond five years has a label and a method of its own, not the rate's."""
    results = compute(read_study(ROOT))
    rate, beyond = results["os.rate.5y"], results["os.followed_beyond.5y.percent"]
    assert (rate.label, beyond.label) == (
        "Overall survival from initial diagnosis at 5 years",
        "Overall survival from initial diagnosis, patients followed beyond 5 years without the event",
    )
    assert "Kaplan-Meier" in rate.method
    assert beyond.method.endswith("not a survival rate")


def test_each_hazard_ratio_names_its_variable_and_levels() -> None:
    """The hazard ratios of one model are distinguished by their labels."""
    results = compute(read_study(ROOT))
    assert [
        results[f"os.adjusted.{term}.hazard_ratio"].label for term in ("local_treatment.yes", "age_at_diagnosis")
    ] == [
        "Overall survival from initial diagnosis, multivariable: Local treatment: "
        "With local treatment vs Without local treatment",
        "Overall survival from initial diagnosis, multivariable: Age at diagnosis, per unit (years)",
    ]


def test_two_variables_of_one_label_are_told_apart_in_records() -> None:
    """The size in cm and the size in groups share a printed label; their records have their names behind it."""
    results = compute(read_study(ROOT))
    labels = [results[f"{name}.n"].label for name in ("primary_size_cm", "size_group")]
    assert labels == [
        f"Primary tumor size ({name}), patients with a value" for name in ("primary_size_cm", "size_group")
    ]


def test_degrees_of_freedom_are_no_count_of_patients() -> None:
    """Degrees of freedom are of the kind of test statistics, so that no report counts them among patients."""
    results = compute(read_study(ROOT))
    assert {record.kind for record in results if record.id.endswith(".df")} == {"statistic"}


@pytest.mark.parametrize(
    ("estimate", "limits", "reason"),
    [
        (Estimate(1.0, 1.0, 1.0), (None, None), NO_WIDTH),
        (Estimate(0.5, 0.5, 0.5 + 1e-13), (None, None), NO_WIDTH),
        (Estimate(0.5, 0.2, 0.8, "left over"), (20.0, 80.0), None),
        (Estimate(0.5, 0.2, None, "not reached"), (20.0, None), "not reached"),
        (Estimate(0.5), (None, None), NO_INTERVAL),
    ],
)
def test_an_interval_of_no_width_is_none(
    estimate: Estimate, limits: tuple[float | None, float | None], reason: str | None
) -> None:
    """Equal limits would claim certainty: they become none, with the reason, as has any limit that is missing."""
    record = interval(
        catalogue.SURVIVAL_RATE,
        Key(endpoint="os", at=1),
        estimate,
        EVERYBODY,
        {"of": "OS", "at": "1 year", "conf_type": "log", "options": "", "variance": "Greenwood"},
        conf_level=0.95,
        scale=100,
    )
    assert (record.conf_low, record.conf_high, record.reason) == (*limits, reason)
    assert (record.kind, record.unit, record.label) == ("percent", "%", "OS at 1 year")


def test_a_statistic_keeps_the_unit_and_the_decimals_that_it_states() -> None:
    """What a caller passes fills only what the statistic leaves open; the unit "" is none."""
    stated = replace(catalogue.MEAN, unit="", decimals=0)
    for statistic, kept in ((stated, (None, 0)), (catalogue.MEAN, ("kg", 2))):
        record = number(statistic, Key(variable="a"), 1.0, EVERYBODY, {"of": "A"}, unit="kg", decimals=2)
        assert (record.unit, record.decimals) == kept


def test_what_describes_a_number_is_what_is_computed_of_it() -> None:
    """Each statistic of a summary has one of that path in the catalogue, in the same order."""
    (summary,) = describe(pd.DataFrame({"age": [1.0, 2.0]}), numbers=["age"], categories={}).values()
    assert isinstance(summary, NumberSummary)
    assert list(summary.moments) == [item.path for item in catalogue.MOMENTS]


def test_a_label_of_the_data_is_taken_as_it_is() -> None:
    """Braces in a label of the study are text, not places to fill."""
    record = number(catalogue.MEAN, Key(variable="a"), 1.0, EVERYBODY, {"of": "{by} {0}"})
    assert record.label == "{by} {0}: mean"


def _before_words(method: str) -> str:
    return method.split("{")[0]
