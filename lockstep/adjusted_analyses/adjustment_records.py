"""Records of propensity scores, weights and matched sets: who has one, how many patients they amount to, balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from ..adjustment.balance import NOBODY_IN_GROUP as NOBODY
from ..adjustment.balance import BalanceTable, CovariateBalance, balance_table
from ..adjustment.weighting import weight_summary
from ..catalogue import adjustment_catalogue as catalogue
from ..catalogue.keys import Key
from ..results.model import Record
from ..results.precision import NumberDecimals, number_decimals
from ..results.records import Population, Words, count, interval, number, record
from ..statistics.arrays import Bools, Floats
from ..study.confounding import Estimand
from ..study.model import Study
from .adjusted_cohort import AdjustedCohort, MatchedPatients, WeightedPatients
from .applied import formula, group_words, matching_in_words, whom
from .design import covariate_in_words
from .scores import ScoredPatients, covariate_frame

FEWEST_PATIENTS: Final = 10
"""Patients of the smaller group per coefficient of a score below which it is unstable."""

_UNSTABLE: Final = f"fewer than {FEWEST_PATIENTS} patients of the smaller group per parameter: the score is unstable"
_NO_RATIO: Final = "a group has no variance"
_BEFORE: Final = (
    catalogue.MEAN_BEFORE,
    catalogue.PERCENT_BEFORE,
    catalogue.SMD_BEFORE,
    catalogue.VARIANCE_RATIO_BEFORE,
)
_AFTER: Final = (catalogue.MEAN_AFTER, catalogue.PERCENT_AFTER, catalogue.SMD_AFTER, catalogue.VARIANCE_RATIO_AFTER)


def adjustment_records(study: Study, adjusted: AdjustedCohort, analysed: Population) -> Iterator[Record]:
    """Yield the records of all weights and matchings of study.toml.

    There is no largest or smallest weight or score: these are of one patient.
    """
    for name, weighted in adjusted.weighted.items():
        about = _About.of(study, adjusted, weighted.scored, analysed)
        yield from _score_records(about)
        yield from _weight_records(about, weighted)
        after = f"weighted to {whom(study, weighted.weighting)}"
        yield from _balance_records(about, name, weighted.weights, weighted.weighting.estimand, after)
    for name, matched in adjusted.matched.items():
        about = _About.of(study, adjusted, matched.scored, analysed)
        yield from _score_records(about)
        yield from _matching_records(about, matched)
        yield from _balance_records(about, name, matched.sets.weights, "ATT", "in matched sets")


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """Whose score the records are of, and what fills their labels and methods."""

    study: Study
    adjusted: AdjustedCohort
    scored: ScoredPatients
    members: Population
    known: Population
    words: Words

    @classmethod
    def of(cls, study: Study, adjusted: AdjustedCohort, scored: ScoredPatients, analysed: Population) -> _About:
        model, members = scored.model, analysed
        if model.population is not None:
            members = analysed.within(int(scored.members.sum()), study.patient_sets[model.population].label)
        unexposed, exposed = group_words(study, model.exposure)
        covariates = ", ".join(covariate_in_words(study, term) for term in model.terms)
        score = f"propensity score of {exposed} by logistic regression; covariates: {covariates}"
        return cls(
            study=study,
            adjusted=adjusted,
            scored=scored,
            members=members,
            known=members.within(scored.fit.n, f"with a propensity score ({model.label})"),
            words={
                "of": model.label,
                "exposed": exposed,
                "unexposed": unexposed,
                "covariates": covariates,
                "score": score,
            },
        )

    @property
    def key(self) -> Key:
        return Key(analysis=self.scored.model.name)

    def groups(self) -> Iterator[tuple[str, str, Bools]]:
        """Yield the level, the words and the (k,) patients of each group: first the unexposed."""
        levels = self.study.levels(self.scored.model.exposure)
        words = group_words(self.study, self.scored.model.exposure)
        return zip(levels, words, (~self.scored.exposed, self.scored.exposed), strict=True)


def _score_records(about: _About) -> Iterator[Record]:
    fit, key, words = about.scored.fit, about.key, about.words
    n = about.members.n
    yield count(catalogue.SCORED, key, fit.n, about.members, words, of=n)
    yield count(catalogue.UNSCORED, key, n - fit.n, about.members, words, of=n)
    for level, group, patients in about.groups():
        told = {**words, "group": group}
        yield count(catalogue.GROUP_SCORED, replace(key, level=level), int(patients.sum()), about.known, told, of=fit.n)
    parameters = sum(term.estimate is not None for term in fit.terms)
    yield number(catalogue.SCORE_PARAMETERS, key, parameters, about.known, words)
    share = min(fit.n_exposed, fit.n - fit.n_exposed) / parameters if parameters else None
    warning = _UNSTABLE if share is not None and share < FEWEST_PATIENTS else None
    yield number(
        catalogue.PATIENTS_PER_PARAMETER, key, share, about.known, words, reason="no parameter", warning=warning
    )
    if fit.c_statistic is not None:
        conf_level = about.study.analysis.conf_level
        yield interval(catalogue.C_STATISTIC, key, fit.c_statistic, about.known, words, conf_level=conf_level)


def _weight_records(about: _About, weighted: WeightedPatients) -> Iterator[Record]:
    weighting, key = weighted.weighting, about.key
    words = {**about.words, "weights": formula(about.study, weighting)}
    if weighting.trim is not None:
        told = {**words, "range": f"from {weighting.trim[0]:g} to {weighting.trim[1]:g}"}
        yield count(catalogue.TRIMMED, key, weighted.n_trimmed, about.known, told, of=about.known.n)
    kept = weighted.weights > 0
    if weighting.truncate is not None:
        yield count(catalogue.TRUNCATED, key, weighted.n_truncated, about.known, words, of=int(kept.sum()))
    large = int((weighted.weights > catalogue.LARGE_WEIGHT).sum())
    yield count(catalogue.LARGE_WEIGHTS, key, large, about.known, words, of=int(kept.sum()))
    for level, group, patients in about.groups():
        of_group, told = replace(key, level=level), {**words, "group": group}
        summary = weight_summary(weighted.weights[patients & kept])
        yield count(catalogue.WEIGHTED, of_group, summary.n, about.known, told, of=int(patients.sum()))
        yield number(catalogue.EFFECTIVE_N, of_group, summary.effective_n, about.known, told)


def _matching_records(about: _About, matched: MatchedPatients) -> Iterator[Record]:
    words = {**about.words, "matching": matching_in_words(about.study, matched.matching)}
    yield count(catalogue.MATCHED_SETS, about.key, matched.sets.n_matched_exposed, about.known, words)
    for level, group, patients in about.groups():
        n = int((patients & (matched.sets.set_of >= 0)).sum())
        of_group, told = replace(about.key, level=level), {**words, "group": group}
        yield count(catalogue.IN_MATCHED_SETS, of_group, n, about.known, told, of=int(patients.sum()))


_DENOMINATORS: Final[dict[Estimand, str]] = {
    "ATE": "the root of the mean of both groups' variances before",
    "ATT": "the standard deviation in {exposed} before",
    "ATC": "the standard deviation in {unexposed} before",
    "overlap": "the root of the mean of both groups' variances before",
}


def _balance_records(about: _About, name: str, weights: Floats, estimand: Estimand, after: str) -> Iterator[Record]:
    """Yield means or proportions, standardised differences and ratios of variances of covariates, before and after."""
    study, scored = about.study, about.scored
    patients = about.adjusted.cohort.analysed[scored.known]
    covariates = covariate_frame(study, patients, scored.model)
    columns = {str(place): values for place, values in enumerate(covariates.values())}
    table = balance_table(scored.exposed, pd.DataFrame(columns), weights=weights, estimand=estimand)
    words = {**about.words, "after": after, "denominator": _DENOMINATORS[estimand].format_map(about.words)}
    for (variable, level), row in zip(covariates, table.rows, strict=True):
        label = study.unique_label(variable)
        term = label if level is None else f"{label}: {study.levels(variable)[level]}"
        key = Key(analysis=name, variable=variable, level=level)
        decimals = None if level is not None else _decimals(about, variable)
        yield from _row_records(about, key, row, {**words, "term": term}, decimals)
    yield from _largest_records(about, table, words)


def _row_records(
    about: _About, key: Key, row: CovariateBalance, words: Words, decimals: NumberDecimals | None
) -> Iterator[Record]:
    """Yield what compares one covariate, or one level of it, before and after."""
    unit = None if decimals is None else about.study.variable(str(key.variable)).unit
    for side, (mean, percent, difference, ratio) in ((row.before, _BEFORE), (row.after, _AFTER)):
        if side is None:
            continue
        for (level, group, _), value in zip(about.groups(), (side.mean_unexposed, side.mean_exposed), strict=True):
            of_group, told = replace(key, item=level), {**words, "group": group}
            if decimals is None:
                share = None if value is None else 100 * value
                yield record(percent, of_group, share, about.known, told, reason=None if value is not None else NOBODY)
            else:
                yield number(
                    mean,
                    of_group,
                    value,
                    about.known,
                    told,
                    unit=unit,
                    decimals=decimals.of("mean"),
                    reason=NOBODY,
                )
        yield number(difference, key, side.difference, about.known, words, reason=row.reason or NOBODY)
        if decimals is not None:
            yield number(ratio, key, side.variance_ratio, about.known, words, reason=_NO_RATIO)


def _largest_records(about: _About, table: BalanceTable, words: Words) -> Iterator[Record]:
    for statistic, after in ((catalogue.LARGEST_BEFORE, False), (catalogue.LARGEST_AFTER, True)):
        found = table.largest(after=after)
        value = None if found is None else found[1]
        yield number(statistic, about.key, value, about.known, words, reason=NOBODY)


def _decimals(about: _About, variable: str) -> NumberDecimals:
    """Return the decimals of a number, which are the same in all tables."""
    values = about.adjusted.cohort.analysed[variable].to_numpy(dtype=float)
    return number_decimals(values, (), about.study.variable(variable).decimals)
