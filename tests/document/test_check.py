"""A sentence that the data no longer support is marked and listed, and a typed number is found, by line."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT

from lockstep.__main__ import main
from lockstep.base.errors import LockstepError, ReportError, counted
from lockstep.document import check
from lockstep.document.check import findings
from lockstep.document.unwritten import unwritten
from lockstep.qmd.source import Prose, parse, read_qmd
from lockstep.results.model import Results
from lockstep.revisions.changes import DataChanges
from lockstep.text.phrases import Phrases
from lockstep.text.style import Style

HEAD = '---\ntitle: T\nliterals:\n  "RECIST 1.1": criteria\n---\n\n'


def found(body: str, results: Results, head: str = HEAD) -> check.Findings:
    """Return what a check finds in a document with this body, whose first line is line 7."""
    return findings(parse(head + body, path=Path("report.qmd")), results, Style())


@pytest.fixture
def r(results: Results) -> Phrases:
    """Return the flagship's phrases."""
    return Phrases(results, Style())


def test_a_claim_that_holds_prints_its_words_and_a_broken_one_is_marked(r: Phrases) -> None:
    """A reader of either document cannot miss words that the results do not support."""
    assert str(r.claim("longer", "os.by_local_treatment.cox.yes.hazard_ratio < 1")) == "longer"
    broken = r.claim("shorter (*)", "os.by_local_treatment.cox.yes.hazard_ratio > 1")
    assert broken._repr_markdown_() == r"[**NOT SUPPORTED BY THE DATA:** shorter (\*)]{.mark}"
    assert broken.ids == ("os.by_local_treatment.cox.yes.hazard_ratio",)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("os.median.conf_low < 2411 and os.median.conf_high > 2411", True),
        ("os.by_local_treatment.in_age_group.elderly.yes.median.conf_high > 0", False),  # not reached
        ("os.by_local_treatment.in_age_group.elderly.yes.median.conf_high missing", True),
        ("modality.by_local_treatment.no.rfa.percent >= 0", False),  # of nobody
        ("os.by_sex.log_rank.p_value >= alpha", True),
    ],
)
def test_a_condition_reads_values_bounds_and_alpha_and_fails_where_nothing_is_known(
    r: Phrases, condition: str, holds: bool
) -> None:
    """What cannot be estimated makes a claim fail, never pass."""
    assert str(r.claim("words", condition)).endswith("words")
    assert (str(r.claim("words", condition)) == "words") == holds


def test_broken_claims_are_listed_by_line_with_what_was_found(results: Results) -> None:
    """The message has the file, the line, the words, the condition and the values."""
    body = 'One.\n\n`{python} r.claim("better", "os.by_sex.log_rank.p_value < alpha")` so.\n'
    report = found(body, results)
    assert report.broken == (
        'report.qmd:9: not supported by the data: "better"\n'
        "    it needs  os.by_sex.log_rank.p_value < alpha\n"
        "    found     os.by_sex.log_rank.p_value: P\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.783",
    )
    assert not report.passed


def test_a_value_that_rounding_puts_onto_its_bound_is_told_with_more_decimals(results: Results) -> None:
    """An expected count of 4.96 that a claim needs to be 5 or more is not shown as 5.0."""
    name = "response.by_local_treatment.chi_square.expected_min"
    records = tuple(replace(record, value=4.96) if record.id == name else record for record in results)
    body = f'It was `{{python}} r.claim("large enough", "{name} >= 5")`.\n'
    (broken,) = found(body, replace(results, records=records)).broken
    assert broken.endswith(f"{name}: 4.96")
    (broken,) = found(body, results).broken
    assert broken.endswith(f"{name}: 2.7")


def test_a_long_condition_is_broken_between_words_and_each_value_has_its_line(results: Results) -> None:
    """A terminal shows all of it, and ids stay whole."""
    ids = [f"os.by_local_treatment.in_age_group.{group}.log_rank.p_value" for group in ("younger", "elderly")]
    condition = " and ".join(f"{record_id} > 0.9" for record_id in ids)
    [broken] = found(f'It was `{{python}} r.claim("{"long " * 30}", "{condition}")`.\n', results).broken
    lines = broken.splitlines()
    assert max(map(len, lines)) <= 120
    assert [line[14:].split(": P")[0] for line in lines[-2:]] == ids
    assert " ".join(broken.split()).count(condition) == 1


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('r.claim("a", "os.medain > 1")', "report.qmd:7: no result 'os.medain'; did you mean 'os.median'"),
        ('r.claim("a", "os.median >")', "report.qmd:7: .* cannot be read"),
        ('r.claim("a", condition)', "report.qmd:7: a claim is claim"),
        ('r.claim("a")', "report.qmd:7: a claim is claim"),
        ('r.claim(words="a", condition="os.median > 1")', "report.qmd:7: a claim is claim"),
    ],
)
def test_a_claim_that_cannot_be_checked_is_an_error_with_its_line(
    results: Results, expression: str, message: str
) -> None:
    """A misspelt id, a broken condition and words that are computed are refused."""
    with pytest.raises(ReportError, match=message):
        found(f"`{{python}} {expression}`\n", results)


def test_a_claim_needs_words(r: Phrases) -> None:
    """An empty claim would leave its code in the text."""
    with pytest.raises(LockstepError, match="has no words"):
        r.claim(" ", "os.median > 1")


@pytest.mark.parametrize(
    ("prose", "typed"),
    [
        ("Median OS was 6.61 years.", ["6.61"]),
        ("The rate was 71.2% (0.05).", ["71.2", "0.05"]),
        ("Of 1,214 patients, 3-year rates.", ["1,214", "3"]),
        ("Seven patients and twelve older patients died.", ["Seven", "twelve"]),
        ("for two reasons, one or more of three procedures at one institution", []),
        ("Half of the patients died, two thirds of older patients and one of 5cm.", ["Half", "thirds", "5"]),
        (
            "One patient lived twice as long (P<.05), a threefold risk, none of the women.",
            ["One", "twice", ".05", "threefold", "none"],
        ),
        ("after 3D planning, stage 2b, one half for as long", []),
        ("by RECIST\n1.1 [@eisenhauer2009], see @tbl-2 and @fig-age_60", []),
        ("[text](https://doi.org/10.1/2) `code 5` {#sec-2} <!-- 7 --> https://a.b/9", []),
        ("1. first\n2. second", []),
        ("Patients were\n142. Of these, some died.", ["142"]),  # wrapped: no list
        ("::: {.note}\n1. first\n10) second\n\n   3. inner\n:::", []),
        ("said[^1] before.\n\n[^1]: A note of 7 words.", ["7"]),
        ("@eisenhauer2009 [p. 12], [@a2020, pp. 3-5, 7] and [@b2021, p. 4, 12 more]", ["12"]),
        ("[@eisenhauer2009, p. 12], [see @a2020 pp. 3–4; 12 more]", ["12"]),
        ('`{python} r.claim("12 days longer", "os.median > 1")` so', ["12"]),
        ("""`{python} r.either("os.median > 1", "5", 'at {6} or more')`""", ["5", "6"]),
        ("`{python} 142` patients and `{python} str(7)`", ["142"]),
        ("```text\n12 patients\n```", []),
        ('`{python} r.n("flow.analysed")` patients in COVID19 and T2b', []),
        ("# Heading with 4 parts", ["4"]),
        ("Five of ten did, 3 of the seven did not, one of them.", ["Five", "ten", "3", "seven"]),
        ('![Of 16](x.png){#fig-z fig-alt="With 17 patients" width=20mm}', ["16", "17"]),
        ('::: {#fig-y fig-cap="Caption of 18" layout-ncol=2}\n:::', ["18"]),
        ("[text](https://a.b/5 \"A tip of 19\") and ![](b.png){alt='20 cells'\nwidth=50%}", ["19", "20"]),
        ("Aside.^[A note of 21 words.] About ½ of them, $n = 22$.", ["21", "½", "22"]),
        ('```{=openxml}\n<w:sz w:val="24"/><w:t xml:space="preserve">In 25</w:t>\n```', ["25"]),
        ("A `<w:t>26</w:t>`{=openxml} and `27`", ["26"]),
        ('```{=typst}\n#v(22cm)\n#block(inset: 3)[In 28]\n#text("for 29 patients")\n```', ["28", "29"]),
        ("```{=typst}\nplain 30\n```", ["30"]),
        ('::: {.callout-note title="Of 31"}\nIn 32.\n:::', ["31", "32"]),
        ("| a | 33 |\n|---|----|\n| b | 34 |", ["33", "34"]),
    ],
)
def test_numbers_typed_into_the_prose_are_found_and_nothing_else(
    results: Results, prose: str, typed: list[str]
) -> None:
    """Digits and counted number words are found; citations, labels, code, lists and declared phrases are not."""
    messages = found(prose + "\n", results).typed
    assert [message.split("'")[1] for message in messages] == typed


def test_a_typed_number_names_its_line_and_the_results_that_print_so(results: Results) -> None:
    """The author sees which result to insert."""
    [message] = found("Text.\n\nMedian OS was 6.61 years.\n", results).typed
    assert message.startswith("report.qmd:9: '6.61' is typed, not from the data; it is what os.median")


def test_titles_and_the_abstract_of_the_front_matter_are_printed_text(results: Results) -> None:
    """What is printed of the front matter is looked at with its line, and can be declared; other keys are not."""
    head = (
        "---\ntitle: In 142 patients\nshort-title: Of 143\nabstract: |\n  Of 144\n  and 145.\nkeywords: [A, 146]\n"
        "status: Version 7\npapersize: a4\nlinestretch: 2\nliterals:\n  In 142 patients: title\n---\n\n"
    )
    messages = found("Text.\n", results, head).typed
    assert [message.split("'")[:2] for message in messages] == [
        ["report.qmd:3: ", "143"], ["report.qmd:4: ", "144"], ["report.qmd:4: ", "145"], ["report.qmd:7: ", "146"],
    ]  # fmt: skip


def test_a_declared_phrase_that_is_not_in_the_text_is_reported_but_does_not_fail(results: Results) -> None:
    """What is left over from an older text can be tidied up."""
    report = found("No criteria.\n", results)
    assert report.passed
    assert report.unused == ("report.qmd: 'RECIST 1.1' is declared under `literals` but not in the text",)


def test_literals_must_map_phrases_to_reasons(results: Results) -> None:
    """A list, or a reason that is no text, is refused with the form that is wanted."""
    with pytest.raises(ReportError, match=r"report.qmd:2: `literals` maps phrases of the text"):
        found("x\n", results, head="---\nliterals: [a]\n---\n\n")


def test_the_flagship_and_the_second_study_pass(results: Results, implants_results: Results) -> None:
    """Every finding of the flagship's text is a claim that holds, and no number is typed."""
    flagship = findings(read_qmd(ROOT / "report.qmd"), results, Style())
    assert flagship.passed, flagship.lines()
    assert flagship.claims >= 15
    assert flagship.unused == ()
    assert findings(read_qmd(IMPLANTS / "report.qmd"), implants_results, Style()).typed == ()


def test_no_comparison_stands_outside_a_claim_in_the_flagships_results() -> None:
    """A word that states a difference, or none, holds only while the data support it."""
    document = read_qmd(ROOT / "report.qmd")
    text = "".join(part.text if isinstance(part, Prose) else "..." for part in document.parts)
    body = text.split("# Results\n")[1].split("# Discussion\n")[0] + text.split("## Conclusion\n")[1].split("\n# ")[0]
    abstract = "".join(text.split("**....**")[3:5]).split("\n:::\n")[
        0
    ]  # results and conclusions, behind their headings
    stating = re.compile(
        r"\b(?:significant\w*|longer|shorter|higher|lower|better|worse|more|fewer|less|most|modest|differ\w*|similar|"
        r"comparable|associated|superior|inferior|increased|decreased|too small|remains?|agrees?)\b"
    )
    assert "..." in abstract
    assert stating.findall(body + abstract) == []


def test_a_document_without_claims_is_told_so() -> None:
    """Nothing held is no success of claims, and one number is not many."""
    assert check.Findings(claims=0, broken=(), typed=("one",), unused=()).lines()[-1] == "no claims, 1 typed number"


def test_make_check_prints_the_findings_and_fails_on_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1 where something is broken or typed."""
    for broken, code in (((), 0), (("report.qmd:9: broken",), 1)):
        result = check.Findings(claims=3, broken=broken, typed=(), unused=())
        monkeypatch.setattr(check, "check", lambda _folder, result=result, **_: result)
        assert main(["check"]) == code
        assert f"{3 - code} of 3 claims hold, 0 typed numbers" in capsys.readouterr().out


def test_a_document_is_checked_without_being_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Claims, typed numbers and references are found in the text; what only a run can show is named, not passed."""
    folder = Path(
        shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build", ".quarto", "analysis"))
    )
    text = (
        "---\ntitle: A\n---\n\n```{python}\nfrom pathlib import Path\nfrom lockstep import open_study\n"
        f"r = open_study()\nPath({str(tmp_path / 'ran')!r}).touch()\nown = 'x'\n```\n\n"
        'There were `{python} r.n("flow.analysed")` implants, `{python} own`, 17 of them '
        '`{python} r.claim("many", "flow.analysed < 0")`.\n'
    )
    (folder / "report.qmd").write_text(text, encoding="utf-8")
    assert main(["results", "--study", str(folder)]) == 0  # with the study's own statistics, which are a program too
    capsys.readouterr()
    assert main(["check", "--study", str(folder), "--no-run"]) == 1
    said = capsys.readouterr().out
    assert "report.qmd:13: " in said
    assert "flow.analysed < 0" in said
    assert "0 of 1 claims hold, 1 typed number" in said
    assert "report.qmd was not run." in said
    assert "1 inline expression that only running it can answer (line 13)" in " ".join(said.split())
    assert not (tmp_path / "ran").exists()
    (folder / "report.qmd").write_text(text.replace(", 17 of them", "").replace("< 0", "> 0"), encoding="utf-8")
    assert main(["check", "--study", str(folder), "--no-run"]) == 0
    assert not (tmp_path / "ran").exists()
    assert main(["check", "--study", str(folder)]) == 0
    assert (tmp_path / "ran").exists()


def test_a_journals_rules_need_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    """A draft is made by running the document, so that the two do not go together."""
    assert main(["check", "--study", str(IMPLANTS), "--no-run", "--journal", "bmj"]) == 1
    assert "Leave out one of --journal bmj and --no-run." in capsys.readouterr().err


def test_a_template_is_no_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table's template of a study prints what it is given, and reaches nothing else."""
    folder = Path(shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build", ".quarto")))
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "characteristics.html.j2").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    assert main(["report", "--study", str(folder), "--renderer", "builtin"]) == 1
    assert "templates/characteristics.html.j2" in (said := capsys.readouterr().err)
    assert "a template only prints what it is given" in said or "unsafe" in said


def test_one_is_no_plural() -> None:
    """A count of one stands with its noun in the singular."""
    assert [counted(n, "patient") for n in (0, 1, 2)] == ["0 patients", "1 patient", "2 patients"]
    data = DataChanges(
        same=False, old_rows=1, new_rows=2, old_columns=1, new_columns=1, rows={"added": 1, "removed": 0, "changed": 0}
    )
    assert "1 patient added, 0 removed, 0 with changed values." in data.lines()
    same = DataChanges(same=True, old_rows=1, new_rows=1, old_columns=1, new_columns=1)
    assert same.lines() == ["The data file is the same, byte for byte (1 row, 1 column)."]


@pytest.mark.parametrize(("changed", "warns"), [(1, True), (3, True), (4, False), (0, True)])
def test_a_change_of_few_patients_says_what_it_discloses(changed: int, warns: bool) -> None:
    """The difference of two counts is what the only patient has who was added."""
    rows = {"added": 1, "removed": 0, "changed": changed}
    data = DataChanges(same=False, old_rows=9, new_rows=10, old_columns=2, new_columns=2, rows=rows)
    assert any("may be what one of them has" in line for line in data.lines()) == warns


def test_what_is_to_be_written_is_listed(tmp_path: Path) -> None:
    """With its line and what belongs there, also over several lines; it fails no check."""
    path = tmp_path / "report.qmd"
    text = "# Methods\n\n[[To be written: setting and\ndates.]]{#strobe-5} We did.\n\n[To be written.]\n"
    path.write_text(text, encoding="utf-8")
    places = unwritten(read_qmd(path))
    assert places == ("report.qmd:3: to be written: setting and dates", "report.qmd:6: to be written")
    found = check.Findings(claims=0, broken=(), typed=(), unused=(), unwritten=places)
    assert found.passed
    assert found.lines() == [*places, "no claims, 0 typed numbers, 2 places to be written"]


def test_a_long_list_of_what_is_to_be_written_is_short(tmp_path: Path) -> None:
    """Of the dozens of places in a new manuscript three are shown; what fails and the verdict come after them."""
    path = tmp_path / "report.qmd"
    path.write_text("".join(f"[To be written: part {at}.]\n\n" for at in range(9)), encoding="utf-8")
    found = check.Findings(
        claims=1, broken=("report.qmd:9: not supported",), typed=(), unused=(), unwritten=unwritten(read_qmd(path))
    )
    assert found.lines() == [
        *found.unwritten[:3],
        "6 further places to be written; look for “to be written” in report.qmd",
        "report.qmd:9: not supported",
        "0 of 1 claims hold, 0 typed numbers, 9 places to be written",
    ]


def test_a_broken_claim_lists_the_values_of_all_its_conditions(results: Results) -> None:
    """Also of those that hold, and of a bound beside its result."""
    condition = "os.by_sex.log_rank.p_value < alpha and os.median > 1 and os.median.conf_low > 1"
    (broken,) = found(f'`{{python}} r.claim("better", "{condition}")`\n', results).broken
    listed = broken[broken.index("    found") :].splitlines()
    assert [line.split(":")[0].split()[-1] for line in listed] == ["os.by_sex.log_rank.p_value", "os.median"]
