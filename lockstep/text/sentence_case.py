"""Labels within a sentence: "Treatment arm" is "treatment arm"; "ECOG", "Karnofsky" and "Hormontherapie" stay."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = frozenset(
    """
    a abdominal abnormal absolute active acute adenocarcinoma adjusted adjuvant administrative admission adverse age
    albumin alcohol alive alkaline allergy allocated allocation anemia any arm arterial ascites assigned assignment
    asthma at baseline bilateral bilirubin biopsy bleeding blood body bone bowel brain breast calcium cancer cardiac
    category cause cell center centre cerebral chemotherapy chest cholesterol chronic class clinical coded cognitive
    cohort colon combined comorbidities comorbidity complete complication complications concomitant condition
    copper coronary creatinine current cycles daily date days death deceased delivery depth diabetes diagnosis
    diagnostic diastolic diet differentiation disease disease-free distance distant dose drug duration edema education
    elapsed elective emergency employment enlarged enrollment estrogen ethnicity event event-free ever excision
    exposure extent extra failure family fasting female fever final first follow-up fracture frequency gender general
    glucose grade group groups head health heart height hematocrit hemoglobin hepatic hepatomegaly high histologic
    histological histology history hormonal hormone hospital hypertension income index infection inflammatory initial
    institution insurance intake intensity interval intervention invasion kidney laboratory last left length lesion
    lesions level levels life liver local localization location long low lung lymph lymphatic male malignant margin
    margins marital married maximum mean median medical medication menopausal metabolic metastases metastasis
    metastatic method methylation minimum mitotic mode model month months morphology mortality multiple mutation
    negative nephrectomy nerve neurological new nodal node nodes non number obesity observation occupation
    of onset operation operative oral organ other outcome overall pain parity partial pathological patient patients
    percent perforation performance peripheral phase physical physician plasma platelet platelets pneumonia
    portal positive post postmenopausal postoperative potassium pregnancy preoperative presence pressure previous
    primary prior procedure progesterone progression progression-free prothrombin pulmonary quality race radiation
    radiotherapy random randomised randomization randomized rate receptor recipient recurrence recurrence-free
    referral regimen region relapse relapse-free remission renal resection residual respiratory response rest right
    risk score season second serum severity sex side site size skin smoker smoking sodium solitary source species
    spiders spleen spread stage standard status steroid stroke study subtype surgeon surgery surgical survival
    symptom symptoms systolic temperature test therapy thickness time tissue total transfusion transplant
    transplantation treated treatment treatments trial triglycerides tumor tumour type ulcer ulceration unit upper
    urban urea urinary urine use vaccination vaccine vascular venous ventilation visit volume waist ward weeks weight
    white with without wound year years
    """.split()  # noqa: SIM905 (a list of hundreds of literals would be a line each)
)
"""First words of labels that are English and no names."""

_NAMES: Final = frozenset(
    """
    african allred american alzheimer ann apgar arbor asian australian barr barrett barthel beck binet bloom borrmann
    braden breslow bruce caucasian charlson child chinese clark clavien cormack cox crohn cushing dindo dukes durie
    edmonton ellis elston epstein epworth european fazekas ferguson fisher fontaine forrest framingham french fuhrman
    garden german glasgow gleason gray gustilo hamilton hashimoto helicobacter hispanic hodgkin hoehn hunt japanese
    kaplan karnofsky katz kellgren killip lansky lauren lawton lehane mallampati masaoka mayo meier milan montreal
    morse nottingham okuda parkinson philadelphia pugh raynaud rai rankin ranson richardson rockall rutherford salmon
    scarff schatzker siewert sjögren sokal starr steinbrocker tanner vienna weber wells western wilson yahr zubrod
    january february march april may june july august september october november december
    """.split()  # noqa: SIM905 (as above)
)
"""Names that stand in labels of clinical data: of people, of places, of months."""

_SHORT: Final = frozenset(["an", "as", "at", "by", "if", "in", "is", "no", "of", "on", "or", "so", "to", "up"])
"""Words of two letters; others are signs, such as Hb and Na."""

# A word whose only capital is its first letter: "Age", not "BMI", "T2" or "A".
_CAPITALISED: Final = re.compile(r"\b[^\W\d_][^\W\d_A-Z]+\b")
_JOINED: Final = re.compile(r"[-–](\w+)")


def lower_first(label: str) -> str:
    """Return a label as it stands within a sentence; only a known English word begins in lower case.

    >>> lower_first("Treatment arm"), lower_first("ECOG"), lower_first("Hormontherapie"), lower_first("Time to death")
    ('treatment arm', 'ECOG', 'Hormontherapie', 'time to death')
    """
    first = re.match(r"[A-Za-z]+(?:-[A-Za-z]+)*", label)
    if first is None or first[0][1:] != first[0][1:].lower():
        return label
    known = first[0].lower()
    return label[:1].lower() + label[1:] if known in _WORDS or known.split("-")[0] in _WORDS else label


def in_sentence(label: str) -> str:
    """Return a label without the capitals of its words, but for names, signs and abbreviations.

    >>> in_sentence("Age Group"), in_sentence("IgG Positive"), in_sentence("Karnofsky Index"), in_sentence("Ki-67")
    ('age group', 'IgG positive', 'Karnofsky index', 'Ki-67')
    """
    return _CAPITALISED.sub(lambda word: word[0].lower() if _is_plain(word[0], label[word.end() :]) else word[0], label)


def _is_plain(word: str, behind: str) -> bool:
    """Return whether a word is no name, nor joined to one or to a number, nor a sign of two letters."""
    known, joined = word.lower(), _JOINED.match(behind)
    if known in _NAMES or (joined and (joined[1].lower() in _NAMES or joined[1][:1].isdigit())):
        return False
    return len(word) > 2 or known in _SHORT


def begin_of_follow_up(label: str) -> str:
    """Return the begin of follow-up as a sentence names it, by the label of its date.

    >>> begin_of_follow_up("Date of operation"), begin_of_follow_up("Operation date")
    ('operation', 'operation')
    """
    return lower_first(re.sub(r"^date (?:of )?|\s+date$", "", label, flags=re.IGNORECASE) or label)
