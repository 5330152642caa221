"""Propensity scores of the analysed patients: who has one, and why there may be none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..adjustment.propensity import EVERYBODY_EXPOSED, NO_POSITIVITY, NOBODY_EXPOSED, PropensityScore, propensity_score
from ..base.errors import DataError, counted
from ..data.cohort import Cohort
from ..regression.generalised_linear import SEPARATED
from ..statistics.arrays import Bools, Floats
from ..study.confounding import Matching, ScoreModel
from ..study.model import Study
from .design import ModelDesign, design_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPatients:
    """The patients of a propensity score.

    Attributes
    ----------
    model : what study.toml says of it.
    members : (m,) True of the analysed patients who should have one: those of its population.
    known : (m,) True of those who have one, since they have a value of the exposure and all covariates.
    exposed : (k,) True of those with the second level of the exposure, of the patients with a score.
    score : (k,) the probability of it.
    fit : the logistic regression behind it.
    """

    model: ScoreModel
    members: Bools
    known: Bools
    exposed: Bools
    score: Floats
    fit: PropensityScore

    def spread(self, values: Floats) -> Floats:
        """Return values of the patients with a score as (m,) values of all analysed patients, NaN of the others."""
        found = np.full(len(self.known), np.nan)
        found[self.known] = values
        return found


def score_section(model: ScoreModel) -> str:
    """Return the section of study.toml that asks for a score: "matching.pairs"."""
    return f"{'matching' if isinstance(model, Matching) else 'weights'}.{model.name}"


def scored_patients(study: Study, cohort: Cohort, model: ScoreModel) -> ScoredPatients:
    """Estimate the propensity score of the patients who have a value of the exposure and all covariates.

    Raises
    ------
    DataError
        If there is no score: nobody is left, a group is empty, the covariates determine the exposure of some patients,
        or there are fewer patients in a group than coefficients.
    """
    frame = cohort.analysed
    members = np.ones(len(frame), dtype=bool) if model.population is None else cohort.population(model.population)
    known = members & frame[[model.exposure, *model.covariates]].notna().all(axis=1).to_numpy(dtype=bool)
    if not known.any():
        raise _no_score(
            study,
            model,
            f"none of {counted(int(members.sum()), 'patient')} has a value of the exposure and of all `terms`",
            "Take terms that are known of more patients",
        )
    patients = frame[known]
    exposed = (patients[model.exposure] == list(study.levels(model.exposure))[1]).to_numpy(dtype=bool)
    design = design_of(study, patients, model.terms)
    fit = propensity_score(exposed, design.values, conf_level=study.analysis.conf_level)
    if fit.score is None:
        raise _no_score(study, model, *_why(study, model, fit, design))
    return ScoredPatients(model=model, members=members, known=known, exposed=exposed, score=fit.score, fit=fit)


def _why(study: Study, model: ScoreModel, fit: PropensityScore, design: ModelDesign) -> tuple[str, str]:
    """Return why there is no score, and what to do."""
    label, reason = study.unique_label(model.exposure), str(fit.reason)
    unexposed, exposed = (f"{label}: {text}" for text in study.levels(model.exposure).values())
    if reason in (NOBODY_EXPOSED, EVERYBODY_EXPOSED):
        lacking = exposed if reason == NOBODY_EXPOSED else unexposed
        found = f"none of {counted(fit.n, 'patient')} with a value of all `terms` has {lacking}"
        return found, "Take terms that are known of more patients, or another population"
    if reason.startswith(NO_POSITIVITY):
        columns = [term.term for term in fit.terms if term.reason == SEPARATED]
        where = f" ({'; '.join(design.columns[name].words for name in columns)})" if columns else ""
        return f"{NO_POSITIVITY}{where}", (
            "Leave these patients out by a `population`, join the level with another one under [derived], or take the "
            "variable out of `terms`: nothing is known of how they would have fared in the other group"
        )
    return reason, "Take fewer `terms`, chosen for clinical reasons"


def _no_score(study: Study, model: ScoreModel, found: str, remedy: str) -> DataError:
    return DataError(
        f"{study.data_file}: there is no propensity score for [{score_section(model)}] of study.toml: {found}.\n"
        f"{remedy}."
    )


def covariate_frame(study: Study, patients: pd.DataFrame, model: ScoreModel) -> dict[tuple[str, str | None], Floats]:
    """Return the covariates as balance is judged: numbers as they are, of a category an indicator of each level.

    By variable and level.
    """
    found: dict[tuple[str, str | None], Floats] = {}
    for name in model.covariates:
        levels = study.levels(name)
        if not levels:
            found[name, None] = np.asarray(patients[name], dtype=np.float64)
        for level in levels:
            found[name, level] = np.asarray(patients[name] == level, dtype=np.float64)
    return found
