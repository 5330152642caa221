"""The study that death competes in: R computes every record a second time."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from reference_statistics import study_rows
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import StudyError
from lockstep.study.definition import read_study
from lockstep.tables.tables import render_table
from lockstep.text.phrases import Phrases
from lockstep.text.style import Style

COMPETING = ROOT / "tests" / "studies" / "competing"
RELATIVE = 1e-6


def test_every_record_of_the_endpoint_is_that_of_r() -> None:
    """Counts, incidence, tests and models: each has the value and limits of R, and there is no other."""
    results = compute(read_study(COMPETING))
    found = {name: row for name, row in study_rows(results).items() if name.startswith("progression.")}
    assert differences(read_rows(REFERENCE / "values" / "competing_study.csv"), found, relative=RELATIVE) == []


def test_tables_say_of_which_hazard_their_ratios_are() -> None:
    """Fine-Gray models have SHR in the heading; Cox models say in the note that they are cause-specific."""
    study = read_study(COMPETING)
    results = compute(study)
    fine_gray, cause_specific = (
        render_table(name, study, results, Style()).markdown for name in ("fine_gray", "cause_specific")
    )
    assert "SHR (95% CI)" in fine_gray
    assert "SHR, subdistribution hazard ratio (Fine–Gray model)" in fine_gray
    shr = Phrases(results, Style()).ratio("progression.shr.m_protein_group.high.subdistribution_hazard_ratio")
    assert shr.text.replace("\N{NO-BREAK SPACE}", " ") == "SHR 2.37 (95% CI 1.24–4.53)"
    assert re.search(r"2\.37 \(1\.24–4\.53\)", fine_gray)
    assert (
        "HR, hazard ratio (cause-specific: follow-up censored at death without progression)"
        in cause_specific.replace("\\", "")
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("endpoint = 'os'", "names 'os', which has no competing event"),
        ("endpoint = 'progression'\nstrata = ['sex']", "is a term too; a stratum has no hazard ratio"),
    ],
)
def test_a_fine_gray_model_that_makes_no_sense_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    """It needs a competing event, and strata that are no terms."""
    text = (COMPETING / "study.toml").read_text(encoding="utf-8")
    model = f"[models.other]\nkind = 'fine_gray'\nterms = ['sex']\n{lines}\n"
    (tmp_path / "study.toml").write_text(f"{text}\n{model}", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    assert message in str(error.value)


def test_the_short_form_asks_for_differences_at_landmarks(tmp_path: Path) -> None:
    """Those of its exposure are those of a named comparison of its groups; without an exposure they are refused."""
    text = (COMPETING / "study.toml").read_text(encoding="utf-8")
    shutil.copytree(COMPETING / "data", tmp_path / "data")
    named = "[comparisons.named]\ngroups = 'm_protein_group'\n"
    (tmp_path / "study.toml").write_text(f"{text}\n{named}", encoding="utf-8")
    results = compute(read_study(tmp_path))
    for endpoint, what in (("os", "rate"), ("progression", "incidence"), ("progression", "competing_incidence")):
        for part in (f"{what}_difference.10y", f"{what}_difference.p_value.10y"):
            short, of_name = (results[f"{endpoint}.{name}by_m_protein_group.high.{part}"] for name in ("", "named."))
            assert short.value is not None
            assert (short.value, short.conf_low) == (of_name.value, of_name.conf_low)
    assert "os.by_age_group.to_74.rate_difference.10y" not in results
    without = re.sub(r"(?m)^(exposure|subgroup|adjust_for) = .*\n", "", text)
    (tmp_path / "study.toml").write_text(without, encoding="utf-8")
    with pytest.raises(StudyError, match="needs `exposure`"):
        read_study(tmp_path)
