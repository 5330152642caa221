"""Arrays handed to the statistics, checked before anything is computed; a refusal names the rows, counted from 1."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..base.errors import DataError, counted, row_list
from ..base.snapping import snapped_all

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]

# Two times closer than this are the same time, as in R (survival::aeqSurv): 0.1 + 0.2 months and 0.3 months are tied.
TIED = float(np.sqrt(np.finfo(np.float64).eps))


def checked_numbers(values: ArrayLike, name: str) -> Floats:
    """Return a non-empty array of finite numbers.

    Raises
    ------
    DataError
        If there is no value, or one is missing, infinite or not a number; names the rows.
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array([_number(value) for value in np.asarray(values, dtype=object)])
    if numbers.ndim != 1:
        raise DataError(f"{name} has {counted(numbers.ndim, 'dimension')}; expected one value per patient.")
    if numbers.size == 0:
        raise DataError(f"{name} is empty; expected at least one patient. Check the eligibility rules and the groups.")
    _refuse(~np.isfinite(numbers), f"{name} is missing or not a finite number")
    return numbers


def checked_flags(values: ArrayLike, name: str) -> Bools:
    """Return a non-empty array of yes and no; raise DataError where a value is neither 0/1 nor False/True."""
    numbers = checked_numbers(values, name)
    _refuse((numbers != 0) & (numbers != 1), f"{name} is neither 0 nor 1")
    return np.asarray(numbers == 1)


def checked_follow_up(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Bools]:
    """Return follow-up times and event flags of the same patients, times tied that differ by rounding only.

    Raises
    ------
    DataError
        If there is no patient, the lengths differ, or a value is missing, a time negative or an event neither 0 nor 1.

    Notes
    -----
    Times are tied as R ties them (``survival::aeqSurv``): a gap below 1.5e-8, absolute or relative to the mean distinct
    time, is no gap.

    Examples
    --------
    >>> checked_follow_up([5, -1], [1, 0])
    Traceback (most recent call last):
    lockstep.base.errors.DataError: follow-up time is negative in row 2. ....
    """
    times, events = checked_numbers(time, "follow-up time"), checked_flags(event, "event")
    same_length(times, events, "follow-up time", "event")
    _refuse(times < 0, "follow-up time is negative", "Check that no patient's end comes before the start.")
    return _tied(snapped_all(times)), events


def checked_intervals(entry: ArrayLike, time: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats, Bools]:
    """Return delayed entries, follow-up times and event flags of the same rows; a row is at risk after its entry.

    Raises
    ------
    DataError
        As `checked_follow_up`, and if an entry is missing or negative, or follow-up does not end after it.

    Notes
    -----
    Entries and times are tied with one another as R ties them (``survival::aeqSurv``), as by `checked_follow_up`.
    """
    entries, times = checked_numbers(entry, "entry"), checked_numbers(time, "follow-up time")
    events = checked_flags(event, "event")
    same_length(times, entries, "follow-up time", "entry")
    same_length(times, events, "follow-up time", "event")
    _refuse(entries < 0, "entry is negative", "Whoever is at risk from the start has entry 0.")
    both = _tied(snapped_all(np.concatenate((entries, times))))
    entries, times = both[: len(times)], both[len(times) :]
    advice = "A row is at risk after its entry, up to its time; check both, or leave these rows out."
    _refuse(times <= entries, "follow-up time is not after the entry", advice)
    return entries, times, events


def checked_weights(values: ArrayLike, name: str) -> Floats:
    """Return a non-empty array of finite numbers > 0; raise DataError where one is not."""
    numbers = checked_numbers(values, name)
    _refuse(numbers <= 0, f"{name} is not more than 0", "Leave patients without weight out.")
    return numbers


def checked_labels(values: ArrayLike | pd.DataFrame, name: str) -> Ints:
    """Return labels of any type as whole numbers from 0, in the order of the labels; of a frame, its distinct rows.

    Raises
    ------
    DataError
        If a label is missing; names the rows.
    """
    if not isinstance(values, pd.DataFrame | pd.Series):
        values = np.asarray(values, dtype=object)
    frame = pd.DataFrame(values).reset_index(drop=True)
    if frame.empty:
        raise DataError(f"{name} is empty; expected at least one patient. Check the eligibility rules and the groups.")
    _refuse(frame.isna().any(axis=1).to_numpy(), f"{name} is missing")
    codes = frame.groupby(list(frame.columns), observed=True).ngroup()
    return np.asarray(codes.to_numpy(dtype=np.int64))


def checked_categories(values: ArrayLike, times: Floats, name: str) -> tuple[Ints, tuple[str, ...]]:
    """Return each patient's group (or stratum) as a whole number, and the names of the groups, in their order.

    Parameters
    ----------
    values : (n,) labels of any type; a Categorical keeps the order of its levels, others are sorted.
    times : (n,) follow-up of the same patients.
    name : what messages call the labels.

    Raises
    ------
    DataError
        If a label is missing, which names the rows, or there is not one for each time.
    """
    categories = pd.Categorical(np.asarray(values, dtype=object) if not isinstance(values, pd.Series) else values)
    codes = np.asarray(categories.codes, dtype=np.int64)
    same_length(times, codes, "follow-up time", name)
    _refuse(codes < 0, f"{name} is missing")
    return codes, tuple(str(label) for label in categories.categories)


def checked_patients(values: ArrayLike, entry: Floats | None, time: Floats) -> Ints:
    """Return whose row each one is, as whole numbers from 0.

    Raises
    ------
    DataError
        If a patient is missing, or rows of one patient overlap in time, so that the patient would be at risk twice.
    """
    patients = checked_labels(values, "patient")
    same_length(time, patients, "follow-up time", "patient")
    begin = np.full(len(time), -np.inf) if entry is None else entry
    order = np.lexsort((time, begin, patients))
    earlier, later = order[:-1], order[1:]
    overlap = np.zeros(len(time), dtype=np.bool_)
    overlap[later] = (patients[earlier] == patients[later]) & (begin[later] < time[earlier])
    advice = "Each row of a patient begins where the one before it ends, or later."
    _refuse(overlap, "follow-up overlaps with another row of the same patient", advice)
    return patients


def same_length(first: NDArray[Any], second: NDArray[Any], first_name: str, second_name: str) -> None:
    """Raise DataError where two columns do not hold the same number of patients."""
    if len(first) != len(second):
        lengths = f"{first_name} has {counted(len(first), 'value')}, {second_name} has {len(second)}"
        raise DataError(f"{lengths}; expected one of each per patient.")


def checked_rows(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> tuple[Floats, Floats, Bools]:
    """Return entries (0 where none is given), times and event flags; errors as `checked_intervals`."""
    if entry is not None:
        return checked_intervals(entry, time, event)
    times, events = checked_follow_up(time, event)
    return np.zeros(len(times)), times, events


def checked_causes(values: ArrayLike, *, of: int = 1) -> Ints:
    """Return which event each patient had first: 0 none, 1, 2, ...

    Parameters
    ----------
    of : the cause that is asked for.

    Raises
    ------
    DataError
        If a cause is no whole number >= 0; names the rows.
    ValueError
        If `of` is the code of no event.
    """
    if of < 1:
        raise ValueError(f"no event is cause {of}; a cause is 1, 2, ...")
    numbers = checked_numbers(values, "cause")
    _refuse((numbers < 0) | (numbers != np.floor(numbers)), "cause is not a whole number >= 0")
    return numbers.astype(np.int64)


def checked_counts(table: ArrayLike) -> Ints:
    """Return a table of counts without its empty rows and columns; raise DataError where it is not one."""
    try:
        numbers = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.ndim != 2 or not np.array_equal(numbers, np.floor(np.abs(numbers))):
        raise DataError("a cross table is not one of counts; expected whole numbers >= 0 in rows of equal length.")
    counts = numbers.astype(np.int64)
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])


def _refuse(wrong: Bools, found: str, advice: str = "Complete the data, or leave these patients out.") -> None:
    if wrong.any():
        raise DataError(f"{found} in {row_list(np.flatnonzero(wrong) + 1)}. {advice}")


def _number(value: object) -> float:
    """Return a value as a number; what is none becomes NaN, to be refused with its row."""
    try:
        return float(value)  # type: ignore[arg-type]  # the point is to try
    except (TypeError, ValueError):
        return float("nan")


def _tied(times: Floats) -> Floats:
    """Return times of which those that differ by rounding only are one."""
    distinct = np.unique(times)
    gap = np.diff(distinct)
    tied = (gap <= TIED) | (gap <= TIED * distinct.mean())
    if not tied.any():
        return times
    first = distinct[np.concatenate(([True], ~tied))]
    return np.asarray(first[np.searchsorted(first, times, side="right") - 1])
