"""Records of the populations of study.toml: how many are in each, and the survival curves that figures ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..endpoints.endpoints import Endpoint
from ..model_fits.observations import Observations
from ..results.model import Curve, Record
from ..results.records import Population, count
from ..study.figures import SurvivalCurves
from ..study.model import Study
from .comparisons import group_results, subgroup_results
from .survival_results import survival_results


def population_counts(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record]:
    """Yield how many of the analysed patients are in each population, and of how many this is unknown."""
    for name, population in study.patient_sets.items():
        key, words = Key(population=name), {"of": population.label}
        members, unknown = int(cohort.population(name).sum()), int(cohort.populations[name].isna().sum())
        yield count(catalogue.IN_POPULATION, key, members, analysed, words, of=analysed.n)
        yield count(catalogue.NOT_KNOWN_IN_POPULATION, key, unknown, analysed, words, of=analysed.n)


def members_of(study: Study, cohort: Cohort, population: str | None, analysed: Population) -> tuple[Cohort, Population]:
    """Return the patients of a population, or all that are analysed where none is named, and what records call them."""
    if population is None:
        return cohort, analysed
    members = cohort.population(population)
    return cohort.of(members), analysed.within(int(members.sum()), study.patient_sets[population].label)


def population_results(
    study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population
) -> Iterator[Record | Curve]:
    """Yield what survival figures show of an endpoint in populations, each once."""
    asked: dict[tuple[str, str | None, str | None], None] = {}
    for figure in study.figures.values():
        if isinstance(figure, SurvivalCurves) and figure.population and endpoint.name in figure.endpoints:
            asked[figure.population, None, None] = None
            if figure.groups is not None:
                asked[figure.population, figure.groups, figure.within] = None
    for population, groups, within in asked:
        members, described = members_of(study, cohort, population, analysed)
        observed = Observations.of(study, members, endpoint, described).with_design(None, population)
        key = Key(endpoint=endpoint.name, population=population)
        if groups is None:
            yield from survival_results(key, observed)
        elif within is None:
            yield from group_results(replace(key, by=groups), observed, groups)
        else:
            yield from subgroup_results(replace(key, by=groups, within=within), observed)
