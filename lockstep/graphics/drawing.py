"""Files of drawings: SVG, PNG, TIFF, PDF or EPS, the same bytes for the same content.

Beside `fonts` the only module that imports matplotlib. It uses no pyplot, which keeps global state, no axes, since a
drawing has everything at its place in millimetres, and no font of the machine: all text is set in the typeface of
``templates/fonts``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Literal

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from matplotlib.transforms import Affine2D

from ..text.figure_text import Text
from . import raster
from .fonts import POINTS, font_file, needs_outlines, outlines, text_width
from .kind import FigureContent, drawn_to_fit
from .shapes import Area, Drawing, Line, Marks, Overlay, Point

Format = Literal["svg", "png", "tif", "pdf", "eps"]

PNG_DPI: Final = 600

OPAQUE: Final = ("pdf", "eps")  # what journals print from: EPS has no transparency, and print shops flatten that of PDF

_SETTINGS: Final[Mapping[Any, Any]] = {
    "svg.hashsalt": "lockstep",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # TrueType; journals refuse matplotlib's default, Type 3
    "ps.fonttype": 42,
    "ps.usedistiller": None,
    "text.hinting": "none",
    "text.parse_math": False,
    "path.simplify": False,
}
_METADATA: Final[Mapping[str, Mapping[str, None]]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_PIXELS: Final[Mapping[Format, Callable[..., bytes]]] = {"png": raster.png, "tif": raster.tiff}
_ALWAYS_IDENTIFYING: Final = re.compile(rb"^%%(?:Creator|CreationDate|Title|For):.*\n", re.MULTILINE)


def draw(
    content: FigureContent, *, formats: Iterable[Format] = ("svg", "png"), dpi: int = PNG_DPI
) -> dict[Format, bytes]:
    """Draw a figure in its size.

    All formats show the same drawing; `dpi` is of PNG and TIFF. Text is text in PDF and EPS, with embedded TrueType
    fonts, and outlines in SVG.

    Raises
    ------
    ReportError
        If it does not fit on a page, or a label has a character that the typeface lacks.
    """
    drawing = drawn_to_fit(content, text_width)
    with matplotlib.rc_context():
        # Neither the user's matplotlibrc nor what a cell of the document set may change a figure.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        figures: dict[bool, Figure] = {}
        # Packing the pixels of a PNG takes as long as all else, and needs no Python: the others are drawn meanwhile.
        with ThreadPoolExecutor(1) as pool:
            files: dict[Format, Future[bytes]] = {}
            for name in sorted(formats, key=lambda name: name not in _PIXELS):
                opaque = name in OPAQUE
                if opaque not in figures:
                    figures[opaque] = _figure(drawing, opaque=opaque)
                files[name] = pool.submit(_drawn(figures[opaque], name, dpi))
            return {name: file.result() for name, file in files.items()}


def _drawn(figure: Figure, name: Format, dpi: int) -> Callable[[], bytes]:
    """Draw a figure; return what makes a file of the drawing."""
    if name in _PIXELS:
        # Without the alpha channel that matplotlib adds: smaller, and sooner done.
        figure.set_dpi(dpi)
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        size, pixels = canvas.get_width_height(), canvas.buffer_rgba()
        return partial(_PIXELS[name], size, pixels, dpi=dpi)
    buffer = io.BytesIO()
    if name != "eps":
        figure.savefig(buffer, format=name, metadata=_METADATA[name])
        return buffer.getvalue
    with _stated_bounds():
        figure.savefig(buffer, format=name)
    head, end, body = buffer.getvalue().partition(b"%%EndComments\n")
    return lambda: _ALWAYS_IDENTIFYING.sub(b"", head) + end + body  # neither program nor date


@contextmanager
def _stated_bounds() -> Iterator[None]:
    """Let matplotlib read the bounds of a typeface from its file.

    For an EPS it would ask each of the typeface's 2,600 characters, which takes longer than all the rest.
    """
    from matplotlib.backends import backend_ps  # only for an EPS: it imports much

    of_all_characters = backend_ps._bounds

    def stated(font: Any) -> tuple[float, float, float, float]:
        head = font["head"]
        return head.xMin, head.yMin, head.xMax, head.yMax

    backend_ps._bounds = stated
    try:
        yield
    finally:
        backend_ps._bounds = of_all_characters


def _figure(drawing: Drawing, *, opaque: bool = False) -> Figure:
    """Return the figure with all its artists, placed in millimetres from the top left corner."""
    figure = Figure(figsize=(drawing.width / 25.4, drawing.height / 25.4), facecolor="white")
    inches = Affine2D().scale(1 / 25.4, -1 / 25.4).translate(0, drawing.height / 25.4)
    place = {"transform": inches + figure.dpi_scale_trans}
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            _write(figure, shape, place)
            continue
        for artist in _artists(shape, place, opaque=opaque):
            figure.add_artist(artist)
    return figure


def _artists(shape: Line | Area | Overlay | Marks, place: Mapping[str, Any], *, opaque: bool) -> Iterator[Artist]:
    match shape:
        case Line():
            yield _line(shape, place)
        case Area():
            yield _area(shape, place)
        case Overlay():
            yield from (_area(area, place) for area in (shape.opaque if opaque else shape.transparent))
        case Marks():
            yield _marks(shape, place)


def _line(line: Line, place: Mapping[str, Any]) -> Line2D:
    corners: Literal["miter", "round"] = "miter" if line.mitred else "round"
    return Line2D(
        *_coordinates(line.points),
        color=line.colour,
        linewidth=line.width,
        linestyle=(0, line.dashes) if line.dashes else "solid",
        solid_capstyle="projecting" if line.projecting else "butt",
        solid_joinstyle=corners,
        dash_joinstyle=corners,
        zorder=line.layer,
        **place,
    )


def _marks(marks: Marks, place: Mapping[str, Any]) -> Line2D:
    return Line2D(
        *_coordinates(marks.points),
        color=marks.colour,
        linestyle="none",
        marker="|",
        markersize=marks.length,
        markeredgewidth=marks.width,
        zorder=4,
        **place,
    )


def _area(area: Area, place: Mapping[str, Any]) -> Polygon:
    # An edge that is not drawn still counts as transparent in a PDF unless it has a colour.
    look: dict[str, Any] = (
        {"color": area.colour} if area.opacity == 1 else {"facecolor": area.colour, "alpha": area.opacity}
    )
    return Polygon(area.corners, linewidth=0, zorder=1, **look, **place)


def _coordinates(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _write(figure: Figure, text: Text, place: Mapping[str, Any]) -> None:
    """Put a line of text on the figure."""
    if needs_outlines(text.text):
        figure.add_artist(_outlined(text, place))
        return
    figure.text(
        text.x,
        text.y,
        text.text,
        fontproperties=FontProperties(fname=str(font_file(text.face)), size=text.size),
        horizontalalignment=text.align,
        verticalalignment="center" if text.upright else "baseline",
        rotation=90 if text.upright else 0,
        parse_math=False,
        **place,
    )


def _outlined(text: Text, place: Mapping[str, Any]) -> PathPatch:
    """Return the outlines of a text, at its position."""
    width = text_width(text.text, text.size, text.face)
    before = {"left": 0.0, "center": width / 2, "right": width}[text.align]
    lower = text.size / POINTS / 3 if text.upright else 0.0  # upright text is centred, not set on its baseline
    turned = Affine2D().scale(text.size / POINTS).translate(-before, -lower).rotate_deg(90 if text.upright else 0)
    in_place = turned.scale(1, -1).translate(text.x, text.y)  # millimetres count downward
    path = in_place.transform_path(outlines(text.text, text.face))
    return PathPatch(path, facecolor="black", edgecolor="none", linewidth=0, **place)
