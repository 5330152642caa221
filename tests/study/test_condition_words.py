"""Conditions are said in the words of the study: labels of variables and levels, units, and no signs of a program."""

from __future__ import annotations

import pytest

from lockstep.results.model import Results
from lockstep.study.condition_words import in_words
from lockstep.study.model import Study
from lockstep.syntax.expressions import parse_expression
from lockstep.variables.derived import variable_types


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("local_treatment == 'yes'", "Local treatment: With local treatment"),
        ("local_treatment != 'yes'", "Local treatment: not With local treatment"),
        ("'male' == sex", "Sex: Male"),
        ("grade in ['2', '3']", "Histologic grade: 2 or 3"),
        ("grade not in ['1', '2', '3']", "Histologic grade: not 1, 2 or 3"),
        ("age_at_diagnosis > 60", "Age at diagnosis above 60 years"),
        ("60 > age_at_diagnosis", "Age at diagnosis below 60 years"),
        ("18 <= age_at_diagnosis < 65.5", "Age at diagnosis at least 18 years and Age at diagnosis below 65.5 years"),
        ("primary_size_cm >= 1000000", "Primary tumor size (primary_size_cm) at least 1000000 cm"),
        ("date_progression present", "Progression recorded"),
        ("date_progression missing", "Progression not recorded"),
        ("date_metastasis < '1990-01-01'", "Metastasis before 1990-01-01"),
        ("date_metastasis <= date_last_followup", "Metastasis on or before Last follow-up"),
        ("surgery == rfa", "Surgery of metastases the same as Radiofrequency ablation of metastases"),
        (
            "sex == 'male' and (grade == '3' or depth == 'deep')",
            "Sex: Male and (Histologic grade: 3 or Primary tumor depth: Deep)",
        ),
        ("not (sex == 'male' or grade == '3')", "not (Sex: Male or Histologic grade: 3)"),
    ],
)
def test_a_condition_is_said_with_labels(condition: str, words: str, study: Study) -> None:
    """Each form of a condition has its words."""
    parsed = parse_expression(condition)
    parsed.check(variable_types(study.columns, study.derived))
    assert in_words(parsed.condition, study) == words


def test_a_variable_of_some_patients_tells_them_in_words(results: Results) -> None:
    """The population of a derived variable that has `among` names levels by their labels, and shows no condition."""
    record = results["modality.surgery.count"]
    assert record.population == "patients analysed; Local treatment: With local treatment"
    assert not [item.id for item in results if "==" in item.population + item.label]
