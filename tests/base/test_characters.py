"""Characters that cannot be set, or that nobody sees, are refused with their place; East Asian letters are set."""

from __future__ import annotations

import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typst_pages import FONTS, read, typst_source
from word_files import W, para, part, word_file

from lockstep.base.characters import HIDDEN, hidden_in, named
from lockstep.base.errors import ReportError, StudyError
from lockstep.pdf.typst import USUAL, missing_characters
from lockstep.qmd.source import parse
from lockstep.qmd.yaml_text import read_mapping
from lockstep.readers.delimited import parse_delimited
from lockstep.references.bibliography import refuse_repeated
from lockstep.render.finish import finish
from lockstep.render.result import RenderResult
from lockstep.syntax.sections import read_toml
from lockstep.text.eastern import PACKAGE, eastern_fonts, font_folder
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

ROOT = Path(__file__).parents[2]
HIDDEN_ONES = {
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u2066": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "\u200f": "U+200F RIGHT-TO-LEFT MARK",
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u200d": "U+200D ZERO WIDTH JOINER",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\ue000": "U+E000 private use",
    "\x85": "",  # a line break to some programs
    "\x9b": "U+009B control character",
    "\U000e0041": "U+E0041 TAG LATIN CAPITAL LETTER A",
}
with_the_font = pytest.mark.skipif(find_spec(PACKAGE) is None, reason="the package of the font is not installed")


@pytest.mark.parametrize(("character", "name"), [pair for pair in HIDDEN_ONES.items() if pair[1]])
def test_a_hidden_character_is_refused_wherever_it_stands(character: str, name: str, tmp_path: Path) -> None:
    """In prose and names, labels, references and settings: with line, number and name."""
    said = f"{name} is not seen, but changes what is read. Take it out."
    with pytest.raises(ReportError) as caught:
        parse(f"---\ntitle: T\n---\n\nA{character}B\n", path=Path("report.qmd"))
    assert str(caught.value) == f"report.qmd:5: {said}"
    with pytest.raises(ReportError) as caught:
        parse(f"---\ntitle: T\nauthor: A{character}da\n---\n", path=Path("report.qmd"))
    assert str(caught.value) == f"report.qmd:3: {said}"

    (tmp_path / "study.toml").write_text(f'schema = 1\ntitle = "A{character}B"\n', encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_toml(tmp_path)
    assert str(refused.value) == f"study.toml: line 2: {said}"

    (tmp_path / "x.bib").write_text(f"@misc{{a,\n title = {{A{character}B}}}}\n", encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        refuse_repeated([tmp_path / "x.bib"])
    assert str(caught.value) == f"x.bib:2: {said}"


def test_a_hidden_character_is_refused_where_it_is_written_as_an_escape(tmp_path: Path) -> None:
    """The text of the file is plain, its value is not; the message has the key."""
    (tmp_path / "study.toml").write_text('schema = 1\n[columns.x.levels]\na = "\\u202Eb"\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"study.toml: \[columns\]: U\+202E RIGHT-TO-LEFT OVERRIDE"):
        read_toml(tmp_path)
    with pytest.raises(ReportError, match=r"_quarto.yml: `title`: U\+202E RIGHT-TO-LEFT OVERRIDE"):
        read_mapping('title: "\\u202e"', name="_quarto.yml")


def test_characters_that_texts_need_are_not_hidden() -> None:
    """Tabs, line breaks, soft hyphens, spaces of every width, word joiners, accents, letters of every script."""
    text = "a\tb\r\nc\u00ad\u00a0\u2003\u202f\u2060e\u0301 切 ไ ש 😀 ‡ \u2011 \ufb01"
    assert list(hidden_in(text)) == []
    assert [char for char in map(chr, range(0x20, 0x250)) if HIDDEN.match(char)] == ["\x7f", *map(chr, [
        *range(0x80, 0x85), *range(0x86, 0xA0)])]  # fmt: skip


def test_a_character_is_named_as_people_know_it() -> None:
    """The character itself, its number, its name; of what is not seen, number and name."""
    assert named("切") == "'切' (U+5207 CJK UNIFIED IDEOGRAPH-5207)"
    assert named("\u0301") == "U+0301 COMBINING ACUTE ACCENT"
    assert named("\u202e") == "U+202E RIGHT-TO-LEFT OVERRIDE"


# ---- fonts ---------------------------------------------------------------------------------------------------------


def draft(folder: Path, body: str, **metadata: Any) -> RenderResult:
    """Return a draft whose Typst document has a body."""
    typst = folder / "report.typ"
    typst.write_text(typst_source(body, title="T", lang="en", **metadata), encoding="utf-8")
    return RenderResult(
        docx=folder / "none.docx",
        typst=typst,
        metadata={"title": "T", "lang": "en", **metadata},
        alt_texts={},
        inputs=frozenset(),
        warnings=(),
    )


def refused(folder: Path, body: str) -> str:
    """Return what is said of a body that cannot be set; no PDF is written."""
    with pytest.raises(ReportError) as caught:
        finish(draft(folder, body), docx=None, pdf=folder / "report.pdf", root=folder, fonts=FONTS)
    assert not (folder / "report.pdf").exists()
    return str(caught.value)


def test_every_usual_character_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for each of them, Typst finds it."""
    usual = "".join(char for char in map(chr, range(0x3000)) if USUAL.match(char) and char.isprintable())
    assert len(usual) > 600
    monkeypatch.setattr("lockstep.pdf.typst.USUAL", re.compile(r"(?!)"))
    assert missing_characters(usual, fonts=FONTS) == ()


def test_what_no_font_has_is_refused_with_file_line_and_character(tmp_path: Path) -> None:
    """Prose, labels and references are named by line and key; a value of the data by what is around it."""
    (tmp_path / "report.qmd").write_text("---\ntitle: T\n---\nWell 😀.\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text('title = "ไ"\n', encoding="utf-8")
    (tmp_path / "x.bib").write_text("@misc{one,\n title={A}}\n@misc{two,\n title={ሀ}}\n", encoding="utf-8")
    assert refused(tmp_path, "😀 ไ ሀ and the level ᚠ here, α ≥ 1 ✓ é e\u0301") == (
        "No font of this program has these characters, which would print as boxes. "
        "Take them out, or write the words in other letters:\n"
        "    study.toml:1: 'ไ' (U+0E44 THAI CHARACTER SARA AI MAIMALAI)\n"
        "    x.bib:4 (reference 'two'): 'ሀ' (U+1200 ETHIOPIC SYLLABLE HA)\n"
        "    'ᚠ' (U+16A0 RUNIC LETTER FEHU FEOH FE F) in \"😀 ไ ሀ and the level ᚠ here, α ≥ 1 ✓ é e\u0301\"\n"
        "    report.qmd:4: '😀' (U+1F600 GRINNING FACE)"
    )


@pytest.mark.parametrize("text", ["שלום", "سلام"])
def test_what_is_written_from_right_to_left_is_refused(text: str, tmp_path: Path) -> None:
    """Hebrew and Arabic are named, though a font may have them."""
    (tmp_path / "report.qmd").write_text(f"{text}\n", encoding="utf-8")
    said = refused(tmp_path, text)
    assert "letters that are written from right to left" in said
    assert f"report.qmd:1: '{text[0]}' (U+{ord(text[0]):04X} {unicodedata.name(text[0])})" in said


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Wei Zhang (张伟)", "en-GB", "zh-CN"),
        ("日本のひと", "en", "ja-JP"),
        ("김민준", "en", "ko-KR"),
        ("김민준 and 张伟", "en", "zh-CN"),
        ("張偉", "zh-TW", "zh-TW"),
        ("東京", "ja", "ja-JP"),
    ],
)
def test_the_language_of_east_asian_letters_is_told_by_document_and_script(
    text: str, language: str, expected: str
) -> None:
    """The shapes of Chinese characters differ from country to country."""
    fonts = eastern_fonts(text, language)
    assert fonts is not None
    assert fonts.language == expected
    assert eastern_fonts("Latin, é, α, “quoted”", language) is None


def test_the_font_of_east_asia_is_among_the_requirements() -> None:
    """Whoever installs this program can print names of Chinese, Japanese and Korean authors."""
    assert f"\n{PACKAGE.replace('_', '-')}==" in (ROOT / "requirements.lock").read_text(encoding="utf-8")


@with_the_font
def test_east_asian_letters_are_set_in_the_pdf(tmp_path: Path) -> None:
    """Names, prose, headings and bold in Noto Sans CJK: certified as PDF/UA, the same bytes each time."""
    made = draft(
        tmp_path,
        "= 保留\n\nWei 张伟, 東京の人, 김민준, *粗* and `码`.\n",
        author=["Wei Zhang (张伟)"],
    )
    pdf = tmp_path / "report.pdf"
    assert finish(made, docx=None, pdf=pdf, root=tmp_path, fonts=FONTS) == ()
    page = read(pdf)[0].words()
    for text in ("Wei Zhang (张伟)", "保留", "東京の人", "김민준", "粗", "码"):
        assert text in page
    first = pdf.read_bytes()
    assert b"pdfuaid" in first
    assert finish(made, docx=None, pdf=pdf, root=tmp_path, fonts=FONTS) == ()
    assert pdf.read_bytes() == first


def test_without_the_font_east_asian_letters_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing prints as a box."""
    monkeypatch.setattr("lockstep.pdf.typst.font_folder", lambda: None)
    assert "'张' (U+5F20 CJK UNIFIED IDEOGRAPH-5F20) in" in refused(tmp_path, "张")


@with_the_font
def test_the_font_is_one_file_of_its_package() -> None:
    """Its folder holds no other font."""
    folder = font_folder()
    assert folder is not None
    assert [path.name for path in folder.iterdir() if path.suffix in (".ttc", ".otf", ".ttf")] == [
        "NotoSansCJK-Regular.ttc"
    ]


def test_word_gets_a_face_for_east_asian_letters(tmp_path: Path) -> None:
    """Every style names one that has them, and their language; without such letters nothing is named."""
    path = word_file(tmp_path / "a.docx", para("T", "Title") + para("张伟"))
    finish_docx(path, metadata={"lang": "en-GB"})
    assert problems(path) == []
    assert eastern(path) == ("SimSun", "zh-CN")
    before = path.read_bytes()
    finish_docx(path, metadata={"lang": "en-GB"})
    assert path.read_bytes() == before
    plain = word_file(tmp_path / "b.docx", para("T", "Title") + para("Zhang"))
    finish_docx(plain, metadata={"lang": "en-GB"})
    assert eastern(plain) == ("Times New Roman", "en-GB")


def eastern(path: Path) -> tuple[str, str]:
    """Return face and language for letters of East Asia in a Word file's default style."""
    formats = part(path, "word/styles.xml").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    return formats.find(f"{W}rFonts").get(f"{W}eastAsia"), formats.find(f"{W}lang").get(f"{W}eastAsia")


def test_an_accent_may_be_stored_in_two_ways(tmp_path: Path) -> None:
    """A level is the same whether the data file, or study.toml, has its é as one character or as two."""
    one, two = "caf\u00e9", "cafe\u0301"
    for level, cell in ((one, two), (two, one)):
        (tmp_path / "study.toml").write_text(f'levels = ["{level}"]\n', encoding="utf-8")
        table = parse_delimited(f"drink,n\n{cell},1\n".encode(), file="data.csv", expected=["drink", "n"])
        cells = table.columns["drink"].texts
        assert list(cells) == list(read_toml(tmp_path).values["levels"]) == [one]
