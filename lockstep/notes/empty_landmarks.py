"""Landmarks at which nobody is at risk any more: a number in another unit than that of [time], most often."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue.catalogue import HAZARD_RATIO, MODEL_PATIENTS
from ..endpoints.exposure_times import Landmark
from ..results.model import Results
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..study.models import Model


def empty_landmark_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each endpoint of a comparison or model from a landmark that nobody reaches."""
    for comparison in study.comparisons:
        for endpoint in comparison.endpoints:
            if nobody_is_compared(comparison, endpoint, study, results):
                yield _note(f"[comparisons.{comparison.name}]", endpoint, comparison.landmark, study)
    for model in study.models:
        for endpoint in model.endpoints:
            if nobody_is_modelled(model, endpoint, results):
                yield _note(f"[models.{model.name}]", endpoint, model.landmark, study)


def nobody_is_compared(comparison: GroupComparison, endpoint: str, study: Study, results: Results) -> bool:
    """Return whether a comparison begins at a landmark that nobody reaches."""
    if comparison.landmark is None:
        return False
    *_, last = study.levels(comparison.groups)
    key = HAZARD_RATIO.of(endpoint=endpoint, by=comparison.groups, analysis=comparison.name, level=last)
    return key in results and results[key].n == 0


def nobody_is_modelled(model: Model, endpoint: str, results: Results) -> bool:
    """Return whether a model begins at a landmark that nobody reaches."""
    if model.landmark is None:
        return False
    of_model = MODEL_PATIENTS.of(endpoint=endpoint, analysis=model.name)
    keys = [MODEL_PATIENTS.of(of_model, variable=term.name) for term in model.terms] if model.each else [of_model]
    return any(key in results and results[key].value == 0 for key in keys)


def _note(section: str, endpoint: str, landmark: Landmark | None, study: Study) -> str:
    at = "" if landmark is None else f" at {landmark.words}"
    label = study.unique_endpoint_label(endpoint)
    return (
        f"study.toml: {section} has a `landmark`{at}, when nobody with a value of its variables is at risk of {label} "
        f"any more; take an earlier one, in {study.time.unit} or as a text such as '6 months'"
    )
