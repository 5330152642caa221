"""The words by which columns and values are recognised: of ids, persons, times, events, groups, and what is missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ..data_checks.role_words import AGE, BIRTH_DATE, has_words_of

MISSING_ANYWHERE: Final = frozenset(["NA", "N/A", "n/a", "#N/A", "#NULL!", "NaN", "nan", "NULL", "null", "."])
"""Texts that mean a missing value in any column: what programs write."""

MISSING_WORDS: Final = re.compile(
    r"-|--|\?|\?\?|inconnu|missing|n\.d\.|na|nd|nil|none|not available|not done|not known|not recorded"
    r"|unbekannt|unbek\.?|unk|unknown|k\. ?a\.|keine angaben?|n\. ?b\."
    r"|nicht (?:bekannt|erhoben|untersucht|dokumentiert)|non renseign[ée]e?|no consta|sin datos|desconocid[oa]"
)
"""Texts by which people say that a value is missing, in lower case."""

MISSING_LABELS: Final = re.compile(
    r"missing|unknown|not (known|available|recorded|stated|applicable|ascertained)|refused|no answer|don'?t know|n/?a",
    re.IGNORECASE,
)
"""Value labels that say that a value is missing."""

_SPLIT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_ID: Final = re.compile(
    r"(?:(?:patient|pat|subject|subj|usubj|record|case|study|person|participant|pt|screening|sample|row|unique|u|s|p)_)*"
    r"(?:ids?|identifier|code|key|no|nr|num|number|pid|patid|patientid|subjid|usubjid|recordid|caseid|studyid|mrn"
    r"|patnr|patno|pidnum|patnum|subjno|fallnummer|pseudonym|patient|subject|record|case|participant|pt)"
)
_PERSON: Final = re.compile(
    r"(?:.*_)?(?:(?:first|last|sur|full|middle|maiden|given|family|patient|physician|doctor|surgeon|birth)_?names?|name"
    r"|names|vorname|nachname|initials|surgeon|physician|doctor|clinician|investigator|consultant|e_?mail|mail|phone"
    r"|telephone|mobile|fax|tel|address|street|zip|zip_?code|post_?code|postal_?code|plz|ssn|nhs(?:_number)?|mrn"
    r"|social_security(?:_number)?|insurance_(?:no|number|id)|passport|iban|url|ip_address)(?:_.*)?"
)
_DATE: Final = re.compile(r"date?|day|datum|tag|jour|fecha|dia")
_FREE: Final = re.compile(
    r"(?:.*_)?(?:comments?|remarks?|notes?|notas?|observations?|free_?text|description|specify|other_text|memo"
    r"|bemerkung(?:en)?|kommentare?|anmerkung(?:en)?|notiz(?:en)?|freitext|commentaires?|remarques?|comentarios?"
    r"|observacion(?:es)?|texte?_libre|texto_libre)(?:_.*)?"
)

_TIME: Final = re.compile(
    r"[0-9]+|contact|d|day|days|death|dfs|dfstime|dss|dtime|duration|efs|event|failure|follow|followup|free|fu"
    r"|futime|in|last|lastfu|m|mo|month|months|mos|obs|observation|of|os|ostime|overall|pfs|pfstime"
    r"|progression|recurrence|relapse|rfs|rfstime|stime|surv|survival|survtime|time|times|to|tte|ttp|until|up"
    r"|week|weeks|y|year|years|yr|yrs"
)
_TIME_SURE: Final = re.compile(
    r"days|dfs|dfstime|dss|dtime|duration|efs|follow|followup|fu|futime|months|os|ostime|pfs|pfstime|rfs"
    r"|rfstime|stime|surv|survival|survtime|time|times|tte|ttp|years"
)
_STATUS: Final = re.compile(
    r"(?:.*_)?(?:status|event|events|death|dead|died|deceased|cens|censor|censored|censoring|vital|fustat|delta|failed"
    r"|failure|exitus|alive|relapse|relapsed|recurrence|progression|progressed|outcome|stat)(?:_.*)?"
)
_GROUP: Final = re.compile(
    r"(?:(?:treatment|treat|trt|therapy|study|trial|patient|assigned|planned|actual|initial|first_line)_)*"
    r"(?:arm|arms|treatment|treat|trt|rx|group|grp|regimen|randomi[sz]ation|randomi[sz]ed|allocation|exposure|exposed"
    r"|cohort|therapy|(?:studien|behandlungs|therapie)?(?:arm|gruppe)|behandlung|therapie|groupe|bras|traitement|grupo"
    r"|brazo|tratamiento)(?:_(?:arm|group|code|name|type))?"
)
_START: Final = re.compile(
    r".*(?:diagnos|surg|operat|operation|randomi|enrol|inclusion|baseline|start|begin|admission|index|treatment|entry"
    r"|einschluss|aufnahme|eingriff|behandlung|operacion|intervencion|chirurgie|debut|inicio|ingreso).*"
    r"|(?:.*_)?(?:op|rand|surg)(?:_.*)?"
)
_END: Final = re.compile(
    r".*(?:last|follow|_fu|fu_|contact|exit|end|censor|letzt|kontakt|nachsorge|dernier|suivi|ultim[oa]|seguimiento).*"
)
_ADJUST: Final = (
    re.compile(rf"(?:.*_)?(?:{AGE.pattern})(?:_.*)?"),
    re.compile(r"(?:.*_)?(?:sex|gender|female|male|geschlecht|sexe|sexo)(?:_.*)?"),
    re.compile(r"(?:.*_)?(?:stage|tnm|figo|ajcc|uicc|stadium|stade|estadio)(?:_.*)?"),
    re.compile(r"(?:.*_)?(?:grade|grading|differ|differentiation|differenzierung|grado)(?:_.*)?"),
    re.compile(r"(?:.*_)?(?:ecog|karno|karnofsky|kps|performance_status|asa|charlson|cci)(?:_.*)?"),
)

ENDPOINTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "os": ("Overall survival", "OS", "death"),
    "pfs": ("Progression-free survival", "PFS", "progression or death"),
    "dfs": ("Disease-free survival", "DFS", "recurrence or death"),
    "rfs": ("Relapse-free survival", "RFS", "relapse or death"),
    "efs": ("Event-free survival", "EFS", "event or death"),
    "dss": ("Disease-specific survival", "DSS", "death of the disease"),
    "recurrence": ("Recurrence-free survival", "RFS", "recurrence or death"),
    "ttr": ("Time to recurrence", "TTR", "recurrence"),
    "ttp": ("Time to progression", "TTP", "progression"),
    "event": ("Event-free survival", "EFS", "event"),
}
"""Kinds of endpoints: label, abbreviation and event."""
_OF_TIMES: Final = {"ostime": "os", "pfstime": "pfs", "dfstime": "dfs", "rfstime": "rfs", "overall": "os"}
_SAID_IN_WORDS: Final = {
    "os": re.compile(r"overall_survival"),
    "pfs": re.compile(r"progression_free"),
    "dfs": re.compile(r"disease_free"),
    "rfs": re.compile(r"relapse_free"),
    "recurrence": re.compile(r"recurrence_free"),
    "efs": re.compile(r"event_free"),
    "dss": re.compile(r"(?:disease|cancer|cause)_specific"),
}

DEATH_WORDS: Final = re.compile(
    r"\b(?:dead|deaths?|died?|deceased|exitus|expired|fatal|verstorben|tot|tod|gestorben|d[ée]c[ée]d[ée]e?|d[ée]c[èe]s"
    r"|muert[eoa]|fallecid[oa]|doc|dod)\b",
    re.IGNORECASE,
)
"""Words of a value or label by which a patient died."""
ALIVE_WORDS: Final = re.compile(
    r"\b(?:alive|living|survived|survivor|lebend(?:ig)?|lebt|vivante?|viv[oa]|censor(?:ed)?|cens|zensiert|censur[ée]e?"
    r"|censurad[oa]|no event|event.?free|lost|ltfu|lfu|withdrawn|withdrew|awd|ned)\b",
    re.IGNORECASE,
)
"""Words of a value or label by which a patient has not had the event."""
BEFORE_DEATH: Final = re.compile(
    r"relaps|recur|progress|progred|metasta|rezidiv|r[ée]cidiv|rechute|reca[ií]d", re.IGNORECASE
)
"""Words of an event of a disease after which a patient may still die."""
OTHER_EVENTS: Final = re.compile(r"relaps|recurr|progress|metasta|transplant|event|failure", re.IGNORECASE)
"""Words of an event that is not death alone."""
EVENT_WORDS: Final = re.compile(
    r"\b(?:event|relapsed?|recurr?(?:ence|ed)?|progress(?:ion|ed)|failure|failed|yes|true|observed|ja|oui|s[ií]"
    r"|rezidiv|progress|r[ée]cidive|rechute|recidiva|reca[ií]da)\b",
    re.IGNORECASE,
)
"""Words of a value or label by which a patient has had another event."""
NO_WORDS: Final = re.compile(
    r"\b(?:no|not|without|none|never|false|nein|kein[e]?|nicht|ohne|non|sans|aucune?|sin|0)\b", re.IGNORECASE
)
"""Words of a value or label that deny an event."""
REFERENCE_WORDS: Final = re.compile(
    r"\b(?:control|kontroll(?:e|gruppe|arm)|t[ée]moin|placebo|standard|observation|obs|untreated|conventional|usual"
    r"|unexposed|no|none|without|ohne|konventionell)\b",
    re.IGNORECASE,
)
"""Words of a group with which the others are compared."""

ORDERS: Final = (
    "never former current",
    "no yes",
    "nein ja",
    "non oui",
    "no si sí",
    "negative positive",
    "negativ positiv",
    "négatif positif",
    "negativo positivo",
    "neg pos",
    "absent present",
    "false true",
    "low intermediate medium moderate high",
    "mild moderate severe",
    "none mild moderate severe",
    "small medium large",
    "good intermediate fair poor",
    "well moderately poorly",
    "male female",
    "männlich weiblich",
    "m f",
    "alive dead",
)
"""Orders in which levels are listed."""

ABBREVIATIONS: Final = re.compile(
    r"afp|alt|asa|ast|bmi|bp|bun|cd|cea|ckd|copd|crp|csf|ct|dbp|dfs|ecg|ecog|efs|egfr|er|fev1|gfr|hb|hba1c|hcv"
    r"|hdl|her2|hiv|hpv|hr|icu|inr|iq|ki67|kps|ldh|ldl|los|lvef|mri|msi|nyha|os|pet|pfs|pr|ps|psa|rbc|rfs|sbp"
    r"|tnm|tsh|uicc|wbc|who"
)
"""Abbreviations that are written in capitals."""


@lru_cache(maxsize=1 << 10)  # each is asked for by many words in turn
def plain(header: str) -> str:
    """Return a header as lower-case words of ASCII joined by _: "Tumor.Size (cm)" is "tumor_size_cm".

    >>> plain("Größe"), plain("dateOfBirth"), plain("OS time")
    ('grosse', 'date_of_birth', 'os_time')
    """
    letters = unicodedata.normalize("NFKD", header.replace("ß", "ss"))
    return "_".join(_SPLIT.findall("".join(c for c in letters if not unicodedata.combining(c)))).lower()


def names_an_id(header: str) -> bool:
    """Return whether a column is called as those of the patients' ids are."""
    return _ID.fullmatch(plain(header)) is not None


def names_a_person(header: str) -> bool:
    """Return whether a column is called as one that identifies somebody is."""
    return _PERSON.fullmatch(plain(header)) is not None


def names_a_birth(header: str) -> bool:
    """Return whether a column is called as a date of birth is."""
    found = plain(header).split("_")
    says_date = any(map(_DATE.fullmatch, found)) and has_words_of("birth", found)
    return says_date or any(map(BIRTH_DATE.fullmatch, found))


def names_free_text(header: str) -> bool:
    """Return whether a column is called as remarks are."""
    return _FREE.fullmatch(plain(header)) is not None


def names_a_time(header: str) -> bool:
    """Return whether a column is called as a time to an event is."""
    found = plain(header).split("_")
    if not header:
        return False
    return any(map(_TIME_SURE.fullmatch, found)) and all(map(_TIME.fullmatch, found))


def names_a_later_time(header: str) -> bool:
    """Return whether a number is called as one that is known only at the end of follow-up, as times to events are."""
    return (
        names_a_time(header)
        or re.fullmatch(r"[a-z]{1,4}time|time_to_.*|.*_(?:days|months|time)", plain(header)) is not None
    )


def names_a_status(header: str) -> bool:
    """Return whether a column is called as the one that has the event is."""
    return _STATUS.fullmatch(plain(header)) is not None


def endpoint_kind(header: str, label: str = "") -> str:
    """Return the kind of endpoint (a key of `ENDPOINTS`) that name or label of a time say; "" where they say none."""
    for kind, pattern in _SAID_IN_WORDS.items():
        if pattern.search(plain(label)) or pattern.search(plain(header)):
            return kind
    found = plain(header).split("_")
    for word in found:
        kind = _OF_TIMES.get(word, word)
        if kind in ENDPOINTS and kind != "event":
            return kind
    return "os" if {"survival", "surv", "survtime", "dtime"} & set(found) else ""


def names_groups(header: str) -> bool:
    """Return whether a column is called as the groups of a study are."""
    return _GROUP.fullmatch(plain(header)) is not None


def names_a_start(header: str, label: str = "") -> bool:
    """Return whether a date is called as the begin of follow-up is, by its name or its label."""
    return _START.fullmatch(plain(header)) is not None or _START.fullmatch(plain(label)) is not None


def names_an_end(header: str) -> bool:
    """Return whether a date is called as the end of follow-up is."""
    is_last = has_words_of("last_contact", plain(header).split("_"))
    return is_last or names_a_date_of_death(header) or _END.fullmatch(plain(header)) is not None


def names_a_date_of_death(header: str) -> bool:
    """Return whether a date is called as that of death is."""
    return has_words_of("death", plain(header).split("_"))


def adjustment_rank(header: str, label: str = "") -> int | None:
    """Return the place of a column among those that models are adjusted for; None where it is none of them."""
    said = [plain(text) for text in (header, label)]
    return next((place for place, names in enumerate(_ADJUST) if any(map(names.fullmatch, said))), None)


def means_missing(text: str) -> bool:
    """Return whether a text is one by which people say that a value is missing."""
    if text[-1:].isdigit():
        return False  # as most cells of numbers and dates: no such word ends with a digit
    return MISSING_WORDS.fullmatch(" ".join(text.casefold().split())) is not None
