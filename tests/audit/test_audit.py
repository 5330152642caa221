"""The audit: every printed statement of the flagship has its verdict; breaking one number turns the right one red."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from published_statements import edited, ids, judge, other_paper, verdict

from lockstep.analyses.pipeline import compute
from lockstep.cli.command import run_verb as main
from lockstep.results.model import Results
from lockstep.results.verdicts import AUDIT_FILE, Audit, read_audit
from lockstep.study.definition import read_study
from lockstep.study.model import Study

ROOT = Path(__file__).parents[2]

IMPOSSIBLE = {"P013", "P062", "P117", "P119"}
UNDER_A_READING = {"P139", "P140", "P141"}


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


def test_another_paper_is_judged_by_arithmetic_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without results the checks of printed numbers run, the score says so, and impossible is not unexplained."""
    other = other_paper(tmp_path)
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
