"""A change report says which sentences the data no longer support, and which they support again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from locked_study import CLAIM, PATIENT, edit, freeze

from lockstep.__main__ import main
from lockstep.analyses.pipeline import compute
from lockstep.revisions.changes_page import changes_html
from lockstep.revisions.differences import changes_since_lock
from lockstep.revisions.locks import find_lock
from lockstep.study.definition import read_study

# Locks, builds and change reports.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analysis_here")]


@pytest.fixture
def study(locked: Path, tmp_path: Path) -> Path:
    """Return a copy of the study with its lock."""
    return Path(shutil.copytree(locked, tmp_path / "study"))


def test_a_condition_of_several_claims_is_told_once(study: Path) -> None:
    """The second claim with the same condition refers to the line of the first; its words stand there all the same."""
    document = study / "report.qmd"
    text = document.read_text(encoding="utf-8").replace(CLAIM, CLAIM + CLAIM.replace("did not differ", "was alike"))
    document.write_text(text.replace("_value >= alpha", "_value < 0.2"), encoding="utf-8")
    freeze(study, "second")
    edit(study / "data" / "implants.csv", *PATIENT)
    found = changes_since_lock(study)
    first, second = (claim.where.split(":")[1] for claim in found.claims)
    page = changes_html(found, study)
    assert f"as in line {first}</td>" in page
    assert page.index(f"line {second}</td>") > page.index(f"line {first}</td>")
    assert "was alike" in page
    assert page.replace("<wbr>", "").count("retention.by_fixation.log_rank.p_value &lt; 0.2") == 1


def revise_no_cemented_implant(study: Path) -> None:
    """Change the data so that the fixations differ, which the document denies."""
    data = study / "data" / "implants.csv"
    text = data.read_text(encoding="utf-8")
    data.write_text(re.sub(r"(;cemented;.*;)[01](;PRIVATE-7Q)", r"\g<1>0\2", text), encoding="utf-8")


def test_a_claim_that_broke_is_listed_with_its_line_and_the_crossed_p_value(study: Path) -> None:
    """Who runs it sees at once which sentence no longer holds, and why."""
    revise_no_cemented_implant(study)
    found = changes_since_lock(study)
    [claim] = found.claims
    assert (claim.outcome, claim.words) == ("broke", "did not differ")
    lines = (study / "report.qmd").read_text(encoding="utf-8").splitlines()
    assert '"did not differ"' in lines[int(claim.where.removeprefix("report.qmd:")) - 1]
    assert found.values[0].id == "retention.by_fixation.log_rank.p_value"
    assert found.values[0].rank == "significance"
    lines = found.headlines()
    assert f'{claim.where}: no longer supported by the data: "did not differ"' in lines
    crossed = lines.index("    retention.by_fixation.log_rank.p_value")
    assert lines[crossed - 1].endswith(": P value crossed the significance level")
    assert " -> " in lines[crossed + 1]
    assert max(map(len, lines)) <= 120
    assert "No longer supported by the data (1)" in changes_html(found, study)


def test_a_claim_that_is_made_twice_is_listed_with_both_lines(study: Path) -> None:
    """Abstract and results say the same; neither sentence is forgotten when it no longer holds."""
    with (study / "report.qmd").open("a", encoding="utf-8") as document:
        document.write(CLAIM)
    revise_no_cemented_implant(study)
    lines = (study / "report.qmd").read_text(encoding="utf-8").splitlines()
    wanted = [f"report.qmd:{number}" for number, line in enumerate(lines, start=1) if '"did not differ"' in line]
    assert [claim.where for claim in changes_since_lock(study).claims] == wanted
    assert len(wanted) == 2


def test_a_claim_that_was_rewritten_since_is_still_listed(study: Path) -> None:
    """The words of the lock no longer hold, though the text has been mended already."""
    revise_no_cemented_implant(study)
    edit(study / "report.qmd", '"did not differ", "retention.by_fixation.log_rank.p_value >=', '"x", "setting.alpha <=')
    found = changes_since_lock(study)
    assert [(claim.outcome, claim.words) for claim in found.claims] == [("broke", "did not differ")]
    assert found.claims[0].where.endswith("of the lock's text, no longer there")
    assert found.presentation[0] == "The text of report.qmd changed."


def test_a_claim_that_holds_again_is_mended(study: Path) -> None:
    """A lock with a broken claim can be made, with a warning; when the data support it again, the report says so."""
    data = study / "data" / "implants.csv"
    text = data.read_text(encoding="utf-8")
    revise_no_cemented_implant(study)
    assert main(["lock", "second", "--study", str(study), "--renderer", "builtin"]) == 0
    data.write_text(text, encoding="utf-8")
    found = changes_since_lock(study)
    assert found.since == "second"
    assert [(claim.outcome, claim.words) for claim in found.claims] == [("mended", "did not differ")]


def test_a_verdict_does_not_flip_by_rounding(study: Path) -> None:
    """The lock's claim held for the exact 89.0909, though not for the printed 89.1; nothing is said to have broken."""
    exact = compute(read_study(study))["retention.rate.2y"].value
    printed = round(float(exact or 0), 1)
    assert exact != printed
    condition = f"retention.rate.2y {'>' if float(exact or 0) > printed else '<'} {printed}"
    with (study / "report.qmd").open("a", encoding="utf-8") as document:
        document.write(f'\nIt was `{{python}} r.claim("so", "{condition}")`.\n')
    freeze(study, "second")
    lock = find_lock(study, "second").released()
    assert lock["retention.rate.2y"].value == printed
    assert lock.met(condition)
    edit(study / "data" / "implants.csv", "I004;cemented;29,1;", "I004;cemented;29,1001;")
    assert changes_since_lock(study).claims == ()
