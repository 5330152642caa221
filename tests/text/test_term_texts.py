"""What the terms of a model are called in rows and labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lockstep.study.definition import read_study
from lockstep.study.term_labels import term_label
from lockstep.study.terms import Term
from lockstep.text.style import Style
from lockstep.text.term_texts import number_label

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("unit", "per", "said"),
    [
        ("years", 10, "per 10 years"),
        ("years", 1, "per year"),
        (None, 5, "per 5 units"),
        ("%", 5, "per 5%"),
        ("%", 1, "per 1%"),
    ],
)
def test_a_number_says_what_its_ratio_is_per(unit: str | None, per: float, said: str) -> None:
    """A percent sign follows its number without a space, and is never alone."""
    study, name = read_study(ROOT), "age_at_diagnosis"
    column = replace(study.columns[name], unit=unit)
    measured = replace(study, columns={**study.columns, name: column})
    assert number_label(Term(name=name, per=per), measured, Style()) == f"Age at diagnosis, {said}"
    if per != 1 or unit == "%":
        assert term_label(measured, Term(name=name, per=per)) == f"Age at diagnosis, {said}"
