"""A small draft that keeps every rule of a made-up journal: Word file, PDF, figures; tests break one thing in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from word_files import NAMESPACES, REFERENCE, picture, pixel

from lockstep.base.clock import epoch
from lockstep.journals.file import Journal, JournalRule
from lockstep.journals.profiles import styled
from lockstep.pdf.typst import compile_pdf
from lockstep.preflight.checks import DraftFacts
from lockstep.preflight.draft_files import DraftFiles
from lockstep.preflight.figure_facts import FigureFacts, FigureFont
from lockstep.preflight.preflight import read_draft
from lockstep.qmd.source import read_qmd
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.style import Style
from lockstep.word.package import CORE, package_bytes, serialise, without_unseen
from lockstep.word.text import read_text
from lockstep.word_layout.styles import core_properties

SOURCE = "https://journal.example/rules"

RULES: dict[str, Any] = {
    "p_decimals": 2,
    "p_steps": [{"below": 0.01, "decimals": 3}],
    "p_floor": 0.001,
    "p_letter": "P",
    "p_italic": True,
    "p_spaced": True,
    "p_leading_zero": True,
    "decimal_mark": ".",
    "thousands": {"mark": ",", "from": 10000},
    "range_dash": "–",
    "interval_comma": False,
    "percent_decimals": 1,
    "percent_decimals_below": {"n": 50, "decimals": 0},
    "ratio_decimals": 2,
    "units": {"months": "mo"},
    "footnote_marks": ["†", "‡"],
    "footnote_marks_raised": False,
    "empty_cell": "–",
    "count_name": "n",
    "counts_with_percent": True,
    "percent_in_heading": False,
    "text_words": 150,
    "abstract_words": 60,
    "abstract_headings": ["Background", "Methods", "Findings"],
    "abstract_names": {"Results": "Findings"},
    "references": 3,
    "display_items": 4,
    "tables": 2,
    "figures": 2,
    "title_characters": 40,
    "title_words": 5,
    "short_title_characters": 20,
    "keywords": {"min": 2, "max": 3},
    "heading_levels": 2,
    "footnotes": False,
    "statements": ["Funding"],
    "boxes": ["Key points"],
    "citations": "numbered in order of citation",
    "text_formats": ["DOC", "DOCX"],
    "line_spacing": 2,
    "line_numbers": "continuous",
    "page_numbers": True,
    "tables_stand": "in the text",
    "figures_stand": "in the text",
    "legends_stand": "in the text",
    "blinded": True,
    "figure_word": "Figure",
    "figure_formats": ["TIFF"],
    "figure_width_mm": {"min": 80, "max": 180},
    "figure_height_mm": {"max": 220},
    "figure_column_mm": {"one": 85, "two": 174},
    "figure_dpi": {"min": 300},
    "figure_megabytes": {"max": 10},
    "figure_points": {"min": 8, "max": 12},
    "figure_fonts": ["Arial", "Symbol"],
    "figure_colours": "RGB",
}
"""Rules that the small draft keeps, all but one of the registry: digits of P values are decimals or significant."""

FRONT = """---
title: "Fixation and retention"
short-title: "Retention"
literals:
  "DASH 30": version of the questionnaire
known-abbreviations:
  DASH: name of a questionnaire
quoted:
  tbl-old: printed by others
---

We used DASH 30. Retention `{python} r.claim("ended in some", "retention.events > 0")`.
"""

# A block a line, "Style: text"; *italic*, **bold**, ^raised^, [1] a citation, | between the cells of a table.
DESCRIBED = (
    "Implant retention, 60 patients. Fixation: Cemented, 32 patients, median 8 mo (95% CI 5–9). "
    "Fixation: Uncemented, 11 patients, median 4 mo (95% CI 2–6). "
    "Fixation: Hybrid, 17 patients, median 6 mo (95% CI 3–9). "
    "Log-rank P = 0.03."
)
TEXT = f"""
Title: Fixation and retention
Author: Ann Other
Keywords: Keywords: implants; survival
Box: **Key points**
Abstract: **Background.** Fixation may matter.
Abstract: **Methods.** We studied implant retention (IR).
Abstract: **Findings.** Of 60 patients, 60 were analyzed. IR differed (*P* = 0.03).
Heading1: Introduction
BodyText: Implants are old [1] and new [2]. Little is known [1,3].
Heading1: Methods
Heading2: Measures
BodyText: We measured implant retention (IR) and DASH 30 in 60 patients at 12,345 visits.
Heading1: Results
BodyText: Of 60 patients (Table 1), 35 (58.3%) had left ones. The hazard ratio was 0.80 (95% CI 0.50–1.20; *P* = 0.004).
BodyText: Median IR was 8 mo (range 2–20; Figure 1; *P* < 0.001).
TableCaption: Table 1: Characteristics of 60 patients
Table: Characteristic|All patients (n = 60)|Cemented (n = 32)|HR (95% CI)|*P*
Table: Age†|30 (20–40)|31 (20–40)|–|0.20
Table: Left|35 (58.3%)|20 (62%)|0.80 (0.50–1.20)|< 0.001
TableNote: † Median (range). Others are n (%). HR, hazard ratio.
Picture: Kaplan–Meier curves. {DESCRIBED}
ImageCaption: Figure 1: Retention of 60 patients
Heading1: Discussion
BodyText: Fixation mattered.
Heading1: Declarations
BodyText: **Funding.** None.
Heading1: References
Bibliography: 1. First. J 2000;1:2–3. doi:10.1000/1.5
Bibliography: 2. Second. J 2001;1:2.5.
Bibliography: 3. Third. J 2002.
"""

TABLE = TEXT[TEXT.index("TableCaption:") : TEXT.index("Picture:")]

FORM = """
BodyText: Follow-up is given (P = 0.03), by Python 3.11.
"""

PDF = """
#set document(title: "Fixation and retention")
#set page(margin: 72pt, footer: context align(center, counter(page).display()))
#set text(size: 12pt, font: "Liberation Sans", top-edge: 12pt, bottom-edge: 0pt, lang: "en")
#set par(leading: 12pt, spacing: 24pt)
#set par.line(numbering: "1")
#lorem(300)
#image("figure.svg", width: 20mm, alt: "Curves")
#lorem(200)
"""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'
FONTS = REFERENCE.parent / "fonts"


def figure_of(path: Path) -> FigureFacts:
    """Return what is measured of a figure's file that keeps every rule."""
    return FigureFacts(
        path=path,
        bytes=2_000_000,
        format="TIFF",
        width_mm=85.0,
        height_mm=100.0,
        pixels=(2008, 2362),
        dpi=600.0,
        mode="RGB",
        alpha=False,
        fonts=(FigureFont("LiberationSans", True, "TrueType"),),
        smallest_points=8.0,
        largest_points=12.0,
    )


def journal(rules: Mapping[str, Any]) -> Journal:
    """Return a journal with these rules."""
    stated = {name: JournalRule(name, value, "As said.", SOURCE, date(2026, 11, 25)) for name, value in rules.items()}
    return Journal("small", "Small Journal", stated)


def small_draft(
    folder: Path,
    study: Study,
    results: Results,
    *,
    text: str = TEXT,
    pdf: str = PDF,
    front: str = FRONT,
    table: str = TABLE,
    form: str = FORM,
    rules: Mapping[str, Any] = RULES,
    section: Sequence[tuple[str, str]] = (),
) -> DraftFacts:
    """Write the files of a draft and read them back.

    Parameters
    ----------
    text, pdf, front : the sources of the Word file, of the PDF and of the document.
    table, form : the sources of further Word files.
    rules : of the journal.
    section : (old, new) replacements in the parts of the Word file.
    """
    files = DraftFiles(
        folder=folder,
        docx=word(folder / "manuscript.docx", text, section),
        pdf=_pdf(folder / "manuscript.pdf", pdf),
        blinded_docx=word(folder / "blinded.docx", text.replace("Author: Ann Other\n", "")),
        blinded_pdf=_pdf(folder / "blinded.pdf", PDF),
        figures=(folder / "Fig1.tif",),
        tables=(word(folder / "Table1.docx", table),),
        others=(word(folder / "checklist.docx", form),),
    )
    (folder / "report.qmd").write_text(front, encoding="utf-8")
    home = journal(rules)
    return read_draft(
        files,
        text=read_text(files.docx),
        study=study,
        results=results,
        journal=home,
        style=styled(Style(), home),
        document=read_qmd(folder / "report.qmd"),
        figures=[figure_of(folder / "Fig1.tif")],
        traces=(),
    )


def word(path: Path, text: str, section: Sequence[tuple[str, str]] = ()) -> Path:
    """Write a Word file as the finishing step leaves it."""
    with ZipFile(REFERENCE) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = parts["word/document.xml"].decode().partition("<w:sectPr>")[2]
    page = re.sub(r"(<w:pgMar[^>]*/>)", r'\1<w:lnNumType w:countBy="1" w:restart="continuous"/>', page)
    parts["word/document.xml"] = f"<w:document {NAMESPACES}><w:body>{_body(text)}<w:sectPr>{page}".encode()
    rels = parts["word/_rels/document.xml.rels"].decode()
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    link = f'<Relationship Id="rId90" Type="{image}" Target="media/rId90.png"/></Relationships>'
    parts["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", link).encode()
    parts["word/media/rId90.png"] = pixel()
    styles = parts["word/styles.xml"].decode()
    parts["word/styles.xml"] = re.sub(r'w:line="\d+"', 'w:line="480"', styles).encode()
    parts[CORE] = serialise(core_properties({"title": "Fixation and retention"}, epoch()))
    for old, new in section:
        changed = [name for name, content in parts.items() if name.endswith(".xml") and old in content.decode()]
        assert changed, old
        parts |= {name: parts[name].replace(old.encode(), new.encode()) for name in changed}
    path.write_bytes(package_bytes(without_unseen(parts)))
    return path


def _body(text: str) -> str:
    blocks: list[str] = []
    rows: list[list[str]] = []
    number = 0
    for line in [*text.strip().splitlines(), "End: "]:
        style, _, words = line.partition(": ")
        if style == "Table":
            rows.append(words.split("|"))
            continue
        if rows:
            blocks.append(_table(rows))
            rows = []
        number += 1
        if style == "Picture":
            shown = picture(alt=words).replace('id="7"', f'id="{number}"')
            blocks.append(f'<w:p><w:pPr><w:pStyle w:val="CaptionedFigure"/></w:pPr>{shown}</w:p>')
        elif style != "End":
            mark = ""
            if style == "Bibliography":
                mark = _bookmark(number, f"ref_{words.split('.')[0]}")
            if style == "TableCaption" and "old" in words:
                mark = _bookmark(number, "tbl_old")
            blocks.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{mark}{_runs(words)}</w:p>')
    return "".join(blocks).replace('w:val="Box"', 'w:val="Notice"')


def _bookmark(number: int, name: str) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def _table(rows: list[list[str]]) -> str:
    lines = []
    for place, row in enumerate(rows):
        heading = "<w:trPr><w:tblHeader/></w:trPr>" if place == 0 else ""
        cells = "".join(f"<w:tc><w:p>{_runs(cell)}</w:p></w:tc>" for cell in row)
        lines.append(f"<w:tr>{heading}{cells}</w:tr>")
    grid = '<w:gridCol w:w="1500"/>' * len(rows[0])
    size = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{size}<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"


@cache
def _runs(words: str) -> str:
    formats = {"**": "<w:b/>", "*": "<w:i/>", "^": '<w:vertAlign w:val="superscript"/>'}
    found = []
    for piece in re.split(r"(\*\*.+?\*\*|\*[^*]+\*|\^.+?\^|\[\d+(?:[,–]\d+)*\])", words):
        mark = next(
            (mark for mark in formats if len(piece) > 2 and piece.startswith(mark) and piece.endswith(mark)), ""
        )
        if piece.startswith("[") and piece[1:2].isdigit():
            for part in re.split(r"(\d+)", piece):
                shown = _run(part)
                found.append(f'<w:hyperlink w:anchor="ref_{part}">{shown}</w:hyperlink>' if part.isdigit() else shown)
        elif piece:
            found.append(_run(piece[len(mark) :][: -len(mark) or None], formats.get(mark, "")))
    return "".join(found)


def _run(words: str, formats: str = "") -> str:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:r>{f"<w:rPr>{formats}</w:rPr>" if formats else ""}<w:t xml:space="preserve">{escaped}</w:t></w:r>'


def _pdf(path: Path, source: str) -> Path:
    (path.parent / "figure.svg").write_text(SVG, encoding="utf-8")
    compile_pdf(source, path, root=path.parent, fonts=FONTS)
    return path
