"""Typst to PDF: bundled fonts, a fixed time, an accessible file, errors in one line."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from lockstep.base.clock import epoch
from lockstep.base.errors import ReportError
from lockstep.base.resources import HOME, TEMPLATES
from lockstep.pdf import typst as pdf_module
from lockstep.pdf.typst import compile_pdf, prepared

FONTS = TEMPLATES / "fonts"
DOCUMENT = '#set document(title: "T")\n#set text(font: "Liberation Sans")\n= Heading\nText.\n'


def pdf(source: str, folder: Path, name: str = "a.pdf") -> Path:
    """Compile a document without warnings and return the file."""
    assert compile_pdf(source, folder / name, root=folder, fonts=FONTS) == []
    return folder / name


def test_the_file_is_certified_and_carries_a_fixed_time(tmp_path, monkeypatch):
    """A PDF/UA-1 file with the bundled font, dated by SOURCE_DATE_EPOCH or a constant, never by the clock."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    first = pdf(DOCUMENT, tmp_path)
    assert first.read_bytes() == pdf(DOCUMENT, tmp_path, "b.pdf").read_bytes()
    assert b"pdfuaid" in first.read_bytes()
    reader = PdfReader(first)
    assert reader.metadata is not None
    assert reader.metadata.get("/CreationDate", "D:20000101").startswith("D:20000101")
    fonts = {
        str(font["/BaseFont"])
        for font in (item.get_object() for item in reader.pages[0]["/Resources"]["/Font"].values())
    }
    assert all("LiberationSans" in font for font in fonts)


@pytest.mark.parametrize("text", ["yesterday", "-5", "1e9", "0", "99999999999"])
def test_a_senseless_time_is_an_error(monkeypatch, text):
    """SOURCE_DATE_EPOCH must be seconds that the formats can hold."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(ReportError, match=rf"^SOURCE_DATE_EPOCH is '{text}'; expected seconds since 1970"):
        epoch()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("#nothing", "Typst could not set the document: unknown variable: nothing"),
        ('#read("/etc/hostname")', "Typst could not set the document: file not found"),
        ('#read("../secret")', "Typst could not set the document: path"),
        ('#image("none.svg", alt: "x")', "Typst could not set the document: file not found"),
    ],
)
def test_what_typst_refuses_is_one_message(tmp_path, source, message):
    """An error in the document, or a file outside of its folder, is one line that says what Typst said."""
    (tmp_path.parent / "secret").write_text("secret")
    with pytest.raises(ReportError) as error:
        compile_pdf(DOCUMENT + source, tmp_path / "a.pdf", root=tmp_path, fonts=FONTS)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize("name", ["@preview/cetz:0.2.2", "@local/mine:1.0.0"])
def test_a_package_is_refused_and_not_fetched(tmp_path, monkeypatch, name):
    """However the machine reaches the network, no connection is made, and the message names the package."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        for variable in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(
            ReportError, match=rf"^Typst could not set the document: it imports {name}, and packages are"
        ):
            compile_pdf(f'#import "{name}": x', tmp_path / "a.pdf", root=tmp_path, fonts=FONTS)
        with pytest.raises(BlockingIOError):
            server.accept()


DOUBLING = '#let s = "a" * 100\n#for i in range(40) { s = s + s }\n#s.len()'


@pytest.mark.slow
def test_a_document_that_needs_more_memory_than_there_is_gives_one_line(tmp_path):
    """A text that doubles without end ends the process of Typst, not this one."""
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom lockstep.base.errors import ReportError\n"
        "from lockstep.pdf.typst import compile_pdf\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))\n"
        "try:\n    compile_pdf(sys.argv[1], Path('a.pdf'), root=Path(), fonts=Path(sys.argv[2]))\n"
        "except ReportError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", code, DOCUMENT + DOUBLING, str(FONTS)]
    environment = os.environ | {"PYTHONPATH": str(HOME)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("Typst could not set the document: it needed more memory than there is.")
    assert (run.stdout.count("\n"), run.stderr) == (1, "")


def test_a_document_sees_neither_patients_nor_the_results_as_a_whole(tmp_path):
    """The data file, by any name, and what of the build folder is not printed are not there for raw Typst."""
    (tmp_path / "data").mkdir()
    (tmp_path / "build" / "try").mkdir(parents=True)
    (tmp_path / "study.toml").write_text('[data]\nfile = "data/cohort.csv"\n')
    (tmp_path / "data" / "cohort.csv").write_text("a,b\n")
    (tmp_path / "data" / "published.csv").write_text("published")
    (tmp_path / "data" / "linked.csv").symlink_to("cohort.csv")
    (tmp_path / "data" / "same.csv").hardlink_to(tmp_path / "data" / "cohort.csv")
    (tmp_path / "more").symlink_to("data")
    (tmp_path / "build" / "results.json").write_text("{}")
    (tmp_path / "build" / "try" / "new.csv").write_text("a,b\n")
    (tmp_path / "build" / "a.txt").write_text("drawn")
    assert pdf(DOCUMENT + '#read("data/published.csv") #read("more/published.csv") #read("build/a.txt")', tmp_path)
    hidden = [f"{folder}/{name}.csv" for folder in ("data", "more") for name in ("cohort", "linked", "same")]
    for name in [*hidden, "build/results.json", "build/try/new.csv"]:
        with pytest.raises(ReportError, match="file not found"):
            compile_pdf(f'{DOCUMENT}#read("{name}")', tmp_path / "b.pdf", root=tmp_path, fonts=FONTS)


def test_what_is_released_travels_inside_the_pdf(tmp_path):
    """The attachment is the text, byte for byte; the PDF is still certified, has no page more, and the same bytes."""
    text = '{"text": "\N{EN DASH} \\" #x"}\r\n'
    for name in ("a.pdf", "b.pdf"):
        assert compile_pdf(DOCUMENT, tmp_path / name, root=tmp_path, fonts=FONTS, released=text) == []
    made = (tmp_path / "a.pdf").read_bytes()
    assert made == (tmp_path / "b.pdf").read_bytes()
    assert b"pdfuaid" in made
    reader = PdfReader(tmp_path / "a.pdf")
    assert reader.attachments == {"released.json": [text.encode()]}
    assert len(reader.pages) == len(PdfReader(pdf(DOCUMENT, tmp_path, "c.pdf")).pages) == 1


@pytest.fixture
def folder(tmp_path):
    """Return a folder whose documents this process is prepared to set."""
    (tmp_path / "build").mkdir()
    draw(tmp_path / "build" / "a.svg", "red")
    with prepared(PICTURES, root=tmp_path, fonts=FONTS):
        yield tmp_path


def draw(path: Path, colour: str) -> None:
    """Write a picture."""
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="{colour}"/></svg>')


def set_afresh(source: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return what a process gives that was not prepared."""
    with monkeypatch.context() as context:
        context.setattr(pdf_module, "_PREPARED", {})
        return pdf(source, folder, "afresh.pdf").read_bytes()


PICTURES = f'{DOCUMENT}#image("build/a.svg", alt: "A")\n== Second\nMore.\n'


@pytest.mark.parametrize(
    "source",
    [
        PICTURES,
        PICTURES.replace("Text.", "Text that was *edited* and all.\n\n= A heading more\n"),
        PICTURES.replace("Heading", "Another *heading*"),
        DOCUMENT,
        PICTURES + '#image("new.svg", alt: "B")\n',
    ],
)
def test_a_prepared_process_sets_the_same_bytes(folder, monkeypatch, source):
    """Whatever was set before: the text may be another, pictures may have changed, files may have come and gone."""
    (folder / "gone.txt").write_text("")
    pdf(PICTURES, folder)
    (folder / "gone.txt").unlink()
    draw(folder / "build" / "a.svg", "blue")
    draw(folder / "new.svg", "green")
    before = sorted(folder.rglob("*"))
    assert pdf(source, folder).read_bytes() == set_afresh(source, folder, monkeypatch)
    assert [path for path in sorted(folder.rglob("*")) if path.name != "afresh.pdf"] == before


def test_a_prepared_process_names_files_as_the_author_does(folder):
    """A picture that is missing is looked for in the study's folder, and the message says so."""
    (folder / "build" / "a.svg").unlink()
    with pytest.raises(ReportError) as error:
        compile_pdf(PICTURES, folder / "a.pdf", root=folder, fonts=FONTS)
    assert str(error.value).endswith(f"file not found (searched at {folder}/build/a.svg)")


def test_a_document_that_cannot_be_set_prepares_all_the_same(tmp_path, monkeypatch):
    """Its error is reported when it is set in earnest, and what comes then is right."""
    with prepared(DOCUMENT + "#nothing", root=tmp_path, fonts=FONTS):
        assert pdf(DOCUMENT, tmp_path).read_bytes() == set_afresh(DOCUMENT, tmp_path, monkeypatch)
