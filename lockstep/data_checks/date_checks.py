"""Built-in checks of dates: after the cut-off, after the end of follow-up, after death, before birth; ages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from ..base.wording import listing, shown
from ..data.findings import DataFinding
from ..variables.checks import Severity
from .checked import Checked, Days, Flags

_YEAR: Final = 365.25  # days
_ISOLATED: Final = 5 * _YEAR  # after all other dates: nobody is followed so much longer than everybody else
_FEWEST: Final = 20  # dates, of which the newest can be judged
_OFF: Final = 1.01
"""Years that an age may be off: ages are completed ones, rounded ones or those of the running year."""
_NAT: Final = np.datetime64("NaT")


def date_findings(checked: Checked, *, late: Mapping[str, Flags]) -> Iterator[DataFinding]:
    """Yield what is wrong between the dates of a patient, but for what only follows from an error of the row.

    Parameters
    ----------
    late : dates that are reported as being in the future already, by column; see `late_dates`.
    """
    dates = {name: checked.days(name) for name in checked.columns("date")}
    for name, wrong in (*late.items(), *checked.disputed.items()):
        if name in dates:
            dates[name][wrong] = _NAT
    yield from _after_follow_up(checked, dates)
    yield from _after_death(checked, dates)
    yield from _before_birth(checked, dates)
    yield from _ages(checked, dates)


def late_dates(checked: Checked) -> dict[str, Flags]:
    """Return which dates are in the future of the data: (n,) by column, of those that have such a date.

    Notes
    -----
    With a data cut-off these are the dates after it. Without one the day on which the file was written is not known,
    and that of the run is none: the same file has to give the same results. Then the few dates are late that come more
    than five years after all others; and those after the newest last contact where the patient has no last contact of
    his own to be compared with.
    """
    dates = {name: checked.days(name) for name in checked.columns("date")}
    cutoff = checked.study.data.cutoff
    if cutoff is not None:
        late = {name: days > np.datetime64(cutoff, "D") for name, days in dates.items()}
    else:
        believable = _newest_believable(dates)
        late = {name: days > believable for name, days in dates.items()}
        if last := checked.roles.last_contact:
            _add_after_newest_contact(checked, dates, late, last)
    return {name: found for name, found in late.items() if found.any()}


def future_dates(checked: Checked, late: Mapping[str, Flags]) -> Iterator[DataFinding]:
    """Yield the findings of `late_dates`; after a declared cut-off they are errors."""
    cutoff = checked.study.data.cutoff
    for name, where in late.items():
        if cutoff is not None:
            found, expected = "has a date after the data cut-off", f"none after {cutoff}, the `cutoff` under [data]"
        else:
            found = "has a date after all others of the file"
            expected = "none after the data were collected (a `cutoff` under [data] says when that was)"
        severity: Severity = "query" if cutoff is None else "error"
        yield checked.about("future_date", where, found, expected, column=name, severity=severity)


def _newest_believable(dates: Mapping[str, Days]) -> np.datetime64:
    """Return the newest date behind which there is no gap of years with a few dates after it; NaT where it is open."""
    known = np.sort(np.concatenate([np.array([], dtype="datetime64[D]"), *dates.values()]))
    known = known[~np.isnat(known)]
    if len(known) < _FEWEST:
        return _NAT
    few = max(2, len(known) // 200)
    top = known[-few - 1 :]
    gaps = np.flatnonzero(np.diff(top).astype(float) > _ISOLATED)
    newest: np.datetime64 = top[gaps[0]] if len(gaps) else known[-1]
    return newest


def _add_after_newest_contact(checked: Checked, dates: Mapping[str, Days], late: dict[str, Flags], last: str) -> None:
    contacts = [dates[name][~late[name]] for name in (last, checked.roles.death) if name is not None]
    known = np.concatenate(contacts)
    known = known[~np.isnat(known)]
    if len(known) < _FEWEST:
        return
    newest = known.max()
    for name, days in dates.items():
        if name in (last, checked.roles.death):
            continue
        after = days > newest
        if after.sum() <= max(2, len(known) // 100):  # else it is a date of another kind, such as that of the entry
            own = ~np.isnat(dates[last]) if name in checked.roles.events else np.zeros(len(days), dtype=bool)
            late[name] |= after & ~own


def _after_follow_up(checked: Checked, dates: Mapping[str, Days]) -> Iterator[DataFinding]:
    last, death = checked.roles.last_contact, checked.roles.death
    if last is None:
        return
    alive = np.isnat(dates[death]) if death else np.ones(len(dates[last]), dtype=bool)
    for name in checked.roles.events:
        where = alive & (dates[name] > dates[last])
        if where.any():
            found = f"has a date after the end of follow-up (column {shown(checked.header(last))})"
            expected = "none after the last contact"
            yield checked.about("event_after_follow_up", where, found, expected, column=name, beside=[last])


def _after_death(checked: Checked, dates: Mapping[str, Days]) -> Iterator[DataFinding]:
    death, last = checked.roles.death, checked.roles.last_contact
    if death is None:
        return
    for name in (*checked.roles.events, *([last] if last else [])):
        where = dates[name] > dates[death]
        if where.any():
            found = f"has a date after death (column {shown(checked.header(death))})"
            yield checked.about("contact_after_death", where, found, "none after death", column=name, beside=[death])


def _before_birth(checked: Checked, dates: Mapping[str, Days]) -> Iterator[DataFinding]:
    """Yield one finding: where several dates come before birth, it is the birth that is wrong."""
    birth = checked.roles.birth
    if birth is None:
        return
    before = {name: days < dates[birth] for name, days in dates.items() if name != birth}
    earlier = [name for name, where in before.items() if where.any()]
    if earlier:
        where = np.logical_or.reduce([before[name] for name in earlier])
        others = listing((checked.header(name) for name in earlier), most=5)
        found = f"has a birth after another date (column {others})"
        yield checked.about("before_birth", where, found, "no date before it", column=birth, beside=earlier)


def _ages(checked: Checked, dates: Mapping[str, Days]) -> Iterator[DataFinding]:
    birth = checked.roles.birth
    if birth is None:
        return
    for age in checked.roles.ages:
        lived = [_years_between(dates[birth], dates[name]) for name in age.at]
        low, high = np.fmin.reduce(lived), np.fmax.reduce(lived)  # NaN where none of the dates is known
        years = checked.numbers(age.name) / age.per_year
        where = (low >= 0) & ((years < low - _OFF) | (years > high + _OFF))
        if where.any():
            at = f"column {listing((checked.header(name) for name in age.at), most=5)}"
            found = f"is more than a year off the age by dates (birth {shown(checked.header(birth))}, {at})"
            yield checked.about(
                "age_contradicts_dates",
                where,
                found,
                "the years between them",
                column=age.name,
                beside=[birth, *age.at],
            )


def _years_between(start: Days, end: Days) -> npt.NDArray[np.float64]:
    known = ~(np.isnat(start) | np.isnat(end))
    days = end.astype("int64") - start.astype("int64")
    return np.where(known, days / _YEAR, np.nan)
