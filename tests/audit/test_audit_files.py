"""The audit's file and its verbs: written, read, brought up to date, and what an exit code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from published_statements import PUBLISHED, edited, flagship_copy, ids, judge

from lockstep.base.errors import PublishedError, ReportError
from lockstep.base.stamp import MadeFrom
from lockstep.cli.command import run_verb as main
from lockstep.document.report import ensure_audit
from lockstep.results.model import Results
from lockstep.results.verdicts import (
    AUDIT_FILE,
    PUBLISHED_FILE,
    Audit,
    audit_is_current,
    audit_made_from,
    audit_to_json,
    read_audit,
    write_audit,
)
from lockstep.study.definition import read_study
from lockstep.study.model import Study


@pytest.fixture(scope="module")
def flagship(results: Results) -> Audit:
    """Return the audit of the flagship."""
    return judge(results)


@pytest.fixture
def copy(tmp_path: Path, study: Study, results: Results) -> Path:
    """Return a copy of the flagship's folder, with its results up to date."""
    return flagship_copy(tmp_path / "study", study, results)


def test_the_command_prints_the_score_and_the_reasons(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line is the score; each impossible statement follows with its reason; the audit is written."""
    assert main(["judge", "--study", str(copy)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("data/published.csv: 152 of 156 match")
    assert "  P119 impossible: CR overall: percent, printed 57.1% (Results)" in lines
    assert max(map(len, lines)) <= 112
    assert read_audit(copy / AUDIT_FILE).passed


def test_the_exit_code_tells_red_from_broken(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 for an unexplained statement or a bad row, 2 where there is no audit at all; good rows are always judged."""
    file = edited(copy / "data", "P022", value="61")
    assert main(["judge", "--study", str(copy)]) == 1
    assert "P022 unexplained: male: count, printed 61 (Table 1)\n      the results give 60\n" in capsys.readouterr().out

    edited(copy / "data", "P022", value="sixty")
    assert main(["judge", str(file), "--study", str(copy)]) == 1
    said = capsys.readouterr()
    assert "151 of 155 match" in said.out
    assert "row 23: the value 'sixty' is no number" in said.err

    file.unlink()
    assert main(["judge", "--study", str(copy)]) == 2
    assert "data/published.csv: cannot be read" in capsys.readouterr().err


def test_results_are_still_the_command_without_a_verb(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m lockstep results --study folder` computes results as before."""
    assert main(["results", "--study", str(copy)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "build/results.json: up to date"


def test_the_audit_survives_its_file(flagship: Audit, tmp_path: Path) -> None:
    """What is written is read back equal, and the same input gives the same bytes."""
    write_audit(flagship, tmp_path / "audit.json", MadeFrom())
    assert read_audit(tmp_path / "audit.json") == flagship
    assert audit_to_json(read_audit(tmp_path / "audit.json")) == audit_to_json(flagship)


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 1}', '{"schema": 7}', '{"schema": 1, "statements": [{}]}'])
def test_a_damaged_audit_is_refused(flagship: Audit, tmp_path: Path, content: str) -> None:
    """Any other content is reported as such, with what to do; none is current."""
    file = tmp_path / "audit.json"
    write_audit(flagship, file, audit_made_from(PUBLISHED, PUBLISHED))
    assert audit_is_current(file, published=PUBLISHED, results=PUBLISHED)
    file.write_text(content)
    with pytest.raises(PublishedError, match="lockstep audit"):
        read_audit(file)
    assert not audit_is_current(file, published=PUBLISHED, results=PUBLISHED)


def test_the_document_brings_its_audit_up_to_date(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The audit is made where there is none, kept while nothing changes, and made again after an edit, by content."""
    study = read_study(copy)
    assert ensure_audit(study).score().startswith("152 of 156")
    before = (copy / AUDIT_FILE).stat().st_mtime_ns
    ensure_audit(study)
    assert (copy / AUDIT_FILE).stat().st_mtime_ns == before
    edited(copy / "data", "P022", value="61")
    assert ids(ensure_audit(study), "unexplained") == {"P022"}
    assert capsys.readouterr().out == ""


def test_the_analysis_audits_as_well_where_it_is_asked_to(copy: Path) -> None:
    """The audit made beside the results is the one made after them; statements without sense spoil no results."""
    ensure_audit(read_study(copy))
    after = (copy / AUDIT_FILE).read_bytes()
    (copy / AUDIT_FILE).unlink()
    assert main(["results", "--audit", "--force", "--study", str(copy)]) == 0
    assert (copy / AUDIT_FILE).read_bytes() == after
    (copy / PUBLISHED_FILE).write_text("no statements")
    assert main(["results", "--audit", "--force", "--study", str(copy)]) == 0


def test_the_document_refuses_statements_that_cannot_be_read(copy: Path) -> None:
    """A wrong row, or no file at all, stops the build with its reason: a table that lacks a row would look complete."""
    study = read_study(copy)
    edited(copy / "data", "P022", value="sixty")
    with pytest.raises(ReportError, match=r"data/published\.csv, row 23: the value 'sixty' is no number"):
        ensure_audit(study)
    (copy / PUBLISHED_FILE).unlink()
    with pytest.raises(ReportError, match=r"there is no data/published\.csv to audit"):
        ensure_audit(study)
