"""Names, labels and units of columns, made of what the file calls them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from ..study.analysis import ALL_TERMS
from ..syntax.names import RESERVED, slug
from .words import ABBREVIATIONS, plain

_LONGEST: Final = 40  # characters of a name that is made here
_LONGEST_LABEL: Final = 80
_VALID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_UNIT: Final = re.compile(
    r"(?:[µμmkc]?(?:g|l|m|mol|s)|[µμmkc]?g/?[dm]?l|cm|mm|kg/m[2²]|lbs?|in|years?|yrs?|y|months?|mos?|weeks?|wks?"
    r"|days?|d|hours?|hrs?|h|jahre?n?|monate?n?|wochen?|tage?n?|ans|ann[ée]es?|mois|semaines?|jours?|a[ñn]os?|mes(?:es)?"
    r"|semanas?|d[íi]as?"
    r"|min|sec|%|percent"
    r"|mm ?hg|bpm|cgy|gy|°c|°f|(?:[a-zµμ]*iu|[a-zµμ]*u|[a-zµμ]+)/[a-z0-9.²³ ]+|10\^?[0-9]+/l|/µl|x ?10.*)",
    re.IGNORECASE,
)
_IN_BRACKETS: Final = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]{1,14})[)\]]")
_BEHIND: Final = {
    **{word: word for word in ("cm", "mm", "kg", "mg", "ml", "gy", "mmhg", "days", "months", "years", "weeks")},
    **{"yrs": "years", "yr": "years", "mo": "months", "mos": "months", "pct": "%", "percent": "%", "gy": "Gy"},
    **{"mmhg": "mmHg"},
}
_SHORT: Final = {"trt": "treatment", "rx": "treatment", "grp": "group", "dx": "diagnosis", "hx": "history"}
_LONG: Final = (
    {"y": "years", "yr": "years", "yrs": "years", "year": "years", "d": "days", "day": "days"}
    | {
        **{"mo": "months", "mos": "months", "month": "months", "week": "weeks", "wk": "weeks", "wks": "weeks"},
        "percent": "%",
    }
    | {
        **dict.fromkeys(
            ("jahr", "jahre", "jahren", "ans", "année", "années", "annee", "annees", "año", "años"), "years"
        ),
        **dict.fromkeys(("monat", "monate", "monaten", "mois", "mes", "meses"), "months"),
        **dict.fromkeys(("woche", "wochen", "semaine", "semaines", "semana", "semanas"), "weeks"),
        **dict.fromkeys(("tag", "tage", "tagen", "jour", "jours", "día", "días", "dia", "dias"), "days"),
    }
)
_IN: Final = re.compile(r"(?:^|[\s_.,]+)(?:in|en)$", re.IGNORECASE)


def without_unit(header: str) -> tuple[str, str]:
    """Split a header into the words and the unit behind them; "" where there is none.

    >>> without_unit("Tumor size (cm)"), without_unit("age_yrs"), without_unit("Smoker (y/n)"), without_unit("months")
    (('Tumor size', 'cm'), ('age', 'years'), ('Smoker (y/n)', ''), ('months', ''))
    >>> without_unit("Age in years"), without_unit("Alter bei Diagnose (in Jahren)")
    (('Age', 'years'), ('Alter bei Diagnose', 'years'))
    """
    found = _IN_BRACKETS.fullmatch(header.strip())
    unit = re.sub(r"^(?:in|en)\s+", "", found[2].strip(), flags=re.IGNORECASE) if found else ""
    if found and _UNIT.fullmatch(unit) and unit.lower() not in {"y/n", "m/f", "f/m"}:
        return found[1], _LONG.get(unit.lower(), unit)
    if found := re.fullmatch(r"(.*[^_. ])[_. ]+([^\W\d_]+)", header):
        said, unit = _IN.sub("", found[1]), found[2].lower()
        unit = _BEHIND.get(unit, _LONG.get(unit, "") if said != found[1] else "")
        if said and unit:
            return said, unit
    return header, ""


def label_of(header: str) -> str:
    """Return a header in words: "ph.ecog" is "Ph ECOG", "tumor_size" is "Tumor size"."""
    words = [_SHORT.get(word.lower(), word) for word in re.sub(r"[_.\s]+", " ", header).strip().split(" ")]
    said = " ".join(
        word.upper() if ABBREVIATIONS.fullmatch(word.lower()) and word.islower() else word for word in words
    )
    said = "".join(c for c in said if c.isprintable())
    if len(said) > _LONGEST_LABEL:
        said = f"{said[: _LONGEST_LABEL - 1].rstrip()}…"
    return said[:1].upper() + said[1:]


def new_name(wanted: str, taken: Collection[str], *, fallback: str) -> str:
    """Return a valid name that is near to what is wanted, not reserved, and none of those that are taken (as slugs)."""
    name = wanted
    if not _VALID.fullmatch(wanted) or len(wanted) > _LONGEST:
        bracketed = _IN_BRACKETS.fullmatch(wanted)
        words = bracketed[1] if bracketed and without_unit(wanted)[1] else wanted
        name = plain(words)[:_LONGEST].strip("_")
    if name[:1].isdigit():
        name = f"v_{name}"
    name = name or fallback
    if slug(name) in {*RESERVED, ALL_TERMS, "missing"}:
        name = f"{name}_value"
    number, found = 2, name
    while slug(found) in taken:
        found, number = f"{name}_{number}", number + 1
    return found
