"""templates/reference.docx: built by its script, valid, and complete for what pandoc and the finishing step use."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from types import ModuleType

import pypandoc
import pytest
from word_files import REFERENCE, W, outline, part, raw, text, values

from lockstep.base.resources import TEMPLATES
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

# What pandoc's writer and our own code set, by id
USED = """Normal BodyText FirstParagraph Compact Title Subtitle Author Affiliation Correspondence Date Notice
    AbstractTitle Abstract Keywords Heading1 Heading2 Heading3 Heading4 Heading5 Heading6 BlockText DefinitionTerm
    Definition FootnoteText FootnoteBlockText Bibliography Caption TableCaption ImageCaption Figure CaptionedFigure
    TableText TableHeading TableNote Header Footer VerbatimChar SectionNumber CaptionLabel FootnoteReference Hyperlink
    LineNumber TOCHeading SourceCode Table TableNormal"""


@pytest.fixture
def script() -> ModuleType:
    """Return the script that builds the file."""
    return importlib.import_module("lockstep.word_layout.reference_document")


def test_the_file_is_what_its_script_builds(script: ModuleType, tmp_path: Path) -> None:
    """Whoever changes reference.toml runs `make reference-docx`; the same definition gives the same bytes."""
    definition = tomllib.loads((TEMPLATES / "reference.toml").read_text(encoding="utf-8"))
    for name in ("one.docx", "two.docx"):
        script.write_archive(script.reference_parts(definition), tmp_path / name)
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()
    assert (tmp_path / "one.docx").read_bytes() == REFERENCE.read_bytes(), "run `make reference-docx`"


def test_the_file_is_valid() -> None:
    """Word opens it as it is, to look at the styles."""
    assert problems(REFERENCE) == []


def test_every_style_in_use_is_defined() -> None:
    """No paragraph falls back to another look for want of a style."""
    assert {node.get(f"{W}styleId") for node in part(REFERENCE, "word/styles.xml").iter(f"{W}style")} >= set(
        USED.split()
    )


def test_no_typeface_comes_from_a_theme() -> None:
    """The look is the same with every theme and on every machine."""
    styles = raw(REFERENCE, "word/styles.xml")
    assert b"Theme" not in styles
    assert b"themeColor" not in styles


def test_tables_have_three_rules_and_none_upright() -> None:
    """A rule above, one below, one under the heading."""
    styles = {node.get(f"{W}styleId"): node for node in part(REFERENCE, "word/styles.xml").iter(f"{W}style")}
    table = styles["Table"]
    assert [node.tag for node in table.find(f"{W}tblPr/{W}tblBorders")] == [f"{W}top", f"{W}bottom"]
    assert values(table, "tblStylePr/tcPr/tcBorders/bottom") == ["single"]


def test_captions_stay_with_what_they_caption() -> None:
    """A table's caption is kept with the table, a figure with its caption."""
    styles = {node.get(f"{W}styleId"): node for node in part(REFERENCE, "word/styles.xml").iter(f"{W}style")}
    for name in ("TableCaption", "CaptionedFigure", "Heading1", "Heading2", "Heading3"):
        assert styles[name].find(f"{W}pPr/{W}keepNext") is not None, name


def test_pandoc_takes_page_and_styles_from_it(tmp_path: Path) -> None:
    """What pandoc writes with it, once finished, is valid and has our page, our header and our styles alone."""
    markdown = (
        "---\ntitle: 'A *title*'\nabstract: One.\nlang: en-US\n---\n\n# Introduction\n\nText[^1] and `code`.\n\n"
        "[^1]: A note.\n\n- item\n- item\n\n> Quoted.\n\n: Ages {#tbl-ages}\n\n| a | b |\n|:--|--:|\n| 1 | < 0.001 |\n"
    )
    path = tmp_path / "report.docx"
    pypandoc.convert_text(
        markdown, "docx", format="markdown", outputfile=str(path), extra_args=[f"--reference-doc={REFERENCE}"]
    )
    finish_docx(path, metadata={"keywords": ["k"]})
    assert problems(path) == []
    assert outline(path)[:5] == [
        "Title: A title",
        "AbstractTitle: Abstract",
        "Abstract: One.",
        "Keywords: Keywords: k",
        "Heading1: Introduction",
    ]
    assert text(part(path, "word/header1.xml")) == "A title"
    styles = {node.get(f"{W}styleId") for node in part(path, "word/styles.xml").iter(f"{W}style")}
    assert styles == {node.get(f"{W}styleId") for node in part(REFERENCE, "word/styles.xml").iter(f"{W}style")}
