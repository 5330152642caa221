"""Records of restricted mean survival: of each set of patients, and of two groups compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..catalogue import time_catalogue
from ..catalogue.keys import Key
from ..model_fits.observations import NO_PATIENTS, Observations
from ..results.model import Record
from ..results.records import NO_INTERVAL, interval, number
from ..statistics.contrast import Contrast
from ..statistics.estimate import Estimate
from ..survival.kaplan_meier import KaplanMeierEstimate, kaplan_meier
from ..survival.restricted_mean import (
    RestrictedMean,
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)


def restricted_mean_records(key: Key, observed: Observations, curve: KaplanMeierEstimate | None) -> Iterator[Record]:
    """Yield the mean survival time up to each of the times that study.toml asks for; `curve` is None of nobody."""
    study, level = observed.study, observed.study.analysis.conf_level
    for years in observed.endpoint.restricted_mean:
        estimate = Estimate(None, reason=NO_PATIENTS) if curve is None else _up_to(observed, curve, years).estimate
        words = {**observed.words, "at": study.time.landmark_words(years, observed.endpoint.print_unit)}
        yield interval(
            time_catalogue.RESTRICTED_MEAN,
            replace(key, at=years),
            estimate,
            observed.population,
            words,
            conf_level=level,
            unit=study.time.unit,
        )


def restricted_mean_contrasts(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield by how much, and by which factor, the restricted mean of each group exceeds that of the first."""
    if not observed.endpoint.restricted_mean:
        return
    study, known = observed.study, observed.complete([variable])
    (first, reference), *others = study.levels(variable).items()
    curves = {level: _curve(known.within(variable, level)) for level in study.levels(variable)}
    for level, text in others:
        for years in observed.endpoint.restricted_mean:
            means = [_up_to(known, curve, years) for curve in (curves[level], curves[first]) if curve is not None]
            words = {
                **known.words,
                "term": f"{study.unique_label(variable)}: {text} vs {reference}",
                "at": study.time.landmark_words(years, observed.endpoint.print_unit),
            }
            n = sum(curve.n for curve in (curves[level], curves[first]) if curve is not None)
            yield from _contrast_records(replace(key, level=level, at=years), known, means, words, n)


def _contrast_records(
    key: Key, known: Observations, means: list[RestrictedMean], words: dict[str, str], n: int
) -> Iterator[Record]:
    conf_level, nobody = known.study.analysis.conf_level, Contrast(estimate=Estimate(None, reason=NO_PATIENTS))
    for statistic, p_value, compare, unit in (
        (
            time_catalogue.RESTRICTED_MEAN_DIFFERENCE,
            time_catalogue.RESTRICTED_MEAN_DIFFERENCE_P,
            restricted_mean_difference,
            known.study.time.unit,
        ),
        (time_catalogue.RESTRICTED_MEAN_RATIO, time_catalogue.RESTRICTED_MEAN_RATIO_P, restricted_mean_ratio, None),
    ):
        found = compare(means[0], means[1], conf_level=conf_level) if len(means) > 1 else nobody
        yield interval(statistic, key, found.estimate, known.population, words, n=n, conf_level=conf_level, unit=unit)
        reason = found.estimate.reason or NO_INTERVAL
        yield number(p_value, key, found.p_value, known.population, words, reason=reason)


def _curve(group: Observations) -> KaplanMeierEstimate | None:
    return kaplan_meier(group.time, group.event, entry=group.entry) if group.population.n else None


def _up_to(observed: Observations, curve: KaplanMeierEstimate, years: float) -> RestrictedMean:
    study = observed.study
    return restricted_mean(curve, study.time.of_years(years), conf_level=study.analysis.conf_level)
