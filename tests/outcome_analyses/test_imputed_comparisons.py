"""Comparisons of several groups, and of those exposed later, are pooled over imputed data sets as models are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from imputed_study import DECLARED, MODELS, made, patients

from lockstep.analyses.pipeline import compute
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

FURTHER = """
[columns.stage]
type = "category"
levels = ["i", "ii", "iii"]
[columns.changed]
type = "number"
optional = true
[columns.treated]
type = "category"
levels = ["no", "yes"]
known_at = "changed"

[comparisons.stages]
groups = "stage"
adjust_for = ["grade", "age"]
imputation = true
[comparisons.from_day]
groups = "treated"
endpoints = ["os"]
adjust_for = ["age"]
time_dependent = true
imputation = true
[comparisons.later]
groups = "treated"
endpoints = ["os"]
adjust_for = ["age"]
landmark = 12
imputation = true
[models.from_its_day]
endpoint = "os"
terms = [{ variable = "treated", time_dependent = true }, "age", "grade"]
imputation = true
[tables.stages]
kind = "estimates"
comparison = "stages"
differences = true
[tables.sensitivity]
kind = "sensitivity"
exposure = "stage"
level = "ii"
endpoint = "os"
rows = [{ comparison = "stages", label = "Imputed" }]
"""


def test_several_groups_and_later_exposures_are_pooled_too(tmp_path: Path) -> None:
    """All groups by D1, in the table as well; those who enter later have the same rows in all data sets."""
    at = np.arange(80)
    frame = patients()
    months = frame["months"].astype(float)
    treated = (at % 3 == 1) & (months > 1)
    frame = frame.assign(
        stage=np.array(["i", "ii", "iii"])[at % 3],
        treated=np.where(treated, "yes", "no"),
        changed=np.where(treated, (months / 2).round(2).astype(str), ""),
    )
    study = made(tmp_path, DECLARED + MODELS.split("[models.full]")[0] + FURTHER, frame)
    results = compute(study)
    test = results["os.stages.by_stage.pooled_wald.p_value"]
    assert "pooled Wald (D1, F with 2 and" in test.method
    assert "pooled Wald (D1" in results["responded.stages.by_stage.adjusted_test.p_value"].method
    table = render_table("stages", study, results, Style())
    assert "pooled Wald tests (D1)" in table.markdown
    assert "of which missing values are imputed" in table.markdown
    assert test.id in {name for text in table.printed for name in text.ids}
    assert "Missing values imputed; adjusted for" in render_table("sensitivity", study, results, Style()).markdown
    assert results["os.from_its_day.n"].value == 80
    assert results["os.from_day.by_treated.cox.yes.hazard_ratio"].n == 80
    at_risk = int((months > 12).sum())
    assert results["os.later.by_treated.cox.yes.hazard_ratio"].n == at_risk
