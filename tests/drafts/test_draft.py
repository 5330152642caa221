"""`make draft`: the files of the folder, what the manifest says of them, and reports on the anonymised copy."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from drafted_study import AUTHOR, JOURNAL, contents, copy_study, copy_with_draft, made, manifest_of, with_many_keywords

from lockstep.analyses.pipeline import compute
from lockstep.anonymisation.identity import identifying_words
from lockstep.anonymisation.scan import traces
from lockstep.base.errors import LockstepError
from lockstep.base.stamp import stamp_of, stamped_notes
from lockstep.cli.command import run_verb
from lockstep.drafts.identifying_uploads import ADVICE
from lockstep.drafts.manifest import manifest
from lockstep.pdf.reading import read_pdf
from lockstep.render import quarto
from lockstep.results.json_file import read_results
from lockstep.results.released import released_from_json
from lockstep.runs.renderers import renderer_of
from lockstep.study.definition import read_study

pytestmark = pytest.mark.slow  # drafts

FILES = {
    *("Fig1.eps", "Fig1.pdf", "Fig1.tif", "MANIFEST.json", "PREFLIGHT.txt", "Table1.docx", "cover_letter.docx"),
    *("manuscript.docx", "manuscript.pdf", "manuscript_blinded.docx", "manuscript_blinded.pdf", "statements.docx"),
    *("strobe_checklist.docx", "strobe_checklist.json", "title_page.docx"),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study whose draft keeps all rules, locked once, with that draft."""
    return copy_with_draft(tmp_path_factory)


@pytest.fixture(scope="module")
def draft(study: Path) -> Path:
    """Return the folder of that draft."""
    return study / "build" / "drafts" / JOURNAL


def test_the_folder_holds_all_that_a_journal_asks_for(draft: Path) -> None:
    """Files have the names that the documentation gives them; folder and archive are named after the journal."""
    assert draft.with_suffix(".zip").is_file()
    assert set(contents(draft)) == FILES
    preflight = (draft / "PREFLIGHT.txt").read_text(encoding="utf-8")
    assert preflight.endswith("not checked\n")
    assert "FAILS" not in preflight


def test_the_archive_holds_the_folder(draft: Path) -> None:
    """The same files with the same bytes, in a folder of the journal's name, at one fixed time."""
    with zipfile.ZipFile(draft.with_suffix(".zip")) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
        times = {entry.date_time for entry in archive.infolist()}
    assert packed == {f"{JOURNAL}/{name}": content for name, content in contents(draft).items()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_the_manifest_names_every_file_and_what_it_was_made_from(study: Path, draft: Path) -> None:
    """SHA-256 of all files but itself; the hash of the data; the lock of the same data, code and text."""
    content = manifest_of(draft)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents(draft).items()}
    assert content["files"] == {name: value for name, value in hashes.items() if name != "MANIFEST.json"}
    data = hashlib.sha256((study / "data" / "implants.csv").read_bytes()).hexdigest()
    assert data in json.dumps(content["source"])
    assert (content["journal"], content["lock"], content["text"]) == (JOURNAL, "2026-11", "as locked")
    assert (content["forced"], content["failures"], content["renderer"]) == (False, [], "builtin")


def test_another_text_is_not_that_of_the_lock(study: Path, draft: Path, tmp_path: Path) -> None:
    """Results may be locked while the text has been edited since; where the data are others, there is no lock."""
    folder = with_many_keywords(study, tmp_path / "study")

    def told() -> tuple[str | None, str | None]:
        results = compute(read_study(folder))
        content = manifest(folder, draft, results, journal=JOURNAL, renderer="builtin", failures=())
        return content["lock"], content["text"]

    assert told() == ("2026-11", "edited since")
    data = folder / "data" / "implants.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert told() == (None, None)


def test_two_runs_give_the_same_bytes_in_any_folder(draft: Path, tmp_path: Path) -> None:
    """Neither time nor place is in a file: another copy of the study has the same draft, but for its lock."""
    folder = copy_study(tmp_path / "elsewhere")
    once = made(folder)
    archive = once.archive.read_bytes()
    assert made(folder).archive.read_bytes() == archive
    here, there = contents(draft), contents(once.folder)
    assert {name for name in FILES if here[name] != there[name]} == {"MANIFEST.json"}
    assert not any(str(folder).encode() in content for content in there.values())


@pytest.mark.usefixtures("without_libreoffice")
def test_what_stops_the_anonymised_copy_is_reported_once(
    built_implants: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is made by another process, whose last line is of the report, not of the draft."""
    folder = copy_study(tmp_path / "study", built_implants)
    document = folder / "report.qmd"
    text = document.read_text(encoding="utf-8")
    cell = '```{python}\nfrom pathlib import Path\nassert Path.cwd().name != "blinded"\n```\n'
    document.write_text(text.replace("# Discussion\n", f"{cell}\n# Discussion\n"), encoding="utf-8")
    assert run_verb(["draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the anonymised copy could not be made: ")
    assert "report" not in said.splitlines()[-1]
    assert "No document was written" not in said


def test_the_blinded_files_scan_clean(draft: Path) -> None:
    """No name is in text, properties, parts or bytes; the open files have it."""
    front = {
        "author": [
            {"name": AUTHOR, "email": "zorrberg@quastadt.example", "affiliations": [{"name": "Quastadt Clinic"}]}
        ],
        "blind": ["Balthasar Quirkmann"],
    }
    words = identifying_words(front)
    for kind in ("docx", "pdf"):
        assert traces(draft / f"manuscript_blinded.{kind}", words) == []
        assert traces(draft / f"manuscript.{kind}", words) != []


def test_the_open_pdf_carries_what_is_printed_and_the_blinded_one_nothing(study: Path, draft: Path) -> None:
    """What is released names the study's labels, and the data file: reviewers get neither."""
    attached = read_pdf(draft / "manuscript.pdf").attachments
    assert list(attached) == ["released.json"]
    released = released_from_json(attached["released.json"].decode())
    assert (released.style, released.source) == (JOURNAL, read_results(study / "build" / "results.json").source)
    assert str(study).encode() not in attached["released.json"]
    assert read_pdf(draft / "manuscript_blinded.pdf").attachments == {}


def test_what_lets_the_authors_be_guessed_is_told(draft: Path) -> None:
    """Their earlier work called theirs, and their initials; what was removed word by word, with its line."""
    told = "\n".join(stamped_notes(stamp_of(draft.with_suffix(".zip"))))
    for mention in ("“Our previous study”", "“W.Z.”"):
        assert f"anonymised copy: Discussion: {mention} may identify the authors" in told
    assert "anonymised copy: removed from report.qmd:" in told


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
@pytest.mark.parametrize("stand", ["at the end", "in files of their own"])
def test_a_label_that_tells_is_told_for_tables_and_figures(tmp_path: Path, stand: str) -> None:
    """Of these files there is no anonymised copy, so the authors must know which of them says what, and where.

    The picture of a figure is judged by what it shows, also where the manuscript has its legend alone.
    """
    folder = copy_study(tmp_path / "study", figure_formats='["TIFF", "PDF"]', figures_stand=f'"{stand}"')
    for name, changes in {
        "study.toml": {'"Side"': '"Side (Quastadt Clinic)"', '"Implant retention"': f'"Retention, {AUTHOR}"'},
        "report.qmd": {"Implants by fixation.": "Implants by fixation, Zorrberg."},
    }.items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    draft = made(folder)
    told = [line.removesuffix(f"; {ADVICE}") for line in draft.warnings if line.endswith(ADVICE)]
    assert (
        told[0]
        == "Table1.docx identifies the authors in Table 1, caption ('Zorrberg'); Table 1, row 6 ('Quastadt Clinic')"
    )
    assert told[1].startswith("strobe_checklist.docx identifies the authors in ")
    assert told[2:] == [
        f"Fig1.tif identifies the authors in what it shows ('{AUTHOR}')",
        f"Fig1.pdf identifies the authors in page 1 ('{AUTHOR}')",
    ]
    blinded = (draft.folder / f"manuscript_blinded.{kind}" for kind in ("docx", "pdf"))
    assert [trace for path in blinded for trace in traces(path, (AUTHOR, "Zorrberg", "Quastadt Clinic"))] == []


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_pictures_that_the_manuscript_does_not_show_are_not_drawn(built_implants: Path, tmp_path: Path) -> None:
    """Where figures are files of their own they are drawn for these alone; the manuscript has their legends."""
    folder = copy_study(tmp_path / "study", built_implants, figures_stand='"in files of their own"')
    draft = made(folder)
    drawn = [path for path in (folder / "build/figures" / JOURNAL).rglob("*") if path.is_file()]
    assert {path.suffix for path in drawn} == {".json", ".tif", ".pdf", ".eps"}
    for path in (draft.folder / "manuscript.docx", draft.folder / "manuscript_blinded.docx"):
        with zipfile.ZipFile(path) as parts:
            assert not [name for name in parts.namelist() if name.startswith("word/media/")]
            assert "Figure\xa01" in parts.read("word/document.xml").decode()
    for path in (draft.folder / "manuscript.pdf", draft.folder / "manuscript_blinded.pdf"):
        assert "Figure\xa01" in read_pdf(path).text
        assert "in a file of its own" not in read_pdf(path).text


def test_an_unknown_journal_names_the_nearest(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says what there is."""
    assert run_verb(["draft", "smal-journal", "--study", str(study)]) == 1
    said = capsys.readouterr().err
    assert JOURNAL in said
    assert "Traceback" not in said


def test_an_error_names_files_as_the_study_does(built_implants: Path, tmp_path: Path) -> None:
    """The stage in which a file was looked for is gone when the error is read."""
    folder = copy_study(tmp_path / "study", built_implants)
    (folder / "_quarto.yml").write_text("csl: styles/none.csl\n", encoding="utf-8")
    with pytest.raises(LockstepError, match=r"styles/none\.csl") as error:
        made(folder)
    assert ".report-" not in str(error.value)


@pytest.mark.parametrize(("installed", "told"), [(None, "builtin"), (Path("/quarto"), "quarto")])
def test_the_manifest_says_what_rendered(installed: Path | None, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that the choice was left open."""
    monkeypatch.setattr(quarto, "find_quarto", lambda: installed)
    assert renderer_of("auto") == told
    assert renderer_of("builtin") == "builtin"
