"""A study that lacks values, its made-up patients, and the models of it that impute them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lockstep.study.definition import read_study
from lockstep.study.model import Study

LABEL = 'Grade <b> $x$ "1"'
DECLARED = f"""
schema = 1
title = "A study that lacks values"

[data]
file = "cohort.csv"
id = "patient"

[time]
unit = "months"
landmarks = [1]

[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.grade]
type = "category"
label = '{LABEL}'
levels = ["1", "2", "3"]
[columns.age]
type = "number"
[columns.weight]
type = "number"
[columns.height]
type = "number"
[columns.crp]
type = "number"
[columns.born]
type = "date"
[columns.operated]
type = "date"
[columns.margin]
type = "category"
levels = ["clear", "not"]
optional = true
[columns.months]
type = "number"
[columns.died]
type = "category"
levels = ["0", "1"]
[columns.response]
type = "category"
levels = ["none", "some"]
[columns.pain]
type = "number"

[derived.bmi]
value = "weight / (height / 100) ^ 2"
[derived.old]
cut = "age"
at = [60]
levels = ["no", "yes"]
[derived.waited]
value = "years(born, operated)"

[endpoints.os]
time = "months"
event = "died == '1'"
label = "Survival"

[outcomes.responded]
event = "response == 'some'"
[outcomes.pain]
value = "pain"

[analysis]
exposure = "arm"
""".replace("[outcomes.pain]", "[outcomes.hurt]")


MODELS = """
[imputation]
m = 3
seed = 5
iterations = 2
also = ["crp"]

[models.full]
endpoint = "os"
terms = ["arm", "grade", "bmi", "old", "margin", { variable = "crp", transform = "log2" }]
[models.full_imputed]
like = "full"
terms = ["arm", "grade", "bmi", "old"]
imputation = true
[models.same]
endpoint = "os"
terms = ["arm", "grade", "bmi"]
[models.same_imputed]
like = "same"
imputation = true
[models.bent]
endpoint = "os"
terms = ["arm", { variable = "age", spline = 3 }]
imputation = true
[models.response]
outcome = "responded"
terms = ["arm", "grade", "age"]
imputation = true
[models.pain]
outcome = "hurt"
terms = ["arm", "age", "waited"]
imputation = true

[comparisons.adjusted]
groups = "arm"
within = ["margin"]
adjust_for = ["grade", "age"]
imputation = true

[tables.regression]
kind = "regression"
models = ["full_imputed", "same_imputed"]
"""


def patients(n: int = 80) -> pd.DataFrame:
    """Return made-up patients who lack values, each column by a rule of its own."""
    rng, at = np.random.default_rng(3), np.arange(n)
    age, grade = rng.integers(30, 85, n), rng.integers(1, 4, n)
    months = rng.exponential(40 / grade).round(1) + 0.1
    born = pd.Timestamp("2010-01-01") - pd.to_timedelta(age * 365 + at, unit="D")
    return pd.DataFrame(
        {
            "patient": [f"P-{i:03}" for i in at],
            "arm": np.where(at % 19 == 7, "", np.where(rng.random(n) < 0.5, "a", "b")),
            "grade": np.where(at % 6 == 1, "", grade.astype(str)),
            "age": np.where(at % 9 == 2, "", age.astype(str)),
            "weight": np.where(at % 7 == 3, "", rng.integers(50, 110, n).astype(str)),
            "height": np.where(at % 8 == 5, "", rng.integers(150, 195, n).astype(str)),
            "crp": np.where(at % 10 == 4, "", rng.integers(1, 90, n).astype(str)),
            "born": np.where(at % 12 == 6, "", born.strftime("%Y-%m-%d")),
            "operated": "2010-01-01",
            "margin": np.where(at % 3 == 0, "", np.where(at % 2, "clear", "not")),
            "months": months.astype(str),
            "died": (rng.random(n) < 0.6).astype(int).astype(str),
            "response": np.where(at % 13 == 8, "", np.where(rng.random(n) < 0.4, "some", "none")),
            "pain": np.where(at % 11 == 9, "", rng.integers(0, 10, n).astype(str)),
        }
    )


def made(folder: Path, text: str = DECLARED + MODELS, frame: pd.DataFrame | None = None) -> Study:
    """Return a study of these patients."""
    (patients() if frame is None else frame).to_csv(folder / "cohort.csv", index=False)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder)
