"""Columns of what is known only after the begin of follow-up, by their names: no table of characteristics has them."""

from __future__ import annotations

import re
from typing import Final

from .observed import PlannedColumn
from .words import DEATH_WORDS, names_a_status, names_a_time, plain

_EVENT: Final = re.compile(
    r"dead|deaths?|died|deceased|fatal|exitus|alive|mort\w*|surviv\w*|surv|vital|vitalstatus|fustat|survstat|events?"
    r"|cens|censor\w*|recur|recurs|recurred|recurrences?|relapse[sd]?|progress(?:ed|ions?)?"
    r"|tod|todes\w*|gestorben|verstorben|lebt|rezidiv\w*|progress|progredien\w*|ereignis\w*|uberleb\w*|zensier\w*"
    r"|deces|decede\w*|vivant\w*|recidiv\w*|rechute\w*|evenements?|survie|censure\w*"
    r"|muert\w*|fallec\w*|recaida\w*|progresion|eventos?|supervivencia|censurad\w*"
)
"""Words of events, in English, German, French and Spanish, as `plain` writes them."""
_BEFORE: Final = re.compile(
    r"previous|prior|prev|hist|history|hx|before|baseline|initial|pre|preoperative|family|familial|father|mother|risk"
    r"|score|predicted|expected|capacity|signs?|antecedent\w*|vorher\w*|fruher\w*|familie"
)
"""Words by which an event is one before the begin of follow-up, or none."""
_STATUS: Final = re.compile(r"status|stat|outcome|delta|failed|failure|statut|estado")
_OF_STATUS: Final = re.compile(
    r"(?:os|pfs|dfs|rfs|efs|dss|fu|follow|up|followup|last|final|end|patient|at|of|[0-9]+|status|stat|outcome)"
)
_TIME: Final = re.compile(
    r"[defrs]time|futime|(?:os|pfs|dfs|rfs|efs|dss)(?:time)?|ttp|ttr|tte|uberlebenszeit\w*|beobachtungs(?:zeit|dauer)\w*"
    r"|nachbeobachtung\w*|nachsorgedauer|delai_(?:de_)?survie|duree_(?:de_|du_)?suivi|tiempo_(?:de_)?seguimiento"
    r"|zeit|temps|tiempo"
)
_RESPONSE: Final = re.compile(r"(?:.*_)?(?:response|responder|complication\w*|toxicity|outcome)(?:_.*)?")


def names_an_event(text: str) -> bool:
    """Return whether a header or label names an event of follow-up: "recur", "Vital status", "Tod".

    >>> names_an_event("recur"), names_an_event("performance_status"), names_an_event("history of relapse")
    (True, False, False)
    """
    found = plain(text).split("_")
    if any(map(_BEFORE.fullmatch, found)):
        return False
    if any(map(_EVENT.fullmatch, found)):
        return True
    return any(map(_STATUS.fullmatch, found)) and all(map(_OF_STATUS.fullmatch, found))


def names_follow_up(header: str) -> bool:
    """Return whether a number is called as a time to an event is.

    >>> names_follow_up("rtime"), names_follow_up("OS months"), names_follow_up("protime"), names_follow_up("diagtime")
    (True, True, False, False)
    """
    return names_a_time(header) or _TIME.fullmatch(plain(header)) is not None


def names_a_response(header: str) -> bool:
    """Return whether a column is called as the result of a treatment is, which no model of its begin has."""
    return _RESPONSE.fullmatch(plain(header)) is not None


def is_an_event(column: PlannedColumn) -> bool:
    """Return whether a category has an event of follow-up by its name, its label, or a status by its values."""
    if column.guess.kind != "category":
        return False
    if names_an_event(column.header) or names_an_event(column.guess.label):
        return True
    values = (*column.guess.levels, *column.guess.levels.values())
    return names_a_status(column.header) and any(map(DEATH_WORDS.search, values))


def why_later(column: PlannedColumn) -> str:
    """Return why a column is one of what happens after the begin of follow-up; "" where it is none by its name."""
    guess = column.guess
    if guess.kind == "number" and names_follow_up(column.header):
        return "called as a time to an event is"
    if names_an_event(column.header) or (guess.kind == "category" and names_an_event(guess.label)):
        return "called as an event of follow-up is"
    called = plain(f"{column.header} {guess.label}").split("_")
    died = any(map(DEATH_WORDS.search, (*guess.levels, *guess.levels.values())))
    return "a value says that a patient has died" if died and not any(map(_BEFORE.fullmatch, called)) else ""
