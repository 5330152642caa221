"""What study.toml may ask of imputation, and the one message with which anything else is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from imputed_study import DECLARED, MODELS, made, patients
from study_texts import refusal

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError

ONE = "\n[models.x]\nendpoint = 'os'\nterms = ['arm', 'grade', 'age']\nimputation = true\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ONE, "[models.x.imputation] needs [imputation], which says how"),
        ("[imputation]\nm = 20\n", "[imputation] is asked for by nothing"),
        (f"{ONE}[imputation]\nm = 1\n", "[imputation.m] is 1; expected a whole number from 2 to 200"),
        (f"{ONE}[imputation]\nseed = 1.5\n", "[imputation.seed] is 1.5; expected a whole number"),
        (f"{ONE}[imputation]\nsets = 5\n", "[imputation.sets] is not a known key"),
        (f"{ONE}[imputation]\nvariables = ['os']\n", "'os', which is an endpoint or outcome, and is never imputed"),
        (f"{ONE}[imputation]\nvariables = ['died']\n", "is what endpoint 'os' is made of, and is never imputed"),
        (f"{ONE}[imputation]\nvariables = ['born']\n", "'born', which is a date, and dates are never imputed"),
        (f"{ONE}[imputation]\nvariables = ['margin']\n", "is optional: a blank means that it did not happen"),
        (f"{ONE}[imputation]\nalso = ['site']\n", "'site', which is neither a column nor derived"),
        (f"{ONE}[imputation]\nvariables = []\n", "[imputation.variables] has nothing to impute"),
        (
            f"{ONE.replace('arm', 'village')}[imputation]\nm = 2\n",
            "the term 'village', which has 31 levels; at most 30",
        ),
        (f"{ONE}[imputation]\nalso = ['village']\n", "has 31 levels; at most 30 can be imputed"),
        (f"{ONE}[imputation]\nalso = ['patient']\n", "'patient', which identifies patients, and is never imputed"),
        ("[comparisons.c]\ngroups = 'arm'\nimputation = true\n", "never groups; expected `adjust_for`"),
        ("[models.x]\nlike = 'y'\n", "[models.x.like] names 'y'; the other models are: none"),
        (f"{ONE}[models.y]\nlike = 'x'\n[models.z]\nlike = 'y'\n", "names 'y', which is like another itself"),
        (
            f"{ONE}[models.x_complete_cases]\nendpoint = 'os'\nterms = ['age']\n[imputation]\nm = 2\n",
            "makes the model 'x_complete_cases', of patients who lack nothing, and there is one",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """One clear message that names the key; what is never imputed is said in words."""
    levels = [f"v{i}" for i in range(31)]
    further = f"[columns.village]\ntype = 'category'\nlevels = {levels}\n[columns.patient]\ntype = 'number'\n"
    assert message in refusal(tmp_path, DECLARED + further + text)


def test_a_variable_without_any_value_is_refused(tmp_path: Path) -> None:
    """By its label, with what to do; nothing is written."""
    models = MODELS.replace('"old"]\nimputation', '"old", "crp"]\nimputation').replace('also = ["crp"]', "")
    with pytest.raises(DataError, match=r"\('crp'\) has no value in any analysed patient; it cannot be imputed"):
        compute(made(tmp_path, DECLARED + models, patients().assign(crp="")))


@pytest.mark.parametrize("kind", ["endpoint", "outcome"])
def test_a_model_is_like_another_but_for_its_own_keys(kind: str, tmp_path: Path) -> None:
    """It takes terms and population, and what it is of only where it says nothing of that."""
    of: Any = {"endpoint": "endpoint = 'os'", "outcome": "outcome = 'hurt'"}[kind]
    text = f"[models.one]\n{of}\nterms = ['arm', 'age']\n[models.two]\nlike = 'one'\noutcome = 'responded'\n"
    study = made(tmp_path, DECLARED + text)
    one, two = study.models
    assert (two.terms, two.endpoints, two.outcomes, two.kind) == (one.terms, (), ("responded",), "logistic")
