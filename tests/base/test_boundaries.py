"""A study of somebody else reads and writes no more of a machine than it says, and nothing acts in its Word file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from made_once import copy_with_results

from lockstep.__main__ import main
from lockstep.base.boundaries import home_of
from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.pdf.reading import read_pdf
from lockstep.word.active_content import active_in_source, refuse_active

pytestmark = pytest.mark.slow  # a run for each way out of the study

WORDS = "Quirrberg, who is known to nobody"
REPORT = """---
title: "A"
---

Words.
"""


@pytest.fixture
def folder(built_implants: Path, tmp_path: Path) -> Path:
    """Return a study that says little, its results computed, beside a file and a folder that are none of its own."""
    folder = copy_with_results(built_implants, tmp_path / "study")
    (folder / "report.qmd").write_text(REPORT, encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text(WORDS, encoding="utf-8")
    shutil.copyfile(ROOT / "docs" / "images" / "page-1.png", tmp_path / "outside" / "page.png")
    return folder


def report(folder: Path, *options: str) -> int:
    """Run `make report`."""
    return main(["report", "--study", str(folder), "--renderer", "builtin", *options])


def add(folder: Path, text: str) -> None:
    """Add to a document."""
    with (folder / "report.qmd").open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("named", ["../outside", "/tmp/lockstep-outside", "a/../../outside"])  # noqa: S108 (never made)
def test_nothing_is_written_outside_where_the_project_says_so(
    named: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`output-dir` is a folder of the study; only a user sends documents elsewhere, with --output."""
    shutil.copyfile(ROOT / "_quarto.yml", folder / "_quarto.yml")
    text = (folder / "_quarto.yml").read_text(encoding="utf-8")
    (folder / "_quarto.yml").write_text(text.replace("output-dir: build", f"output-dir: {named}"), encoding="utf-8")
    assert report(folder) == 1
    said = capsys.readouterr().err
    assert f"output-dir is '{named}', which leads out of the study's folder, where nothing is written." in said
    assert sorted(path.name for path in (folder.parent / "outside").iterdir()) == ["page.png", "secret.txt"]
    assert not Path("/tmp/lockstep-outside").exists()  # noqa: S108


@pytest.mark.parametrize("name", ["build", "build/figures", "build/figures/bmj", "build/drafts", "build/try", "locks"])
def test_an_output_folder_that_is_a_link_outside_is_refused(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each verb says so, and nothing is there."""
    shutil.rmtree(folder / "build")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(folder.parent / "outside")
    for verb in ("report", "check", "trace", "html"):
        assert main([verb, "--study", str(folder)]) == 1
        assert f"{name}: is a link that leads out of the study's folder" in capsys.readouterr().err
    assert sorted(path.name for path in (folder.parent / "outside").iterdir()) == ["page.png", "secret.txt"]


def test_the_file_by_which_runs_take_turns_is_made_in_the_study(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link in its place makes no file elsewhere."""
    (folder / "build" / ".report.lock").symlink_to(folder.parent / "outside" / "made")
    assert report(folder) == 1
    assert "build: cannot be written to" in capsys.readouterr().err
    assert not (folder.parent / "outside" / "made").exists()


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVa&#9;Script:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "ms-word:ofe",
        "//host/share",
    ],
)
def test_a_link_that_does_more_than_lead_to_a_page_is_refused(
    target: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would act in the page of `make html`, in Word or in a PDF when somebody follows it."""
    add(folder, f"\n[Here](<{target}>).\n")
    assert report(folder) == 1
    assert "leads neither to a page nor to a mail address" in capsys.readouterr().err


def test_links_to_pages_addresses_and_places_are_allowed(folder: Path) -> None:
    """So are files beside the document."""
    add(folder, "\n[a](https://example.org/?a:b) <b@example.org> [c](#d) [e](appendix.pdf) [f](a/b:c)\n\n# D {#d}\n")
    assert report(folder) == 0


def test_a_link_within_the_study_is_a_file_like_others(folder: Path) -> None:
    """What leads nowhere else is followed."""
    (folder / "pictures").mkdir()
    shutil.copyfile(folder.parent / "outside" / "page.png", folder / "pictures" / "page.png")
    (folder / "same.png").symlink_to(folder / "pictures" / "page.png")
    (folder / "again").symlink_to(folder / "pictures")
    add(folder, "\n![](same.png){fig-alt=Page}\n\n![](again/page.png){fig-alt=Page}\n")
    assert report(folder) == 0


@pytest.mark.parametrize("link", ["link.png", "pictures/link.png", "linked/page.png"])
def test_a_picture_behind_a_link_outside_is_refused(
    link: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its line: it would be printed and sent."""
    (folder / "pictures").mkdir()
    (folder / "link.png").symlink_to(folder.parent / "outside" / "page.png")
    (folder / "pictures" / "link.png").symlink_to(folder.parent / "outside" / "page.png")
    (folder / "linked").symlink_to(folder.parent / "outside")
    add(folder, f"\n![]({link}){{fig-alt=Page}}\n")
    assert report(folder) == 1
    assert f"report.qmd:7: the image {link} is a link that leads out of the study's folder" in capsys.readouterr().err


@pytest.mark.parametrize("link", ["link.txt", "deep/er/link.txt", "linked/secret.txt", "round/deep/er/link.txt"])
def test_typst_reads_nothing_behind_a_link_outside(link: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the link is deep in a folder; what is beside it can be read."""
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link.txt").symlink_to(folder.parent / "outside" / "secret.txt")
    (folder / "deep" / "er" / "link.txt").symlink_to(folder.parent / "outside" / "secret.txt")
    (folder / "linked").symlink_to(folder.parent / "outside")
    (folder / "round").symlink_to(folder)
    (folder / "deep" / "er" / "own.txt").write_text("Own words", encoding="utf-8")
    add(folder, '\n```{=typst}\n#read("deep/er/own.txt")\n```\n')
    assert report(folder) == 0
    assert "Own words" in read_pdf(folder / "build" / "report.pdf").text
    add(folder, f'\n```{{=typst}}\n#read("{link}")\n```\n')
    assert report(folder) == 1
    said = capsys.readouterr().err
    assert "Typst could not set the document: file not found" in said
    assert "lockstep-" not in said
    assert WORDS.encode() not in (folder / "build" / "report.pdf").read_bytes()


@pytest.mark.parametrize("name", ["report.qmd", "data/published.csv", "templates", "templates/table1.html.j2"])
def test_a_file_that_is_read_by_its_name_is_no_link_outside(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be printed, though nobody named it."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).symlink_to(folder.parent / "outside" / ("" if name == "templates" else "secret.txt"))
    assert report(folder) == 1
    said = capsys.readouterr().err
    assert f"{name}: is a link that leads out of the study's folder. Put the file itself there" in said
    assert WORDS not in said


BOOK = "@book{a, title = {A}, author = {B, C}, publisher = {D}, year = 2000}\n"


def test_a_path_that_is_written_out_may_lead_anywhere_and_a_link_may_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`bibliography: ../library.bib` says what it reads; a file beside it that is a link does not."""
    (folder.parent / "library.bib").write_text(BOOK, encoding="utf-8")
    (folder / "linked.bib").symlink_to(folder.parent / "library.bib")
    for named, code in (("../library.bib", 0), (folder.parent / "library.bib", 0), ("linked.bib", 1)):
        (folder / "report.qmd").write_text(REPORT.replace("---\n\n", f"bibliography: {named}\n---\n\nAs [@a].\n"))
        assert report(folder) == code
    assert "linked.bib is a link that leads out of the study's folder" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["absolute", "above", "link"])
def test_the_data_file_may_be_elsewhere(place: str, folder: Path) -> None:
    """study.toml names it; patient data often have to stay on another disk."""
    elsewhere = folder.parent / "outside" / "implants.csv"
    shutil.rmtree(folder / "build")
    (folder / "data" / "implants.csv").rename(elsewhere)
    if place == "link":
        (folder / "data" / "implants.csv").symlink_to(elsewhere)
    else:
        text = (folder / "study.toml").read_text(encoding="utf-8")
        name = str(elsewhere) if place == "absolute" else "../outside/implants.csv"
        (folder / "study.toml").write_text(text.replace("data/implants.csv", name), encoding="utf-8")
    assert report(folder) == 0


def test_a_trial_and_a_stage_belong_to_their_study(folder: Path) -> None:
    """Their links lead to the study's folders, and no further."""
    (folder / "build" / "try" / "build").mkdir(parents=True)
    shutil.copyfile(folder / "study.toml", folder / "build" / "try" / "study.toml")
    assert home_of(folder) == home_of(folder / "build" / "try") == folder.resolve()
    assert home_of(folder / "build" / "try" / "build" / "drafts" / ".report-x" / "study") == folder.resolve()
    assert home_of(folder.parent) == folder.parent.resolve()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RUN = "<w:r>{}</w:r>"
BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))


def field(*pieces: str) -> str:
    """Return a field whose instruction is split over runs."""
    return BEGIN + "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces) + SEPARATE + END


ACTIVE = [
    (field(' DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"'), "the field DDEAUTO"),
    (field(" DD", "EAUTO cmd"), "the field DDEAUTO"),
    (field(" &#68;DE cmd"), "the field DDE"),
    (field(' INCLUDETEXT "http://x/y.docx"'), "the field INCLUDETEXT"),
    (field(' INCLUDEPICTURE "http://x/y.png"'), "the field INCLUDEPICTURE"),
    (field(" QUOTE 68 68 69"), "the field QUOTE"),
    (field(" includetext x"), "the field includetext"),
    ('<w:fldSimple w:instr=" DDE cmd x"><w:r/></w:fldSimple>', "the field DDE"),
    ("<w:object/>", "the element object"),
    ('<w:altChunk r:id="rId1"/>', "the element altChunk"),
]


@pytest.mark.parametrize(("xml", "found"), ACTIVE)
def test_raw_openxml_that_acts_is_refused_with_its_line(
    xml: str, found: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fields that start programs or fetch files, however written, and embedded objects."""
    add(folder, f"\n```{{=openxml}}\n<w:p>{xml}</w:p>\n```\n")
    assert report(folder) == 1
    said = capsys.readouterr().err
    assert f"raw OpenXML holds {found}, which starts a program or fetches a file" in said
    assert said.startswith(("report.qmd:8: ", "report.qmd:7: "))
    assert not (folder / "build" / "report.docx").exists()


def test_a_field_that_is_split_over_pieces_of_the_source_is_found_in_the_word_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever makes the file, nothing in it acts."""
    pieces = [BEGIN, *(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (" XE", "CUTE cmd")), END]
    add(folder, "\nWords" + "".join(f" `{piece}`{{=openxml}}" for piece in pieces) + "\n")
    assert report(folder) == 1
    assert "the Word file would hold the field XECUTE (word/document.xml)" in capsys.readouterr().err


@pytest.mark.parametrize("instruction", [" PAGE ", " SEQ Table \\* ARABIC ", ' HYPERLINK "https://a.org" ', " =1+1 "])
def test_fields_that_only_show_are_allowed(instruction: str, folder: Path) -> None:
    """A page number is not a danger."""
    assert active_in_source(field(instruction)) is None
    add(folder, f"\n```{{=openxml}}\n<w:p>{field(instruction)}</w:p>\n```\n")
    assert report(folder) == 0


def test_a_relationship_to_a_file_elsewhere_is_refused() -> None:
    """A template or picture that Word would fetch; links that a reader follows are allowed."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"
    rels = (
        '<Relationships xmlns="{}"><Relationship Id="a" Type="{}" Target="http://x/y" TargetMode="External"/>'
        "</Relationships>"
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    refuse_active({"word/_rels/document.xml.rels": rels.format(package, kind.format("hyperlink")).encode()})
    for name in ("attachedTemplate", "image", "oleObject"):
        with pytest.raises(ReportError, match=rf"a relationship to a file elsewhere \({name}\)"):
            refuse_active({"word/_rels/settings.xml.rels": rels.format(package, kind.format(name)).encode()})


def test_a_header_with_an_active_field_is_refused() -> None:
    """Each part of the file is looked at, whatever brought it along."""
    with zipfile.ZipFile(TEMPLATES / "reference.docx") as source:
        parts = {name: source.read(name) for name in source.namelist()}
    refuse_active(parts)
    header = next(name for name in parts if name.startswith("word/header"))
    parts[header] = parts[header].replace(b"</w:p>", field(" DDEAUTO cmd").encode() + b"</w:p>", 1)
    with pytest.raises(ReportError, match=rf"would hold the field DDEAUTO \({header}\)"):
        refuse_active(parts)


def test_the_study_of_a_draft_reads_through_its_links(folder: Path) -> None:
    """A trial of new data finds pictures in the folders that it is linked to."""
    (folder / "pictures").mkdir()
    shutil.copyfile(folder.parent / "outside" / "page.png", folder / "pictures" / "page.png")
    add(folder, "\n![](pictures/page.png){fig-alt=Page}\n")
    shutil.copyfile(folder / "data" / "implants.csv", folder.parent / "new.csv")
    command = [
        sys.executable,
        "-m",
        "lockstep",
        "report",
        "--study",
        str(folder),
        "--data",
        str(folder.parent / "new.csv"),
    ]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"RENDERER": "builtin"}, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
