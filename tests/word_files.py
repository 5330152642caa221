"""Small Word files, in the shapes that pandoc and Quarto write, and what a test wants to read back."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lxml import etree

from lockstep.base.resources import TEMPLATES

ROOT = Path(__file__).parent.parent
REFERENCE = TEMPLATES / "reference.docx"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    }.items()
)
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def word_file(path: Path, body: str, extra: dict[str, bytes] | None = None) -> Path:
    """Write a Word file with the styles and the page of reference.docx, this body, and further parts."""
    with zipfile.ZipFile(REFERENCE) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    section = parts["word/document.xml"].decode().partition("<w:sectPr>")[2]
    parts["word/document.xml"] = f"<w:document {NAMESPACES}><w:body>{body}<w:sectPr>{section}".encode()
    rels = parts["word/_rels/document.xml.rels"].decode()
    link = f'<Relationship Id="rId90" Type="{IMAGE}" Target="media/rId90.png"/></Relationships>'
    parts["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", link).encode()
    types = parts["[Content_Types].xml"].decode()
    png = '<Default Extension="png" ContentType="image/png"/></Types>'
    parts["[Content_Types].xml"] = types.replace("</Types>", png).encode()
    parts["word/media/rId90.png"] = pixel()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (extra or {})).items():
            archive.writestr(name, content)
    return path


def pixel() -> bytes:
    """Return the smallest picture: one white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pieces = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0\xff")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def raw(path: Path, name: str = "word/document.xml") -> bytes:
    """Return a part of a Word file as it is stored."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def part(path: Path, name: str = "word/document.xml") -> Any:
    """Return a part of a Word file."""
    return etree.fromstring(raw(path, name))


def body(path: Path) -> Any:
    """Return the body of a Word file."""
    return part(path)[0]


def text(element: Any) -> str:
    """Return the text that a reader sees in an element."""
    return "".join(node.text or "" for node in element.iter(f"{W}t"))


def style(paragraph: Any) -> str:
    """Return a paragraph's style id, empty where it has none."""
    node = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if node is None else str(node.get(f"{W}val"))


def outline(path: Path) -> list[str]:
    """Return the blocks of a body: paragraphs as "Style: text", tables as "table"."""
    blocks = [block for block in body(path) if block.tag != f"{W}sectPr"]
    return ["table" if block.tag == f"{W}tbl" else f"{style(block)}: {text(block)}" for block in blocks]


def fields(element: Any) -> list[str]:
    """Return the codes of an element's fields."""
    return [(node.text or "").strip() for node in element.iter(f"{W}instrText")]


def values(element: Any, path: str) -> list[str]:
    """Return the ``w:val`` of all elements at a path such as ``w:tc/w:p``."""
    steps = "/".join(f"{W}{step}" for step in path.split("/"))
    return [node.get(f"{W}val") for node in element.findall(f".//{steps}")]


# ---- what the renderers write --------------------------------------------------------------------------------------


def run(words: str, formats: str = "") -> str:
    """Return a run as pandoc writes it."""
    return f'<w:r>{f"<w:rPr>{formats}</w:rPr>" if formats else ""}<w:t xml:space="preserve">{words}</w:t></w:r>'


def para(words: str, style: str = "BodyText") -> str:
    """Return a paragraph of plain text, or of runs where `words` is markup."""
    content = words if words.startswith("<") else run(words)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def link(anchor: str, words: str) -> str:
    """Return a link within the document."""
    shown = run(words, '<w:rStyle w:val="Hyperlink"/>')
    return f'<w:hyperlink w:anchor="{anchor}">{shown}</w:hyperlink>'


def picture(file: str = "build/figures/curve.png", alt: str = "", width: int = 3_000_000) -> str:
    """Return a run with a picture."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="{width}" cy="{width // 2}"/>'
        f'<wp:effectExtent b="0" l="0" r="0" t="0"/><wp:docPr descr="{alt}" title="" id="7" name="Picture"/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr descr="{file}" id="7" name="Picture"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        '<a:blip r:embed="rId90"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr bwMode="auto"><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{width}" cy="{width // 2}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def table(rows: list[list[str]], *, headings: int = 1, widths: list[int] | None = None, inherited: str = "") -> str:
    """Return a table of cells such as "12", "12|right" (aligned) or "Both|center|2" (over two columns).

    `inherited` is what each paragraph has from a layout table around it.
    """
    size = (
        '<w:tblW w:type="pct" w:w="5000"/><w:tblLayout w:type="fixed"/>'
        if widths
        else '<w:tblW w:type="auto" w:w="0"/>'
    )
    columns = len(rows[-1])
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths or [7920 // columns] * columns)
    lines = []
    for number, row in enumerate(rows):
        mark = '<w:trPr><w:tblHeader w:val="on"/></w:trPr>' if number < headings else ""
        lines.append(f"<w:tr>{mark}{''.join(_cell(cell, inherited) for cell in row)}</w:tr>")
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Table"/>{size}<w:tblLook w:firstRow="1" w:val="0020"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _cell(cell: str, inherited: str) -> str:
    words, align, span = [*cell.split("|"), "", ""][:3]
    spanned = f'<w:gridSpan w:val="{span}"/>' if span else ""
    own = f'<w:jc w:val="{align}"/>' if align else ""
    return (
        f'<w:tc><w:tcPr>{spanned}</w:tcPr><w:p><w:pPr><w:pStyle w:val="Compact"/>{own}{inherited}</w:pPr>'
        f"{run(words) if words else ''}</w:p></w:tc>"
    )


CENTRED = '<w:jc w:val="center"/>'


def pandoc_float(label: str, caption: str, content: str, number: int = 1) -> str:
    """Return a float as the built-in renderer gives it to pandoc: a bookmark around paragraphs and tables."""
    mark = f'<w:bookmarkStart w:id="{number}" w:name="{label}"/>', f'<w:bookmarkEnd w:id="{number}"/>'
    if label.startswith("tbl-"):
        return mark[0] + para(caption, "TableCaption") + content + mark[1]
    return mark[0] + para(content, "CaptionedFigure") + para(caption, "ImageCaption") + mark[1]


def quarto_float(label: str, caption: str, content: str, number: int = 1) -> str:
    """Return a float as Quarto 1.11 writes it: in a layout table, its caption with two ``w:pPr``."""
    above = (
        f'<w:p><w:pPr>{CENTRED}</w:pPr><w:pPr>\n    <w:jc w:val="left"/>\n    <w:spacing w:before="200"/>\n'
        f'    <w:pStyle w:val="ImageCaption"/>\n    </w:pPr>{run(caption)}</w:p>'
    )
    picture_paragraph = f"<w:p><w:pPr>{CENTRED}</w:pPr>{content}</w:p>"
    is_table = label.startswith("tbl-")
    inner = above + content if is_table else picture_paragraph + above
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="Table"/><w:tblW w:type="pct" w:w="5000"/><w:tblLayout w:type="fixed"/>'
        '</w:tblPr><w:tblGrid><w:gridCol w:w="7920"/></w:tblGrid><w:tr><w:tc><w:tcPr/>'
        f'<w:bookmarkStart w:id="{number}" w:name="{label}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'
        f"{'<w:p/>' if is_table else ''}</w:tc></w:tr></w:tbl>{para(' ')}"
    )
