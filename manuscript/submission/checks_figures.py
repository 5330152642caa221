"""Checks of the figures' files: size, resolution, text, colours, format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from .checks import Draft, Found, Measure, faulty

_TOLERANCE: Final = 0.5  # mm: widths are rounded to whole pixels
_SAME_POINTS: Final = 0.05
_MEGABYTE: Final = 1_000_000
_FORMATS: Final = {"tif": "TIFF", "jpg": "JPEG", "jpeg": "JPEG"}


def _format(name: str) -> str:
    """Return a format's one name: "TIFF" for "tif"."""
    plain = name.strip().lstrip(".").lower()
    return _FORMATS.get(plain, plain.upper())


def _measured(draft: Draft) -> tuple[Any, ...]:
    """Return the files that the journal would get: those in a format that it takes, else all."""
    allowed = {_format(name) for name in draft.value("figure_formats", ())}
    return tuple(figure for figure in draft.figures if _format(figure.format) in allowed) or draft.figures


def _formats(draft: Draft, limit: Any) -> Found:
    if not draft.figures:
        return Found(None, "no files of figures")
    allowed = {_format(name) for name in limit}
    formats: dict[str, set[str]] = {}
    for figure in draft.figures:
        formats.setdefault(figure.path.stem, set()).add(_format(figure.format))
    faults = [
        f"{name} is there as {', '.join(sorted(found))} only" for name, found in formats.items() if not found & allowed
    ]
    return faulty(faults, ", ".join(sorted(set().union(*formats.values()))))


def _in_range(measure: Callable[[Any], Sequence[float]], unit: str, *, tolerance: float = 0.0) -> Measure:
    """Return the check that what is measured of each file is in the range of the rule."""

    def check(draft: Draft, limit: Any) -> Found:
        found = [(figure, value) for figure in _measured(draft) for value in measure(figure)]
        if not found:
            return Found(None, "nothing to measure")
        least, most = limit.get("min", 0) - tolerance, limit.get("max", math.inf) + tolerance
        faults = [
            f"{figure.path.name}: {_number(value)} {unit}" for figure, value in found if not least <= value <= most
        ]
        values = [value for _, value in found]
        return faulty(faults, f"{_span(values)} {unit}")

    return check


def _span(values: Sequence[float]) -> str:
    low, high = _number(min(values)), _number(max(values))
    return low if low == high else f"{low} to {high}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _widths(figure: Any) -> Sequence[float]:
    return () if figure.width_mm is None else (figure.width_mm,)


def _heights(figure: Any) -> Sequence[float]:
    return () if figure.height_mm is None else (figure.height_mm,)


def _dpi(figure: Any) -> Sequence[float]:
    return () if figure.dpi is None else (figure.dpi,)


def _points(figure: Any) -> Sequence[float]:
    return tuple(size for size in (figure.smallest_points, figure.largest_points) if size is not None)


def _columns(draft: Draft, limit: Any) -> Found:
    figures = [figure for figure in _measured(draft) if figure.width_mm is not None]
    if not figures:
        return Found(None, "nothing to measure")
    faults = [
        f"{figure.path.name}: {_number(figure.width_mm)} mm"
        for figure in figures
        if all(abs(figure.width_mm - width) > _TOLERANCE for width in limit.values())
    ]
    return faulty(faults, f"{_span([figure.width_mm for figure in figures])} mm")


def _plain(font: str) -> str:
    """Return a typeface's name without its weight, spaces and capitals: "arial" for "Arial-BoldMT"."""
    family = re.split(r"[-,]", font)[0]
    return re.sub(r"[\W_]|mt$|ps$", "", family.lower())


def _fonts(draft: Draft, limit: Any) -> Found:
    found = {font for figure in draft.figures for font in figure.fonts}
    if not found:
        return Found(None, "no text that is set in a typeface")
    allowed = {_plain(name) for name in limit}
    faults = [
        f"{figure.path.name}: {font}"
        for figure in draft.figures
        for font in figure.fonts
        if _plain(font) not in allowed
    ]
    return faulty(faults, ", ".join(sorted(found)))


def _colours(draft: Draft, limit: Any) -> Found:
    modes = [(figure.path.name, figure.mode) for figure in _measured(draft) if figure.mode]
    if not modes:
        return Found(None, "nothing to measure")
    faults = [f"{name}: {mode}" for name, mode in modes if mode != limit]
    return faulty(faults, ", ".join(sorted({mode for _, mode in modes})))


CHECKS: Final[dict[str, Measure]] = {
    "figure_formats": _formats,
    "figure_width_mm": _in_range(_widths, "mm", tolerance=_TOLERANCE),
    "figure_height_mm": _in_range(_heights, "mm", tolerance=_TOLERANCE),
    "figure_column_mm": _columns,
    "figure_dpi": _in_range(_dpi, "dpi", tolerance=_TOLERANCE),
    "figure_megabytes": _in_range(lambda figure: (figure.bytes / _MEGABYTE,), "MB"),
    "figure_points": _in_range(_points, "points", tolerance=_SAME_POINTS),
    "figure_fonts": _fonts,
    "figure_colours": _colours,
}
"""The checks of this module, by rule."""
