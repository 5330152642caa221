"""Everything that is reported of one endpoint: of all patients, by group, within subgroups, adjusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..data.cohort import Cohort
from ..results.keys import Key
from ..results.model import Curve, Record
from ..results.records import Population
from ..study.comparisons import GroupComparison
from ..study.endpoints import Endpoint
from ..study.model import Study
from .comparisons import group_results, subgroup_results
from .incidence_results import cause_specific, ignored_record
from .models import model_records
from .observations import Observations
from .populations import population_results
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
    yield from first_event_records(cohort, observed)
    comparisons = [comparison for comparison in study.comparisons if endpoint.name in comparison.endpoints]
    for comparison in comparisons:
        yield from group_results(_key(key, comparison), observed, comparison.groups)
    for comparison in comparisons:
        for category in comparison.within:
            yield from subgroup_results(replace(_key(key, comparison), within=category), observed)
    for model in study.models:
        if endpoint.name in model.endpoints:
            yield from model_records(key, observed, model)
    yield from population_results(study, cohort, endpoint, analysed)


def _key(of_endpoint: Key, comparison: GroupComparison) -> Key:
    return replace(of_endpoint, by=comparison.groups, analysis=comparison.name)
