"""The drawing of figures: Kaplan-Meier curves as SVG, PNG, TIFF, PDF or EPS, the same bytes for the same content.

The only module that imports matplotlib. It uses no pyplot, which keeps global state, no axes, since `figure_layout` has
placed everything in millimetres, and no font of the machine: all text is set in the typeface of ``templates/fonts``.
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
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from matplotlib.transforms import Affine2D

from ..results.curves import snapped
from ..text.figure_text import Text
from . import raster
from .bands import opaque_bands
from .fonts import POINTS, font_file, needs_outlines, outlines, text_width
from .layout import AXIS_OFFSET, TICK_LENGTH, Y_TICKS, FigureLayout, PanelLayout, fitted
from .panels import FigureContent
from .steps import Point, Steps, steps

Format = Literal["svg", "png", "tif", "pdf", "eps"]

PNG_DPI: Final = 600

# Okabe and Ito's colours (jfly.uni-koeln.de/color), the first darkened: told apart by the colour-blind, and of unlike
# lightness. The dashes (in line widths) tell the curves apart in grey print.
COLOURS: Final = ("#00558B", "#D55E00", "#009E73", "#CC79A7", "#3C3C3C", "#E69F00")
DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 1.3), (1, 1), (7, 1.2, 1, 1.2), (9, 2), (3, 1, 1, 1, 1, 1))
GUIDE_COLOUR: Final = "#8A8A8A"
GUIDE_DASHES: Final = (4, 2.5)
CURVE_WIDTH: Final = 1.2  # points, as the next two
AXIS_WIDTH: Final = 0.7
GUIDE_WIDTH: Final = 0.6
BAND: Final[Mapping[str, Any]] = {"linewidth": 0, "zorder": 1}
OPAQUE: Final = ("pdf", "eps")  # what journals print from: EPS has no transparency, and print shops flatten that of PDF
BAND_OPACITY: Final = 0.15
BAND_OPACITY_OF_MANY: Final = 0.1  # more than two bands lie upon each other
MARK: Final[Mapping[str, Any]] = {
    "linestyle": "none",
    "marker": "|",
}
MARK_LENGTH: Final = 1.9 * POINTS
MARK_WIDTH: Final = 0.6
MOST_MARKS: Final = 1.35  # of a curve, per millimetre of its axis, where every step has room for one of 2.4

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
_TELLING: Final = re.compile(rb"^%%(?:Creator|CreationDate|Title|For):.*\n", re.MULTILINE)


def draw(
    content: FigureContent, *, formats: Iterable[Format] = ("svg", "png"), dpi: int = PNG_DPI
) -> dict[Format, bytes]:
    """Draw a figure in its size: 85 mm wide if it is of one panel, else 174 mm, unless a journal has it otherwise.

    All formats show the same drawing; `dpi` is of PNG and TIFF. Text is text in PDF and EPS, with embedded TrueType
    fonts, and outlines in SVG.

    Raises
    ------
    ReportError
        If the panels do not fit on a page, or a label has a character that the typeface lacks.
    """
    layout = fitted(content, text_width)
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
                    figures[opaque] = _figure(layout, opaque=opaque)
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
    return lambda: _TELLING.sub(b"", head) + end + body  # neither program nor date


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


def _figure(layout: FigureLayout, *, opaque: bool = False) -> Figure:
    """Return the figure with all its artists, placed in millimetres from the top left corner."""
    figure = Figure(figsize=(layout.width / 25.4, layout.height / 25.4), facecolor="white")
    inches = Affine2D().scale(1 / 25.4, -1 / 25.4).translate(0, layout.height / 25.4)
    place = {"transform": inches + figure.dpi_scale_trans}
    curves = [_steps(panel) for panel in layout.panels]
    marked = all(map(_marks_are_apart, layout.panels, curves))
    for panel, of_panel in zip(layout.panels, curves, strict=True):
        for artist in (
            *_axes(panel, layout.scale, place),
            *_medians(panel, layout.scale, place),
            *_bands(panel, of_panel, place, opaque=opaque),
            *_curves(panel, of_panel, layout.scale, marked, place),
        ):
            figure.add_artist(artist)
        for sample in panel.samples:
            ends = [(sample.x, sample.y), (sample.x + sample.length, sample.y)]
            figure.add_artist(_line(ends, place, **_curve_style(sample.group, layout.scale)))
        for text in panel.texts:
            _write(figure, text, place)
    return figure


def _steps(layout: PanelLayout) -> list[Steps]:
    panel = layout.panel
    end = panel.axis.ticks[-1]
    return [steps(group.curve, per_unit=panel.per_unit, end=end) for group in panel.groups]


def _marks_are_apart(layout: PanelLayout, curves: Iterable[Steps]) -> bool:
    """Tell whether marks can be told apart; in a large cohort they would run together and hide curves and bands."""
    return all(len(lines.marks) <= MOST_MARKS * layout.width for lines in curves)


def _axes(layout: PanelLayout, scale: float, place: Mapping[str, Any]) -> list[Line2D]:
    """Return axis lines and ticks, set off from the plot so that they hide no curve at 0% or 100%."""
    offset, length = AXIS_OFFSET * scale, TICK_LENGTH * scale
    x, y = layout.left - offset, layout.top + layout.height + offset
    vertical = [_at(layout, (0, tick / 100))[1] for tick in Y_TICKS]
    horizontal = [_at(layout, (tick, 0))[0] for tick in layout.panel.axis.ticks]
    lines = [
        [(x, vertical[0]), (x, vertical[-1])],
        [(horizontal[0], y), (horizontal[-1], y)],
        *([(x, tick), (x - length, tick)] for tick in vertical),
        *([(tick, y), (tick, y + length)] for tick in horizontal),
    ]
    # A projecting cap closes the corner between an axis and its outermost tick.
    style = {"color": "black", "linewidth": AXIS_WIDTH * scale, "solid_capstyle": "projecting"}
    return [_line(line, place, **style) for line in lines]


def _medians(layout: PanelLayout, scale: float, place: Mapping[str, Any]) -> list[Line2D]:
    """Return light lines at 50%, and from there to the time axis at each median."""
    panel = layout.panel
    end = panel.axis.ticks[-1]
    # On the grid of the curves, so that a line meets the step that it belongs to.
    medians = [
        snapped(group.median, resolution=group.curve.resolution) / panel.per_unit
        for group in panel.groups
        if group.median is not None
    ]
    if not medians:
        return []
    lines = [[(0.0, 0.5), (min(max(medians), end), 0.5)]]
    lines += [[(median, 0.5), (median, 0.0)] for median in medians if median <= end]
    style = {"color": GUIDE_COLOUR, "linewidth": GUIDE_WIDTH * scale, "dashes": GUIDE_DASHES, "zorder": 2.1}
    return [_line([_at(layout, point) for point in line], place, **style) for line in lines]


def _bands(layout: PanelLayout, curves: Sequence[Steps], place: Mapping[str, Any], *, opaque: bool) -> list[Polygon]:
    """Return the confidence bands; opaque ones look as transparent ones do, also where they lie upon each other."""
    opacity = BAND_OPACITY if len(curves) <= 2 else BAND_OPACITY_OF_MANY
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(curves))]
    if opaque:
        areas = opaque_bands([lines.bands for lines in curves], colours, opacity)
    else:
        areas = [(corners, colour) for lines, colour in zip(curves, colours, strict=True) for corners in lines.bands]
    # An edge that is not drawn still counts as transparent in a PDF unless it has a colour.
    looks = [{"color": colour} if opaque else {"facecolor": colour, "alpha": opacity} for _, colour in areas]
    return [
        Polygon([_at(layout, point) for point in corners], **look, **BAND, **place)
        for (corners, _), look in zip(areas, looks, strict=True)
    ]


def _curves(
    layout: PanelLayout, curves: Sequence[Steps], scale: float, marked: bool, place: Mapping[str, Any]
) -> list[Line2D]:
    """Return, for each group, the step curve, and marks where patients are censored."""
    lines: list[Line2D] = []
    sizes = {"markersize": MARK_LENGTH * scale, "markeredgewidth": MARK_WIDTH * scale}
    for i, curve in enumerate(curves):
        style = _curve_style(i, scale)
        lines.append(_line([_at(layout, point) for point in curve.line], place, zorder=3, **style))
        if marked:
            marks = [_at(layout, point) for point in curve.marks]
            lines.append(_line(marks, place, zorder=4, color=style["color"], **sizes, **MARK))
    return lines


def _write(figure: Figure, text: Text, place: Mapping[str, Any]) -> None:
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
    """Return the outlines of a text, where the text would stand."""
    width = text_width(text.text, text.size, text.face)
    before = {"left": 0.0, "center": width / 2, "right": width}[text.align]
    lower = text.size / POINTS / 3 if text.upright else 0.0  # upright text is centred, not set on its baseline
    turned = Affine2D().scale(text.size / POINTS).translate(-before, -lower).rotate_deg(90 if text.upright else 0)
    in_place = turned.scale(1, -1).translate(text.x, text.y)  # millimetres count downward
    path = in_place.transform_path(outlines(text.text, text.face))
    return PathPatch(path, facecolor="black", edgecolor="none", linewidth=0, **place)


def _curve_style(group: int, scale: float) -> dict[str, Any]:
    """Return colour and dashes of a group's line; no pair comes twice among 36 groups."""
    dashes = DASHES[(group + group // len(COLOURS)) % len(DASHES)]
    return {
        "color": COLOURS[group % len(COLOURS)],
        "linewidth": CURVE_WIDTH * scale,
        "linestyle": (0, dashes) if dashes else "solid",
        "solid_capstyle": "butt",
        "solid_joinstyle": "miter",
        "dash_joinstyle": "miter",
    }


def _at(layout: PanelLayout, point: Point) -> Point:
    """Return where a point of the plot (time, survival) stands on the figure, in millimetres."""
    time, survival = point
    return (
        layout.left + layout.width * time / layout.panel.axis.ticks[-1],
        layout.top + layout.height * (1 - survival),
    )


def _line(points: Sequence[Point], place: Mapping[str, Any], **style: Any) -> Line2D:
    return Line2D([x for x, _ in points], [y for _, y in points], **style, **place)
