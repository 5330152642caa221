"""`make draft` and `make check JOURNAL`: the folder, whole or not at all, what it says of itself, exit codes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPLANTS

from lockstep.anonymisation.identity import identifying_words
from lockstep.anonymisation.scan import traces
from lockstep.base.errors import LockstepError
from lockstep.base.files import new_workspace
from lockstep.base.progress import Progress
from lockstep.cli.command import run_verb
from lockstep.drafts import draft as drafting
from lockstep.drafts.draft import Draft, RefusedError, check_draft, make_draft
from lockstep.drafts.identifying_uploads import ADVICE
from lockstep.pdf.reading import read_pdf
from lockstep.render import quarto
from lockstep.results.model import read_results
from lockstep.results.released import released_from_json
from lockstep.revisions.locks import lock, renderer_of
from lockstep.runs import commit as pending
from lockstep.runs.commit import complete

pytestmark = pytest.mark.slow  # drafts

JOURNAL = "small-journal"
RULES = {"abstract_words": "40", "keywords": "{ min = 1, max = 3 }", "blinded": "true", "p_letter": '"P"'}
AUTHOR = "Wilhelmina Zorrberg"
FRONT = f"""---
title: "Retention of implants by fixation"
keywords: [implants, survival]
author:
  - name: {AUTHOR}
    email: zorrberg@quastadt.example
    affiliations:
      - name: Quastadt Clinic
literals:
  "two years": landmark of the protocol
---
"""
ABSTRACT = """::: {#abstract .abstract custom-style="Abstract"}
**Results.** Of `{python} r.n("flow.analysed")` implants, `{python} r.n("retention.events")` were revised.
:::

# Results
"""
DISCUSSION = """
# Discussion

Our previous study at the Quastadt Clinic found the same, as W.Z. said.

# Acknowledgments

Balthasar Quirkmann entered the data.
"""
FILES = {
    *("Fig1.eps", "Fig1.pdf", "Fig1.tif", "MANIFEST.json", "PREFLIGHT.txt", "Table1.docx", "cover_letter.docx"),
    *("manuscript.docx", "manuscript.pdf", "manuscript_blinded.docx", "manuscript_blinded.pdf", "statements.docx"),
    *("strobe_checklist.docx", "strobe_checklist.json", "title_page.docx"),
}


def copy_study(folder: Path, **rules: str) -> Path:
    """Return a copy of the second study with authors, an abstract, a discussion, and a journal of its own."""
    shutil.copytree(IMPLANTS, folder)
    report = (folder / "report.qmd").read_text(encoding="utf-8")
    body = report.partition("---\n\n")[2].replace("# Results\n", ABSTRACT, 1)
    (folder / "report.qmd").write_text(f"{FRONT}\n{body}{DISCUSSION}", encoding="utf-8")
    journals = folder / "templates" / "journals"
    journals.mkdir(parents=True)
    stated = "".join(
        f'[rules.{name}]\nvalue = {value}\nquote = "As said."\nsource = "https://journal.example"\nread = 2026-11-25\n'
        for name, value in (RULES | rules).items()
    )
    (journals / f"{JOURNAL}.toml").write_text(f'schema = 1\ntitle = "Small Journal"\n{stated}', encoding="utf-8")
    return folder


def made(folder: Path, *, force: bool = False) -> Draft:
    """Make the draft of a study."""
    return make_draft(folder, JOURNAL, progress=quiet(), renderer="builtin", force=force)


def quiet() -> Progress:
    """Return progress that nobody sees."""
    return Progress(sys.stderr, shown=False)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files under a folder that are no part of how runs take turns."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}


def manifest_of(draft: Draft) -> dict[str, Any]:
    """Return the manifest of a draft."""
    return dict(json.loads((draft.folder / "MANIFEST.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study whose draft keeps all rules, locked once."""
    folder = copy_study(tmp_path_factory.mktemp("draft") / "study")
    lock(folder, "2026-11", progress=quiet(), renderer="builtin")
    return folder


@pytest.fixture(scope="module")
def draft(study: Path) -> Draft:
    """Return the draft of that study."""
    return made(study)


@pytest.fixture
def broken(study: Path, draft: Draft, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the study, with its draft, whose keywords are too many."""
    assert draft.folder.is_dir()
    folder = tmp_path / "broken"
    shutil.copytree(study, folder)
    document = folder / "report.qmd"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("[implants, survival]", "[a, b, c, d]"), encoding="utf-8")
    yield folder
    assert not list((folder / "build" / "drafts").glob(".report-*"))


def test_the_folder_holds_all_that_a_journal_asks_for(study: Path, draft: Draft) -> None:
    """Files have the names that the documentation gives them; folder and archive are named after the journal."""
    assert draft.folder == study / "build" / "drafts" / JOURNAL
    assert draft.archive == study / "build" / "drafts" / f"{JOURNAL}.zip"
    assert set(contents(draft.folder)) == FILES
    assert draft.failures == ()
    assert (draft.folder / "PREFLIGHT.txt").read_text(encoding="utf-8").endswith("not checked\n")


def test_the_archive_holds_the_folder(draft: Draft) -> None:
    """The same files with the same bytes, in a folder of the journal's name, at one fixed time."""
    with zipfile.ZipFile(draft.archive) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
        times = {entry.date_time for entry in archive.infolist()}
    assert packed == {f"{JOURNAL}/{name}": content for name, content in contents(draft.folder).items()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_the_manifest_names_every_file_and_what_it_was_made_from(study: Path, draft: Draft) -> None:
    """SHA-256 of all files but itself; the hash of the data; the lock of the same data, code and text."""
    manifest = manifest_of(draft)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents(draft.folder).items()}
    assert manifest["files"] == {name: value for name, value in hashes.items() if name != "MANIFEST.json"}
    data = hashlib.sha256((study / "data" / "implants.csv").read_bytes()).hexdigest()
    assert data in json.dumps(manifest["source"])
    assert (manifest["journal"], manifest["lock"], manifest["text"]) == (JOURNAL, "2026-11", "as locked")
    assert (manifest["forced"], manifest["failures"], manifest["renderer"]) == (False, [], "builtin")


def test_another_text_is_not_that_of_the_lock(broken: Path) -> None:
    """Results may be locked while the text has been edited since; where the data are others, there is no lock."""
    assert manifest_of(made(broken, force=True))["text"] == "edited since"
    data = broken / "data" / "implants.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    manifest = manifest_of(made(broken, force=True))
    assert (manifest["lock"], manifest["text"]) == (None, None)


def test_two_runs_give_the_same_bytes_in_any_folder(draft: Draft, tmp_path: Path) -> None:
    """Neither time nor place is in a file: another copy of the study has the same draft, but for its lock."""
    folder = copy_study(tmp_path / "elsewhere")
    once = made(folder)
    archive = once.archive.read_bytes()
    assert made(folder).archive.read_bytes() == archive
    here, there = contents(draft.folder), contents(once.folder)
    assert {name for name in FILES if here[name] != there[name]} == {"MANIFEST.json"}
    assert not any(str(folder).encode() in content for content in there.values())


def test_a_refused_draft_leaves_the_last_one(broken: Path) -> None:
    """Folder and archive are as before, the error says how to go on, and has every line of the preflight."""
    before = contents(broken / "build" / "drafts")
    with pytest.raises(RefusedError, match="1 rule fails, so that no draft for Small Journal was made") as refused:
        made(broken)
    assert [check.rule for check in refused.value.checks if check.status == "fail"] == ["keywords"]
    assert len(refused.value.checks) > len(RULES)
    assert contents(broken / "build" / "drafts") == before


def test_a_forced_draft_says_what_it_breaks(broken: Path) -> None:
    """The manifest has it in words, PREFLIGHT.txt its line."""
    draft = made(broken, force=True)
    assert [check.rule for check in draft.failures] == ["keywords"]
    manifest = manifest_of(draft)
    assert (manifest["forced"], manifest["failures"]) == (True, ["keywords: 4 keywords; asked for: min 1, max 3"])
    assert (draft.folder / "PREFLIGHT.txt").read_text(encoding="utf-8").startswith("FAILS")


def test_what_fails_on_the_way_leaves_the_last_draft(
    study: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error after all files are made, such as a full disk, puts nothing in place."""
    before = contents(draft.folder.parent)

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drafting, "_archive", full)
    with pytest.raises(OSError, match="No space left"):
        made(study)
    assert contents(draft.folder.parent) == before


def test_a_full_disk_is_one_error_that_names_no_file_of_the_author(
    study: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be written is the draft: neither what was to be copied, nor a place that is gone by then."""
    before = contents(draft.folder.parent)

    def full(source: Path, place: Path) -> None:
        raise OSError(28, "No space left on device", str(source), None, str(place))

    (draft.folder.parent / f".{JOURNAL}.json").unlink()  # else there is nothing to do
    monkeypatch.setattr(shutil, "copyfile", full)
    assert run_verb(["draft", JOURNAL, "--renderer", "builtin", "--study", str(study)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{draft.folder.parent}: could not be written, there is no room left (No space left")
    assert said.endswith("No draft was written; the last one is untouched.\n")
    assert contents(draft.folder.parent) == before


def test_a_folder_that_cannot_be_made_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that can only be read, or a file in the way: what is wrong with which folder, and no draft."""
    folder = copy_study(tmp_path / "study")
    place = folder / "build" / "drafts"
    command = ["draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]

    def read_only(path: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)
        assert run_verb(command) == 1
    assert capsys.readouterr().err == (
        f"{place}: cannot be written to (Read-only file system). Make it writable, or work on a copy of the study.\n"
        "No draft was written; the last one is untouched.\n"
    )
    (folder / "build").write_text("mine", encoding="utf-8")
    assert run_verb(command) == 1
    assert capsys.readouterr().err.startswith(f"{place}: Not a directory\n")


def test_what_stops_the_anonymised_copy_is_reported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is made by another process, whose last line is of the report, not of the draft."""
    folder = copy_study(tmp_path / "study")
    document = folder / "report.qmd"
    text = document.read_text(encoding="utf-8")
    cell = '```{python}\nfrom pathlib import Path\nassert Path.cwd().name != "blinded"\n```\n'
    document.write_text(text.replace("# Discussion\n", f"{cell}\n# Discussion\n"), encoding="utf-8")
    assert run_verb(["draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the anonymised copy could not be made: ")
    assert "report" not in said.splitlines()[-1]
    assert "No document was written" not in said


def test_the_blinded_files_scan_clean(draft: Draft) -> None:
    """No name is in text, properties, parts or bytes; the open files have it."""
    front = {
        "author": [
            {"name": AUTHOR, "email": "zorrberg@quastadt.example", "affiliations": [{"name": "Quastadt Clinic"}]}
        ],
        "blind": ["Balthasar Quirkmann"],
    }
    words = identifying_words(front)
    for kind in ("docx", "pdf"):
        assert traces(draft.folder / f"manuscript_blinded.{kind}", words) == []
        assert traces(draft.folder / f"manuscript.{kind}", words) != []


def test_the_open_pdf_carries_what_is_printed_and_the_blinded_one_nothing(study: Path, draft: Draft) -> None:
    """What is released names the study's labels, and the data file: reviewers get neither."""
    attached = read_pdf(draft.folder / "manuscript.pdf").attachments
    assert list(attached) == ["released.json"]
    released = released_from_json(attached["released.json"].decode())
    assert (released.style, released.source) == (JOURNAL, read_results(study / "build" / "results.json").source)
    assert str(study).encode() not in attached["released.json"]
    assert read_pdf(draft.folder / "manuscript_blinded.pdf").attachments == {}


def test_what_lets_the_authors_be_guessed_is_told(draft: Draft) -> None:
    """Their earlier work called theirs, and their initials; what was removed word by word, with its line."""
    told = "\n".join(draft.warnings)
    for mention in ("“Our previous study”", "“W.Z.”"):
        assert f"anonymised copy: Discussion: {mention} may identify the authors" in told
    assert "anonymised copy: removed from report.qmd:" in told


def test_a_label_that_tells_is_told_for_tables_and_figures(tmp_path: Path) -> None:
    """Of these files there is no anonymised copy, so the authors must know which of them says what, and where."""
    folder = copy_study(tmp_path / "study", figure_formats='["TIFF", "PDF"]')
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
        f"Fig1.tif identifies the authors in Figure 1, alternative text 1 ('{AUTHOR}')",
        f"Fig1.pdf identifies the authors in page 1 ('{AUTHOR}')",
    ]
    blinded = (draft.folder / f"manuscript_blinded.{kind}" for kind in ("docx", "pdf"))
    assert [trace for path in blinded for trace in traces(path, (AUTHOR, "Zorrberg", "Quastadt Clinic"))] == []


def test_a_check_makes_no_draft(tmp_path: Path) -> None:
    """It has the lines that the draft would have, and leaves nothing behind."""
    folder = copy_study(tmp_path / "study")
    checks, _ = check_draft(folder, JOURNAL, progress=quiet(), renderer="builtin")
    assert {check.rule for check in checks} > set(RULES)
    assert contents(folder / "build" / "drafts") == {}


def test_the_verbs_say_what_happened_and_exit_accordingly(
    study: Path, draft: Draft, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where all rules hold; 1 where one fails, with its line; 0 where it is forced, and that is said."""
    assert draft.folder.is_dir()
    place = ["--renderer", "builtin", "--study"]
    assert run_verb(["check", "--journal", JOURNAL, *place, str(study)]) == 0
    assert capsys.readouterr().out.startswith("holds")
    assert run_verb(["check", "--journal", JOURNAL, *place, str(broken)]) == 1
    assert capsys.readouterr().out.split()[:2] == ["FAILS", "keywords"]
    assert run_verb(["draft", JOURNAL, *place, str(broken)]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("FAILS  keywords")
    assert said.err.endswith("No draft was written; the last one is untouched.\n")
    assert run_verb(["draft", JOURNAL, "--force", *place, str(broken)]) == 0
    assert capsys.readouterr().out.endswith(" s, although rules fail\n")


def test_an_unknown_journal_names_the_nearest(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says what there is."""
    assert run_verb(["draft", "smal-journal", "--study", str(study)]) == 1
    said = capsys.readouterr().err
    assert JOURNAL in said
    assert "Traceback" not in said


def test_an_error_names_files_as_the_study_does(tmp_path: Path) -> None:
    """The stage in which a file was looked for is gone when the error is read."""
    folder = copy_study(tmp_path / "study")
    (folder / "_quarto.yml").write_text("csl: styles/none.csl\n", encoding="utf-8")
    with pytest.raises(LockstepError, match=r"styles/none\.csl") as error:
        made(folder)
    assert ".report-" not in str(error.value)


def test_a_run_that_is_killed_leaves_the_last_draft_whole(study: Path, draft: Draft, tmp_path: Path) -> None:
    """The next run removes what it left, and makes the draft."""
    folder = tmp_path / "killed"
    shutil.copytree(study, folder)
    before = contents(folder / "build" / "drafts")
    command = [sys.executable, "-m", "lockstep", "draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]
    process = subprocess.Popen(command, cwd=IMPLANTS.parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not list((folder / "build" / "drafts").glob(".report-*/*/build")):
            pass
    finally:
        process.kill()
        process.wait()
    assert contents(folder / "build" / "drafts") == before
    again = made(folder)
    assert contents(again.folder) == contents(draft.folder)
    assert not list((folder / "build" / "drafts").glob(".report-*"))


def test_a_run_that_is_killed_while_it_puts_a_draft_in_place_is_completed(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folder and archive change together: once decided on, the next run puts them there, whatever was moved before."""
    drafts = broken / "build" / "drafts"

    def killed(target: Path) -> None:
        if target != drafts:
            return complete(target)
        (drafts / JOURNAL).rename(new_workspace(drafts, prefix=".report-") / JOURNAL)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pending, "complete", killed)
        made(broken, force=True)
    assert not (drafts / JOURNAL).exists()
    check_draft(broken, JOURNAL, progress=quiet(), renderer="builtin")
    assert json.loads((drafts / JOURNAL / "MANIFEST.json").read_text(encoding="utf-8"))["forced"]
    with zipfile.ZipFile(drafts / f"{JOURNAL}.zip") as archive:
        assert archive.read(f"{JOURNAL}/MANIFEST.json") == (drafts / JOURNAL / "MANIFEST.json").read_bytes()


@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}.zip"])
def test_what_stands_in_the_way_is_named(name: str, tmp_path: Path) -> None:
    """Nothing of an author's is replaced by a draft, and nothing is made before that is known."""
    folder = copy_study(tmp_path / "study")
    place = folder / "build" / "drafts" / name
    place.parent.mkdir(parents=True)
    if name.endswith("zip"):
        place.mkdir()
    else:
        place.write_text("mine", encoding="utf-8")
    with pytest.raises(LockstepError, match="Move or remove it"):
        made(folder)
    assert place.exists()


def test_a_file_that_an_author_put_into_a_draft_is_not_lost(tmp_path: Path) -> None:
    """A draft does not replace a folder that holds other files than its own; the error names them."""
    folder = copy_study(tmp_path / "study")
    draft = folder / "build" / "drafts" / JOURNAL
    draft.mkdir(parents=True)
    (draft / "MANIFEST.json").write_text('{"files": {"manuscript.docx": ""}}', encoding="utf-8")
    for name in ("manuscript.docx", "notes of mine.txt", ".DS_Store"):
        (draft / name).write_text("", encoding="utf-8")
    with pytest.raises(LockstepError, match=r"did not put there \(notes of mine\.txt\)"):
        made(folder)
    assert (draft / "notes of mine.txt").exists()


@pytest.mark.parametrize(("installed", "told"), [(None, "builtin"), (Path("/quarto"), "quarto")])
def test_the_manifest_says_what_rendered(installed: Path | None, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that the choice was left open."""
    monkeypatch.setattr(quarto, "find_quarto", lambda: installed)
    assert renderer_of("auto") == told
    assert renderer_of("builtin") == "builtin"
