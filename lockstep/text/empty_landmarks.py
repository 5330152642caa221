"""Landmarks at which nobody is at risk any more: a number in another unit than that of [time], most often."""

from __future__ import annotations

from collections.abc import Iterator

from ..results.catalogue import HAZARD_RATIO, MODEL_PATIENTS
from ..results.model import Results
from ..study.exposure_times import Landmark
from ..study.model import Study


def empty_landmark_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each endpoint of a comparison or model from a landmark that nobody reaches."""
    for comparison in study.comparisons:
        for endpoint in comparison.endpoints if comparison.landmark is not None else ():
            *_, last = study.levels(comparison.groups)
            key = HAZARD_RATIO.of(endpoint=endpoint, by=comparison.groups, analysis=comparison.name, level=last)
            if key in results and results[key].n == 0:
                yield _note(f"[comparisons.{comparison.name}]", endpoint, comparison.landmark, study)
    for model in study.models:
        for endpoint in model.endpoints if model.landmark is not None else ():
            of_model = MODEL_PATIENTS.of(endpoint=endpoint, analysis=model.name)
            keys = (
                [MODEL_PATIENTS.of(of_model, variable=term.name) for term in model.terms] if model.each else [of_model]
            )
            if any(key in results and results[key].value == 0 for key in keys):
                yield _note(f"[models.{model.name}]", endpoint, model.landmark, study)


def _note(section: str, endpoint: str, landmark: Landmark | None, study: Study) -> str:
    at = "" if landmark is None else f" at {landmark.words}"
    label = study.unique_endpoint_label(endpoint)
    return (
        f"study.toml: {section} has a `landmark`{at}, when nobody with a value of its variables is at risk of {label} "
        f"any more; take an earlier one, in {study.time.unit} or as a text such as '6 months'"
    )
