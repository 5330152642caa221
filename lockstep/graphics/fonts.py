"""The typeface of the figures: how wide a text is, and its outlines where it has letters of East Asia."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib import font_manager
from matplotlib.font_manager import FontPath
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as Outlines
from matplotlib.textpath import TextToPath

from ..base.characters import named
from ..base.errors import ReportError
from ..base.resources import FONTS
from ..text.eastern import eastern_fonts, font_folder
from ..text.figure_text import Face

POINTS: Final = 72 / 25.4  # to a millimetre

_MEASURED_SIZE: Final = 100.0
# The faces of the file of Noto Sans CJK that have the shapes of a country, by their places in it.
_EASTERN_FACES: Final = ("JP", "KR", "SC", "TC", "HK")


@functools.lru_cache(maxsize=1024)
def text_width(text: str, size: float, face: Face = "regular", /) -> float:
    """Return the width in millimetres of a text set in `size` points.

    Raises
    ------
    ReportError
        If the typeface lacks a character of it.
    """
    eastern = needs_outlines(text)
    known = _characters(face) | (_eastern_characters() if eastern else frozenset())
    lacking = sorted({character for character in text if ord(character) not in known})
    if lacking:
        raise ReportError(
            f"study.toml: the label '{text}' has {', '.join(map(named, lacking))}, which the typeface of the figures "
            "(Liberation Sans) lacks.\nWrite the label in Latin, Greek, Cyrillic, Chinese, Japanese or Korean letters."
        )
    font = _mixed_font(text, face) if eastern else _font(face)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 * size / _MEASURED_SIZE / POINTS


def needs_outlines(text: str) -> bool:
    """Return whether a text has letters that the typeface lacks and the font of East Asia has: it is drawn as outlines.

    Embedded, that font would make a PDF of another kind than journals take.
    """
    return eastern_fonts(text, "") is not None and font_folder() is not None


def outlines(text: str, face: Face) -> Outlines:
    """Return the outlines of a text set in one point, its baseline beginning at 0, upward."""
    converter = TextToPath()
    glyphs, shapes, _ = converter.get_glyphs_with_font(_mixed_font(text, face), text)
    corners: list[Any] = []
    codes: list[Any] = []
    for glyph, x, y, scale in glyphs:
        vertices, kinds = shapes[glyph]
        corners.extend(vertices * scale + [x, y])
        codes.extend(kinds)
    return Outlines(np.array(corners).reshape(-1, 2) / _MEASURED_SIZE, codes)


def font_file(face: Face) -> Path:
    """Return the file of a face."""
    return FONTS / f"LiberationSans-{face.capitalize()}.ttf"


@functools.cache
def _font(face: Face) -> FT2Font:
    font = FT2Font(font_file(face))
    font.set_size(_MEASURED_SIZE, 72)
    return font


@functools.cache
def _characters(face: Face) -> frozenset[int]:
    return frozenset(_font(face).get_charmap())


def _eastern_file() -> Path:
    folder = font_folder()
    if folder is None:
        raise ReportError("The font of Chinese, Japanese and Korean letters is not installed; run make again.")
    return next(folder.glob("*.ttc"))


@functools.cache
def _eastern_characters() -> frozenset[int]:
    return frozenset(FT2Font(_eastern_file()).get_charmap())


def _mixed_font(text: str, face: Face) -> FT2Font:
    """Return a face with that of East Asia for what it lacks, in the shapes that the text asks for."""
    fonts: Any = eastern_fonts(text, "")
    index = _EASTERN_FACES.index(fonts.pdf.rpartition(" ")[2])
    font = font_manager.get_font([str(font_file(face)), FontPath(str(_eastern_file()), index)])
    font.set_size(_MEASURED_SIZE, 72)
    return font
