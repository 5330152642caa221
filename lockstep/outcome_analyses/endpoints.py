"""Everything that is reported of one endpoint: of all patients, by group, within subgroups, adjusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..endpoints.endpoints import Endpoint
from ..model_fits.e_values import with_e_values
from ..model_fits.exposure_times import from_landmark, split_by_exposure
from ..model_fits.observations import Observations
from ..results.model import Curve, Record
from ..results.records import Population
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..study.models import Model
from .comparisons import Adjustment, group_results, subgroup_results
from .incidence_results import cause_specific, ignored_record
from .landmark_differences import landmark_differences
from .models import model_records
from .populations import members_of, population_results
from .restricted_means import restricted_mean_contrasts
from .survival_results import first_event_records, never_at_risk_record, survival_results


def endpoint_results(
    study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population
) -> Iterator[Record | Curve]:
    """Yield everything that is reported of one endpoint."""
    yield from ignored_record(study, endpoint, analysed)
    yield from cause_specific(_results(study, cohort, endpoint, analysed), endpoint)


def _results(study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population) -> Iterator[Record | Curve]:
    observed, key = Observations.of(study, cohort, endpoint, analysed), Key(endpoint=endpoint.name)
    yield from survival_results(key, observed)
    yield from never_at_risk_record(cohort, observed, analysed)
    yield from first_event_records(key, observed)
    comparisons = [comparison for comparison in study.comparisons if endpoint.name in comparison.endpoints]
    for comparison in comparisons:
        patients = _compared(_of(study, cohort, endpoint, comparison, analysed), comparison)
        of_groups = _key(key, comparison)
        adjustment = Adjustment.of(comparison)
        found = group_results(of_groups, patients, comparison.groups, adjustment)
        yield from with_e_values(found, patients) if comparison.e_value else found
        if comparison.differences and not adjustment.variables:
            yield from landmark_differences(of_groups, patients, comparison.groups)
        if not adjustment.variables and patients.competing is None and patients.applied is None:
            yield from restricted_mean_contrasts(of_groups, patients, comparison.groups)
    for comparison in comparisons:
        for category in comparison.within:
            patients = _compared(_of(study, cohort, endpoint, comparison, analysed), comparison)
            of_groups = replace(_key(key, comparison), within=category)
            yield from subgroup_results(of_groups, patients, Adjustment.of(comparison))
    for model in study.models:
        if endpoint.name in model.endpoints:
            patients = _of(study, cohort, endpoint, model, analysed)
            of_model = model_records(key, patients, model)
            yield from with_e_values(of_model, patients, model.e_value) if model.e_value else of_model
    yield from population_results(study, cohort, endpoint, analysed)


def _of(
    study: Study, cohort: Cohort, endpoint: Endpoint, asked: GroupComparison | Model, analysed: Population
) -> Observations:
    """Return the patients of a comparison or model, weighted, matched or with imputed values as it asks."""
    members, described = members_of(study, cohort, asked.population, analysed)
    observed = Observations.of(study, members, endpoint, described)
    observed = observed.with_imputed(members.completed) if asked.imputation else observed
    if isinstance(asked, GroupComparison):
        return observed.compared_in(asked)
    return observed.with_design(asked.weights, asked.population)


def _compared(observed: Observations, comparison: GroupComparison) -> Observations:
    """Return the patients of a comparison, followed as it asks, with imputed values as without."""
    entered = _in_time(replace(observed, completed=()), comparison)
    return replace(entered, completed=tuple(_in_time(part, comparison).frame for part in observed.of_each_set()))


def _in_time(observed: Observations, comparison: GroupComparison) -> Observations:
    """Return patients from a landmark on, or in rows where groups are entered later."""
    if comparison.landmark is not None:
        variables = (comparison.groups, *comparison.within, *comparison.strata, *comparison.adjust_for)
        return from_landmark(observed, variables, comparison.landmark)
    if comparison.time_dependent:
        return split_by_exposure(observed.complete([comparison.groups]), [comparison.groups])
    return observed


def _key(of_endpoint: Key, comparison: GroupComparison) -> Key:
    return replace(of_endpoint, by=comparison.groups, analysis=comparison.name)
