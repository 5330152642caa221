"""Records of two groups compared at a landmark: by how much survival, or cumulative incidence, differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..adjustment.weighted_survival import weighted_survival_difference
from ..base.snapping import snapped
from ..catalogue import catalogue, competing_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..model_fits.observations import NO_PATIENTS, Observations
from ..results.model import Record
from ..results.records import NO_INTERVAL, interval, number
from ..statistics.contrast import Contrast
from ..statistics.estimate import Estimate
from ..survival.cumulative_incidence import cumulative_incidence
from ..survival.kaplan_meier import kaplan_meier
from ..survival.time_point import incidence_difference, survival_difference

_Difference: TypeAlias = Callable[[Observations, Observations, Observations, float], Contrast]
"""What compares, among all patients, a group with the reference at a time."""

_ENDPOINT, _COMPETING = 1, 2  # causes of the end of follow-up


def landmark_differences(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield by how much survival at each landmark in each group exceeds that in the first.

    Of an endpoint with a competing event it is the cumulative incidence of the event, and that of the competing one.
    """
    compared = _Compared(key, observed.complete([variable]), variable)
    if observed.competing is None:
        yield from compared.records((catalogue.RATE_DIFFERENCE, catalogue.RATE_DIFFERENCE_P), _survival)
        return
    yield from compared.records(
        (competing_catalogue.INCIDENCE_DIFFERENCE, competing_catalogue.INCIDENCE_DIFFERENCE_P), _incidence
    )
    yield from compared.records(
        (competing_catalogue.COMPETING_INCIDENCE_DIFFERENCE, competing_catalogue.COMPETING_INCIDENCE_DIFFERENCE_P),
        _competing_incidence,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """The patients whose group is known, the variable that makes the groups, and the key of its results."""

    key: Key
    known: Observations
    variable: str

    def records(self, statistics: tuple[Statistic, Statistic], differ: _Difference) -> Iterator[Record]:
        """Yield a difference and its P value for each group but the first, at each landmark."""
        study, known = self.known.study, self.known
        label, (first, *others) = study.unique_label(self.variable), study.levels(self.variable).items()
        conf_level, time = study.analysis.conf_level, study.time
        reference = known.within(self.variable, first[0])
        for level, text in others:
            group = known.within(self.variable, level)
            n = group.population.n + reference.population.n
            for year in time.landmarks:
                contrast = Contrast(estimate=Estimate(None, reason=NO_PATIENTS))
                if group.population.n and reference.population.n:
                    contrast = differ(known, group, reference, snapped(year * time.year))
                of_level = replace(self.key, level=level, at=year)
                words = {
                    **known.words,
                    "term": f"{label}: {text} vs {first[1]}",
                    "at": time.landmark_words(year, known.endpoint.print_unit),
                }
                difference, p_value = statistics
                yield interval(
                    difference,
                    of_level,
                    contrast.estimate,
                    known.population,
                    words,
                    n=n,
                    conf_level=conf_level,
                    scale=100,
                )
                reason = contrast.estimate.reason or NO_INTERVAL
                yield number(p_value, of_level, contrast.p_value, known.population, words, reason=reason)


def _survival(known: Observations, one: Observations, other: Observations, at: float) -> Contrast:
    conf_level = known.study.analysis.conf_level
    if known.weights is not None:
        exposed = known.frame.index.isin(one.frame.index)
        return weighted_survival_difference(
            known.time, known.event, exposed, at, weights=known.weights, cluster=known.sets, conf_level=conf_level
        )
    first, second = (kaplan_meier(part.time, part.event, entry=part.entry) for part in (one, other))
    return survival_difference(first, second, at, conf_level=conf_level)


def _incidence(
    known: Observations, one: Observations, other: Observations, at: float, cause: int = _ENDPOINT
) -> Contrast:
    first, second = (cumulative_incidence(part.time, part.cause, of=cause) for part in (one, other))
    return incidence_difference(first, second, at, conf_level=known.study.analysis.conf_level)


def _competing_incidence(known: Observations, one: Observations, other: Observations, at: float) -> Contrast:
    return _incidence(known, one, other, at, _COMPETING)
