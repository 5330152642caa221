"""Checks of the figures' files: size, resolution, text, colours, format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from .checks import DraftFacts, Measure, Measurement, faulty
from .figure_facts import FigureFacts

_TOLERANCE: Final = 0.5  # mm: widths are rounded to whole pixels
_SAME_POINTS: Final = 0.05
_MEGABYTE: Final = 1_000_000
# Metric-compatible typefaces, made to replace one that cannot be redistributed.
_STAND_INS: Final = {"liberationsans": "arial", "liberationserif": "times", "liberationmono": "couriernew"}
_FORMATS: Final = {"tif": "TIFF", "jpg": "JPEG", "jpeg": "JPEG"}


def _format(name: str) -> str:
    """Return a format's one name: "TIFF" for "tif"."""
    plain = name.strip().lstrip(".").lower()
    return _FORMATS.get(plain, plain.upper())


def _measured(draft: DraftFacts) -> tuple[FigureFacts, ...]:
    """Return the files that the journal would get: those in a format that it takes, else all."""
    allowed = {_format(name) for name in draft.value("figure_formats", ())}
    return tuple(figure for figure in draft.figures if _format(figure.format) in allowed) or draft.figures


def _formats(draft: DraftFacts, limit: Any) -> Measurement:
    if not draft.figures:
        return Measurement(None, "no files of figures")
    allowed = {_format(name) for name in limit}
    formats: dict[str, set[str]] = {}
    for figure in draft.figures:
        formats.setdefault(figure.path.stem, set()).add(_format(figure.format))
    faults = [
        f"{name} is there as {', '.join(sorted(found))} only" for name, found in formats.items() if not found & allowed
    ]
    return faulty(faults, ", ".join(sorted(set().union(*formats.values()))))


def _in_range(measure: Callable[[FigureFacts], Sequence[float]], unit: str, *, tolerance: float = 0.0) -> Measure:
    """Return the check that what is measured of each file is in the range of the rule."""

    def check(draft: DraftFacts, limit: Any) -> Measurement:
        found = [(figure, value) for figure in _measured(draft) for value in measure(figure)]
        if not found:
            return Measurement(None, "nothing to measure")
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


def _widths(figure: FigureFacts) -> Sequence[float]:
    return () if figure.width_mm is None else (figure.width_mm,)


def _heights(figure: FigureFacts) -> Sequence[float]:
    return () if figure.height_mm is None else (figure.height_mm,)


def _dpi(figure: FigureFacts) -> Sequence[float]:
    return () if figure.dpi is None else (figure.dpi,)


def _points(figure: FigureFacts) -> Sequence[float]:
    return tuple(size for size in (figure.smallest_points, figure.largest_points) if size is not None)


def _columns(draft: DraftFacts, limit: Any) -> Measurement:
    widths = [(figure.path.name, width) for figure in _measured(draft) for width in _widths(figure)]
    if not widths:
        return Measurement(None, "nothing to measure")
    faults = [
        f"{name}: {_number(width)} mm"
        for name, width in widths
        if all(abs(width - asked) > _TOLERANCE for asked in limit.values())
    ]
    return faulty(faults, f"{_span([width for _, width in widths])} mm")


def _plain(font: str) -> str:
    """Return a typeface's name without its weight, spaces and capitals: "arial" for "Arial-BoldMT"."""
    family = re.sub(r"[\W_]|(?:mt|ps|psmt)$", "", re.split(r"[-,]", font)[0].lower())
    return {"timesnewroman": "times", "timesnewromanps": "times"}.get(family, family)


def _fonts(draft: DraftFacts, limit: Any) -> Measurement:
    """A metric-compatible typeface counts as the one that it replaces, and the line says so."""
    found = [(figure.path.name, font.name) for figure in draft.figures for font in figure.fonts]
    if not found:
        return Measurement(None, "no text that is set in a typeface")
    allowed = {_plain(name): name for name in limit}
    faults, measured = [], []
    for file, font in found:
        stands_for = allowed.get(_STAND_INS.get(_plain(font), ""))
        family = re.split(r"[-,]", font)[0]
        own = _plain(font) in allowed
        measured.append(f"{family} for {stands_for}" if stands_for and not own else family)
        if not own and not stands_for:
            faults.append(f"{file}: {font}")
    return faulty(faults, ", ".join(dict.fromkeys(measured)))


def _colours(draft: DraftFacts, limit: Any) -> Measurement:
    """A figure without colours is right in either mode; pixels that are transparent are right in none."""
    figures = _measured(draft)
    if not figures:
        return Measurement(None, "no files of figures")
    faults = [f"{figure.path.name}: {figure.mode}" for figure in figures if figure.mode not in (limit, "grey")]
    faults += [f"{figure.path.name}: transparent" for figure in figures if figure.alpha and figure.pixels is not None]
    return faulty(faults, ", ".join(sorted({figure.mode for figure in figures})))


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
