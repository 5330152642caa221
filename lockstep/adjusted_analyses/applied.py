"""How weights or matched sets enter the analyses of outcomes: by columns of the frame, and in the words of methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..study.confounding import Estimand, Matching, Weighting
from ..study.model import Study
from .adjusted_cohort import set_column, weight_column

_WHOM: Final[Mapping[Estimand, str]] = {
    "ATE": "all patients",
    "ATT": "the patients with {exposed}",
    "ATC": "the patients with {unexposed}",
    "overlap": "the patients who might have had either",
}
_FORMULAS: Final[Mapping[Estimand, str]] = {
    "ATE": "1 / probability of the own group",
    "ATT": "1 with {exposed}, else score / (1 - score)",
    "ATC": "1 with {unexposed}, else (1 - score) / score",
    "overlap": "probability of the other group",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedDesign:
    """Weights, matched sets, or both, that analyses of some patients use.

    Attributes
    ----------
    weight : the column of their weights.
    cluster : the column of their matched sets; None where each patient is alone.
    is_weighted : whether weights may differ from 1.
    words : what the methods of all results say of it: ", weighted by ..., robust variance".
    """

    weight: str
    cluster: str | None
    is_weighted: bool
    words: str


def applied_weights(study: Study, weighting: Weighting) -> AppliedDesign:
    """Return how analyses use weights."""
    words = f", weighted by the propensity score to {whom(study, weighting)} ({weighting.label}), robust variance"
    return AppliedDesign(weight=weight_column(weighting.name), cluster=None, is_weighted=True, words=words)


def applied_matching(matching: Matching) -> AppliedDesign:
    """Return how analyses use matched sets: as clusters, and, where several are matched to one, with their weights."""
    weighted = " with weights" if matching.is_weighted else ""
    words = f", in sets matched on the propensity score{weighted} ({matching.label}), robust variance by set"
    return AppliedDesign(
        weight=weight_column(matching.name),
        cluster=set_column(matching.name),
        is_weighted=matching.is_weighted,
        words=words,
    )


def whom(study: Study, weighting: Weighting) -> str:
    """Say whom weighted patients stand for: "all patients"."""
    return _filled(_WHOM[weighting.estimand], study, weighting)


def formula(study: Study, weighting: Weighting) -> str:
    """Say how weights are made of the score."""
    words = _filled(_FORMULAS[weighting.estimand], study, weighting)
    words += ", times the share of the own group" if weighting.stabilised else ""
    if weighting.trim is not None:
        words += f"; only of scores from {weighting.trim[0]:g} to {weighting.trim[1]:g}"
    if weighting.truncate is not None:
        words += f"; set to their percentiles {weighting.truncate[0]:g} and {weighting.truncate[1]:g} beyond these"
    return words


def matching_in_words(study: Study, matching: Matching) -> str:
    """Say how patients are matched."""
    unexposed, exposed = group_words(study, matching.exposure)
    caliper = "without a caliper"
    if matching.caliper is not None:
        caliper = f"within {matching.caliper:g} standard deviations of its logit"
    return (
        f"{matching.ratio}:1 nearest-neighbour matching on the propensity score without replacement, {caliper}: to "
        f"each patient with {exposed} up to {matching.ratio} with {unexposed}, the largest score first"
    )


def group_words(study: Study, exposure: str) -> tuple[str, str]:
    """Return what the two groups of an exposure are called: "Arm: Control", "Arm: Adjuvant"."""
    first, second = study.levels(exposure).values()
    label = study.unique_label(exposure)
    return f"{label}: {first}", f"{label}: {second}"


def _filled(text: str, study: Study, weighting: Weighting) -> str:
    unexposed, exposed = group_words(study, weighting.exposure)
    return text.replace("{exposed}", exposed).replace("{unexposed}", unexposed)
