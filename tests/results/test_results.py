"""results.json gives back exactly what was written, and refuses what it cannot vouch for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import ResultsError
from lockstep.base.stamp import MadeFrom
from lockstep.catalogue.keys import Key
from lockstep.results.json_file import from_json, read_results, to_json
from lockstep.results.model import Curve, Record, Results, RiskTable, Source
from lockstep.results.source import write_results

SOURCE = Source(
    data_file="data/a.csv",
    data_sha256="0" * 64,
    data_rows=2,
    data_columns=3,
    study_file="study.toml",
    study_sha256="1" * 64,
    code_sha256="2" * 64,
    versions={"pandas": "2"},
)
CURVE = Curve(
    key=Key(endpoint="os"),
    label="Overall survival",
    population="all",
    n=2,
    unit="days",
    method="Kaplan-Meier",
    conf_level=0.95,
    time=(0.0, 3.0),
    survival=(1.0, 0.5),
    conf_low=(1.0, None),
    conf_high=(1.0, 0.9),
    n_at_risk=(2, 2),
    n_events=(0, 1),
    n_censored=(0, 1),
    risk_table=RiskTable(time=(0.0,), n_at_risk=(2,), n_events=(0,), n_censored=(0,)),
)


def record(record_id: str = "os.median", **fields: object) -> Record:
    """Return a record with only the fields that a test is about."""
    defaults = {"kind": "time", "value": 1.0, "label": "l", "population": "all", "n": 2, "method": "m"}
    return Record(key=Key(record_id), **{**defaults, **fields})  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(min_size=1))
def test_floats_and_text_survive_the_round_trip_exactly(value: float, label: str) -> None:
    """Every float and every character is read back as it was written."""
    results = Results(source=SOURCE, records=(record(value=value, label=label),), curves=(CURVE,))
    assert from_json(to_json(results)) == results


def test_the_same_results_are_the_same_bytes_one_line_a_record(tmp_path: Path) -> None:
    """A diff of two results files shows one line for each record that moved."""
    results = Results(source=SOURCE, records=(record("a.b"), record("a.c")), curves=(CURVE,))
    write_results(results, tmp_path / "results.json", MadeFrom())
    text = (tmp_path / "results.json").read_text()
    assert text == to_json(results)
    assert sum('"id": "a.' in line for line in text.splitlines()) == 2
    assert read_results(tmp_path / "results.json") == results


def test_results_are_for_the_eyes_of_their_owner(tmp_path: Path) -> None:
    """results.json has every day of follow-up: nobody else on the machine can read it, whatever stood there before."""
    path = tmp_path / "results.json"
    path.touch(mode=0o644)
    write_results(Results(source=SOURCE, records=(), curves=(CURVE,)), path, MadeFrom())
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_a_number_never_becomes_a_record(value: float) -> None:
    """What cannot be estimated is None with a reason; NaN is refused where it arises."""
    with pytest.raises(ResultsError, match="None with a reason"):
        record(value=value)


def test_a_missing_value_needs_its_reason() -> None:
    """A blank without an explanation cannot be written."""
    with pytest.raises(ResultsError, match="no value and no reason"):
        record(value=None)


def test_an_unknown_id_names_the_nearest() -> None:
    """A slip of the pen in report.qmd is answered with the id that was meant."""
    results = Results(source=SOURCE, records=(record(),))
    with pytest.raises(ResultsError, match=r"no result 'os.medain'; did you mean 'os.median'\?"):
        results["os.medain"]
    with pytest.raises(ResultsError, match="no curve 'oss'"):
        Results(source=SOURCE, records=(), curves=(CURVE,)).curve("oss")


def test_two_records_with_one_id_are_refused() -> None:
    """An id means one statistic."""
    with pytest.raises(ResultsError, match="two results have the id"):
        Results(source=SOURCE, records=(record(), record()))["os.median"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged"),
        ("[]", "schema version None"),
        ('{"schema": 99}', "schema version 99"),
        ('{"schema": 2, "source": {}, "records": [], "curves": []}', "does not fit its schema"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_what_to_do(text: str, message: str) -> None:
    """Damage, another version and a wrong shape each have one message that ends in the remedy."""
    with pytest.raises(ResultsError, match=message) as caught:
        from_json(text)
    assert "lockstep report" in str(caught.value)


def test_a_missing_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """Without results there is nothing to print."""
    with pytest.raises(ResultsError, match="lockstep report"):
        read_results(tmp_path / "none.json")
