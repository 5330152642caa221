"""What a figure's file is: its size, resolution, colours, fonts and text, measured from the file itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..base.errors import ReportError
from ..graphics.raster import read_raster
from ..pdf.reading import PdfOperation, read_operations, read_pdf
from .draft_files import FIGURE_SUFFIXES

MM_PER_INCH: Final = 25.4
_POINT: Final = MM_PER_INCH / 72
_IDENTITY: Final[tuple[float, ...]] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# The operators of a PDF that set a colour, and those of PostScript, by the mode that they make of a drawing.
_PDF_COLOURS: Final = {"rg": "RGB", "RG": "RGB", "k": "CMYK", "K": "CMYK", "g": "grey", "G": "grey"}
_EPS_COLOURS: Final = {"setrgbcolor": "RGB", "sethsbcolor": "RGB", "setcmykcolor": "CMYK", "setgray": "grey"}

_BOX: Final = re.compile(rb"^%%(HiRes)?BoundingBox:((?:\s+-?[\d.]+){4})", re.MULTILINE)
_COMMENT: Final = re.compile(
    rb"^%%(Title|Creator|CreationDate|For|Author|Copyright|Routing|Version):\s*(.*?)\s*$", re.M
)
_KIND: Final = re.compile(rb"/FontType (\d+) def\b")
_NAME: Final = re.compile(rb"/FontName /(\S+) def\b")
_SELECTED: Final = re.compile(rb"/(\S+)\s+([\d.]+)\s+selectfont\b|/(\S+)\s+findfont\s+([\d.]+)\s+scalefont\b")
_COLOUR: Final = re.compile(rb"\b(?:[\d.]+\s+)+(setrgbcolor|sethsbcolor|setcmykcolor|setgray)\b")
_SCALED: Final = re.compile(rb"\b[\d.]+\s+scale\b|\]\s*concat\b")


@dataclass(frozen=True, slots=True)
class FigureFont:
    """A font of a figure: its name, whether the file holds it, its kind ("TrueType", "Type 1", "Type 3" ...)."""

    name: str
    embedded: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFacts:
    """What a figure's file is.

    Attributes
    ----------
    path, bytes : the file and its size.
    format : "TIFF", "PNG", "JPEG", "PDF" or "EPS", by its content.
    width_mm, height_mm : as printed, to a tenth of a millimetre, which a whole pixel may take or add; None where a file
        of pixels does not say its resolution.
    pixels, dpi, compression : None in PDF and EPS; dpi is the lower one where the two directions differ.
    mode : "RGB", "CMYK", "grey", or Pillow's name of another mode ("P", "1").
    alpha : whether anything in it is transparent.
    fonts : the fonts that its text is set in; empty in files of pixels.
    smallest_points, largest_points : of its text; None in files of pixels and where an EPS scales its text.
    metadata : texts in it about its making, by name.
    pages : how many pages or layers it holds.
    """

    path: Path
    bytes: int
    format: str
    width_mm: float | None
    height_mm: float | None
    pixels: tuple[int, int] | None = None
    dpi: float | None = None
    mode: str
    alpha: bool
    compression: str | None = None
    fonts: tuple[FigureFont, ...] = ()
    smallest_points: float | None = None
    largest_points: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    pages: int = 1


def measure_figure(path: Path) -> FigureFacts:
    """Measure a figure's file: TIFF, PNG, JPEG, PDF or EPS.

    Raises
    ------
    ReportError
        If it is missing, damaged, or of another kind.
    """
    kind = FIGURE_SUFFIXES.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FIGURE_SUFFIXES)
        raise ReportError(f"{path} is not a figure that can be measured; its name ends in none of {known}.")
    if kind == "pixels":
        return _of_pixels(path)
    return _of_pdf(path) if kind == "PDF" else _of_eps(path)


def _of_pixels(path: Path) -> FigureFacts:
    found = read_raster(path)
    sizes: list[float | None] = [None, None]
    if found.dpi is not None and min(found.dpi) > 0:
        sizes = [round(pixels / dpi * MM_PER_INCH, 1) for pixels, dpi in zip(found.pixels, found.dpi, strict=True)]
    return FigureFacts(
        path=path,
        bytes=path.stat().st_size,
        format=found.format,
        width_mm=sizes[0],
        height_mm=sizes[1],
        pixels=found.pixels,
        dpi=round(min(found.dpi), 1) if found.dpi is not None else None,  # a PNG counts dots per metre
        mode={"L": "grey", "I;16": "grey"}.get(found.mode, found.mode),
        alpha=found.alpha,
        compression=found.compression,
        metadata=found.metadata,
        pages=found.pages,
    )


def _of_pdf(path: Path) -> FigureFacts:
    found, operations = read_pdf(path), read_operations(path)
    kinds = {"Type0": "TrueType", "Type1": "Type 1", "MMType1": "Type 1", "Type3": "Type 3"}
    sizes = _pdf_text_sizes(operations)
    return FigureFacts(
        path=path,
        bytes=path.stat().st_size,
        format="PDF",
        width_mm=round(found.pages[0].width * _POINT, 1),
        height_mm=round(found.pages[0].height * _POINT, 1),
        mode=_mode(_PDF_COLOURS[item.operator] for item in operations if item.operator in _PDF_COLOURS),
        alpha=any(map(_is_transparent, operations)),
        fonts=tuple(
            FigureFont(font.name, font.embedded, kinds.get(font.subtype, font.subtype)) for font in found.fonts
        ),
        smallest_points=min(sizes, default=None),
        largest_points=max(sizes, default=None),
        metadata=dict(found.info) | ({"XMP": found.xmp} if found.xmp else {}),
        pages=len(found.pages),
    )


def _pdf_text_sizes(operations: Iterable[PdfOperation]) -> list[float]:
    """Return the sizes in points of all text that is shown, whatever matrices enlarge it."""
    sizes: list[float] = []
    saved: list[tuple[tuple[float, ...], float]] = []
    page, text, size = _IDENTITY, _IDENTITY, 0.0
    for item in operations:
        match item.operator:
            case "q":
                saved.append((page, size))
            case "Q" if saved:
                page, size = saved.pop()
            case "cm":
                page = _product(item.operands, page)
            case "BT":
                text = _IDENTITY
            case "Tm":
                text = item.operands
            case "Tf":
                size = item.operands[1]
            case "Tj" | "TJ" | "'" | '"':
                _, _, c, d, *_ = _product(text, page)
                sizes.append(round(size * math.hypot(c, d), 2))
            case _:
                pass
    return sizes


def _product(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """Return the matrix that applies `one`, then `other`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _is_transparent(item: PdfOperation) -> bool:
    if item.operator == "Do":
        return bool(item.operands[1])
    if item.operator != "gs":
        return False
    state = item.operands[0]
    opacities = [float(state[key]) for key in ("ca", "CA") if key in state]
    return min(opacities, default=1.0) < 1 or state.get("SMask", "/None") != "/None"


def _of_eps(path: Path) -> FigureFacts:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ReportError(f"{path} does not exist, so it cannot be measured.") from None
    boxes = {bool(exact): [float(number) for number in box.split()] for exact, box in _BOX.findall(content)}
    if not content.startswith(b"%!PS") or not boxes or not content.rstrip().endswith((b"%%EOF", b"showpage")):
        raise ReportError(f"{path} cannot be read as an EPS: it lacks its start, its size or its end. Make it again.")
    left, bottom, right, top = boxes.get(True, boxes.get(False, []))
    embedded = dict(_eps_fonts(content))
    selected = [
        ((one or other).decode("latin-1"), float(size or scaled))
        for one, size, other, scaled in _SELECTED.findall(content)
    ]
    kinds = {"42": "TrueType", "1": "Type 1", "3": "Type 3"}
    sizes = [] if _SCALED.search(content) else [round(size, 2) for _, size in selected]
    return FigureFacts(
        path=path,
        bytes=len(content),
        format="EPS",
        width_mm=round((right - left) * _POINT, 1),
        height_mm=round((top - bottom) * _POINT, 1),
        mode=_mode(_EPS_COLOURS[operator.decode()] for operator in _COLOUR.findall(content)),
        alpha=False,  # PostScript has none
        fonts=tuple(
            FigureFont(re.sub(r"-\d+$", "", name), name in embedded, kinds.get(embedded.get(name, ""), "unknown"))
            for name in sorted({name for name, _ in selected} | embedded.keys())
        ),
        smallest_points=min(sizes, default=None),
        largest_points=max(sizes, default=None),
        # The first of each: what follows are comments of fonts.
        metadata={name.decode(): text.decode("utf-8", "replace") for name, text in reversed(_COMMENT.findall(content))},
    )


def _eps_fonts(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the fonts that an EPS defines: name and number of their type."""
    for definition in content.split(b"definefont")[:-1]:
        names, kinds = _NAME.findall(definition), _KIND.findall(definition)
        if names and kinds:
            yield names[-1].decode("latin-1"), kinds[-1].decode()


def _mode(modes: Iterable[str]) -> str:
    """Return the mode of a drawing whose parts have these: grey goes with any colour."""
    found = set(modes)
    return "CMYK" if "CMYK" in found else "RGB" if "RGB" in found else "grey"
