"""Whose survival curves a figure shows: of a population, a comparison, weighted or matched; and their test."""

from __future__ import annotations

from ..catalogue.adjustment_catalogue import ROBUST_SCORE_P
from ..catalogue.catalogue import LOG_RANK_P, Statistic
from ..catalogue.competing_catalogue import GRAY_P
from ..study.comparisons import GroupComparison
from ..study.confounding import ScoreModel
from ..study.figures import IncidenceCurves, SurvivalCurves
from ..study.model import Study
from ..text.level_names import one_line


def test_of_curves(figure: SurvivalCurves, study: Study) -> Statistic:
    """Return the test of the groups of a figure: in weighted or matched patients the robust one."""
    if isinstance(figure, IncidenceCurves):
        return GRAY_P
    return LOG_RANK_P if score_of_curves(figure, study) is None else ROBUST_SCORE_P


def score_of_curves(figure: SurvivalCurves, study: Study) -> ScoreModel | None:
    """Return the weights or the matching of the patients whose curves are shown."""
    compared = study.comparison(figure.comparison)
    if compared is not None:
        return study.score_behind(compared.weights, compared.population)
    return study.score_behind(None, figure.population)


def patients_of_curves(figure: SurvivalCurves, compared: GroupComparison | None, study: Study) -> str:
    """Say whose curves they are, where these are not all patients analysed: "Per protocol, at risk at 1 year"."""
    population = figure.population if compared is None else compared.population
    words = [] if population is None else [one_line(study.patient_sets[population].label)]
    if compared is not None and compared.weights is not None:
        words.append(one_line(study.weights[compared.weights].label))
    if compared is not None and compared.landmark is not None:
        at_risk = f"at risk at {compared.landmark.words}"
        words.append(at_risk if words else at_risk.capitalize())
    return ", ".join(words)
