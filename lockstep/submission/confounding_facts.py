"""What the STROBE checklist says of weights and matching: criteria, covariates, numbers matched, balance, left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..catalogue import adjustment_catalogue as catalogue
from ..catalogue.keys import Key
from ..study.confounding import Estimand, Matching, ScoreModel, Weighting
from ..text.level_names import level_name
from .strobe_study import Fact, PrintedStudy

_WHOM: Final[Mapping[Estimand, str]] = {
    "ATE": "all patients",
    "ATT": "the patients with {exposed}",
    "ATC": "the patients with {unexposed}",
    "overlap": "the patients who might have had either",
}


def score_facts(printed: PrintedStudy) -> Iterator[Fact]:
    """Yield how weights and matched sets are made, and the balance that they leave."""
    study = printed.study
    made: list[tuple[ScoreModel, str]] = [
        (weighting, _weighted(printed, weighting)) for weighting in study.weights.values()
    ]
    made += [(matching, _matched(printed, matching)) for matching in study.matchings.values()]
    for model, how in made:
        covariates = f"covariates: {printed.labels(model.covariates)}"
        yield Fact(f"{model.label}: {how} the propensity score of {_groups(printed, model)[1]} ({covariates}).")
        largest = printed.find(catalogue.LARGEST_AFTER.of(analysis=model.name))
        if largest is not None:
            yield Fact(f"{model.label}: largest standardized mean difference {printed.count(largest)}.", (largest.id,))


def matching_facts(printed: PrintedStudy) -> Iterator[Fact]:
    """Yield the criteria of each matching, and how many exposed and unexposed patients are matched."""
    for model in printed.study.matchings.values():
        yield Fact(f"{model.label}: {_matched(printed, model)} the propensity score.")
        key = Key(analysis=model.name)
        for level, name in zip(printed.study.levels(model.exposure), _groups(printed, model), strict=True):
            if record := printed.find(catalogue.IN_MATCHED_SETS.of(replace(key, level=level))):
                yield Fact(f"{name}: {printed.of(record)} matched.", (record.id,))


def unscored_facts(printed: PrintedStudy) -> Iterator[Fact]:
    """Yield how many patients are not weighted or matched, since a covariate or the exposure is missing."""
    for model in printed.study.score_models.values():
        record = printed.find(catalogue.UNSCORED.of(analysis=model.name))
        if record is not None:
            yield Fact(f"{model.label}: {printed.of(record)} without a propensity score, left out.", (record.id,))


def _groups(printed: PrintedStudy, model: ScoreModel) -> tuple[str, str]:
    label = printed.study.label(model.exposure)
    first, second = (level_name(label, text) for text in printed.study.levels(model.exposure).values())
    return first, second


def _weighted(printed: PrintedStudy, model: Weighting) -> str:
    unexposed, exposed = _groups(printed, model)
    whom = _WHOM[model.estimand].replace("{exposed}", exposed).replace("{unexposed}", unexposed)
    parts = ["stabilized weights" if model.stabilised else "weights", f"to {whom}"]
    if model.trim is not None:
        parts.append(f"(scores from {model.trim[0]:g} to {model.trim[1]:g})")
    if model.truncate is not None:
        parts.append(f"(truncated at percentiles {model.truncate[0]:g} and {model.truncate[1]:g})")
    return f"{' '.join(parts)} by"


def _matched(printed: PrintedStudy, model: Matching) -> str:
    unexposed, exposed = _groups(printed, model)
    caliper = "without a caliper" if model.caliper is None else f"caliper {model.caliper:g} SD of the logit"
    sets = f"up to {model.ratio} with {unexposed} for each with {exposed}"
    return f"{sets}, nearest neighbour without replacement, {caliper}, on"
