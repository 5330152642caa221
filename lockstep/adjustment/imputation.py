"""Multiple imputation by chained equations: missing values drawn several times, given all other variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..base.errors import DataError
from ..statistics.arrays import Floats, checked_follow_up, checked_labels, checked_numbers, same_length
from ..study.imputation import MOST_LEVELS
from .imputation_draws import drawn_levels, drawn_numbers

ImputationModel: TypeAlias = Literal["predictive mean matching", "logistic regression", "multinomial regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """Completed data sets.

    Attributes
    ----------
    completed : the data sets, rows and columns in the order of the data.
    missing : how many values of each variable were missing, of those that had any.
    models : by what each of these was imputed.
    seed, iterations : with which the same data give the same bytes.
    """

    completed: tuple[pd.DataFrame, ...] = field(compare=False, repr=False)
    missing: Mapping[str, int]
    models: Mapping[str, ImputationModel]
    seed: int
    iterations: int


def impute(
    frame: pd.DataFrame,
    *,
    patient: ArrayLike,
    seed: int,
    sets: int = 20,
    iterations: int = 10,
    donors: int = 5,
    time: ArrayLike | None = None,
    event: ArrayLike | None = None,
    done: Callable[[], object] | None = None,
) -> Imputation:
    """Complete a data set several times, each missing value drawn given all other variables.

    Parameters
    ----------
    frame : (n, p) every variable of the analysis, and what else predicts a missing value. Columns of numbers are
        numbers, all others categories.
    patient : (n,) a different label of each patient: draws go to patients in their order, whatever that of the rows.
    sets : how many data sets; as many as percent of patients have a missing value is a good rule.
    iterations : how often each set goes through all variables.
    donors : among how many of the nearest patients the one is drawn whose number is taken.
    time, event : (n,) complete follow-up and event of a survival analysis, not in `frame`: the event and the
        Nelson-Aalen estimate at the patient's own time enter every model (White & Royston).
    done : is called after each data set.

    Raises
    ------
    DataError
        If a variable has no value at all or is a category of more than 30 levels, two patients have one label, or
        follow-up is missing.
    ValueError
        If fewer than two sets, no iteration or no donor is asked for.

    Notes
    -----
    Chained equations as R's ``mice``: numbers by predictive mean matching (``pmm``), so that no value is imputed that
    nobody has; categories of two levels by logistic (``logreg``), of more by multinomial regression (``polyreg``, but
    with drawn coefficients, which mice leaves out). Ordered categories are imputed as others. Each set starts from
    values drawn of those observed; variables are visited from the fewest missing values to the most, then by name, so
    that the order of columns does not matter either.

    Each set has a PCG64 generator of its own, of the seed and its number: more sets do not change the first ones.
    Values imputed are values or levels observed, and patients with equal predictions are ordered by the generator and
    not by their last bits, so that the sets are the same on every machine.

    References
    ----------
    van Buuren S, Groothuis-Oudshoorn K. mice. J Stat Softw 2011;45(3):1-67. White IR, Royston P. Imputing missing
    covariate values for the Cox model. Stat Med 2009;28:1982-1998.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [61, None, 55, 70, 48, 66], "sex": ["f", "m", "f", None, "m", "m"]})
    >>> found = impute(frame, patient=list("abcdef"), seed=1, sets=2)
    >>> dict(found.missing), found.models["sex"], found.completed[0].isna().sum().sum()
    ({'age': 1, 'sex': 1}, 'logistic regression', np.int64(0))
    """
    if sets < 2 or iterations < 1 or donors < 1:
        raise ValueError(f"{sets} sets, {iterations} iterations, {donors} donors; expected 2, 1 and 1 or more")
    rank = checked_labels(patient, "patient")
    same_length(np.empty(len(frame)), rank, "data", "patient")
    if len(np.unique(rank)) < len(rank):
        raise DataError("two rows have one patient; expected each patient once. Give each row a label of its own.")
    order = np.argsort(rank)
    variables = [_Variable.of(str(name), column.iloc[order]) for name, column in frame.items()]
    outcome = np.empty((len(frame), 0))
    if time is not None and event is not None:
        outcome = _survival_predictors(time, event, len(frame))[order]
    # From the fewest missing values to the most, by name where there are as many.
    variables.sort(key=lambda variable: (variable.n_missing, variable.name))

    completed = []
    for number in range(sets):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, number))))
        sources = _one_set(variables, outcome, rng, iterations, donors)
        filled = {}
        for name, column in frame.items():
            values = column.copy()
            if str(name) in sources:
                at, source = sources[str(name)]
                values.iloc[order[at]] = column.iloc[order[source]].to_numpy()
            filled[name] = values
        completed.append(pd.DataFrame(filled, index=frame.index, columns=frame.columns))
        if done is not None:
            done()
    incomplete = [variable for variable in variables if variable.n_missing]
    return Imputation(
        completed=tuple(completed),
        missing={variable.name: variable.n_missing for variable in incomplete},
        models={variable.name: variable.model for variable in incomplete},
        seed=seed,
        iterations=iterations,
    )


def nelson_aalen(time: ArrayLike, event: ArrayLike, *, entry: ArrayLike | None = None) -> Floats:
    """Return the cumulative hazard (Nelson-Aalen) at each patient's own follow-up time.

    Parameters
    ----------
    entry : (n,) delayed entry: patients are at risk after it, and the hazard is that from then on; 0 of whom never was.

    Raises
    ------
    DataError
        If there is no patient or a value is missing; names the rows.

    Notes
    -----
    As ``mice::nelsonaalen`` and ``basehaz(coxph(Surv(time, event) ~ 1))`` with Breslow's ties in R.

    Examples
    --------
    >>> nelson_aalen([2, 4, 4, 9], [1, 1, 0, 0]).round(4).tolist()
    [0.25, 0.5833, 0.5833, 0.5833]
    """
    times, events = checked_follow_up(time, event)
    entries = np.full(len(times), -np.inf) if entry is None else checked_numbers(entry, "entry")
    same_length(times, entries, "follow-up time", "entry")
    seen = entries < times
    at = np.unique(times)
    n_at_risk = np.searchsorted(np.sort(entries[seen]), at) - np.searchsorted(np.sort(times[seen]), at)
    n_events = np.bincount(np.searchsorted(at, times[seen]), events[seen], len(at))
    hazard = np.concatenate(([0.0], np.cumsum(n_events / np.maximum(n_at_risk, 1))))
    found = hazard[np.searchsorted(at, times, side="right")] - hazard[np.searchsorted(at, entries, side="right")]
    return np.where(seen, found, 0.0)


@dataclass(frozen=True, slots=True)
class _Variable:
    """A variable with its values as numbers: of a number itself, of a category the codes of its levels."""

    name: str
    values: Floats
    observed: np.ndarray
    levels: int  # 0 of a number

    @classmethod
    def of(cls, name: str, column: pd.Series) -> _Variable:
        observed = column.notna().to_numpy()
        if not observed.any():
            advice = "Leave it out, or complete the data."
            raise DataError(f"variable '{name}' has no value in any patient; it cannot be imputed. {advice}")
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            values = np.zeros(len(column))
            values[observed] = checked_numbers(column[observed].to_numpy(), f"variable '{name}'")
            return cls(name, values, observed, 0)
        # By their texts: the order in which levels occur, or are declared, does not matter.
        codes, levels = pd.factorize(column.astype(object).where(observed).map(str, na_action="ignore"), sort=True)
        if len(levels) > MOST_LEVELS:
            advice = f"at most {MOST_LEVELS} can be imputed or predict others. Combine levels, or leave it out."
            raise DataError(f"variable '{name}' has {len(levels)} levels; {advice}")
        return cls(name, codes.astype(np.float64), observed, len(levels))

    @property
    def n_missing(self) -> int:
        return int((~self.observed).sum())

    @property
    def model(self) -> ImputationModel:
        if not self.levels:
            return "predictive mean matching"
        return "logistic regression" if self.levels <= 2 else "multinomial regression"

    def columns(self, values: Floats) -> Floats:
        """Return the design columns of some values: the number, or an indicator of each level but the first."""
        if not self.levels:
            return values[:, np.newaxis]
        return np.asarray(values[:, np.newaxis] == np.arange(1, self.levels), dtype=np.float64)


def _one_set(
    variables: list[_Variable], outcome: Floats, rng: np.random.Generator, iterations: int, donors: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return, for each incomplete variable, its missing patients and the patients whose values they are given."""
    current = {variable.name: variable.values.copy() for variable in variables}
    incomplete = [variable for variable in variables if variable.n_missing]
    sources = {}
    for variable in incomplete:
        missing, known = np.flatnonzero(~variable.observed), np.flatnonzero(variable.observed)
        source = known[rng.integers(len(known), size=len(missing))]
        current[variable.name][missing] = variable.values[source]
        sources[variable.name] = (missing, source)
    for _ in range(iterations):
        for variable in incomplete:
            if variable.levels == 1:
                continue  # all are of the one level that there is
            others = [other.columns(current[other.name]) for other in variables if other is not variable]
            predictors = _standardised(np.column_stack((*others, outcome)))
            missing = sources[variable.name][0]
            if variable.levels:
                codes = variable.values.astype(np.int64)
                drawn = drawn_levels(codes, variable.observed, predictors, variable.levels, rng)
                # Any patient of the level stands for it.
                first = {code: int(np.flatnonzero(variable.observed & (codes == code))[0]) for code in np.unique(drawn)}
                source = np.array([first[code] for code in drawn], dtype=np.int64)
            else:
                source = drawn_numbers(variable.values, variable.observed, predictors, rng, donors=donors)
            current[variable.name][missing] = variable.values[source]
            sources[variable.name] = (missing, source)
    return sources


def _standardised(columns: Floats) -> Floats:
    """Return columns with mean 0 and standard deviation 1, without those that are constant."""
    varying = columns[:, (columns != columns[:1]).any(axis=0)]
    spread = varying.std(axis=0)
    seen = spread > 0  # not of differences that vanish when they are squared, such as 1e-200
    return np.asarray((varying[:, seen] - varying[:, seen].mean(axis=0)) / spread[seen])


def _survival_predictors(time: ArrayLike, event: ArrayLike, n: int) -> Floats:
    hazard = nelson_aalen(time, event)
    same_length(np.empty(n), hazard, "data", "follow-up time")
    return np.column_stack((hazard, np.asarray(event, dtype=np.float64)))
