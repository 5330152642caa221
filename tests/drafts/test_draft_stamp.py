"""A draft that would be made the same again is not made again; whatever it was made from, or is, counts."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import word_files
from drafted_study import AUTHOR, JOURNAL, contents, copy_study

from lockstep.base.clock import EPOCH_VARIABLE
from lockstep.base.progress import Progress
from lockstep.base.stamp import stamp_of
from lockstep.cli.command import run_verb
from lockstep.drafts import draft as drafting
from lockstep.drafts import stamp as draft_stamp
from lockstep.drafts.stamp import archive_of, current_draft
from lockstep.revisions.locks import lock
from lockstep.submission import office

pytestmark = pytest.mark.slow  # drafts

CELLS = """
![A picture.](images/one.png){#fig-one fig-alt="One" width=20mm}

```{python}
#| echo: false
#| output: asis
from pathlib import Path
print(Path("words.txt").read_text())
```

See @fig-one.

# Discussion
"""
QUIET = Progress(sys.stderr, shown=False)
DRAFT = f"build/drafts/{JOURNAL}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study with a draft, a picture, a file that its text reads, a template and a lock."""
    folder = copy_study(tmp_path_factory.mktemp("stamp") / "study")
    document = folder / "report.qmd"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("\n# Discussion\n", CELLS), encoding="utf-8")
    (folder / "words.txt").write_text("Read words.\n", encoding="utf-8")
    (folder / "images").mkdir()
    (folder / "images" / "one.png").write_bytes(word_files.pixel())
    lock(folder, "first", progress=QUIET, renderer="builtin")
    drafting.make_draft(folder, JOURNAL, progress=QUIET, renderer="builtin")
    return folder


@pytest.fixture
def study(home: Path) -> Iterator[Path]:
    """Return a copy beside the study, from where the program is found by the same path."""
    folder = next(path for n in itertools.count() if not (path := home.parent / f"copy{n}").exists())
    shutil.copytree(home, folder, symlinks=True)
    yield folder
    shutil.rmtree(folder)


def is_current(folder: Path) -> bool:
    """Tell whether the draft of a study is up to date."""
    return current_draft(folder, JOURNAL, renderer="builtin") is not None


def draft(folder: Path, *more: str) -> int:
    """Run the verb."""
    return run_verb(["draft", JOURNAL, "--renderer", "builtin", "--study", str(folder), *more])


def append(name: str, text: str = "\n") -> Callable[[Path], None]:
    """Return what adds something to a file of a study."""

    def change(folder: Path) -> None:
        with (folder / name).open("ab") as file:
            file.write(text.encode())

    return change


def write(name: str, text: str) -> Callable[[Path], None]:
    """Return what writes a new file into a study."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return change


def remove(name: str) -> Callable[[Path], None]:
    """Return what removes a file or folder of a study."""
    return lambda folder: shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()


def test_where_nothing_changed_nothing_is_made(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so, with the warnings of then, and no file is written; nor is what makes drafts even asked."""
    places = [study / "build" / "drafts", study / "build" / "figures"]
    before = {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*") if path.is_file()}
    monkeypatch.setattr(drafting, "make_draft", lambda *_, **__: pytest.fail("made again"))
    assert draft(study) == 0
    assert draft(study, "--force") == 0
    said = capsys.readouterr()
    place = study / "build" / "drafts" / JOURNAL
    assert said.out == f"{place} and {place}.zip are up to date\n" * 2
    assert said.err.count(f"warning: title page: no `orcid` of {AUTHOR}\n") == 2
    after = {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*") if path.is_file()}
    assert {path: time for path, time in after.items() if path.name != ".report.lock"} == {
        path: time for path, time in before.items() if path.name != ".report.lock"
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name)
        for name, change in {
            "text": append("report.qmd"),
            "study": append("study.toml", "# more\n"),
            "data": append("data/implants.csv"),
            "results": append("build/results.json"),
            "journal": append(f"templates/journals/{JOURNAL}.toml"),
            "picture": append("images/one.png"),
            "file that the text reads": append("words.txt"),
            "project": write("_quarto.yml", "lang: en\n"),
            "profile": write(f"_quarto-{JOURNAL}.yml", "lang: en\n"),
            "template": write("templates/submission/cover_letter.md.j2", "Dear all\n"),
            "lock": remove("locks/first"),
            "file of the draft": append(f"{DRAFT}/cover_letter.docx"),
            "picture of the draft": append(f"{DRAFT}/Fig1.tif"),
            "preflight": append(f"{DRAFT}/PREFLIGHT.txt"),
            "manifest": append(f"{DRAFT}/MANIFEST.json"),
            "file that is gone": remove(f"{DRAFT}/manuscript_blinded.pdf"),
            "file that is none of the draft's": write(f"{DRAFT}/notes/more.txt", "mine"),
            "archive": append(f"{DRAFT}.zip"),
            "no archive": remove(f"{DRAFT}.zip"),
            "no folder": remove(DRAFT),
            "stamp": write(f"build/drafts/.{JOURNAL}.json", "{"),
            "no stamp": remove(f"build/drafts/.{JOURNAL}.json"),
        }.items()
    ],
)
def test_whatever_changed_the_draft_is_made_again(study: Path, change: Callable[[Path], None]) -> None:
    """All that it was made from counts by content, and so does every file in it."""
    assert is_current(study)
    change(study)
    assert not is_current(study)


def test_a_new_lock_of_the_same_data_counts(study: Path) -> None:
    """The manifest names the newest one."""
    lock(study, "second", progress=QUIET, renderer="builtin")
    assert not is_current(study)


def test_what_is_no_file_of_the_study_counts_too(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that files carry, the program that lays out Word files, and whose name the copy is searched for."""
    monkeypatch.setenv(EPOCH_VARIABLE, "1700000000")
    assert not is_current(study)
    monkeypatch.undo()
    assert is_current(study)
    monkeypatch.setattr(draft_stamp, "identity_of_office", lambda: "another")
    assert not is_current(study)
    monkeypatch.undo()
    monkeypatch.setattr("getpass.getuser", lambda: "zquist")
    assert not is_current(study)
    monkeypatch.undo()
    monkeypatch.setattr(draft_stamp, "identity_of_renderer", lambda _: "another")
    assert not is_current(study)


def test_another_libreoffice_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was updated, installed or removed, the places in the Word file may be others."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert office.identity_of_office() == "none"
    real = tmp_path / "lib" / "soffice"
    real.parent.mkdir()
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    (tmp_path / "soffice").symlink_to(real)
    first = office.identity_of_office()
    os.utime(real, (1, 1))
    assert office.find_office() == tmp_path / "soffice"
    assert len({"none", first, office.identity_of_office()}) == 3


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_after_new_data_one_run_makes_the_draft_and_the_next_one_finds_it(study: Path) -> None:
    """The results that are computed on the way belong to it."""
    data = study / "data" / "implants.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert draft(study) == 0
    before = contents(study / "build" / "drafts")
    assert is_current(study)
    drafting.make_draft(study, JOURNAL, progress=QUIET, renderer="builtin")
    assert contents(study / "build" / "drafts") == before


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_draft_that_breaks_rules_is_never_up_to_date(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Forced or refused, the next run says what it breaks; one that is mended is found again."""
    document = study / "report.qmd"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("[implants, survival]", "[a, b, c, d]"), encoding="utf-8")
    assert draft(study) == 1
    document.write_text(text, encoding="utf-8")
    assert is_current(study)  # the refused one left the last one as it was
    document.write_text(text.replace("[implants, survival]", "[a, b, c, d]"), encoding="utf-8")
    assert draft(study, "--force") == 0
    capsys.readouterr()
    assert not is_current(study)
    assert draft(study) == 1
    assert capsys.readouterr().out.split()[:2] == ["FAILS", "keywords"]
    document.write_text(text, encoding="utf-8")
    assert not is_current(study)  # what stands there is the forced one


def test_a_draft_of_a_journal_that_is_gone_is_an_error(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said to be up to date that could not be made."""
    (study / "templates" / "journals" / f"{JOURNAL}.toml").unlink()
    assert draft(study) == 1
    assert f"no journal '{JOURNAL}'" in capsys.readouterr().err
    assert stamp_of(archive_of(study, JOURNAL)).is_file()
