"""The analysed cohort with its missing values imputed, several times, as [imputation] of study.toml asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..adjustment.imputation import ImputationModel, impute, nelson_aalen
from ..base.errors import DataError
from ..base.progress import Countdown
from ..data.cohort import Cohort
from ..data.derivation import derive
from ..statistics.arrays import Bools
from ..study.imputation import MultipleImputation
from ..study.model import Study

NOT_APPLICABLE = "not applicable"  # a level of its own, so that nothing is made up where nothing can be
ENTER_OUTCOME = "outcome."
"""With what the columns begin that an endpoint or outcome enters by; no variable is called so."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImputedValues:
    """The analysed patients completed, and what of them was missing.

    Attributes
    ----------
    completed : their frame with missing values imputed, of each data set. Derived variables are made of imputed parts;
        endpoints, outcomes, exposures and populations are as they were observed.
    missing : how many values of each variable were imputed, of those that had any missing.
    expected : of how many patients a value of it is expected.
    models : by what each of them was imputed.
    n_patients : how many patients had a value imputed.
    """

    completed: tuple[pd.DataFrame, ...]
    missing: Mapping[str, int]
    expected: Mapping[str, int]
    models: Mapping[str, ImputationModel]
    n_patients: int


def imputed_values(study: Study, asked: MultipleImputation, cohort: Cohort, patients: Sequence[str]) -> ImputedValues:
    """Impute the missing values of the analysed patients.

    Parameters
    ----------
    patients : (m,) a different label of each analysed patient: draws go to them in the order of these labels, whatever
        that of the rows.

    Raises
    ------
    DataError
        If a variable that is to be imputed has no value in any patient.

    Notes
    -----
    One set of data sets for all analyses, so that these agree: each variable is imputed given all others, the event
    and the Nelson-Aalen estimate of each endpoint, a competing one's too, and each outcome. Whoever lacks an outcome,
    or a variable that is not imputed, is left out of the analyses; in the chain, where each variable needs a value,
    theirs are drawn too, and dropped ("multiple imputation, then deletion", von Hippel 2007).

    References
    ----------
    White IR, Royston P. Imputing missing covariate values for the Cox model. Stat Med 2009;28:1982-1998. Bartlett JW,
    Taylor JMG. Missing covariates in competing risks analysis. Biostatistics 2016;17:751-763. von Hippel PT.
    Regression with missing Ys. Sociol Methodol 2007;37:83-117.
    """
    entering = _entering(study, asked, cohort)
    without = [name for name in asked.imputed if not entering[name].notna().any()]
    if without:
        label = study.unique_label(without[0])
        raise DataError(
            f"{study.data_file}: {label} ('{without[0]}') has no value in any analysed patient; it cannot be imputed.\n"
            "Leave it out of models with `imputation = true`, or complete the data."
        )
    with Countdown("imputed data sets", asked.sets) as countdown:
        found = impute(
            entering.dropna(axis=1, how="all"),
            patient=patients,
            seed=asked.seed,
            sets=asked.sets,
            iterations=asked.iterations,
            done=countdown.one,
        )
    missing = {name: cohort.missing(name) for name in asked.imputed}
    missing = {name: where for name, where in missing.items() if where.any()}
    return ImputedValues(
        completed=tuple(_completed(study, asked, cohort, each, missing) for each in found.completed),
        missing={name: int(where.sum()) for name, where in missing.items()},
        expected={name: int(cohort.applicable[name].sum()) for name in missing},
        models={name: found.models[name] for name in missing},
        n_patients=int(np.logical_or.reduce(list(missing.values())).sum()) if missing else 0,
    )


def _entering(study: Study, asked: MultipleImputation, cohort: Cohort) -> pd.DataFrame:
    """Return the variables of the chain: those imputed, further ones of the analyses, auxiliary ones, and outcomes."""
    columns: dict[str, pd.Series] = {name: cohort.analysed[name] for name in asked.imputed}
    for name in (*asked.predictors, *asked.auxiliary):
        values = cohort.analysed[name]
        if study.levels(name):
            values = values.astype(object).mask(~cohort.applicable[name] & values.isna(), NOT_APPLICABLE)
        columns[name] = values
    for name, values in _outcomes(study, asked, cohort):
        columns[f"{ENTER_OUTCOME}{name}"] = values
    return pd.DataFrame(columns)


def _outcomes(study: Study, asked: MultipleImputation, cohort: Cohort) -> Iterator[tuple[str, pd.Series]]:
    index = cohort.analysed.index
    for name in asked.endpoints:
        observed = cohort.endpoints[name]
        events = {"event": observed.event}
        if observed.competing is not None:
            events["competing event"] = observed.competing
        for word, event in events.items():
            happened = event & observed.at_risk
            hazard = nelson_aalen(observed.time, happened, entry=observed.entry)
            yield f"{name}.{word}", pd.Series(happened.astype(float), index)
            yield f"{name}.hazard of {word}", pd.Series(hazard, index)
    entering = {*asked.imputed, *asked.predictors, *asked.auxiliary}
    for name in asked.outcomes:
        outcome = study.outcomes[name]
        made_of = [str(outcome.value)] if outcome.event is None else outcome.event.names
        if entering.issuperset(made_of):
            continue  # it is there already, and nothing is drawn by a copy of itself
        if outcome.event is None:
            yield name, cohort.analysed[str(outcome.value)]
        else:
            had_it = pd.Series(outcome.event.mask(cohort.analysed), index).astype(object)
            yield name, had_it.map({True: "yes", False: "no"})


def _completed(
    study: Study,
    asked: MultipleImputation,
    cohort: Cohort,
    drawn: pd.DataFrame,
    missing: Mapping[str, Bools],
) -> pd.DataFrame:
    """Return the analysed patients with values of one data set where these are missing, also what is made of them."""
    frame = cohort.analysed.copy(deep=False)
    for name, where in missing.items():
        values = frame[name].copy()
        values[where] = drawn.loc[where, name]
        frame[name] = values
    changed = set(missing)
    for name in _made_of(study, changed, {*asked.imputed, *asked.predictors, *asked.as_observed}):
        values = frame[name].copy()
        unknown = values.isna().to_numpy()
        made = pd.Series(derive(study.derived[name], frame, study.time).values, index=frame.index)
        values[unknown] = made[unknown]
        frame[name] = values
    return frame


def _made_of(study: Study, changed: Iterable[str], kept: Iterable[str]) -> Iterator[str]:
    """Yield the derived variables that are made of changed ones, in their order; but none of the `kept` ones."""
    changed, kept = set(changed), set(kept)
    for name, definition in study.derived.items():
        if name not in kept and not definition.optional and changed & set(definition.made_of):
            changed.add(name)
            yield name
