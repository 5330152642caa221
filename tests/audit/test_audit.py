"""The audit: every printed statement of the flagship has its verdict; breaking one number turns the right one red."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lxml.etree
import pytest

from lockstep.analyses.pipeline import compute
from lockstep.audit.comparison import audit
from lockstep.audit.published import read_published
from lockstep.base.errors import PublishedError, ReportError
from lockstep.base.stamp import MadeFrom
from lockstep.cli.command import run as main
from lockstep.document.report import ensure_audit
from lockstep.results.model import Results
from lockstep.results.source import RESULTS_FILE, results_made_from, write_results
from lockstep.results.verdicts import (
    AUDIT_FILE,
    PUBLISHED_FILE,
    Audit,
    Judgement,
    audit_is_current,
    audit_made_from,
    audit_to_json,
    read_audit,
    write_audit,
)
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.tables.audit_page import audit_page, audit_table, write_audit_page

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / PUBLISHED_FILE

IMPOSSIBLE = {"P013", "P062", "P117", "P119"}
UNDER_A_READING = {"P139", "P140", "P141"}
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} & "quotes" | @fig-1'


def judge(results: Results | None, file: Path = PUBLISHED) -> Audit:
    """Return the audit of a file of statements."""
    hash_ = None if results is None else "0" * 64
    return audit(read_published(file), results, published_sha256="0" * 64, results_sha256=hash_)


def ids(found: Audit, verdict: str) -> set[str]:
    """Return the ids of the statements with a verdict."""
    return {item.id for item in found.judgements if item.verdict == verdict}


def verdict(found: Audit, id_: str) -> Judgement:
    """Return the judgement of one statement."""
    return next(item for item in found.judgements if item.id == id_)


def edited(folder: Path, id_: str, **cells: str) -> Path:
    """Return a copy of the flagship's published statements with some cells of one of them changed."""
    rows = list(csv.DictReader(io.StringIO(PUBLISHED.read_text(encoding="utf-8"))))
    next(row for row in rows if row["id"] == id_).update(cells)
    file = folder / "published.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture(scope="module")
def flagship(results: Results) -> Audit:
    """Return the audit of the flagship."""
    return judge(results)


# ---- the flagship --------------------------------------------------------------------------------------------------


def test_the_score_of_the_flagship(flagship: Audit) -> None:
    """Of 156 statements 152 match, three of them under a stated reading, and four are impossible."""
    assert flagship.score() == ("152 of 156 match (3 of them under a stated reading), 4 impossible, 0 unexplained")
    assert ids(flagship, "impossible") == IMPOSSIBLE
    assert ids(flagship, "matches under a stated reading") == UNDER_A_READING
    assert ids(flagship, "context") == {f"P{n:03}" for n in (2, 3, 4, 5, 6, 14, 15, 16, 17, 166)}
    assert flagship.passed


def test_every_impossible_statement_is_proved_by_printed_numbers_alone(flagship: Audit) -> None:
    """The proofs of the four stand without any results, in numbers that can be calculated again."""
    assert ids(judge(None), "impossible") == IMPOSSIBLE
    for id_, proof in {
        "P013": "group_below_cut(18, 114, 142, 47.5)",
        "P062": "percent_of(16.4, 13, 79)",
        "P117": "percent_of(16.4, 13, 79)",
        "P119": "percent_of(57.1, 81, 142)",
    }.items():
        assert verdict(flagship, id_).proofs[0] == proof


def test_the_median_and_the_five_year_rate_exclude_each_other(flagship: Audit) -> None:
    """44% matches as a crude proportion, and the finding says that with a median of 2411 days it is no other rate."""
    found = verdict(flagship, "P141")
    assert (found.computed_as_printed, found.compared_with) == ("44", "os.followed_beyond.5y.percent")
    assert found.proofs == ("rate_and_median(44, 1827, 2411)",)
    assert "The plain reading is excluded: 1827 is before the median of 2411" in found.reason


def test_progression_free_rates_match_as_survival_estimates(flagship: Audit) -> None:
    """Where a statement matches plainly, its other reading is not needed."""
    assert {verdict(flagship, id_).verdict for id_ in ("P149", "P150", "P151")} == {"matches"}
    assert verdict(flagship, "P149").compared_with == "pfs.rate.1y"


# ---- broken by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("P008", "August 1965"),
        ("P022", "61"),
        ("P023", "42.4"),
        ("P061", "14"),
        ("P073", "0.011"),
        ("P133", "2410"),
        ("P139", "87"),
        ("P141", "43"),
        ("P154", "> 0.001"),
    ],
)
def test_an_edited_printed_value_turns_its_statement_red(
    results: Results, tmp_path: Path, id_: str, value: str
) -> None:
    """One statement, the edited one, is unexplained; all others keep their verdict."""
    precision = str(len(value.partition(".")[2])) if value[0].isdecimal() else ""
    found = judge(results, edited(tmp_path, id_, value=value, precision=precision))
    assert ids(found, "unexplained") == {id_}
    assert not found.passed


def test_a_proof_rests_on_the_statements_that_it_names(results: Results, tmp_path: Path) -> None:
    """An edited denominator stands in the proof that uses it, and is itself the red one."""
    found = judge(results, edited(tmp_path, "P055", value="80"))
    assert verdict(found, "P062").proofs[0] == "percent_of(16.4, 13, 80)"
    assert ids(found, "unexplained") == {"P055"}


@pytest.mark.parametrize(("id_", "value"), [("P082", "70"), ("P079", "17.5"), ("P013", "50")])
def test_a_proof_fails_when_its_premise_is_edited(results: Results, tmp_path: Path, id_: str, value: str) -> None:
    """With 70 younger patients, a median of 17.5 or a limit of 50 there is no contradiction, and nothing is proved."""
    found = judge(results, edited(tmp_path, id_, value=value))
    assert ids(found, "unexplained") == {"P013", id_}
    assert "shows no contradiction" in verdict(found, "P013").reason


def corrected(study: Study, folder: Path, change: Callable[[list[dict[str, str]]], None]) -> Results:
    """Return the results of the flagship with its cohort changed."""
    shutil.copy(ROOT / "study.toml", folder)
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    (folder / "data").mkdir()
    rows = list(csv.DictReader(io.StringIO((ROOT / study.data_file).read_text(encoding="utf-8"))))
    change(rows)
    with (folder / study.data_file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return compute(read_study(folder))


def test_a_flipped_event_turns_the_right_statements_red(study: Study, tmp_path: Path) -> None:
    """One death that becomes a survivor shows in the final status and in the deaths of the log-rank tests."""

    def flip(rows: list[dict[str, str]]) -> None:
        dead = [r for r in rows if r["complete_record"] == "1" and r["vital_status"] == "died of disease"]
        dead[len(dead) // 2]["vital_status"] = "alive with disease"

    found = judge(corrected(study, tmp_path, flip))
    assert {"P135", "P136"} <= ids(found, "unexplained")
    assert {"P134", "P138", "P022"} <= ids(found, "matches")
    assert verdict(found, "P135").reason == "the results give 26.1"
    assert not found.passed


def test_a_shifted_date_turns_the_right_statements_red(study: Study, tmp_path: Path) -> None:
    """A last contact that slips into the next year moves the end of follow-up, and nothing of the baseline."""

    def shift(rows: list[dict[str, str]]) -> None:
        last = max((r for r in rows if r["complete_record"] == "1"), key=lambda r: r["date_last_followup"])
        last["date_last_followup"] = "2015-01-31"

    found = judge(corrected(study, tmp_path, shift))
    assert "P100" in ids(found, "unexplained")
    assert verdict(found, "P100").reason == "the results give January 2015"
    assert verdict(found, "P019").verdict == "matches"


# ---- every verdict, of any paper -----------------------------------------------------------------------------------

OTHER_PAPER = f"""id,quantity,value,unit,denominator,proof
N,patients,28,,,
S1,share that cannot be,16.4,%,79,
S2,share that can be,50.0,%,N,
S3,mean number of lesions,5.19,,,"mean_of_whole_numbers(S3, N)"
S4,rate of retention at 5 years,44,%,,"rate_and_median(S4, 60, S5)"
S5,median retention,80,months,,
S6,{HOSTILE.replace('"', "'").replace(",", "")},approx. 5,,,
S7,tied to nothing here,12,,,
"""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return the file of another paper, in a folder without a study."""
    file = tmp_path / "paper.csv"
    file.write_text(OTHER_PAPER, encoding="utf-8")
    return file


def test_another_paper_is_judged_by_arithmetic_alone(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without results the checks of printed numbers run, the score says so, and impossible is not unexplained."""
    assert main(["judge", str(other), "--study", str(other.parent)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("paper.csv: 3 of 4 impossible, the others possible; compared with no results\n")
    found = read_audit(other.parent / AUDIT_FILE)
    assert ids(found, "impossible") == {"S1", "S3", "S4"}
    assert ids(found, "possible") == {"S2"}
    assert ids(found, "context") == {"N", "S5", "S6", "S7"}
    assert verdict(found, "S2").reason == "50.0% is 14 of 28"


def test_a_statement_with_another_reading_is_never_impossible(tmp_path: Path, results: Results) -> None:
    """The proof excludes the plain reading only: without results it is possible, against wrong results unexplained."""
    file = edited(tmp_path, "P141", value="45")
    assert verdict(judge(None, file), "P141").verdict == "possible"
    found = verdict(judge(results, file), "P141")
    assert found.verdict == "unexplained"
    assert found.reason.endswith("read as the proportion of all patients followed beyond the time, the results give 44")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"record": "os.medain"}, "no result 'os.medain'; did you mean 'os.median'"),
        ({"record": "date_last_followup.last"}, "which is not printed as '2411' is"),
        ({"record": "", "condition": "os.medain < 1"}, "no result 'os.medain'"),
        ({"record": "", "condition": "os.median > 3000"}, "the results say otherwise: os.median = 2411"),
        ({"record": "", "condition": "date_last_followup.last < 3"}, "values of different kinds"),
    ],
)
def test_what_cannot_be_compared_is_unexplained(
    results: Results, tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    """A record that there is not, or of another kind, is no match and no crash: the statement is red with a reason."""
    found = verdict(judge(results, edited(tmp_path, "P133", **cells)), "P133")
    assert found.verdict == "unexplained"
    assert reason in found.reason


def test_a_month_is_no_print_of_a_number_and_what_is_not_estimable_is_no_match(
    results: Results, tmp_path: Path
) -> None:
    """A printed month beside a number, and any print of a value that is not there, are unexplained."""
    found = judge(results, edited(tmp_path, "P008", record="os.median"))
    assert verdict(found, "P008").reason.endswith("and a month is printed")
    records = tuple(
        replace(record, value=None, reason="not reached") if record.id == "os.median" else record for record in results
    )
    unreached = replace(results, records=records)
    assert verdict(judge(unreached), "P133").reason == "the results have no value: not reached"
    found = judge(unreached, edited(tmp_path, "P133", record="", condition="os.median > 5"))
    assert verdict(found, "P133").reason == "the results have no value for os.median"


# ---- files and commands --------------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path, study: Study, results: Results) -> Path:
    """Return a copy of the flagship's folder, with its results up to date."""
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    shutil.copy(ROOT / "study.toml", folder)
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    shutil.copy(ROOT / study.data_file, folder / "data")
    shutil.copy(PUBLISHED, folder / PUBLISHED_FILE)
    write_results(results, folder / RESULTS_FILE, results_made_from(read_study(folder)))
    return folder


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
    assert capsys.readouterr().out == "build/results.json: up to date\n"


def test_the_audit_survives_its_file(flagship: Audit, tmp_path: Path) -> None:
    """What is written is read back equal, and the same input gives the same bytes."""
    write_audit(flagship, tmp_path / "audit.json", MadeFrom())
    assert read_audit(tmp_path / "audit.json") == flagship
    assert audit_to_json(read_audit(tmp_path / "audit.json")) == audit_to_json(flagship)


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 1}', '{"schema": 7}', '{"schema": 1, "statements": [{}]}'])
def test_a_damaged_audit_is_refused(flagship: Audit, tmp_path: Path, content: str) -> None:
    """Any other content is told as such, with what to do; none is current."""
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


# ---- the page and the table ----------------------------------------------------------------------------------------


def page_of(found: Audit) -> lxml.etree._Element:
    """Return the page, parsed without mercy."""
    html = audit_page(found, ROOT)
    void = re.sub(r"<(meta|br)([^>]*)>", r"<\1\2/>", html.removeprefix("<!DOCTYPE html>"))
    return lxml.etree.fromstring(void)


def test_the_page_shows_the_worst_first_and_needs_no_other_file(flagship: Audit) -> None:
    """Sections come impossible first, every statement is there once, nothing is loaded from elsewhere."""
    page = page_of(flagship)
    assert page.xpath("//h2/text()") == [
        "Impossible (4)",
        "Matches under a stated reading (3)",
        "Matches (149)",
        "Context (10)",
    ]
    assert len(page.xpath("//tbody/tr")) == 166
    assert page.xpath("//p[@class='score']/text()") == [flagship.score()]
    assert not page.xpath("//@src | //link | //script")


def test_the_page_escapes_hostile_text(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a file of statements holds is text: no element, script or template is made of it."""
    quoted = HOSTILE.replace('"', '""')
    rows = f'id,quantity,value,where\nS1,"{quoted}",<b>5</b>,</td></table>\n<i>,bad row,5,\n'
    other.write_text(rows, encoding="utf-8")
    assert main(["judge", str(other), "--study", str(other.parent)]) == 1
    assert "row 3: the id '<i>'" in capsys.readouterr().err
    found = read_audit(other.parent / AUDIT_FILE)
    page = page_of(found)
    assert not page.xpath("//script | //b | //i")
    assert page.xpath("//section[@class='wrong']//td/text()")[1].startswith("the id '<i>'")
    assert HOSTILE in "".join(page.itertext())
    assert main(["audit", str(other), "--study", str(other.parent)]) == 1
    assert (other.parent / "build" / "audit.html").read_text(encoding="utf-8") == audit_page(found, other.parent)


def test_the_verb_judges_and_makes_the_page(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Score and page where there is an audit, whatever it finds; where there is none, no page and exit code 2."""
    page = copy / "build" / "audit.html"
    for value, code, score in (("60", 0, "152 of 156 match"), ("61", 1, "151 of 156 match")):
        edited(copy / "data", "P022", value=value)
        assert main(["audit", "--study", str(copy)]) == code
        first, *_, last = capsys.readouterr().out.splitlines()
        assert (first.startswith(f"data/published.csv: {score}"), last) == (True, f"{page}: written")
        assert score.split(" match")[0] in page.read_text(encoding="utf-8")
    page.unlink()
    (copy / "data" / "published.csv").unlink()
    assert main(["audit", "--study", str(copy)]) == 2
    said = capsys.readouterr()
    assert (said.out, "data/published.csv: cannot be read" in said.err, page.exists()) == ("", True, False)


def test_the_page_wants_an_audit(tmp_path: Path) -> None:
    """Where there is no audit.json the message says which verb makes it."""
    with pytest.raises(PublishedError, match="run `lockstep audit` to make it"):
        write_audit_page(tmp_path)


def test_the_table_of_the_document_has_what_does_not_simply_match(flagship: Audit) -> None:
    """Seven statements with printed, computed and verdict, the impossible ones first."""
    html = audit_table(flagship, ROOT).markdown.split("```{=html}")[1].split("```")[0]
    rows = [["".join(cell.itertext()) for cell in row] for row in lxml.etree.fromstring(html).findall("tbody/tr")]
    assert [row[1:3] for row in rows] == [
        ["18", "60"], ["16.4%", "16.5%"], ["16.4%", "16.5%"], ["57.1%", "57.0%"],
        ["88%", "88%"], ["61%", "61%"], ["44%", "44%"],
    ]  # fmt: skip
    assert [row[3].partition(".")[0] for row in rows] == ["Impossible"] * 4 + ["Matches under a stated reading"] * 3


def test_the_report_process_reads_the_audit_without_the_analysis() -> None:
    """What the manuscript imports for the audit brings no table library and no statistics along."""
    heavy = "{'pandas', 'numpy', 'scipy', 'lifelines'}"
    code = f"import sys, lockstep.results.verdicts; print(sorted({heavy} & {{*sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
