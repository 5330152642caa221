"""Outcomes and named comparisons: every number is R's; what is missing, small or of a part of the patients says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.results.model import Record, Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study

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
"""


def added(folder: Path, text: str) -> Study:
    """Return the flagship study, in a folder of its own, with more at the end of its study.toml."""
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "study.toml").write_text((ROOT / "study.toml").read_text(encoding="utf-8") + text, encoding="utf-8")
    return read_study(folder)


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
