"""Records that compare a binary outcome between groups within strata, by the methods of Mantel and Haenszel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..catalogue import outcome_catalogue
from ..catalogue.keys import Key
from ..model_fits.cox_records import stratified_by
from ..model_fits.observations import OutcomeObservations
from ..results.model import Record
from ..results.records import interval, number
from ..statistics.estimate import Estimate
from ..statistics.mantel_haenszel import (
    NO_STRATUM,
    Stratum,
    mantel_haenszel_test,
    stratified_odds_ratio,
    stratified_risk_difference,
    stratified_risk_ratio,
)
from ..statistics.proportions import EventCount

_ESTIMATES = (
    (outcome_catalogue.RISK_DIFFERENCE, stratified_risk_difference, "difference of risks, Sato's variance", 100),
    (outcome_catalogue.RISK_RATIO, stratified_risk_ratio, "risk ratio, Greenland and Robins' variance", 1),
    (outcome_catalogue.ODDS_RATIO, stratified_odds_ratio, "odds ratio, Robins, Breslow and Greenland's variance", 1),
)


def stratified_proportions(key: Key, observed: OutcomeObservations, strata: Sequence[str]) -> Iterator[Record]:
    """Yield what compares each group but the first with that within strata, and the test of all groups.

    Parameters
    ----------
    key : has the groups as `by`.
    observed : patients whose outcome and group are known; those whose stratum is not are left out.
    """
    known = observed.complete(strata)
    study, groups, level = known.study, str(key.by), known.study.analysis.conf_level
    within = stratified_by(study, strata)
    tables = _tables(known, groups, strata)
    label, names = study.unique_label(groups), list(study.levels(groups).items())
    for position, (name, text) in enumerate(names[1:], start=1):
        pairs = [_pair(table, position) for table in tables]
        n = sum(count.n for pair in pairs for count in pair)
        for statistic, estimated, method, scale in _ESTIMATES:
            found = estimated(pairs, conf_level=level) if pairs else Estimate(None, reason=NO_STRATUM)
            words = {
                "of": known.label,
                "term": f"{label}: {text} vs {names[0][1]}",
                "method": f"Mantel-Haenszel {method}{within}",
            }
            of_level = replace(key, level=name)
            yield interval(statistic, of_level, found, known.population, words, n=n, conf_level=level, scale=scale)
    words = {"of": known.label, "by": label, "options": within}
    test = mantel_haenszel_test(tables)
    for statistic, value in (
        (outcome_catalogue.MANTEL_HAENSZEL, test.statistic),
        (outcome_catalogue.MANTEL_HAENSZEL_DF, test.df),
        (outcome_catalogue.MANTEL_HAENSZEL_P, test.p_value),
    ):
        yield number(statistic, key, value, known.population, words, reason=test.reason)


def _tables(known: OutcomeObservations, groups: str, strata: Sequence[str]) -> list[np.ndarray]:
    """Return, of each stratum, (2, k) patients with the event and without it in each of k groups."""
    if not len(known.values):
        return []
    stratum = known.frame.groupby(list(strata), observed=True).ngroup().to_numpy()
    group = known.frame[groups].to_numpy(object)
    levels = list(known.study.levels(groups))
    return [
        np.array(
            [
                [int(np.sum((stratum == code) & (group == level) & (known.values == event))) for level in levels]
                for event in (1, 0)
            ]
        )
        for code in np.unique(stratum)
    ]


def _pair(table: np.ndarray, position: int) -> Stratum:
    one, other = (EventCount(int(table[0, at]), int(table[:, at].sum())) for at in (position, 0))
    return one, other
