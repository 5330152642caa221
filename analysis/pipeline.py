"""The whole run: a study and its data to results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .association import cutoff_of_nobody, roc_curve_cutoff
from .catalogue import Statistic
from .cohort import Cohort, build_cohort
from .data import read_data
from .descriptive import (
    characteristic_records,
    crosstab_records,
    date_records,
    flow_records,
    setting_records,
    survivor_records,
)
from .outcomes import endpoint_results, reverse_follow_up_record
from .records import Population, interval, number
from .results import Curve, Record, Results, write_results
from .source import RESULTS_FILE, source_of
from .study import Cutoff, Study, slug


def compute(study: Study) -> Results:
    """Compute every statistic that a study definition asks for.

    Raises
    ------
    DataError
        If the data file is not as study.toml describes it; nothing is computed then.
    """
    data = read_data(study)
    cohort = build_cohort(study, data)
    found = list(_all(study, cohort))
    return Results(
        source=source_of(study, rows=data.n_rows, columns=data.n_columns),
        records=tuple(item for item in found if isinstance(item, Record)),
        curves=tuple(item for item in found if isinstance(item, Curve)),
    )


def run(study: Study) -> Path:
    """Compute the results of a study and write them; return where they stand."""
    path = study.folder / RESULTS_FILE
    write_results(compute(study), path)
    return path


def _all(study: Study, cohort: Cohort) -> Iterator[Record | Curve]:
    reviewed = Population(len(cohort.reviewed), "patients reviewed")
    analysed = Population(len(cohort.analysed), "patients analysed")
    yield from setting_records(study, analysed)
    yield from flow_records(cohort, reviewed, analysed)
    yield from date_records(study, cohort, reviewed, analysed)
    yield from characteristic_records(study, cohort, analysed)
    for variable, by in study.analysis.crosstabs:
        yield from crosstab_records(study, cohort, variable, by, analysed)
    if study.analysis.follow_up is not None:
        yield from survivor_records(study, cohort, analysed)
        yield reverse_follow_up_record(study, cohort, analysed)
    for endpoint in study.endpoints.values():
        yield from endpoint_results(study, cohort, endpoint, analysed)
    for cutoff in study.analysis.cutoffs.values():
        yield from _cutoff_records(study, cohort, cutoff, analysed)


def _cutoff_records(study: Study, cohort: Cohort, cutoff: Cutoff, population: Population) -> Iterator[Record]:
    """Yield the ROC analysis of a marker for an endpoint's event, which ignores when the event came."""
    of_time = cutoff.marker in study.endpoints
    marker_unit = study.time.unit if of_time else study.columns[cutoff.marker].unit
    marker = cohort.endpoints[cutoff.marker].time if of_time else cohort.analysed[cutoff.marker].to_numpy(dtype=float)
    known = ~np.isnan(marker)
    event = cohort.endpoints[cutoff.outcome].event
    level = study.analysis.conf_level
    if known.any():
        roc = roc_curve_cutoff(marker[known], event[known], direction=cutoff.direction, conf_level=level)
    else:
        roc = cutoff_of_nobody(cutoff.direction)

    stem = f"cutoff.{slug(cutoff.name)}"
    words = {"of": study.unique_cutoff_label(cutoff.name)}
    warning = "censoring is ignored, and the cut-off is chosen on the data that it describes"
    part = Population(int(known.sum()), population.text)
    yield interval(f"{stem}.auc", Statistic.AUC, roc.auc, part, words, conf_level=level, warning=warning)
    threshold = Statistic.THRESHOLD_TIME if of_time else Statistic.THRESHOLD
    for name, statistic, value, unit in (
        ("threshold", threshold, roc.threshold, marker_unit),
        ("youden", Statistic.YOUDEN, roc.youden, None),
        ("sensitivity", Statistic.SENSITIVITY, roc.sensitivity, None),
        ("specificity", Statistic.SPECIFICITY, roc.specificity, None),
    ):
        yield number(f"{stem}.{name}", statistic, value, part, words, unit=unit, reason=roc.reason, warning=warning)
