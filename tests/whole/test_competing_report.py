"""A report on an endpoint with competing events: documents, what leaves with them, and facts of the checklist."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT
from made_once import built_copy

from lockstep.analyses.pipeline import compute
from lockstep.pdf.reading import read_pdf
from lockstep.results.released import RELEASED, released_from_json
from lockstep.study.definition import read_study
from lockstep.submission.strobe_facts import facts_for
from lockstep.text.style import Style

COMPETING = ROOT / "tests" / "studies" / "competing"


def test_facts_of_the_checklist_are_of_incidence() -> None:
    """The items on events and estimates have the competing event, incidence and the cause-specific hazard."""
    study = read_study(COMPETING)
    results = compute(study)
    found = {
        number: [fact.text for fact in facts_for(number, study, results, Style())] for number in ("10", "16a", "16c")
    }
    assert any(
        "36 of 346 had the event, 219 of 346 the competing event (death without progression)" in text
        for text in found["10"]
    )
    assert any("Progression, cause-specific hazard ratio" in text for text in found["16a"])
    assert any("Overall survival, hazard ratio" in text for text in found["16a"])
    assert any(text.startswith("Progression, cumulative incidence at 20") for text in found["16c"])


@pytest.mark.slow
def test_the_report_is_built_and_its_curves_leave_as_what_they_are(tmp_path: Path) -> None:
    """The claim holds, the PDF prints incidence, and the curves that leave with it say that they are of incidence."""
    folder = tmp_path / "study"
    built_copy(COMPETING, folder)
    facts = read_pdf(folder / "build" / "report.pdf")
    text = " ".join(" ".join(page.text for page in facts.pages).split())
    assert "NOT SUPPORTED" not in text
    assert "8.2% (95% CI 5.6–11.5)" in text
    assert "SHR, subdistribution hazard ratio" in text
    released = released_from_json(facts.attachments[RELEASED].decode())
    curves = {curve.id: curve for curve in released.printed_curves}
    assert {curve.estimates for curve in curves.values()} == {"incidence"}
    assert "progression.by_m_protein_group.in_sex.male.high.competing" in curves
