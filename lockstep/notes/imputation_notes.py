"""Imputed values that a result should not rest on: too many of a variable, too few data sets, missing outcomes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..base.errors import counted
from ..catalogue.imputation_catalogue import (
    OUTCOME_MISSING,
    PATIENTS_IMPUTED_PERCENT,
    SETS,
    VALUES_IMPUTED,
    VALUES_IMPUTED_PERCENT,
)
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.model import Study


def imputation_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each doubt about imputed values, and what to do."""
    if study.imputation is None:
        return
    for name in study.imputation.imputed:
        key = VALUES_IMPUTED_PERCENT.of(variable=name)
        if key in results and results[key].warning:
            missing = results[VALUES_IMPUTED.of(key)]
            yield (
                f"study.toml: [imputation] fills in {missing.value} of {missing.denominator} values of "
                f"{study.unique_label(name)}, more than half: what is said of it rests on the imputation model. Leave "
                "it out of the models, or present them as a sensitivity analysis."
            )
    if results[SETS.of(Key())].warning:
        share = float(results[PATIENTS_IMPUTED_PERCENT.of(Key())].value or 0)
        yield (
            f"study.toml: [imputation.m] is {study.imputation.sets}, and {share:.0f}% of patients have a missing "
            "value: with fewer data sets than percent, estimates depend on the seed. Take "
            f"m = {math.ceil(share)} or more."
        )
    for model in study.models:
        for outcome in model.outcomes if model.imputation and not model.each else ():
            missing = results[OUTCOME_MISSING.of(endpoint=outcome, analysis=model.name)]
            if missing.warning:
                yield (
                    f"{study.unique_endpoint_label(outcome)}, {model.label}: the outcome of "
                    f"{counted(int(missing.value or 0), 'patient')} is missing. Outcomes are not imputed, these "
                    "patients are left out; say how many, and why outcomes may be missing."
                )
