"""The documents as a reader gets them: every number in PDF and Word alike, and nothing at all from bad input."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import docx
import pypdf
import pytest
from conftest import IMPLANTS, ROOT

from lockstep.results.json_file import read_results
from lockstep.results.model import Results
from lockstep.syntax.names import slug
from lockstep.word import validity as ooxml

pytestmark = pytest.mark.slow  # reports of the flagship and of hostile levels

TRACES = ("nan", "None", "??", "{python}", "r.value", "inf ", "np.float", "P = 0.000", "fig-", "tbl-", "[@", "{=")


def make_report(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make report` runs, on a study."""
    command = [sys.executable, "-m", "lockstep", "report", "--renderer", "builtin", "--study", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def flagship(built_flagship: Path) -> Path:
    """Return a copy of the flagship with its documents, built without a warning."""
    return built_flagship


def words(text: str) -> str:
    """Return a text with single ordinary spaces and no soft hyphens, so that line breaks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\N{SOFT HYPHEN}", "").split())


@pytest.fixture(scope="module")
def pdf_text(flagship: Path) -> str:
    """Return the text of the PDF."""
    reader = pypdf.PdfReader(flagship / "build" / "report.pdf")
    return words(" ".join(page.extract_text() for page in reader.pages))


def paragraphs(path: Path) -> Iterator[str]:
    """Yield the text of a Word file, paragraph by paragraph, tables included."""
    for paragraph in docx.Document(str(path)).element.body.iter("{*}p"):
        yield "".join(node.text or "" for node in paragraph.iter("{*}t"))


@pytest.fixture(scope="module")
def docx_text(flagship: Path) -> str:
    """Return the text of the Word file."""
    return words(" ".join(paragraphs(flagship / "build" / "report.docx")))


@pytest.mark.parametrize("document", ["pdf_text", "docx_text"])
def test_the_results_of_the_paper_are_in_the_document(document: str, request: pytest.FixtureRequest) -> None:
    """What the paper found is in the text, in one unit of time and in the form that a journal prints."""
    text: str = request.getfixturevalue(document)
    for phrase in (
        "Of 154 patients reviewed, 12 were excluded",
        "44.3 years (median 47.5, range 5.0–71.0)",
        "23 (16.2%) were younger than 18 years and 28 (19.7%) older than 60 years",
        "60 (42.3%) male and 82 (57.7%) female patients",
        "6.68 cm (median 5.5, range 0.5–20.0)",
        "48 (60.8%) of these had surgery alone, 11 (13.9%) radiotherapy alone, 7 (8.9%)",
        "65 (45.8%) had died of disease and 1 (0.7%) of another cause",
        "29 (20.4%) PR, 6 (4.2%) SD and 26 (18.3%) PD",
        "41 of 61 had CR",
        "P = 0.012",
        "Median OS was 6.50 years (95% CI 5.20–11.11)",
        "Median PFS was 0.40 years",
        "12.7% (95% CI 7.8–18.7)",
        "median 9.62 years, 95% CI 5.57–15.12",
        "P = 0.064 for interaction",
    ):
        assert phrase in text, phrase


@pytest.mark.parametrize("document", ["pdf_text", "docx_text"])
def test_each_choice_of_time_is_reported(document: str, request: pytest.FixtureRequest) -> None:
    """The hazard ratio under each start of follow-up stands in Results, also where the association is lost."""
    text: str = request.getfixturevalue(document)
    for phrase in (
        "0.39 (95% CI 0.23–0.64) after adjustment for age",
        "alive one year after metastasis (0.53, 95% CI 0.29–0.96)",
        "0.34 (95% CI 0.20–0.56) in the analysis of the source report",
        "0.40 (95% CI 0.24–0.66) with delayed entry at metastasis",
        "0.40 (95% CI 0.24–0.68) with delayed entry and time-dependent treatment",
        "weaker and not significant with time-dependent treatment (HR 0.75, 95% CI 0.45–1.26)",
        "0.71, 95% CI 0.39–1.31",
    ):
        assert phrase in text, phrase


@pytest.mark.parametrize("document", ["pdf_text", "docx_text"])
def test_no_trace_of_the_machinery_is_printed(document: str, request: pytest.FixtureRequest) -> None:
    """No missing value, Python object, unresolved reference or code reaches the reader."""
    text: str = request.getfixturevalue(document)
    for trace in TRACES:
        assert not re.search(rf"(?<!\w){re.escape(trace)}", text), trace


def test_both_documents_say_the_same(pdf_text: str, docx_text: str) -> None:
    """The sentences of the Word file's prose stand in the PDF, save those that the foot of a page or a float cuts."""
    body = docx_text[docx_text.index("Soft-tissue sarcomas are rare") : docx_text.index("Data and code availability")]
    sentences = [sentence for sentence in re.split(r"(?<=[a-z)\]])\. ", body) if "Table 1:" not in sentence]
    plain = re.sub(r"\s|-", "", pdf_text)
    missing = [sentence for sentence in sentences if re.sub(r"\s|-", "", sentence) not in plain]
    assert len(sentences) > 60
    assert len(missing) <= 10, missing


def test_the_text_says_on_its_first_page_that_the_data_are_synthetic(flagship: Path, docx_text: str) -> None:
    """Nobody can take the worked example for evidence."""
    first = words(pypdf.PdfReader(flagship / "build" / "report.pdf").pages[0].extract_text())
    for text in (first, docx_text[:1500]):
        assert "No record behind this manuscript describes a real patient" in text


def test_the_pdf_is_accessible_numbered_and_linked(flagship: Path) -> None:
    """Tagged and certified as PDF/UA-1, titled, with alternative text, working links and embedded TrueType fonts."""
    reader = pypdf.PdfReader(flagship / "build" / "report.pdf")
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Local treatment and survival in metastatic soft-tissue sarcoma")
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    raw = (flagship / "build" / "report.pdf").read_bytes()
    assert b"/Type3" not in raw
    links = [a for page in reader.pages for a in page.get("/Annots", []) if a.get_object()["/Subtype"] == "/Link"]
    assert len(links) > 50


def test_the_word_file_is_valid_and_native(flagship: Path) -> None:
    """Valid OOXML: seven native tables with repeating headings, five described pictures, captions with fields."""
    path = flagship / "build" / "report.docx"
    assert ooxml.problems(path) == []
    document = docx.Document(str(path))
    assert len(document.tables) == 7
    body = document.element.body
    assert len(list(body.iter("{*}tblHeader"))) >= 7
    described = [node.get("descr") or "" for node in body.iter("{*}docPr")]
    assert [text.startswith("Kaplan–Meier curves") for text in described] == [True] * 3 + [False] * 2
    assert all(described)
    fields = [node.text for node in body.iter("{*}instrText")]
    assert sum("SEQ Table" in (field or "") for field in fields) == 7
    assert sum("SEQ Figure" in (field or "") for field in fields) == 5
    assert document.core_properties.title.startswith("Local treatment and survival")
    assert document.core_properties.author == "First Author; Second Author; Senior Author"


def test_the_same_input_gives_the_same_bytes(flagship: Path, tmp_path: Path) -> None:
    """Built again in another place, both documents and the results are the same, byte for byte."""
    shutil.copytree(flagship, tmp_path / "again", ignore=shutil.ignore_patterns("build"))
    assert make_report(tmp_path / "again").returncode == 0
    for name in ("report.pdf", "report.docx", "results.json"):
        assert (tmp_path / "again" / "build" / name).read_bytes() == (flagship / "build" / name).read_bytes(), name


def test_the_second_study_renders_by_the_same_code(built_implants: Path) -> None:
    """Another cohort is another study.toml, report.qmd and data file: months, semicolons, three groups, no subgroup."""
    text = words(" ".join(paragraphs(built_implants / "build" / "report.docx")))
    results = read_results(built_implants / "build" / "results.json")
    assert f"We followed {results['flow.analysed'].value} implants" in text
    assert "(95% CI 55.2 to not reached)" in text
    assert "values were missing for body-mass index in 2 (3.3%)" in text


@pytest.mark.parametrize(
    "levels",
    [("{{ 7*7 }}", '#read("x")', "| a |", "{{< include x >}}"), ("<script>", "@fig-1", "=cmd()", "{{ 7*7 }}")],
    ids=["braces", "signs"],
)
def test_a_hostile_level_is_printed_and_nothing_else(tmp_path: Path, levels: tuple[str, ...]) -> None:
    """Levels that look like code of any of the tools on the way appear in both documents as they are."""
    folder = Path(shutil.copytree(IMPLANTS, tmp_path / "implants"))
    data, study = folder / "data" / "implants.csv", folder / "study.toml"
    for name, level in zip(("hybrid", "left", "uncemented", "right"), levels, strict=True):
        data.write_text(data.read_text().replace(f";{name};", ';"' + level.replace('"', '""') + '";'))
        study.write_text(study.read_text().replace(f'{name} = "{name.title()}"', f"'{level}' = '{level}'"))
    ratio = "fixation.{}.hazard_ratio"
    report = folder / "report.qmd"
    report.write_text(report.read_text().replace(ratio.format("uncemented"), ratio.format(slug(levels[2]))))
    run = make_report(folder)
    assert run.returncode == 0, run.stderr
    word = " ".join(paragraphs(folder / "build" / "report.docx"))
    pages = pypdf.PdfReader(folder / "build" / "report.pdf").pages
    pdf = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    for level in levels:
        assert level in word
        assert re.sub(r"\s", "", level) in pdf


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("I007;cemented", "I007;glued", "data/implants.csv: column 'fixation' has a text of 5 characters in row"),
        ("I008;", "I007;", "data/implants.csv: column 'implant' has the same"),
        ("months;revised", "month;revised", "data/implants.csv: there is no column 'months'"),
        (
            ";0\n",
            ";no\n",
            "data/implants.csv: column 'revised' has 'no' in row 5; expected '0' or '1'; did you mean '0' (No)?",
        ),
    ],
)
def test_bad_data_is_one_error_and_leaves_the_last_report(
    built_implants: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """The message names file, column and rows and what to do; there is no traceback and no half-made file."""
    folder = Path(shutil.copytree(built_implants, tmp_path / "implants"))
    before = {path.name: path.read_bytes() for path in (folder / "build").glob("report.*")}
    data = folder / "data" / "implants.csv"
    data.write_text(data.read_text().replace(old, new, 1))
    run = make_report(folder)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) <= 4
    assert {path.name: path.read_bytes() for path in (folder / "build").glob("report.*")} == before


def test_every_record_of_the_flagship_is_estimable_or_says_why(results: Results) -> None:
    """Of the records of the flagship none is blank: what has no value has its reason."""
    silent = [record.id for record in results if record.value is None and not record.reason]
    assert silent == []
