"""A study of weighted and matched patients: women of the German Breast Cancer Study Group, with or without hormones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from lockstep.study.definition import read_study
from lockstep.study.model import Study

DATA: Final = Path(__file__).parent / "reference" / "data" / "confounded.csv"

COHORT: Final = """
schema = 1
title = "Hormonal therapy"

[data]
file = "data/confounded.csv"
id = "patient"

[time]
unit = "months"
landmarks = [2, 5]

[columns.months]
type = "number"

[columns.event]
type = "category"
levels = ["0", "1"]

[columns.hormones]
type = "category"
label = "Hormonal therapy"
levels = { no = "None", yes = "Tamoxifen" }

[columns.age]
type = "number"
unit = "years"

[columns.menopause]
type = "category"
label = "Menopausal status"
levels = { pre = "Premenopausal", post = "Postmenopausal" }

[columns.size]
type = "number"
label = "Tumour size"
unit = "mm"

[columns.grade]
type = "category"
levels = ["1", "2", "3"]

[columns.relapsed]
type = "category"
levels = { no = "No", yes = "Yes" }

[columns.score]
type = "number"
label = "Quality of life"
unit = "points"

[populations.graded]
label = "Grade 2 or 3"
keep = "grade in ['2', '3']"

[endpoints.rfs]
label = "Recurrence-free survival"
time = "months"
event = "event == '1'"

[outcomes.relapse]
event = "relapsed == 'yes'"
event_label = "relapse"

[outcomes.quality]
value = "score"
"""

ADJUSTED: Final = """
[analysis]
exposure = "hormones"

[weights.iptw]
label = "Inverse probability of treatment weighting"
terms = ["age", { variable = "size", spline = 3 }, "menopause", "grade"]

[weights.treated]
label = "Weighted to the treated"
terms = ["age", "size", "menopause", "grade"]
estimand = "ATT"
truncate = [2, 98]

[weights.stable]
label = "Stabilised weights"
terms = ["age", "menopause", "grade"]
stabilised = true
trim = [0.2, 0.7]
population = "graded"

[weights.overlap]
label = "Overlap weights"
terms = ["age", "size", "menopause"]
estimand = "overlap"

[matching.pairs]
label = "Matched pairs"
terms = ["age", { variable = "size", transform = "log" }, "menopause", "grade"]

[matching.sets]
label = "Matched sets"
terms = ["age", "size", "menopause"]
ratio = 2
caliper = 0.5

[comparisons.weighted]
label = "Weighted"
groups = "hormones"
weights = "iptw"
e_value = true

[comparisons.of_treated]
label = "As treated"
groups = "hormones"
weights = "treated"
within = ["menopause"]

[comparisons.of_graded]
groups = "hormones"
endpoints = ["rfs"]
weights = "stable"
adjust_for = ["size"]

[comparisons.of_overlap]
groups = "hormones"
outcomes = ["relapse", "quality"]
weights = "overlap"
adjust_for = ["age"]

[comparisons.paired]
label = "Matched"
groups = "hormones"
population = "pairs"
e_value = true

[comparisons.in_sets]
groups = "hormones"
population = "sets"

[models.weighted_cox]
endpoint = "rfs"
terms = ["hormones", "grade", { variable = "age", per = 10 }]
weights = "iptw"
e_value = true

[models.weighted_odds]
outcome = "relapse"
terms = ["hormones", "grade"]
weights = "iptw"
e_value = true

[models.weighted_risks]
outcome = "relapse"
kind = "risk"
terms = ["hormones", "age"]
weights = "treated"
e_value = true

[models.weighted_means]
outcome = "quality"
terms = ["hormones", "grade"]
weights = "iptw"

[models.matched_cox]
endpoint = "rfs"
terms = ["hormones", "grade"]
population = "sets"

[models.matched_odds]
outcome = "relapse"
terms = ["hormones"]
population = "pairs"

[models.plain]
endpoint = "rfs"
terms = ["hormones", "age"]
e_value = true

[tables.balance]
kind = "balance"
weights = "iptw"

[tables.matched]
kind = "balance"
matching = "pairs"

[tables.estimates]
kind = "estimates"
comparison = "weighted"
differences = true

[tables.pairs]
kind = "characteristics"
by = "hormones"
population = "pairs"
rows = [{ variable = "age", summary = "median_range" }, { variable = "grade", summary = "n_percent" }]

[figures.balance]
kind = "balance"
weights = "iptw"

[figures.weighted]
comparison = "weighted"

[figures.matched]
kind = "survival"
endpoints = ["rfs"]
groups = "hormones"
population = "pairs"

[figures.flow]
kind = "flow"
populations = ["pairs"]
"""


def confounded(folder: Path, text: str = ADJUSTED, *, cohort: str = COHORT) -> Study:
    """Return the study in a folder of its own, with what `text` asks for."""
    (folder / "data").mkdir(parents=True)
    shutil.copy(DATA, folder / "data")
    (folder / "study.toml").write_text(cohort + text, encoding="utf-8")
    return read_study(folder)
