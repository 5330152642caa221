"""What a statistic is of, as a value; the only place where ids of results are made, or a name of one is taken apart.

An id such as ``os.by_sex.male.rate.5y`` is for people: text, claims and published statements cite results by it. The
program asks for results by `Key`, and never reads anything back from an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Final

from ..base.errors import ResultsError
from ..syntax.names import slug

REVIEWED: Final = "reviewed"
"""All patients of the data file: the population before eligibility."""

SURVIVORS: Final = "survivors"
"""The patients without the event of the endpoint over which follow-up runs."""

COMPETING: Final = "competing"
"""The item of a curve that is of the competing event."""

BOUNDS: Final = ("conf_low", "conf_high")
"""The limits of a record's interval, which a condition names behind the record's id."""

_SHORT_ID: Final = 3
_PATH: Final = re.compile(r"[a-z0-9_{}]+(\.[a-z0-9_{}]+)*")
_PART: Final = re.compile(r"(?P<before>[a-z0-9_]*)\{(?P<part>[a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Key:
    """A statistic, of what and of whom; or, without a statistic, a curve.

    Attributes
    ----------
    statistic : its path in the catalogue, such as ``median`` or ``cox.{level}.hazard_ratio``; "" for a curve.
    endpoint, variable : what is described. The covariate of a model has both: of which endpoint, and which variable.
    level : of `variable`; of a hazard ratio, the one that is compared with the first.
    by, by_level : the variable whose groups are described or compared, and the group that is described.
    within, within_level : the variable in whose levels groups are compared, and the level.
    analysis : a named analysis: the multivariable model, a cut-off.
    population : a named set of patients, where these are not all the analysed.
    at : a landmark, in years.
    item : which of several of a kind: a rule of eligibility, the position of a cut point, an event of a composite.

    All names are those of study.toml, as they are written there.
    """

    statistic: str = ""
    endpoint: str | None = None
    variable: str | None = None
    level: str | None = None
    by: str | None = None
    by_level: str | None = None
    within: str | None = None
    within_level: str | None = None
    analysis: str | None = None
    population: str | None = None
    at: float | None = None
    item: str | None = None

    @property
    def id(self) -> str:
        """The dotted name of the result.

        It is made of the parts in a fixed order: reviewed population, endpoint or variable, other population, analysis,
        ``by_`` and ``in_`` with their levels, the statistic's path, then covariate, level, landmark and item. A part
        that the path has in braces is put there instead; braces of a part that is not given drop out.
        """
        segments, named = _segments(self.statistic)
        subject = "variable" if self.endpoint is None else "endpoint"
        front = ("population", subject) if self.population == REVIEWED else (subject, "population")
        found = [_form(self, part) for part in (*front, "analysis") if part not in named]
        if self.by is not None and "by" not in named:
            found.append(f"by_{slug(self.by)}")
        if self.within_level is not None:
            found.append(f"in_{slug(self.within or '')}.{slug(self.within_level)}")
        found.append(_form(self, "by_level"))
        for before, part in segments:
            text = _form(self, part) if part else ""
            found.append(before + text if text or not part else "")
        behind = ("level", "at", "item") if subject == "variable" else ("variable", "level", "at", "item")
        found += [_form(self, part) for part in behind if part not in named]
        return ".".join(filter(None, found))

    @property
    def of_group(self) -> bool:
        """Whether it is of a part of the patients, or compares parts of them."""
        return self.by is not None or self.within is not None

    def parts(self) -> dict[str, Any]:
        """Return the parts that are given, by name."""
        values = {name: getattr(self, name) for name in _FIELDS}
        return {name: value for name, value in values.items() if value not in (None, "")}


_FIELDS: Final = tuple(field.name for field in fields(Key))


def checked_path(path: str) -> str:
    """Return the path of a statistic; raise ResultsError where no id can be made of it."""
    if not _PATH.fullmatch(path):
        raise ResultsError(
            f"a statistic has the path '{path}'; expected lower-case letters, digits and _, in parts with points "
            "between them, such as restricted_mean or followed_beyond.{at}.count"
        )
    for part in path.split("."):
        if "{" in part or "}" in part:
            found = _PART.fullmatch(part)
            if found is None or found["part"] not in _FIELDS[1:]:
                raise ResultsError(
                    f"a statistic has the path '{path}', with '{part}'; expected in braces: {', '.join(_FIELDS[1:])}"
                )
    return path


def count_and_percent_keys(key: Key) -> tuple[Key, Key] | None:
    """Return the keys of a count and of its percentage, of which a key is either; None where it is neither."""
    *stem, part = key.statistic.split(".")
    if part not in ("count", "percent"):
        return None
    count, percent = (replace(key, statistic=".".join((*stem, name))) for name in ("count", "percent"))
    return count, percent


def ids_below(stem: str, *names: str) -> tuple[str, ...]:
    """Return the ids, or paths, of results by what they share: for "sex.male" those of its count and percent."""
    return tuple(f"{stem}.{name}" for name in names)


def ids_alike(record_id: str, ids: Iterable[str]) -> list[str]:
    """Return the ids with the same beginning, end and number of parts, as those of the same result by other groups.

    None where the id is short: one with more parts names a group, or a term of a model.
    """
    parts = record_id.split(".")
    if len(parts) <= _SHORT_ID:
        return []
    split = ((other, other.split(".")) for other in ids)
    return [other for other, own in split if len(own) == len(parts) and (own[0], own[-1]) == (parts[0], parts[-1])]


def id_parts(record_id: str) -> tuple[str, ...]:
    """Return the parts of an id that somebody typed, for what is said of one that there is not."""
    return tuple(record_id.split("."))


def id_with(record_id: str, part: str, other: str) -> str:
    """Return an id with another part in place of one: "os.by_sex.gray.p_value" for "os.by_sex.log_rank.p_value"."""
    return ".".join(other if found == part else found for found in id_parts(record_id))


def bound_name(record_id: str, bound: str) -> str:
    """Return the name of a number of a record: "os.median.conf_low"."""
    return f"{record_id}.{bound}"


def split_bound(name: str) -> tuple[str, str]:
    """Return the record's id of a name in a condition, and the bound that it names; "" where it is the value."""
    stem, _, bound = name.rpartition(".")
    return (stem, bound) if bound in BOUNDS else (name, "")


@cache
def _segments(path: str) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the segments of a path, each a text and the part of a key that follows it or "", and all these parts."""
    segments = []
    for segment in path.split(".") if path else ():
        found = _PART.fullmatch(segment)
        segments.append((found["before"], found["part"]) if found else (segment, ""))
    return tuple(segments), frozenset(part for _, part in segments if part)


def _form(key: Key, part: str) -> str:
    """Return the form that a part of a key takes in an id."""
    value = getattr(key, part)
    if value is None:
        return ""
    return f"{value:g}y".replace(".", "_") if part == "at" else slug(value)
