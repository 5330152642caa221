"""The words by which names say what a column is, in English, German, French and Spanish: lower case, no accents."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from ..variables.columns import Role

AGE: Final = re.compile(r"age|alter|lebensalter|edad")
BIRTH_DATE: Final = re.compile(r"birthday|birthdate|dateofbirth|born|dob|geburtsdatum|geburtstag|gebdat\w*|geboren")
"""What is said of a date of birth alone; a weight and an order may be at birth."""

_BIRTH: Final = re.compile(rf"{BIRTH_DATE.pattern}|birth|geburt(s\w*)?|geb|naissance|nacimiento")
_DEATH: Final = re.compile(
    r"[a-z]*death[a-z]*|died|dead|deceased|dod|tod(es\w*)?|sterbe\w*|gestorben|verstorben|deces|decede|mort|exitus|muerte|"
    r"fallecimiento|defuncion"
)
_LAST: Final = re.compile(r"last\w*|latest|letzt\w*|dernier\w*|ultim\w*")
_END: Final = re.compile(r"end|ende|fin")
_FOLLOW_UP: Final = re.compile(r"(last)?(follow|followup|fup?)|nachsorge\w*|beobachtung\w*|suivi|seguimiento")
_CONTACT: Final = re.compile(
    rf"{_FOLLOW_UP.pattern}|(last)?(contact|seen|known|visit|alive)|kontakt\w*|nouvelles?|visite|contacto|visita"
)
_PATTERNS: Final[dict[Role, tuple[tuple[re.Pattern[str], ...], ...]]] = {
    "age": ((AGE,),),
    "birth": ((_BIRTH,),),
    "death": ((_DEATH,),),
    "last_contact": ((_LAST, _CONTACT), (_END, _FOLLOW_UP)),
}
"""A word for each pattern of one of these."""


def has_words_of(role: Role, words: Collection[str]) -> bool:
    """Return whether the words of a name are those of a role."""
    return any(all(any(map(pattern.fullmatch, words)) for pattern in patterns) for patterns in _PATTERNS[role])
