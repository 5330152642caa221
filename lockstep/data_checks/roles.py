"""What columns are for the checks of the data: birth, death, last contact, ages, and the dates of events.

A `role` in study.toml decides; else endpoints and the words of names and labels do, where they leave no doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..study.model import Study
from ..variables.columns import Column, Role
from .role_words import AGE, has_words_of

_FILLING: Final = frozenset(
    {  # English, German, French, Spanish
        *("a", "an", "at", "completed", "date", "dates", "day", "days", "in", "month", "months", "of", "on", "patient"),
        *("patients", "the", "time", "week", "weeks", "y", "year", "years", "yr", "yrs"),
        *("bei", "beim", "datum", "dem", "der", "des", "jahr", "jahre", "jahren", "monate", "tage", "von", "zum"),
        *("zur",),
        *("ans", "annees", "au", "aux", "d", "de", "du", "jour", "l", "la", "le", "les", "mois"),
        *("al", "anos", "del", "dia", "el", "en", "fecha", "los", "meses"),
    }
)
"""Words that do not say which date is meant."""

_PER_YEAR: Final = {
    **dict.fromkeys(
        ("year", "years", "y", "yr", "yrs", "a", "jahr", "jahre", "an", "ans", "annees", "ano", "anos"), 1.0
    ),
    **dict.fromkeys(("month", "months", "mo", "monat", "monate", "mois", "mes", "meses"), 12.0),
    **dict.fromkeys(("week", "weeks", "woche", "wochen", "semaines", "semanas"), 365.25 / 7),
    **dict.fromkeys(("day", "days", "d", "tag", "tage", "jours", "dias"), 365.25),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """A number column that is an age.

    Attributes
    ----------
    name : of the column.
    per_year : how many of its units make a year.
    at : the date columns of which it may be the age: one, where its name says at which.
    """

    name: str
    per_year: float
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The columns that checks of dates are about, by name; None where there is none, or no certain one.

    Attributes
    ----------
    events : date columns of events, and of the beginning of follow-up: what an endpoint names, and what is optional.
    """

    birth: str | None
    death: str | None
    last_contact: str | None
    events: tuple[str, ...]
    ages: tuple[Age, ...]


def roles_of(study: Study) -> Roles:
    """Return what the columns of a study are.

    Notes
    -----
    A date that is called after both death and last contact is the last contact. Of two columns that are called alike
    (the births of mother and child) neither is taken. Without a name for it the last contact is the date with which the
    endpoints end where no other date has come, if it is the same in all. An age at something belongs to the one date
    with these words.
    """
    dates = [name for name, column in study.columns.items() if column.type == "date"]
    last = _the_one(study, dates, "last_contact") or _last_end(study)
    death = _the_one(study, [name for name in dates if name != last], "death")
    birth = _the_one(study, [name for name in dates if name not in (last, death)], "birth")
    ends = {end for endpoint in study.endpoints.values() for end in endpoint.end}
    if birth in ends and study.columns[str(birth)].role is None:
        birth = None  # a delivery, the event of a study of pregnancies
    used = {name for endpoint in study.endpoints.values() for name in endpoint.made_of}
    used |= {name for name in dates if study.columns[name].optional}
    others = [name for name in dates if name not in (birth, death, last)]
    return Roles(
        birth=birth,
        death=death,
        last_contact=last,
        events=tuple(name for name in others if name in used),
        ages=tuple(_ages(study, others)),
    )


def _the_one(study: Study, names: Iterable[str], role: Role) -> str | None:
    columns = [study.columns[name] for name in names]
    declared = [column.name for column in columns if column.role == role]
    if not declared:
        declared = [column.name for column in columns if column.role is None and _is_called(column, role)]
    return declared[0] if len(declared) == 1 else None


def _last_end(study: Study) -> str | None:
    """Return what ends follow-up where no event does; it is the last contact unless it is called after death."""
    endpoints = [endpoint for endpoint in study.endpoints.values() if endpoint.end]
    ends = {endpoint.end[-1] for endpoint in endpoints if endpoint.end[-1] not in endpoint.event.names}
    if len(ends) != 1:
        return None
    column = study.columns[ends.pop()]
    return None if column.role not in (None, "last_contact") or _is_called(column, "death") else column.name


def _ages(study: Study, dates: list[str]) -> Iterator[Age]:
    for name, column in study.columns.items():
        if column.type == "number" and (column.role == "age" or _is_called(column, "age")):
            per_year, at = _units_per_year(column), _dates_meant(study, column, dates)
            if per_year and at:
                yield Age(name=name, per_year=per_year, at=at)


def _units_per_year(column: Column) -> float | None:
    """Return how many units of an age make a year; None where the unit is not known."""
    if column.unit is not None:
        return _PER_YEAR.get(" ".join(_words(column.unit)))
    named = (word for text in _texts(column) for word in _words(text) if len(word) > 2)
    return next((_PER_YEAR[word] for word in named if word in _PER_YEAR), 1.0)


def _dates_meant(study: Study, column: Column, dates: list[str]) -> tuple[str, ...]:
    """Return the date that has the words of "age at ..."; of "age" alone all dates, and none where it is not clear."""
    texts = [words for words in map(_words, _texts(column)) if any(map(AGE.fullmatch, words))]
    meanings = [{word for word in words if word not in _FILLING and not AGE.fullmatch(word)} for words in texts]
    if not any(meanings):
        return tuple(dates)
    for meant in filter(None, meanings):
        fit = [name for name in dates if any(meant <= set(_words(text)) for text in _texts(study.columns[name]))]
        if len(fit) == 1:
            return tuple(fit)
    return ()


def _is_called(column: Column, role: Role) -> bool:
    """Return whether one of the column's names has the words of a role."""
    return any(has_words_of(role, words) for words in map(_words, _texts(column)))


def _texts(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys((column.name, column.header, column.label)))


def _words(text: str) -> list[str]:
    """Return the words of a name, in small letters without accents: of "DateOfBirth", "date_of_birth"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).casefold())
