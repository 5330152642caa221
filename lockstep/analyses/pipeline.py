"""The whole run: a study and its data to results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..adjusted_analyses.adjusted_cohort import adjusted_cohort
from ..adjusted_analyses.adjustment_records import adjustment_records
from ..adjusted_analyses.imputation_records import imputation_records
from ..adjusted_analyses.imputed_cohort import imputed_values
from ..base.errors import StatisticError, StudyError
from ..base.snapping import snapped_all
from ..base.stamp import MadeFrom
from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..data.reading import Data
from ..data_checks.examination import examine
from ..outcome_analyses.endpoints import endpoint_results
from ..outcome_analyses.group_comparisons import comparison_records, crosstab_records
from ..outcome_analyses.outcomes import outcome_results
from ..outcome_analyses.populations import population_counts
from ..outcome_analyses.printing import in_unit_of, per_print_unit, with_printed_times
from ..outcome_analyses.survival_results import reverse_follow_up_record
from ..readers.files import TableReader
from ..results.model import Curve, Record, Results
from ..results.precision import cutoff_decimals, recorded_decimals, time_decimals
from ..results.records import Population, interval, number
from ..results.source import OWN_STATISTICS, RESULTS_FILE, results_made_from, source_of, write_results
from ..statistics.arrays import Floats
from ..statistics.roc import cutoff_of_nobody, roc_curve_cutoff
from ..study.analysis import Cutoff
from ..study.definition import read_study
from ..study.model import Study
from .data_queries import query_records
from .descriptive import (
    characteristic_records,
    date_records,
    file_records,
    flow_records,
    setting_records,
    survivor_records,
)
from .event_free_survival import deaths_without_event
from .own_statistics import ANALYSED
from .study_code import own_records


def compute(study: Study, made_from: MadeFrom | None = None) -> Results:
    """Compute every statistic that a study definition asks for.

    Parameters
    ----------
    made_from : the content of the study's files before any of them was read; without it, that of now.

    Raises
    ------
    DataError
        If the data file is not as study.toml describes it; nothing is computed then.
    """
    made_from = made_from or results_made_from(study)
    examined = examine(study)
    cohort = examined.cohort
    reviewed = Population(len(cohort.reviewed), "patients reviewed")
    computed = [*query_records(study, examined.findings, reviewed), *_all(study, examined.data, cohort, reviewed)]
    own = list(own_records(study, cohort))
    _check_ids(computed, own)
    found = [*computed, *own]
    return Results(
        source=source_of(study, made_from, rows=len(examined.data.table.rows), columns=examined.data.n_columns),
        records=tuple(item for item in found if isinstance(item, Record)),
        curves=tuple(item for item in found if isinstance(item, Curve)),
    )


def compute_endpoints(study: Study, *, read: TableReader) -> tuple[Record, ...]:
    """Compute the settings and what endpoints and outcomes give: what the words of a first text depend on.

    Of the comparisons that [analysis] asks for it is that of the exposure; those of further variables are for tables.

    Parameters
    ----------
    read : what reads each file of the data, or has read it.

    Raises
    ------
    DataError
        If the data file is not as study.toml describes it.
    """
    cohort = examine(study, read=read).cohort
    analysed = Population(len(cohort.analysed), ANALYSED)
    compared = [item for item in study.comparisons if item.name is not None or item.groups == study.analysis.exposure]
    study = replace(study, comparisons=tuple(compared))
    found = [*setting_records(study, analysed), *_of_endpoints(study, cohort, analysed)]
    return tuple(item for item in found if isinstance(item, Record))


def _check_ids(computed: Iterable[Record | Curve], own: Iterable[Record]) -> None:
    """Refuse two results of one id, of which the text could cite only one."""
    owners: dict[tuple[type, str], str] = {}
    for error, file, advice, found in (
        (StudyError, "study.toml", "Give the variable or the level another name.", computed),
        (StatisticError, OWN_STATISTICS, "Give your own statistic another path, or its records an item each.", own),
    ):
        for item in found:
            key = type(item), item.id
            if key in owners:
                both = f'"{owners[key]}" and "{item.label}"'
                raise error(f"{file}: two results would have the id '{item.id}': {both}.\n{advice}")
            owners[key] = item.label


def run(study: Study) -> Path:
    """Compute the results of a study and write them; return their path."""
    made_from = results_made_from(study)  # first; then the files are read, study.toml again
    study = read_study(study.folder)
    path = study.folder / RESULTS_FILE
    write_results(compute(study, made_from), path, made_from)
    return path


def _all(study: Study, data: Data, cohort: Cohort, reviewed: Population) -> Iterator[Record | Curve]:
    analysed = Population(len(cohort.analysed), ANALYSED)
    adjusted = adjusted_cohort(study, cohort, patient_labels(data, cohort))
    cohort = adjusted.cohort
    yield from setting_records(study, analysed)
    yield from file_records(data.counts, reviewed)
    yield from flow_records(study, cohort, reviewed, analysed)
    yield from population_counts(study, cohort, analysed)
    yield from adjustment_records(study, adjusted, analysed)
    yield from date_records(study, cohort, reviewed, analysed)
    yield from characteristic_records(study, cohort, analysed)
    for variable, by in study.analysis.crosstabs:
        yield from crosstab_records(study, cohort, variable, by, analysed)
    yield from comparison_records(study, cohort, analysed)
    if study.analysis.follow_up is not None:
        yield from survivor_records(study, cohort, analysed)
        yield reverse_follow_up_record(study, cohort, analysed)
    if study.imputation is not None:
        imputed = imputed_values(study, study.imputation, cohort, patient_labels(data, cohort))
        cohort = replace(cohort, completed=imputed.completed)
        yield from imputation_records(study, study.imputation, imputed, analysed)
    yield from _of_endpoints(study, cohort, analysed)
    for cutoff in study.analysis.cutoffs.values():
        yield from _cutoff_records(study, cohort, cutoff, analysed)


def _of_endpoints(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record | Curve]:
    for endpoint in study.endpoints.values():
        yield from deaths_without_event(study, cohort, endpoint, analysed)
        times = cohort.endpoints[endpoint.name].time
        yield from with_printed_times(endpoint_results(study, cohort, endpoint, analysed), study, endpoint, times)
    for outcome in study.outcomes.values():
        yield from outcome_results(study, cohort, outcome, analysed)


def patient_labels(data: Data, cohort: Cohort) -> list[str]:
    """Return the id of each analysed patient: what is drawn by its order is the same in any order of rows."""
    place = {row: position for position, row in enumerate(data.rows.tolist())}
    return [data.ids.texts[data.ids.codes[place[row]]] for row in cohort.rows.tolist()]


def _cutoff_records(study: Study, cohort: Cohort, cutoff: Cutoff, population: Population) -> Iterator[Record]:
    """Yield the ROC analysis of a marker for an endpoint's event, which ignores when the event came."""
    of_time = cutoff.marker in study.endpoints
    marker_unit = study.time.unit if of_time else study.variable(cutoff.marker).unit
    marker = cohort.endpoints[cutoff.marker].time if of_time else cohort.analysed[cutoff.marker].to_numpy(dtype=float)
    marker, known = snapped_all(marker), ~np.isnan(marker)
    event = cohort.endpoints[cutoff.outcome].event
    level = study.analysis.conf_level
    if known.any():
        roc = roc_curve_cutoff(marker[known], event[known], direction=cutoff.direction, conf_level=level)
    else:
        roc = cutoff_of_nobody(cutoff.direction)

    decimals, print_unit = _marker_decimals(study, cutoff.marker, marker), None
    if of_time:
        print_unit = study.endpoints[cutoff.marker].print_unit
    if roc.threshold is not None and roc.between is not None:
        per, (below, above) = per_print_unit(study, print_unit), roc.between
        decimals = cutoff_decimals(roc.threshold / per, (below / per, above / per), decimals)
    key = Key(analysis=cutoff.name)
    words = {"of": study.unique_cutoff_label(cutoff.name)}
    warning = "censoring is ignored, and the cut-off is chosen on the data that it describes"
    part = Population(int(known.sum()), population.text)
    yield interval(catalogue.AUC, key, roc.auc, part, words, conf_level=level, warning=warning)
    threshold = number(
        catalogue.THRESHOLD_TIME if of_time else catalogue.THRESHOLD,
        key,
        roc.threshold,
        part,
        words,
        unit=marker_unit,
        decimals=decimals,
        reason=roc.reason,
        warning=warning,
    )
    yield in_unit_of(threshold, study, print_unit)
    for statistic, value in (
        (catalogue.YOUDEN, roc.youden),
        (catalogue.SENSITIVITY, roc.sensitivity),
        (catalogue.SPECIFICITY, roc.specificity),
    ):
        yield number(statistic, key, value, part, words, reason=roc.reason, warning=warning)


def _marker_decimals(study: Study, marker: str, values: Floats) -> int:
    """Return the decimals in which a marker is given."""
    if marker in study.endpoints:
        return time_decimals(study, study.endpoints[marker], values)
    declared = study.variable(marker).decimals
    return recorded_decimals(values) if declared is None else declared
