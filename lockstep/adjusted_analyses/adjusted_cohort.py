"""The analysed cohort with what weights and matchings make of it: weights, matched sets, populations of matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..adjustment.matching import MatchedSets, nearest_neighbour_matching
from ..adjustment.weighting import propensity_weights, truncated_weights, within_range
from ..base.errors import DataError
from ..data.cohort import Cohort
from ..statistics.arrays import Bools, Floats
from ..study.confounding import Matching, Weighting
from ..study.model import Study
from .scores import ScoredPatients, score_section, scored_patients


def weight_column(name: str) -> str:
    """Return the column of the analysed frame with the weights of weights or a matching; no variable is called so."""
    return f"weight.{name}"


def set_column(name: str) -> str:
    """Return the column of the analysed frame with the matched set of each patient."""
    return f"set.{name}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedPatients:
    """Patients with the weights of their score.

    Attributes
    ----------
    weights : (k,) of the patients with a score; 0 of those whose score is out of the range that stays.
    n_trimmed, n_truncated : patients left out for their score; weights set to a percentile.
    """

    scored: ScoredPatients
    weighting: Weighting
    weights: Floats
    n_trimmed: int
    n_truncated: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedPatients:
    """Patients in matched sets, of those with a score."""

    scored: ScoredPatients
    matching: Matching
    sets: MatchedSets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdjustedCohort:
    """The cohort, and behind it the patients of each of [weights.*] and [matching.*], by name.

    `cohort` has the columns `weight_column` and `set_column` in its analysed frame, and a population for each matching.
    """

    cohort: Cohort
    weighted: Mapping[str, WeightedPatients]
    matched: Mapping[str, MatchedPatients]


def adjusted_cohort(study: Study, cohort: Cohort, patients: Sequence[str]) -> AdjustedCohort:
    """Compute the weights and matched sets that study.toml asks for.

    Parameters
    ----------
    patients : (m,) a label of each analysed patient, by which those who are equally near are matched in one order,
        whatever that of the rows.

    Raises
    ------
    DataError
        If there is no propensity score, nobody is left in a group, or nobody can be matched.
    """
    weighted = {name: _weighted(study, cohort, item) for name, item in study.weights.items()}
    matched = {name: _matched(study, cohort, item, patients) for name, item in study.matchings.items()}
    columns = dict[str, Floats]()
    for name, with_weights in weighted.items():
        weights = with_weights.weights
        columns[weight_column(name)] = with_weights.scored.spread(np.where(weights > 0, weights, np.nan))
    populations = dict(cohort.populations)
    for name, in_sets in matched.items():
        sets, scored = in_sets.sets, in_sets.scored
        columns[weight_column(name)] = scored.spread(np.where(sets.weights > 0, sets.weights, np.nan))
        columns[set_column(name)] = scored.spread(np.where(sets.set_of >= 0, sets.set_of, np.nan))
        is_matched = scored.spread((sets.set_of >= 0).astype(float)) == 1
        populations[name] = pd.arrays.BooleanArray(is_matched, mask=scored.members & ~scored.known)
    if columns:
        analysed = cohort.analysed.assign(**columns)
        cohort = replace(cohort, analysed=analysed, populations=populations)
    return AdjustedCohort(cohort=cohort, weighted=weighted, matched=matched)


def _weighted(study: Study, cohort: Cohort, weighting: Weighting) -> WeightedPatients:
    scored = scored_patients(study, cohort, weighting)
    stays = np.ones(len(scored.score), dtype=bool)
    if weighting.trim is not None:
        stays = within_range(scored.score, low=weighting.trim[0], high=weighting.trim[1])
        _check_groups(study, scored, stays, weighting.trim)
    exposed, weights = scored.exposed[stays], np.zeros(len(stays))
    found = propensity_weights(
        exposed, scored.score[stays], estimand=weighting.estimand, stabilised=weighting.stabilised
    )
    kept = found if weighting.truncate is None else _truncated(found, exposed, weighting)
    weights[stays] = kept
    return WeightedPatients(
        scored=scored,
        weighting=weighting,
        weights=weights,
        n_trimmed=int((~stays).sum()),
        n_truncated=int((kept != found).sum()),
    )


def _truncated(weights: Floats, exposed: Bools, weighting: Weighting) -> Floats:
    """Return weights truncated at percentiles of those that vary: of the ATT those of the unexposed alone do."""
    low, high = (bound / 100 for bound in weighting.truncate or (0, 100))
    vary = {"ATT": ~exposed, "ATC": exposed}.get(weighting.estimand, np.ones(len(weights), dtype=bool))
    found = weights.copy()
    found[vary] = truncated_weights(weights[vary], lower=low, upper=high)
    return found


def _check_groups(study: Study, scored: ScoredPatients, stays: Bools, trim: tuple[float, float]) -> None:
    label, levels = study.unique_label(scored.model.exposure), list(study.levels(scored.model.exposure).values())
    for group, level in ((~scored.exposed, levels[0]), (scored.exposed, levels[1])):
        if not (group & stays).any():
            raise DataError(
                f"{study.data_file}: [{score_section(scored.model)}.trim] of study.toml leaves no patient with "
                f"{label}: {level}: none of {int(group.sum())} has a propensity score from {trim[0]:g} to {trim[1]:g}; "
                "expected patients of both groups.\nTake a wider range, or other `terms`."
            )


def _matched(study: Study, cohort: Cohort, matching: Matching, patients: Sequence[str]) -> MatchedPatients:
    scored = scored_patients(study, cohort, matching)
    labels = np.asarray(patients, dtype=str)[scored.known]
    sets = nearest_neighbour_matching(
        scored.exposed, scored.score, ratio=matching.ratio, caliper=matching.caliper, patient=labels
    )
    if not sets.n_matched_exposed:
        exposed = f"{study.unique_label(matching.exposure)}: {list(study.levels(matching.exposure).values())[1]}"
        raise DataError(
            f"{study.data_file}: [{score_section(matching)}] of study.toml matches nobody: none of {sets.n_exposed} "
            f"patients with {exposed} has another one within the caliper of {matching.caliper:g} standard deviations "
            "of the logit; expected some.\nTake a wider `caliper`, or other `terms`."
        )
    return MatchedPatients(scored=scored, matching=matching, sets=sets)
