"""Pages set with templates/manuscript.typ from a body in the shape that both renderers give it."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypandoc
import pypdf

from lockstep.base.resources import TEMPLATES
from lockstep.pdf.typst import compile_pdf

ROOT = Path(__file__).parent.parent


TEMPLATE = TEMPLATES / "manuscript.typ"


FONTS = TEMPLATES / "fonts"


MM = 72 / 25.4


TITLE = "Survival after an uncommon operation: a single-centre cohort study with a title that needs several lines"


METADATA: dict[str, Any] = {
    "title": TITLE,
    "short-title": "An uncommon operation",
    "article-type": "Original article",
    "status": "Draft manuscript",
    "description": "Made for a test.",
    "lang": "en",
    "region": "GB",
    "keywords": ["survival", "cohort study"],
    "by-author": [
        {
            "name": {"literal": "Jane A. Smith", "family": "Smith"},
            "degrees": ["MD", "PhD"],
            "email": "jane@example.org",
            "orcid": "0000-0002-1825-0097",
            "attributes": {"corresponding": True},
            "affiliations": [{"number": "1"}, {"number": "2"}],
        },
        {"name": {"literal": "María O’Neill", "family": "O’Neill"}, "affiliations": [{"number": "2"}]},
    ],
    "affiliations": [
        {"number": "1", "department": "Department of Surgery", "name": "University A", "country": "Spain"},
        {"number": "2", "name": "Hospital B"},
    ],
}


BOXES = """
#block[
#strong[Synthetic data.] Nobody here is real.
] <notice>
#block[
#strong[Background] Why we asked.

#strong[Results.] What we found: $chi^2 = 3$.

] <abstract>
= Introduction
<introduction>
As others saw \\[#link(<ref-a>)[1]\\], see #ref(<tbl-a>, supplement: [Table]) and #ref(<fig-a>, supplement: [Figure]).
"""


REFERENCES = """
= References
<references>
#block[
#block[
\\1. Smith J. A trial. Lancet. 2020;395:1--10. #link("https://doi.org/10.1000/x")[10.1000/x]

] <ref-a>
#block[
\\10. Doe J. Another. BMJ. 2021;3:e12.

] <ref-b>
] <refs>
"""


def table(label: str, rows: int, *, columns: str = "3", note: str = "CI, confidence interval.") -> str:
    """Return a table float as Quarto 1.11 writes it, with a header over two columns and a note."""
    cells = "".join(f"  [row {label} {i}], table.cell(align: right)[{i}], [0.5 (0.4--0.6)],\n" for i in range(rows))
    return f"""
#figure([
#table(
  columns: {columns},
  align: (auto,right,auto,),
  table.header([], table.cell(align: center, colspan: 2)[Both columns],
    [Head of {label}], table.cell(align: right)[n], [HR (95% CI)],),
  table.hline(),
{cells})
#block[
{note}

]
], caption: figure.caption(
position: top, 
[
Caption of {label}.
]), 
kind: "quarto-float-tbl", 
supplement: "Table", 
)
<tbl-{label}>

"""  # noqa: W291  # the blanks after commas are Quarto's


def figure(label: str, file: str, width: str) -> str:
    """Return a figure float as Quarto 1.11 writes it."""
    return f"""
#figure([
#box(image("{file}", alt: "A \\"grey\\" square.", width: {width}))

], caption: figure.caption(
position: bottom, 
[
Caption of {label}.
]), 
kind: "quarto-float-fig", 
supplement: "Figure", 
)
<fig-{label}>

"""  # noqa: W291


def prose(paragraphs: int) -> str:
    """Return paragraphs of words that are not to be found elsewhere."""
    paragraph = "Prose runs on and on in lines that wrap over the end of the column again. " * 8
    return "\n\n".join([paragraph] * paragraphs)


def meta_value(value: Any) -> dict[str, Any]:
    """Return a metadata value of pandoc's document tree that holds text as it is, no Markdown read in it."""
    if isinstance(value, dict) and "t" in value:
        return value
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: meta_value(item) for key, item in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [meta_value(item) for item in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaInlines", "c": [{"t": "Str", "c": value}]}


def typst_source(body: str, **metadata: Any) -> str:
    """Return the Typst document that pandoc makes of a body and metadata with the template."""
    meta = {key: meta_value(value) for key, value in metadata.items()}
    tree = {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": [{"t": "RawBlock", "c": ["typst", body]}]}
    command = [pypandoc.get_pandoc_path(), "-f", "json", "-t", "typst", f"--template={TEMPLATE}"]
    return subprocess.run(command, input=json.dumps(tree).encode(), capture_output=True, check=True).stdout.decode()


def grey_square(path: Path) -> None:
    """Write a grey PNG of 10 by 10 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 10, 10, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 10) * 10)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


class Page:
    """A page of a PDF: its text, where pieces of text begin, where images stand (in points, from the lower left)."""

    def __init__(self, page: pypdf.PageObject) -> None:
        """Read a page."""
        self.size = (float(page.mediabox.width), float(page.mediabox.height))
        self.pieces: list[tuple[str, float, float]] = []
        self.images: list[tuple[float, float]] = []
        self.text = page.extract_text(visitor_operand_before=self._operand, visitor_text=self._piece)

    def _piece(self, text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            self.pieces.append((text.strip(), tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    def _operand(self, operator: bytes, _operands: list[Any], cm: list[float], *_: object) -> None:
        if operator == b"Do":
            self.images.append((cm[4], abs(cm[0])))

    def words(self) -> str:
        """Return the page's text on one line."""
        return re.sub(r"\s+", " ", self.text)

    def left_of(self, start: str) -> float:
        """Return where the first piece of text that begins with `start` begins, from the left."""
        return next(x for text, x, _ in self.pieces if text.startswith(start))

    def line_distances(self, pattern: str) -> list[float]:
        """Return the distances between the lines of the left half that hold a pattern, from above."""
        half = self.size[0] / 2
        heights = sorted({y for text, x, y in self.pieces if x < half and re.search(pattern, text)}, reverse=True)
        return [above - below for above, below in pairwise(heights)]


def read(pdf: Path) -> list[Page]:
    """Return the pages of a PDF."""
    return [Page(page) for page in pypdf.PdfReader(pdf).pages]


def print_pdf(folder: Path, body: str, **metadata: Any) -> Path:
    """Set a body with the template; the result must be certified as PDF/UA-1."""
    for name in ("wide.png", "narrow.png"):
        grey_square(folder / name)
    pdf = folder / "report.pdf"
    assert compile_pdf(typst_source(body, **metadata), pdf, root=folder, fonts=FONTS) == []
    return pdf


FLOATS = figure("a", "wide.png", "174mm") + table("a", 8) + prose(12) + figure("b", "narrow.png", "85mm")


SAMPLE = BOXES + FLOATS + prose(6) + REFERENCES
